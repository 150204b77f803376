"""What all streams share: their state moves by windows, and they fail one by one.

With `record_path`, this is the place that departs from the SDK's ways, and why:

- The SDK moves a bookmark with each record. Here a bookmark moves past a window (a
  month, an interval, a listing) when every row of it is out, and with no row too.
- The SDK writes a STATE message each 10,000 records. Here one follows each window,
  and `state_messages` writes it.
- The SDK conforms each record to its schema. Here the reader has already done so.
- The SDK ends the run with the first stream that fails. Here the others go on.
"""

from __future__ import annotations

import abc
import sys
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from singer_sdk.exceptions import ConfigValidationError
from singer_sdk.helpers.conform import TypeConformanceLevel
from singer_sdk.schema.source import SchemaDirectory

from tap_amazon_reports.amazon.wire_time import parse_instant, utc_text
from tap_amazon_reports.documents.oddities import oddities
from tap_amazon_reports.reports.memory import check_year
from tap_amazon_reports.reports.resuming import oddities_of, resumed_at
from tap_amazon_reports.reports.schema_files import DIRECTORY
from tap_amazon_reports.singer.account import (
    ACCOUNT,
    AccountSchema,
    account_key,
    account_schema,
)
from tap_amazon_reports.singer.record_path import RecordPath

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from datetime import datetime, timedelta

    from singer_sdk.helpers.types import Context, Record
    from singer_sdk.singerlib import Catalog
    from singer_sdk.tap_base import Tap

    from tap_amazon_reports.amazon.clock import Clock
    from tap_amazon_reports.settings.reader import Settings
    from tap_amazon_reports.singer.outcome import RunOutcome
    from tap_amazon_reports.singer.state_messages import StateMessages

STATE_VERSION = 1
"""Grows when the meaning of a bookmark changes."""
NOTHING: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True)
class Run:
    """What is the same for all streams of a run."""

    settings: Settings
    clock: Clock
    outcome: RunOutcome
    states: StateMessages


