"""What the tap writes to: a table, and the states that followed its rows."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from tap_amazon_reports.amazon.errors import CredentialsError
from tap_amazon_reports.amazon.wire_time import parse_instant, utc_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from tap_amazon_reports.documents.block import Block
    from tap_amazon_reports.reports.report_job import ReportJob

State = dict[str, dict[str, dict[str, Any]]]
"""By stream and partition."""


class CutOffError(Exception):
    """The process is killed here."""


class RowKey(NamedTuple):
    """Where a row lies in the tables."""

    stream: str
    partition: str
    name: str


@dataclass
class Target:
    """All tables of one pipeline, and the states that were confirmed, in their order.

    Attributes:
        rows: the version of each order.
        copies: of orders without a key, under which keys their rows lie.
        states: the last is what the next run begins with.
        messages: how many are still taken before the process is killed.
    """

    rows: dict[RowKey, str] = field(default_factory=dict)
    copies: dict[RowKey, set[tuple[str, int]]] = field(default_factory=dict)
    states: list[bytes] = field(default_factory=lambda: [b"{}"])
    messages: int = 10**9

    def message(self) -> None:
        """Take one message, or die."""
        if self.messages <= 0:
            raise CutOffError
        self.messages -= 1

    def confirm(self, state: State) -> None:
        """Take a STATE message."""
        self.message()
        self.states.append(msgspec.json.encode(state))

    @property
    def state(self) -> State:
        """The state that the next run begins with, nobody else's to change."""
        return msgspec.json.decode(self.states[-1], type=State)

    def bookmarks(self) -> dict[tuple[str, str], datetime]:
        """Return up to where the next run will believe that all was read.

        By stream and partition.
        """
        return {
            (stream, partition): parse_instant(part["replication_key_value"])
            for stream, parts in self.state.items()
            for partition, part in parts.items()
            if "replication_key_value" in part
        }


class Tap:
    """The tap's state in one run, which all its streams share."""

    def __init__(self, target: Target) -> None:
        """Begin with what the target confirmed."""
        self.target = target
        self.state = target.state
        self._is_together = False

    def tell(self) -> None:
        """Write a STATE message, unless more comes with it."""
        if not self._is_together:
            self.target.confirm(self.state)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Tell once what is remembered meanwhile."""
        self._is_together = True
        yield
        self._is_together = False
        self.tell()


class StreamOfModel:
    """One stream in one partition: takes rows, and remembers."""

    def __init__(
        self,
        tap: Tap,
        stream: str,
        partition: str,
        check: Callable[[Mapping[str, Any]], None],
    ) -> None:
        """Belong to a run; `check` raises for a row that is something else."""
        self._tap = tap
        self._stream = stream
        self._partition = partition
        self._check = check
        parts = tap.state.setdefault(stream, {})
        self._state = parts.setdefault(partition, {})
        self.left: list[str] = []

    def take(self, block: Block) -> None:
        """Write rows."""
        target = self._tap.target
        target.message()
        for row in block.rows():
            self._check(row)
            key = RowKey(self._stream, self._partition, row["id"])
            target.rows[key] = row["version"]
            place = (row["report_id"], row["report_row"])
            target.copies.setdefault(key, set()).add(place)

    def flush(self) -> None:
        """Have no files."""

    def leave(self, why: str) -> None:
        """Take notice that this run was not complete."""
        self.left.append(why)

    def bookmark(self) -> datetime | None:
        """Return up to where all was read."""
        value = self._state.get("replication_key_value")
        return None if value is None else parse_instant(value)

    def foreign_bookmark(self) -> str | None:
        """Return none."""
        return None

    def recall(self) -> Mapping[str, object]:
        """Return what is remembered."""
        return self._state

    def move_bookmark(self, moment: datetime, remember: Mapping[str, object]) -> None:
        """Move, and tell."""
        before = self.bookmark()
        assert before is None or moment >= before, "a bookmark went back"
        self._state["replication_key_value"] = utc_text(moment)
        self.remember(remember)

    def remember(self, remember: Mapping[str, object]) -> None:
        """Remember, and tell; what is empty is forgotten."""
        for name, value in remember.items():
            if value:
                self._state[name] = value
            else:
                self._state.pop(name, None)
        self._tap.tell()

    def together(self) -> Any:
        """Tell once what is remembered meanwhile, by whichever stream."""
        return self._tap.together()


class Journal:
    """Knows what failed."""

    def __init__(self) -> None:
        """Know nothing."""
        self.errors: list[Exception] = []

    def failed(self, job: ReportJob, error: Exception) -> None:
        """Remember it; what no user can mend ends the test."""
        if isinstance(error, (CutOffError, AssertionError)):
            raise error
        self.errors.append(error)

    def refuses(self, job: ReportJob) -> bool:
        """Return whether the credentials are refused by now."""
        return any(isinstance(error, CredentialsError) for error in self.errors)

    def is_over(self, job: ReportJob) -> None:
        """Take no notice."""
