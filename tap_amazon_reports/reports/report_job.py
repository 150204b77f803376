"""What one entry of the settings wants in one partition, and what both ways share."""

from __future__ import annotations

import abc
import logging
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from tap_amazon_reports.reports.memory import Memory, Remembered
from tap_amazon_reports.reports.resuming import oddities_of
from tap_amazon_reports.reports.same_documents import SameDocuments
from tap_amazon_reports.reports.silence import all_empty

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime, timedelta

    from tap_amazon_reports.amazon.clock import Clock
    from tap_amazon_reports.documents.block import Block
    from tap_amazon_reports.documents.layout import RecordSet
    from tap_amazon_reports.reports.partition import Partition
    from tap_amazon_reports.reports.pending_report import PendingReport
    from tap_amazon_reports.reports.prefetch import Prefetch
    from tap_amazon_reports.reports.progress import Progress
    from tap_amazon_reports.reports.report import ReportService
    from tap_amazon_reports.reports.report_types import ReportType
    from tap_amazon_reports.reports.scheduler import ReportScheduler
    from tap_amazon_reports.reports.tally import ReportTally

logger = logging.getLogger(__name__)


class RowReceiver(Protocol):
    """Takes the rows of one stream."""

    def take(self, block: Block) -> None:
        """Write rows, some at once."""

    def flush(self) -> None:
        """Have all rows that were taken out of the tap's hands."""

    def leave(self, why: str) -> None:
        """Take notice that something is left to a later run, without a failure."""


@dataclass(frozen=True, kw_only=True)
class WantedReports:
    """What is wanted of one report type in one partition.

    Attributes:
        kind: the type.
        partition: a marketplace, or all of a region.
        service: makes the reports.
        options: sent with each request.
        start: from where on rows are wanted at the first run, UTC.
        is_start_set: whether the user set it, and not only the date of the first run.
        end: nothing at or after it is wanted, UTC.
        window_days: how many days one report covers; None for as many as it may.
        lookback: for how long data may change after it is there.
        restricted: whether a document is opened with a restricted data token.
        waits_until_done: whether a report that is not done in time is a failure.
        compared: whether it is to be told when other partitions give the same.
    """

    kind: ReportType
    partition: Partition
    service: ReportService
    options: tuple[tuple[str, str], ...] = ()
    start: datetime
    is_start_set: bool = True
    end: datetime
    window_days: int | None = None
    lookback: timedelta
    restricted: bool = False
    waits_until_done: bool = True
    compared: bool = False

    @property
    def floor(self) -> datetime | None:
        """Before which no run reads; None if none was set."""
        return self.start if self.is_start_set else None


@dataclass(frozen=True, kw_only=True)
class JobStream:
    """One stream of a job: what it takes of each document, and what it remembers.

    Attributes:
        name: the stream's.
        records: the array of records that it takes.
        receiver: takes the rows.
        memory: remembers how far it was read.
        replaces: whether the target drops the rows that do not come again.
    """

    name: str
    records: RecordSet
    receiver: RowReceiver
    memory: Memory
    replaces: bool = False

    def remembered(self) -> Remembered:
        """Return what is remembered beside the bookmark.

        Raises:
            UnreadableMemoryError: if state has another shape.
        """
        return Remembered.read(self.memory.recall())


@dataclass(frozen=True, kw_only=True)
class RunParts:
    """What all jobs of a run share.

    Attributes:
        clock: the time.
        scheduler: has the reports that are not read yet.
        prefetch: fetches finished documents ahead.
        progress: counts what was read.
        same_documents: notices marketplaces that give the same.
        told: by stream, what each marketplace would say again.
    """

    clock: Clock
    scheduler: ReportScheduler
    prefetch: Prefetch
    progress: Progress
    same_documents: SameDocuments = field(default_factory=SameDocuments)
    told: set[tuple[str, str]] = field(default_factory=set)


