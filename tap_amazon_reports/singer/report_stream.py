"""Streams of rows inside reports, which are read together, as reports ripen.

The SDK reads one stream after another, each by its own `sync`. Reports take minutes or
hours to ripen, each stream's in its own time, so whichever report is ready is read
next: a stream begins with its first rows and ends with its last report, while others
are read in between. Whoever calls `sync` of one such stream reads it alone.
"""

from __future__ import annotations

import abc
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from tap_amazon_reports.reports.memory import Remembered
from tap_amazon_reports.singer.batches import BatchStorageError
from tap_amazon_reports.singer.stream import AmazonStream

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping, Sequence

    from singer_sdk.helpers.types import Context, Record
    from singer_sdk.metrics import Counter

    from tap_amazon_reports.documents.block import Block

    ReadTogether = Callable[[Sequence["ReportStream"]], None]


class ReportStream(AmazonStream, abc.ABC):
    """A stream that takes the rows of its reports when they come."""

    _read_together: ReadTogether
    """Reads some report streams to their ends."""

    def __init__(self, *given: Any, **more: Any) -> None:
        """Be closed, and take what `AmazonStream` takes."""
        super().__init__(*given, **more)
        self._metrics: ExitStack | None = None
        self._counter: Counter | None = None
        self._taken = 0

    def check_partition(self, found: Mapping[str, Any]) -> None:
        """Accept what a job may have remembered.

        Raises:
            UnreadableMemoryError: if `found` is something else; it names the part.
        """
        Remembered.read(found)

    def begin(self) -> None:
        """Write the SCHEMA message, and count from now on; nothing if it has begun."""
        if self._metrics is None:
            self._metrics = ExitStack()
            self._counter = self._metrics.enter_context(self.get_record_counter())
            self._metrics.enter_context(self.get_sync_timer())
            self._write_schema_message()

    def take(self, block: Block) -> None:
        """Write rows.

        Raises:
            BatchStorageError: if a batch file cannot be stored.
        """
        self.begin()
        if self.ABORT_AT_RECORD_COUNT is not None:
            self._check_max_record_limit(self._taken + len(block) - 1)
        self._taken += len(block)
        self._way_out()(block)
        if self._counter is not None:
            self._counter.increment(len(block))
        self.count_records(len(block))

    def flush(self) -> None:
        """Store the batch files in hand, so that a state may say what is in them.

        Raises:
            BatchStorageError: if one cannot be stored.
        """
        self.finish_batches()

    def end(self) -> None:
        """Write what is left, and the state; nothing if it has ended."""
        self.begin()
        try:
            self.finish_batches()
        except BatchStorageError as error:
            self.fail(error)
        self._finalize_state(self.stream_state)
        self.activate_version()
        self._write_state_message()
        self._flush()
        if self._metrics is not None:
            self._metrics.close()
        self.tell_standing()
        self.log_sync_costs()

    def read(self, context: Context | None) -> Iterator[Record]:
        """Yield the rows of all partitions, after this stream was read alone."""
        rows: list[Record] = []
        self._put = lambda block: rows.extend(block.rows())
        self._read_together([self])
        yield from rows

    def _sync_records(
        self, context: Context | None = None, *, write_messages: bool = True
    ) -> Generator[dict[str, Any], None, None]:
        """Read this stream alone, and yield nothing, as `RecordPath` does."""
        self._read_together([self])
        yield from ()