class AmazonStream(RecordPath, abc.ABC):
    """A stream of one of Amazon's services."""

    STATE_MSG_FREQUENCY = sys.maxsize
    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE

    service: str
    """Whose stream it is; when its credentials are refused, all its streams end."""

    keys_of_settings: tuple[str, ...] = ()
    """Parts of the key that are there because a setting is; the account beside them."""

    def __init__(
        self,
        tap: Tap,
        *,
        run: Run,
        name: str | None = None,
        schema: dict[str, Any] | None = None,
    ) -> None:
        """Belong to `tap`, and tell the outcome of `run` what happens."""
        self.account = run.settings.account
        if schema is not None:
            schema = account_schema(schema, self.account)
        super().__init__(tap, name=name, schema=schema)
        self.primary_keys = self.keyed(*self.primary_keys)
        self.settings = run.settings
        self.writes_nulls = run.settings.writes_nulls
        self.clock = run.clock
        self._outcome = run.outcome
        self._told: set[str] = set()
        self._states = run.states

    def keyed(self, *names: str) -> tuple[str, ...]:
        """Return a key of this stream, with the account first if one is set."""
        return account_key(names, self.account)

    def apply_catalog(self, catalog: Catalog) -> None:
        """Take over what a catalog selects; it cannot change what a bookmark is.

        Raises:
            ConfigValidationError: if it was made before a setting brought a part of
                the key, such as the account: the rows of two accounts would write over
                each other.
        """
        entry = catalog.get_stream(self.name)
        brought = [*self.keys_of_settings, *([ACCOUNT] if self.account else [])]
        missing = set(brought).difference(
            entry.key_properties or () if entry else brought
        )
        if missing:
            msg = (
                f"{self.name}: the catalog was created before"
                f" {' and '.join(sorted(missing))} was set; create it again with"
                " --discover"
            )
            raise ConfigValidationError(msg, errors=[msg])
        own = self.replication_key
        super().apply_catalog(catalog)
        # What a stream is read by is its own: with another method a target would be
        # told to drop the rows that are before the bookmark.
        asked, self.forced_replication_method = self.forced_replication_method, None
        self.replication_key = own
        if asked not in {None, self.replication_method} and self.selected:
            self.logger.warning(
                "%s: the catalog says %s, but this stream is read as %s%s",
                *(self.name, asked, self.replication_method),
                "; to read it from its start, run without state" if own else "",
            )

    @abc.abstractmethod
    def read(self, context: Context | None) -> Iterator[Record]:
        """Yield the records of one partition, and move the bookmark past windows.

        Raises:
            AmazonError: if they cannot be read; the bookmark stays where it is.
        """

    def get_records(self, context: Context | None) -> Iterator[Record]:
        """Yield the records; a failure ends this partition, and is told at the end."""
        if self._outcome.refuses(self.service, [self.name]):
            return
        self.tell_standing()
        try:
            yield from self.read(context)
        except BrokenPipeError:
            # It is the target that is gone, and with it the reason to go on.
            raise
        except Exception as error:  # noqa: BLE001 (whatever it is, the others go on)
            self.fail(error)

    def fail(self, error: Exception) -> None:
        """Tell of it, now and at the end of the run."""
        self._outcome.failed(self.name, self.service, error)

    @property
    def is_whole(self) -> bool:
        """Whether nothing that was to be read is missing, so far."""
        return self._outcome.is_whole(self.name)

    def leave(self, why: str) -> None:
        """Tell that something is not read by this run, and will be by a later one."""
        self._outcome.left(self.name, why)

    def bookmark(self, context: Context | None) -> str | None:
        """Return up to where everything has been read."""
        value = self.get_context_state(context).get("replication_key_value")
        return None if value is None else str(value)

    def check_partition(self, found: Mapping[str, Any]) -> None:
        """Accept what may be remembered of a partition beside its bookmark.

        Raises:
            ValueError: if `found` is something else.
        """

    def check_bookmark(self, value: Any) -> None:
        """Accept what `move_bookmark` may have written.

        Raises:
            TypeError, ValueError: if `value` is something else.
        """
        check_year(parse_instant(str(value)).year)

    def bookmark_moment(self, context: Context | None) -> datetime | None:
        """Return the bookmark of a stream that follows a moment."""
        value = self.bookmark(context)
        return None if value is None else parse_instant(value)

    def count_records(self, records: int) -> None:
        """Add to what is told at the end of the run."""
        self._outcome.rows[self.name] += records
        self._states.tell_what_is_due()

    def move_bookmark(
        self,
        context: Context | None,
        reached: str | datetime,
        *,
        remember: Mapping[str, object] = NOTHING,
    ) -> None:
        """Move past a window whose every row is out, and say so in a STATE message.

        Where rows go to batch files, those are stored and named first.

        Args:
            context: the partition.
            reached: up to where everything has been read.
            remember: what else to remember; what is empty is forgotten.

        Raises:
            BatchStorageError: if a batch file cannot be stored; nothing moves.
        """
        self.finish_batches()
        state = self.get_context_state(context)
        state["replication_key"] = self.replication_key
        state["replication_key_value"] = (
            reached if isinstance(reached, str) else utc_text(reached)
        )
        self._keep(state, remember)
        self._outcome.reached.setdefault(self.name, {})[_part(context)] = str(
            state["replication_key_value"]
        )
        self._states.tell(self.name)

    def tell_standing(self) -> None:
        """Let the end of the run tell of this stream, though it may have no rows."""
        self._outcome.rows[self.name] += 0
        reached = self._outcome.reached.setdefault(self.name, {})
        for context in self.partitions or (None,):
            if (bookmark := self.bookmark(context)) is not None:
                reached.setdefault(_part(context), bookmark)

    def remember(
        self, context: Context | None, remembered: Mapping[str, object]
    ) -> None:
        """Keep in the state of a partition what no row tells, in a STATE message soon.

        Batch files go on: what is remembered of rows may follow `finish_batches` only.

        Args:
            context: the partition.
            remembered: by name; what is empty is forgotten.
        """
        self._keep(self.get_context_state(context), remembered)
        self._states.tell_soon(self.name)

    def _keep(self, state: dict[str, Any], remembered: Mapping[str, object]) -> None:
        self.stream_state["state_version"] = STATE_VERSION
        for name, value in remembered.items():
            if value:
                state[name] = value
            else:
                state.pop(name, None)

    def together(self) -> AbstractContextManager[None]:
        """Write one STATE message for all bookmarks that are moved meanwhile."""
        return self._states.together()

    def warn_once(self, text: str) -> None:
        """Log what is the same for each partition, for the first of them."""
        if text not in self._told:
            self._told.add(text)
            self.logger.warning("%s: %s", self.name, text)

    def warn_of_oddities(
        self,
        where: str,
        misfits: Mapping[str, int],
        unknown: Iterable[str] = (),
        replaced: int = 0,
    ) -> None:
        """Say once for each document or listing what of it is odd."""
        for sentence in oddities(misfits, unknown, replaced):
            self.logger.warning("%s of %s: %s", self.name, where, sentence)

    def _write_state_message(self) -> None:
        """Write a STATE message, unless one has told what this stream reached."""
        if not self.state_manager.is_flushed:
            self.state_manager.is_flushed = True
            self._states.tell(self.name)

    # What the SDK would write into state by itself.

    def _write_starting_replication_value(self, context: Context | None) -> None:
        """Leave the state alone: `read` knows where to start."""

    def _increment_stream_state(
        self, latest_record: Record, *, context: Context | None = None
    ) -> None:
        """Leave the state alone: a record is not a window."""

    def get_replication_key_signpost(
        self,
        context: Context | None = None,
    ) -> None:
        """Set no signpost: no bookmark is taken from a record."""
        return


class CoreStream(AmazonStream, abc.ABC):
    """A stream that there always is: the file of its name is its schema."""

    schema: ClassVar[AccountSchema] = AccountSchema(SchemaDirectory(DIRECTORY))

    def resumed(self, context: Context | None, *, lookback: timedelta) -> datetime:
        """Return from where on a partition is read, and tell what is odd about it.

        Args:
            context: the partition.
            lookback: how much before its bookmark is read again.
        """
        bookmark = self.bookmark_moment(context)
        if bookmark is None:
            return self.settings.start
        floor, now = self.settings.floor, self.clock.now()
        for oddity in oddities_of(self.name, bookmark, floor=floor, now=now):
            self.warn_once(oddity)
        return resumed_at(bookmark - lookback, floor)


def _part(context: Context | None) -> str:
    """Return what a partition is called at the end of the run."""
    return ", ".join(map(str, (context or {}).values()))
