"""Reports that are made without asking: listed, and each finished one read once."""

from __future__ import annotations

import logging
from collections import Counter, deque
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tap_amazon_reports.amazon.errors import (
    AmazonError,
    DocumentMissingError,
    RequestRefusedError,
    ServiceError,
    WrongEntriesError,
)
from tap_amazon_reports.reports.document_reader import DocumentReader
from tap_amazon_reports.reports.errors import ReportFailedError
from tap_amazon_reports.reports.memory import Remembered
from tap_amazon_reports.reports.reach import oldest_listed
from tap_amazon_reports.reports.report_job import JobStream, ReportJob
from tap_amazon_reports.reports.silence import none_made, none_new, still_made

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from tap_amazon_reports.reports.pending_report import PendingReport
    from tap_amazon_reports.reports.report import Report

logger = logging.getLogger(__name__)

_LISTED_AGAIN = timedelta(hours=1)
"""A report may be listed a moment after it was created."""
_OF_ONE_DOCUMENT = (DocumentMissingError, RequestRefusedError, ServiceError)
"""What goes wrong with one report and says nothing of the next."""
_STUCK = timedelta(days=1)
"""A report that has been making for so long holds up no other."""


@dataclass(frozen=True)
class _Since:
    """From where on one stream still needs reports.

    Attributes:
        start: of what it needs.
        read: what it has read of the hour before its bookmark.
    """

    start: datetime
    read: frozenset[str]


