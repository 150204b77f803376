"""The way of a record from a stream to the target, in place of the SDK's.

The SDK asks of each record anew what is the same for a whole stream: which properties
are selected, what its schema is (read from a descriptor), how each value conforms to
it, which maps there are, what time it is, whether a limit is set. Here each of these
is asked once, when the first record comes, and what then has to be done to records is
put together to one function, which takes as many at once as there are. For a stream
which no map touches, that is: encode them, and append the lines, or write them to a
batch; where they are held by column, they never become dicts.

What the user can turn on keeps its meaning: selection, stream maps, flattening,
activated versions, the limit of a test run, the SDK's metrics. Not called are the hooks
that no stream of this tap has: `post_process`, child streams, and the merging of a
partition into its records (they name their partition themselves).
"""

from __future__ import annotations

import abc
import os
from functools import partial
from itertools import count
from traceback import walk_tb
from typing import TYPE_CHECKING, Any

from singer_sdk.exceptions import SyncLifecycleSignal
from singer_sdk.helpers._batch import SDKBatchMessage
from singer_sdk.helpers._catalog import pop_deselected_record_properties
from singer_sdk.mapper import RemoveRecordTransform, SameRecordTransform
from singer_sdk.metrics import Metric, Status, Tag, Timer
from singer_sdk.singerlib import RecordMessage
from singer_sdk.singerlib.catalog import REPLICATION_FULL_TABLE
from singer_sdk.streams import Stream

from tap_amazon_reports.amazon.errors import TapError
from tap_amazon_reports.documents.block import RowBlock
from tap_amazon_reports.singer.account import with_account
from tap_amazon_reports.singer.batches import BatchFiles, BatchStorageError
from tap_amazon_reports.singer.json_lines import json_lines, without_nulls
from tap_amazon_reports.singer.messages import MessageWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from types import TracebackType

    from singer_sdk.helpers._batch import BatchConfig
    from singer_sdk.helpers.types import Context, Record
    from singer_sdk.mapper import StreamMap
    from singer_sdk.metrics import Counter

    from tap_amazon_reports.amazon.clock import Clock
    from tap_amazon_reports.documents.block import Block

    Put = Callable[[Block], None]
    Prune = Callable[[Block], Block]


_OF_THE_EXPRESSION = frozenset(
    {"NameNotDefined", "FunctionNotDefined", "AttributeDoesNotExist"}
)
"""Errors of an expression whose texts have its own words, and none of a record."""


