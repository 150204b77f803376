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
from tap_amazon_reports.reports.resuming import resumed_at
from tap_amazon_reports.reports.silence import none_made, none_new, still_made

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator
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


@dataclass
class _Reached:
    """What one stream has read, and which reports it still needs.

    Attributes:
        start: from where on it needs all reports.
        read: what it has read of the hour before its bookmark.
        unread: by id, when reports were made that it was moved past without reading.
        marketplaces: of which it was read up to its bookmark; empty if nobody knows.
    """

    start: datetime
    read: frozenset[str]
    unread: dict[str, datetime]
    marketplaces: tuple[str, ...]

    def needs(self, report: Report, new: frozenset[str]) -> bool:
        """Tell whether a report is to be read, or one of the `new` marketplaces."""
        if report.report_id in self.unread:
            return True
        of_report = set(report.marketplace_ids)
        if new & of_report and not of_report & set(self.marketplaces):
            return True
        return report.created >= self.start and report.report_id not in self.read


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
        self._reached: dict[str, _Reached] = {}
        self._counted = Counter[str]()
        self._failures: list[str] = []
        self._is_listing_whole = True
        self._place = 0
        self._listed_until = self.wanted.end
        self._in_making: Report | None = None

    def plan(self, *, place: int) -> None:
        """List the reports, if that costs no waiting, and have them fetched ahead.

        Raises:
            AmazonError: if they cannot be listed.
            UnreadableMemoryError: if state has another shape.
        """
        self._place = place
        self.tell_of_foreign_bookmarks()
        self.tell_of_odd_bookmarks()
        self._recall()
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
                f"report {report.report_id} has failed and has no rows; Amazon says"
                f" {reason!r}; check the schedule or the application that created it"
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
        with self.streams[0].memory.together():
            for stream in self.streams:
                self._remember_reached(stream)
        if self._failures:
            raise ReportFailedError("; ".join(self._failures))

    def _remember_reached(self, stream: JobStream) -> None:
        """Have a stream remember what it was moved past, and the marketplaces.

        Of new ones there may be reports behind one that is still in the making, or
        among those that could not be listed: then they stay new.
        """
        before = stream.remembered()
        done = replace(before, unread_reports=self._reached[stream.name].unread)
        if self._is_listing_whole and not self._in_making:
            done = replace(done, marketplaces=self._wanted_ids)
        if done != before:
            stream.memory.remember(done.written())

    # Listing.

    def _recall(self) -> None:
        now = self._parts.clock.now().replace(microsecond=0)
        oldest = oldest_listed(now)
        for stream in self.streams:
            bookmark, remembered = stream.memory.bookmark(), stream.remembered()
            start = self.wanted.start
            if bookmark:
                start = resumed_at(bookmark - _LISTED_AGAIN, self.wanted.floor)
            if start < oldest:
                self.tell_once(
                    "Amazon keeps reports for 90 days; those created before"
                    f" {oldest:%Y-%m-%d} cannot be read"
                )
            self._reached[stream.name] = _Reached(
                max(start, oldest),
                frozenset(remembered.read_reports),
                dict(remembered.unread_reports),
                remembered.marketplaces,
            )

    def _list(self) -> None:
        """List what is to be read, and have it fetched ahead."""
        self._is_listed = True
        now = self._parts.clock.now()
        self._listed_until = min(self.wanted.end, now).replace(microsecond=0)
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
        if read := self.streams[0].remembered().read_reports:
            self.tell_once(none_new(max(read.values())), level=logging.INFO)
            return
        start = min(one.start for one in self._reached.values())
        self.warn(none_made(self.wanted.kind, start))

    def _unread(self) -> list[Report]:
        """Return the finished reports, oldest first, up to one still in the making.

        One that has been making for a day, or from before all bookmarks, is passed
        over: a later run reads it.
        """
        unread = []
        listed = sorted(self._listed(), key=lambda one: (one.created, one.report_id))
        for report in listed:
            takers = self._takers(report)
            if not takers:
                continue
            if report.status.is_terminal:
                unread.append(report)
            elif self._is_held_up_by_none(report):
                for stream in takers:
                    self._reached[stream.name].unread[report.report_id] = report.created
                self.leave(
                    f"report {report.report_id} has been {report.status.value} since"
                    f" {report.created:%Y-%m-%d %H:%MZ}; it is skipped for now, and"
                    " read by the first run that finds it finished"
                )
            else:
                self._in_making = report
                break
        if self._is_listing_whole:
            self._forget_gone({report.report_id for report in listed})
        return unread

    def _is_held_up_by_none(self, report: Report) -> bool:
        """Tell whether newer reports are read although this one is in the making."""
        age = self._parts.clock.now() - report.created
        reached = self._reached.values()
        return age >= _STUCK or all(report.created < one.start for one in reached)

    def _forget_gone(self, listed: Container[str]) -> None:
        every = {one for reached in self._reached.values() for one in reached.unread}
        for report_id in sorted(one for one in every if one not in listed):
            for reached in self._reached.values():
                reached.unread.pop(report_id, None)
            self.warn(
                f"report {report_id} was skipped by earlier runs, and Amazon no longer"
                " lists it: its rows cannot be read"
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
        oldest = oldest_listed(now)
        starts = []
        for reached in self._reached.values():
            starts.append(reached.start)
            starts += [max(oldest, made) for made in reached.unread.values()]
            if self._new_marketplaces(reached):
                starts.append(max(oldest, self.wanted.start))
        since = min(starts).replace(microsecond=0)
        types = [self.wanted.kind.report_type]
        until = self._listed_until
        for report in self.wanted.service.list_reports(types, since, until):
            if self._is_ours(report):
                yield report

    def _new_marketplaces(self, reached: _Reached) -> frozenset[str]:
        """Return those of which no report was collected before."""
        before = reached.marketplaces
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
        takers = []
        for stream in self.streams:
            reached = self._reached[stream.name]
            if reached.needs(report, self._new_marketplaces(reached)):
                takers.append(stream)
        return takers

    # Reading.

    def _read(self, report: Report) -> bool:
        """Give the rows of a report; pass it over if its document cannot be had."""
        if not report.document_id:
            self.warn(f"report {report.report_id} is done but has no document: no rows")
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
        takers = self._takers(report)
        for stream in takers:
            self._reached[stream.name].unread[report.report_id] = report.created
        self._move(takers, report)

    def _move_past(self, report: Report) -> None:
        takers = self._takers(report)
        for stream in takers:
            self._reached[stream.name].unread.pop(report.report_id, None)
        self._move(takers, report)

    def _move(self, streams: Iterable[JobStream], report: Report) -> None:
        with self.streams[0].memory.together():
            self._move_each(streams, report)

    def _move_each(self, streams: Iterable[JobStream], report: Report) -> None:
        for stream in reversed([*streams]):
            reached = stream.memory.bookmark()
            if self._is_listing_whole:
                # No further than was listed, whatever the report says of itself.
                read_until = min(report.created, self._listed_until)
                reached = max(filter(None, (reached, read_until)))
            of_stream = self._reached[stream.name]
            memory = Remembered(
                read_reports=self._read_reports(stream, report, reached),
                unread_reports=of_stream.unread,
                marketplaces=of_stream.marketplaces or self._wanted_ids,
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