class CollectedReports(ReportJob):
    """Reads what a schedule, Amazon itself or another application makes."""

    def __init__(self, *given: Any, **more: Any) -> None:
        """List nothing yet; takes what `ReportJob` takes."""
        super().__init__(*given, **more)
        self._reader = DocumentReader(
            self.wanted, name=self.name, parts=self._parts, tally=self.tally
        )
        self._next: deque[Report] = deque()
        self._is_listed = False
        self._since: dict[str, _Since] = {}
        self._memory = Remembered()
        self._counted = Counter[str]()
        self._failures: list[str] = []
        self._is_listing_whole = True
        self._place = 0
        self._in_making: Report | None = None

    def plan(self, *, place: int) -> None:
        """List the reports, if that costs no waiting, and have them fetched ahead.

        Raises:
            AmazonError: if they cannot be listed.
            UnreadableMemoryError: if state has another shape.
        """
        self._place = place
        self.tell_of_foreign_bookmarks()
        self._memory = self._streams_memory()
        if self.wait_seconds <= 0:
            self._list()

    @property
    def is_over(self) -> bool:
        """Whether all reports were read."""
        return self._is_listed and not self._next

    @property
    def is_ready(self) -> bool:
        """Whether there is a report to read, or to list."""
        return bool(self._next) or (not self._is_listed and self.wait_seconds <= 0)

    @property
    def awaited(self) -> PendingReport | None:
        """No report: those that are not finished are left to a later run."""
        return None

    @property
    def wait_seconds(self) -> float:
        """For how long listing has to wait for its quota."""
        return 0.0 if self._is_listed else self.wanted.service.list_wait_seconds()

    def read_next(self) -> None:
        """List the reports, or read the next one.

        Raises:
            AmazonError: if they cannot be listed or read.
        """
        if not self._is_listed:
            self._list()
            return
        report = self._next.popleft()
        if report.status.has_failed:
            reason = self._reader.failure(report)
            self._failures.append(
                f"report {report.report_id} has failed, so it has no rows; Amazon"
                f" says {reason!r}"
            )
        elif report.status.is_done and not self._read(report):
            return
        self._move_past(report)

    def drop(self) -> None:
        """Let go of what will not be read."""
        self._reader.forget(self._next)
        self._next.clear()
        self._is_listed = True

    def finish(self) -> None:
        """Tell what was read in vain, and what could not be read.

        Raises:
            ReportFailedError: if a report could not be read.
        """
        self.tell_of_silence(self._counted)
        first = self.streams[0]
        done = replace(
            first.remembered(),
            unread_reports=self._memory.unread_reports,
            marketplaces=self._wanted_ids,
        )
        if done != first.remembered():
            first.memory.remember(done.written())
        if self._failures:
            raise ReportFailedError("; ".join(self._failures))

    # Listing.

    def _streams_memory(self) -> Remembered:
        now = self._parts.clock.now().replace(microsecond=0)
        oldest = oldest_listed(now)
        for stream in self.streams:
            bookmark, remembered = stream.memory.bookmark(), stream.remembered()
            start = self.wanted.start
            if bookmark:
                start = max(start, bookmark - _LISTED_AGAIN)
            if start < oldest:
                self.tell_once(
                    "Amazon keeps reports for 90 days; those made before"
                    f" {oldest:%Y-%m-%d} cannot be read"
                )
            read = frozenset(remembered.read_reports)
            self._since[stream.name] = _Since(max(start, oldest), read)
        return self.streams[0].remembered()

    def _list(self) -> None:
        """List what is to be read, and have it fetched ahead."""
        self._is_listed = True
        self._next.extend(self._unread())
        self.tally.windows += len(self._next)
        self.tally.adopted += len(self._next)
        self._parts.progress.grow(len(self._next))
        for number, report in enumerate(self._next):
            self._reader.expect(report, (number, self._place))
        if not self._next:
            self._tell_of_nothing()

    def _tell_of_nothing(self) -> None:
        if self._in_making:
            self.tell_once(still_made(self._in_making), level=logging.INFO)
            return
        if self._memory.read_reports:
            newest = max(self._memory.read_reports.values())
            self.tell_once(none_new(newest), level=logging.INFO)
            return
        start = min(since.start for since in self._since.values())
        self.warn(none_made(self.wanted.kind, start))

    def _unread(self) -> list[Report]:
        """Return the finished reports, oldest first, up to one still in the making.

        One that has been making for a day is passed over: a later run reads it.
        """
        unread = []
        passed: dict[str, datetime] = {}
        listed = sorted(self._listed(), key=lambda one: (one.created, one.report_id))
        for report in listed:
            if report.status.is_terminal:
                unread.append(report)
            elif self._parts.clock.now() - report.created >= _STUCK:
                passed[report.report_id] = report.created
                self.leave(
                    f"report {report.report_id} has been {report.status.value} since"
                    f" {report.created:%Y-%m-%d %H:%MZ}; it is passed over, and read"
                    " by the run that finds it finished"
                )
            else:
                self._in_making = report
                break
        known = dict(self._memory.unread_reports)
        if self._is_listing_whole:
            gone = known.keys() - {report.report_id for report in listed}
            self._tell_of_gone(gone)
            known = {one: made for one, made in known.items() if one not in gone}
        self._memory = replace(self._memory, unread_reports={**known, **passed})
        return [report for report in unread if self._takers(report)]

    def _tell_of_gone(self, report_ids: Iterable[str]) -> None:
        for report_id in sorted(report_ids):
            self.warn(
                f"report {report_id} was passed over by earlier runs, and Amazon does"
                " not list it any more: its rows cannot be read"
            )

    def _listed(self) -> list[Report]:
        """Return the reports that are listed, whatever is wrong with others.

        What an entry that cannot be read would have been, nobody knows; so the bookmark
        stays for as long as there is one.
        """
        listed: list[Report] = []
        try:
            listed.extend(self._entries())
        except WrongEntriesError as error:
            self._failures.append(str(error))
            self._is_listing_whole = False
        return listed

    def _entries(self) -> Iterator[Report]:
        now = self._parts.clock.now().replace(microsecond=0)
        starts = [since.start for since in self._since.values()]
        oldest = oldest_listed(now)
        starts += [max(oldest, one) for one in self._memory.unread_reports.values()]
        if self._new_marketplaces:
            starts.append(max(oldest, self.wanted.start))
        since = min(starts).replace(microsecond=0)
        until = min(self.wanted.end.replace(microsecond=0), now)
        types = [self.wanted.kind.report_type]
        for report in self.wanted.service.list_reports(types, since, until):
            if self._is_ours(report):
                yield report

    @property
    def _new_marketplaces(self) -> frozenset[str]:
        """Those of which no report was collected before."""
        before = self._memory.marketplaces
        wanted = frozenset(self.wanted.partition.marketplace_ids)
        return wanted - set(before) if before else frozenset()

    @property
    def _wanted_ids(self) -> tuple[str, ...]:
        return tuple(sorted(self.wanted.partition.marketplace_ids))

    def _is_ours(self, report: Report) -> bool:
        """Tell whether a report is of a marketplace that is wanted, or of none.

        The static sandbox lists one of another type, whatever it is asked for.
        """
        if report.report_type != self.wanted.kind.report_type:
            return False
        wanted = set(self.wanted.partition.marketplace_ids)
        of_report = set(report.marketplace_ids)
        return not wanted or not of_report or bool(wanted & of_report)

    def _takers(self, report: Report) -> list[JobStream]:
        """Return the streams that have not read a report."""
        is_passed = report.report_id in self._memory.unread_reports
        if is_passed or self._is_of_new_marketplaces(report):
            return list(self.streams)
        return [
            stream
            for stream in self.streams
            if report.created >= self._since[stream.name].start
            and report.report_id not in self._since[stream.name].read
        ]

    def _is_of_new_marketplaces(self, report: Report) -> bool:
        """Tell whether no earlier run wanted the marketplaces of a report."""
        of_report = set(report.marketplace_ids)
        new = self._new_marketplaces & of_report
        return bool(new) and not of_report & set(self._memory.marketplaces)

    # Reading.

    def _read(self, report: Report) -> bool:
        """Give the rows of a report; pass it over if its document cannot be had."""
        if not report.document_id:
            self.warn(f"report {report.report_id} is done and has no document: no rows")
            return True
        market = report.marketplace_ids
        try:
            rows = self._reader.read(
                report,
                self._takers(report),
                marketplace_id=market[0] if len(market) == 1 else None,
            )
        except AmazonError as error:
            if error.ends_service or not isinstance(error, _OF_ONE_DOCUMENT):
                raise
            self._pass_over(report, error)
            return False
        self._counted["reports"] += 1
        self._counted["rows"] += rows
        return True

    def _pass_over(self, report: Report, error: AmazonError) -> None:
        """Leave a report to the next run, and go on with the newer ones."""
        self._failures.append(
            f"report {report.report_id}: {error}; the next run tries again"
        )
        unread = {**self._memory.unread_reports, report.report_id: report.created}
        self._memory = replace(self._memory, unread_reports=unread)
        self._move(self.streams, report)

    def _move_past(self, report: Report) -> None:
        takers = self._takers(report)
        unread = dict(self._memory.unread_reports)
        unread.pop(report.report_id, None)
        self._memory = replace(self._memory, unread_reports=unread)
        self._move(takers, report)

    def _move(self, streams: Iterable[JobStream], report: Report) -> None:
        with self.streams[0].memory.together():
            self._move_each(streams, report)

    def _move_each(self, streams: Iterable[JobStream], report: Report) -> None:
        for stream in reversed([*streams]):
            reached = stream.memory.bookmark()
            if self._is_listing_whole:
                reached = max(filter(None, (reached, report.created)))
            memory = Remembered(
                read_reports=self._read_reports(stream, report, reached)
            )
            if stream is self.streams[0]:
                memory = replace(
                    memory,
                    unread_reports=self._memory.unread_reports,
                    marketplaces=self._memory.marketplaces or self._wanted_ids,
                )
            if reached is None:
                stream.receiver.flush()
                stream.memory.remember(memory.written())
            else:
                stream.memory.move_bookmark(reached, memory.written())

    def _read_reports(
        self, stream: JobStream, report: Report, reached: datetime | None
    ) -> dict[str, datetime]:
        """Return what a stream has read, and its next listing may show again."""
        read = {**stream.remembered().read_reports, report.report_id: report.created}
        if reached is None:
            return read
        kept = reached - _LISTED_AGAIN
        return {report_id: made for report_id, made in read.items() if made >= kept}