class RecordPath(Stream, abc.ABC):
    """A stream whose records take the short way."""

    clock: Clock
    account: str | None = None
    """What each row says whose it is; None where nobody asks."""
    writes_nulls: bool
    """Whether a property without a value is in a record, as null."""

    _put: Put | None = None
    _is_open = False
    _batches: tuple[BatchFiles, ...] = ()

    @abc.abstractmethod
    def get_records(self, context: Context | None) -> Iterator[Record]:
        """Yield the records of a partition."""

    @abc.abstractmethod
    def count_records(self, records: int) -> None:
        """Take notice of so many more records."""

    @abc.abstractmethod
    def fail(self, error: Exception) -> None:
        """Take notice that not all records can be written."""

    def finish_batches(self) -> None:
        """Write the batch files out and name them to the target.

        Raises:
            BatchStorageError: if they cannot be stored; then they are not named.
        """
        for files in self._batches:
            files.finish()

    @property
    @abc.abstractmethod
    def is_whole(self) -> bool:
        """Whether nothing that was to be read is missing, so far."""

    def activate_version(self) -> None:
        """Let the target drop the rows that did not come again, if the user wants it.

        Only when all that there is has been read: a target deletes what it has not seen
        with this version, and that would be every row when no row could be read.
        """
        if self._stream_version is None:
            return
        if self.is_whole:
            super()._write_activate_version_message(self._stream_version)
        else:
            self.logger.warning(
                "%s: the stream was not read completely, so ACTIVATE_VERSION is left"
                " out, and the target keeps the rows that it has",
                self.name,
            )

    def _write_activate_version_message(self, full_table_version: int) -> None:
        """Leave it to `activate_version`: the SDK writes it before the first row."""

    def _write_schema_message(self) -> None:
        """Write the SCHEMA message once, whoever comes by the first record."""
        if self._is_open:
            return
        self._is_open = True
        super()._write_schema_message()
        is_full_table = self.replication_method == REPLICATION_FULL_TABLE
        if is_full_table and self.emit_activate_version_messages:
            # The records carry it from the first one on.
            self._stream_version = self._initialized_at // 1000

    def get_sync_timer(self) -> Timer:
        """Return a timer that tells of a failure which the SDK never sees."""
        timer = _StreamTimer(
            Metric.SYNC_DURATION, {Tag.STREAM: self.name, Tag.PID: os.getpid()}
        )
        timer.stream = self
        return timer

    def _sync_records(
        self, context: Context | None = None, *, write_messages: bool = True
    ) -> Generator[dict[str, Any], None, None]:
        """Write all records; yield none, for nobody needs them after that."""
        put = self._way_out() if self.selected and write_messages else _drop
        contexts = [context] if context is not None else self.partitions
        numbers = count()
        with self.get_record_counter() as counter, self.get_sync_timer() as timer:
            for partition in contexts or [{}]:
                counter.with_context(partition)
                timer.with_context(partition)
                self._sync_partition(partition or None, put, counter, numbers)
        try:
            self.finish_batches()
        except BatchStorageError as error:
            self.fail(error)
        if context is None:
            self._finalize_state(self.stream_state)
        if write_messages:
            self.activate_version()
            self._write_state_message()
        self._flush()
        yield from ()

    def _sync_batches(
        self, batch_config: BatchConfig, context: Context | None = None
    ) -> None:
        """Do as with records: where they go is decided in `_sink`."""
        with self.get_batch_counter() as counter:
            for _ in self._sync_records(context):
                pass
            counter.increment(sum(files.named for files in self._batches))

    def _sync_partition(
        self,
        partition: Context | None,
        put: Put,
        counter: Counter,
        numbers: Iterator[int],
    ) -> None:
        records = self.get_records(partition)
        if self.ABORT_AT_RECORD_COUNT is not None:
            records = self._limited(records, numbers)
        try:
            for record in records:
                put(RowBlock([record]))
                counter.increment()
                self.count_records(1)
        except (BrokenPipeError, SyncLifecycleSignal):
            # The target is gone, or a test run has enough.
            raise
        except Exception as error:  # noqa: BLE001 (whatever it is, the others go on)
            # What is read of this window now counts as not read.
            self.fail(error)
        if partition == self._get_state_partition_context(partition):
            self._finalize_state(self.get_context_state(partition))

    def _limited(
        self, records: Iterator[Record], numbers: Iterator[int]
    ) -> Iterator[Record]:
        """Yield the records; end the sync when a test run has enough of them."""
        for record in records:
            self._check_max_record_limit(current_record_index=next(numbers))
            yield record

    def _abort_sync(self, abort_reason: Exception) -> None:
        self._flush()
        super()._abort_sync(abort_reason)

    def _flush(self) -> None:
        writer = self._tap.message_writer
        if isinstance(writer, MessageWriter):
            writer.flush()

    # What is the same for all records.

    def _way_out(self) -> Put:
        if self._put is None:
            put = self._made_way_out()
            self._put = with_account(put, self.account) if self.account else put
        return self._put

    def _made_way_out(self) -> Put:
        prune = _pruner(self)
        ways = [
            self._mapped(stream_map)
            for stream_map in self.stream_maps
            if not isinstance(stream_map, RemoveRecordTransform)
        ]
        if prune is None and len(ways) == 1:
            return ways[0]

        def put(block: Block) -> None:
            wanted = prune(block) if prune else block
            for way in ways:
                way(wanted)

        return put

    def _mapped(self, stream_map: StreamMap) -> Put:
        sink = self._sink(stream_map)
        if type(stream_map) is SameRecordTransform and not (
            stream_map.flattening_enabled
        ):
            return sink

        def put(block: Block) -> None:
            try:
                mapped = list(map(stream_map.transform, block.rows()))
            except Exception as error:
                # What a user's expression can raise is anything.
                raise TapError(_map_failure(stream_map, error)) from error
            sink(RowBlock([record for record in mapped if record is not None]))

        return put

    def _sink(self, stream_map: StreamMap) -> Put:
        """Return what writes the records of one map: as messages, or to files."""
        if batch_config := self.get_batch_config(self.config):
            files = self._batch_files(stream_map, batch_config)
            self._batches = (*self._batches, files)
            return files.put
        writer, nulls = self._tap.message_writer, self.writes_nulls
        if not isinstance(writer, MessageWriter):
            return partial(self._write_by_other_means, stream_map.stream_alias)
        write = writer.record_lines(
            stream_map.stream_alias,
            version=self._stream_version,
            now=self.clock.now,
        )

        def put(block: Block) -> None:
            for lines in json_lines(block, nulls=nulls):
                write(lines)

        return put

    def _batch_files(self, stream_map: StreamMap, config: BatchConfig) -> BatchFiles:
        def announce(files: BatchFiles, url: str) -> None:
            message = SDKBatchMessage(
                stream=stream_map.stream_alias,
                encoding=files.encoding,
                manifest=[url],
                version=self._stream_version,
            )
            self._tap.write_message(message)

        return BatchFiles(
            config,
            name=f"{self.tap_name}--{stream_map.stream_alias}",
            properties=stream_map.transformed_schema["properties"],
            announce=announce,
            nulls=self.writes_nulls,
        )

    def _write_by_other_means(self, name: str, block: Block) -> None:
        """Write through a writer that the tap was given in place of its own."""
        for record in block.rows() if self.writes_nulls else without_nulls(block):
            message = RecordMessage(
                stream=name,
                record=record,
                version=self._stream_version,
                time_extracted=self.clock.now(),
            )
            self._tap.write_message(message)