class ReportJob(abc.ABC):
    """Reads the reports of one type and partition, oldest first.

    Attributes:
        wanted: what is wanted.
        streams: those that are selected, the one that remembers for all first.
        tally: counts what is done, for all partitions of the entry.
    """

    def __init__(
        self,
        wanted: WantedReports,
        streams: Sequence[JobStream],
        *,
        parts: RunParts,
        tally: ReportTally,
    ) -> None:
        """Want nothing yet."""
        self.wanted = wanted
        self.streams = tuple(streams)
        self.tally = tally
        self._parts = parts

    @property
    def name(self) -> str:
        """What a log calls it: its first stream."""
        return self.streams[0].name

    @property
    def queue(self) -> str:
        """What the scheduler calls it."""
        return f"{self.name} {self.wanted.partition.name}"

    @property
    @abc.abstractmethod
    def is_over(self) -> bool:
        """Whether there is nothing left to read."""

    @property
    @abc.abstractmethod
    def is_ready(self) -> bool:
        """Whether the next report can be read without waiting for it."""

    @property
    @abc.abstractmethod
    def awaited(self) -> PendingReport | None:
        """The report that has to end before anything else can be read, if there is."""

    @property
    @abc.abstractmethod
    def wait_seconds(self) -> float:
        """For how long the next step has to wait, where no report is awaited."""

    @abc.abstractmethod
    def read_next(self) -> None:
        """Read the next report, and remember that it was read.

        Raises:
            AmazonError: if it cannot be had or read; then the job is over.
        """

    @abc.abstractmethod
    def finish(self) -> None:
        """Say what a reader of the log would wonder about."""

    @abc.abstractmethod
    def drop(self) -> None:
        """Let go of what will not be read."""

    def tell_of_foreign_bookmarks(self) -> None:
        """Say that a bookmark is of no use, as the reports were come by otherwise."""
        for stream in self.streams:
            if followed := stream.memory.foreign_bookmark():
                logger.warning(
                    "%s: `source` or `regional` has changed, so the bookmark, which"
                    " follows %s, is not used; reading starts at start_date, %s",
                    stream.name,
                    followed,
                    f"{self.wanted.start:%Y-%m-%d}",
                )

    def tell_of_odd_bookmarks(self) -> None:
        """Say that a bookmark lies before the start, or after now."""
        for stream in self.streams:
            if bookmark := stream.memory.bookmark():
                for oddity in oddities_of(
                    stream.name,
                    bookmark,
                    floor=self.wanted.floor,
                    now=self._parts.clock.now(),
                ):
                    self.tell_once(oddity)

    def warn(self, text: str) -> None:
        """Log a warning in the name of the first stream."""
        logger.warning("%s: %s", self.name, text)

    def tell_once(self, text: str, *, level: int = logging.WARNING) -> None:
        """Log what is the same for each marketplace, for the first of them."""
        if (self.name, text) not in self._parts.told:
            self._parts.told.add((self.name, text))
            logger.log(level, "%s: %s", self.name, text)

    def leave(self, why: str) -> None:
        """Say that something is left to a later run, and why."""
        self.warn(why)
        for stream in self.streams:
            stream.receiver.leave(why)

    def tell_of_silence(self, counted: Mapping[str, int]) -> None:
        """Say that no finished report had a row: one may be empty, several are odd."""
        reports = counted["reports"]
        if counted["rows"] or not reports:
            return
        level = logging.INFO if reports == 1 else logging.WARNING
        where = self.wanted.partition.name
        logger.log(level, "%s: %s", self.name, all_empty(reports, where=where))

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Count the time that reading takes, but for waiting for Amazon."""
        clock, tally = self._parts.clock, self.tally
        started_at, waited_before = clock.monotonic(), tally.waited_seconds
        try:
            yield
        finally:
            waited_seconds = tally.waited_seconds - waited_before
            tally.worked_seconds += clock.monotonic() - started_at - waited_seconds