class _StreamTimer(Timer):
    """The SDK's timer: a stream that has failed did not succeed."""

    stream: RecordPath

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        """Log how long it took, and how it ended."""
        if not self.stream.is_whole:
            self.tags[Tag.STATUS] = Status.FAILED
        super().__exit__(exc_type, exc_val, exc_tb)


def _map_failure(stream_map: StreamMap, error: Exception) -> str:
    """Return what to mend in `stream_maps`; the SDK does not say which column."""
    where = stream_map.stream_alias
    for frame, _ in walk_tb(error.__traceback__):
        if frame.f_code.co_name == "_eval" and "property_name" in frame.f_locals:
            column = frame.f_locals["property_name"] or "__filter__"
            where = f"{where}, {column}: {frame.f_locals.get('expr')!r}"
    cause = error.__cause__ or error
    kind = type(cause).__name__
    # Any other text of an error may be that of a cell: a buyer's name, an address.
    why = f"{kind}: {cause}" if kind in _OF_THE_EXPRESSION else kind
    return f"stream_maps: {where} failed: {why}"


def _drop(block: Block) -> None:
    """Read, and write nothing: the stream is not selected."""


def _pruner(stream: Stream) -> Prune | None:
    """Return what takes deselected properties away; None if there are none."""
    dropped = [crumbs for crumbs, selected in stream.mask.items() if not selected]
    if not any(dropped):
        return None
    # A breadcrumb is ("properties", name), and goes on so for what is inside.
    names = {crumbs[1] for crumbs in dropped if len(crumbs) == len(("properties", ""))}
    inner = [crumbs for crumbs in dropped if crumbs and crumbs[1] not in names]

    def prune(block: Block) -> Block:
        if not inner:
            return block.without(names)
        rows = block.rows()
        for row in rows:
            pop_deselected_record_properties(row, stream.schema, stream.mask)
        return RowBlock(rows)

    return prune
