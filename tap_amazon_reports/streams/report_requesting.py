"""Reports that are asked for: which ones, which are adopted, in which order read."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.errors import AmazonError
from tap_amazon_reports.amazon.wire_time import parse_instant, utc_text
from tap_amazon_reports.reports.desk import Ticket
from tap_amazon_reports.reports.plan import PlannedWindow, planned_windows
from tap_amazon_reports.reports.report import ReportRequest
from tap_amazon_reports.reports.status import ReportStatus
from tap_amazon_reports.reports.windows import Window
from tap_amazon_reports.streams.report_documents import ReportDocuments

if TYPE_CHECKING:
    from collections.abc import Iterator

    from singer_sdk.helpers.types import Record

    from tap_amazon_reports.reports.adoption import Known
    from tap_amazon_reports.reports.desk import Desk
    from tap_amazon_reports.reports.report import Report
    from tap_amazon_reports.streams.content import ContentStream
    from tap_amazon_reports.streams.report_group import Partition, ReportGroup

logger = logging.getLogger(__name__)

_SLACK = timedelta(minutes=10)
_ASKED = "asked"
"""In state: by digest, the id and the window of what was asked for and not yet read."""


@dataclass
class _Wanted:
    """A report that is wanted for a window, or for now."""

    ticket: Ticket
    planned: PlannedWindow | None


class Requesting:
    """Asks for the reports of one type, window by window or as a snapshot."""

    def __init__(self, group: ReportGroup) -> None:
        """Want nothing yet."""
        self._group = group
        self._documents = ReportDocuments(group)
        self._wanted: dict[str, list[_Wanted]] = {}

    @property
    def may_adopt(self) -> bool:
        """Whether a listing can show reports that may stand for wanted ones."""
        return not self._group.entry.options

    @property
    def fresh(self) -> timedelta:
        """How old an existing report may be to stand for a wanted one."""
        return timedelta(hours=self._group.entry.kind.fresh_hours)

    def plan(self, desk: Desk, known: Known) -> None:
        """Put all reports that the streams still want on the desk."""
        for partition in self._group.partitions:
            wanted = [
                self._want(partition, planned, desk, known)
                for planned in self._planned(partition)
            ]
            self._wanted[partition.name] = wanted
            self._forget_others(partition, wanted)

    def rows(self, driver: ContentStream, partition: Partition) -> Iterator[Record]:
        """Yield the rows of `driver`, window after window.

        Raises:
            AmazonError: if a report cannot be had or read.
        """
        try:
            yield from self._windows(driver, partition)
        except AmazonError:
            self._group.room.desk.drop(self._queue(partition))
            raise

    def _windows(self, driver: ContentStream, partition: Partition) -> Iterator[Record]:
        counted = Counter[str]()
        for wanted in self._wanted.get(partition.name, []):
            report = self._obtain(wanted, partition, rows_before=counted["rows"])
            if self._documents.came_too_early(report):
                return
            for record in self._documents.rows(driver, partition, report):
                counted["rows"] += 1
                yield record
            counted["reports"] += report.status.is_done
            self._move_past(driver, partition, wanted)
        self._documents.warn_of_silence(counted)

    # What is wanted.

    def _planned(self, partition: Partition) -> list[PlannedWindow | None]:
        kind = self._group.entry.kind
        if self._group.is_snapshot and kind.dates.trailing_hours is None:
            return [None]
        now = self._group.room.clock.now().replace(microsecond=0)
        start = self._group.start
        if bookmark := self._group.bookmark(partition):
            start = max(start, bookmark - self._group.entry.lookback)
        if kind.reach_days is not None:
            start = max(start, now - timedelta(days=kind.reach_days) + _SLACK)
        end = self._group.settings.end.replace(microsecond=0)
        planned = planned_windows(
            kind,
            start,
            min(end, now - timedelta(hours=kind.latency_hours)),
            days=self._group.entry.window_days,
            options=dict(self._group.entry.options),
        )
        return [self._as_asked(partition, one) for one in planned]

    def _as_asked(self, partition: Partition, planned: PlannedWindow) -> PlannedWindow:
        """Return the window as an earlier run asked for it, if it did.

        A window that ends at now ended a bit earlier when it was asked for by a run
        that was cut off. That report is read, and the next run goes on from its end.
        """
        for _, start, end in self._asked(partition).values():
            if start != utc_text(planned.window.start) or not end:
                continue
            asked_end = parse_instant(end)
            if asked_end < planned.data_end == planned.window.end:
                return PlannedWindow(Window(planned.window.start, asked_end), asked_end)
        return planned

    def _want(
        self,
        partition: Partition,
        planned: PlannedWindow | None,
        desk: Desk,
        known: Known,
    ) -> _Wanted:
        request = ReportRequest(
            report_type=self._group.entry.kind.report_type,
            marketplace_ids=partition.marketplace_ids,
            data_start=planned.window.start if planned else None,
            data_end=planned.data_end if planned else None,
            options=self._group.entry.options,
        )
        known_id = known.find(
            request, now=self._group.room.clock.now(), fresh=self.fresh
        )
        if asked := self._asked(partition).get(request.digest):
            known_id = asked[0]
        ticket = self._ticket(request, partition)
        desk.want(ticket, known_id=known_id)
        return _Wanted(ticket, planned)

    def _ticket(self, request: ReportRequest, partition: Partition) -> Ticket:
        def remember(report_id: str | None) -> None:
            asked = self._asked(partition)
            asked.pop(request.digest, None)
            if report_id is not None:
                asked[request.digest] = (
                    report_id,
                    utc_text(request.data_start) if request.data_start else "",
                    utc_text(request.data_end) if request.data_end else "",
                )
            self._group.advance(partition, None, {_ASKED: asked})

        queue = self._queue(partition)
        return Ticket(request, self._group.service, queue, remember)

    def _queue(self, partition: Partition) -> str:
        return f"{self._group.streams[0].name} {partition.name}"

    def _asked(self, partition: Partition) -> dict[str, tuple[str, ...]]:
        """Return what was asked for and not yet read: id, start and end, by digest."""
        found = self._group.remembered(partition, _ASKED)
        return {digest: tuple(entry) for digest, entry in found.items()}

    def _forget_others(self, partition: Partition, wanted: list[_Wanted]) -> None:
        """Drop from state what nobody wants any more."""
        digests = {one.ticket.request.digest for one in wanted}
        asked = self._asked(partition)
        kept = {digest: entry for digest, entry in asked.items() if digest in digests}
        if kept != asked:
            self._group.advance(partition, None, {_ASKED: kept})

    # Reading.

    def _obtain(
        self, wanted: _Wanted, partition: Partition, *, rows_before: int
    ) -> Report:
        """Return the ended report; a cancelled one is asked for once more.

        Nobody can tell "there is no data" from "somebody cancelled it"; where other
        windows had rows, the second is worth a try.
        """
        desk = self._group.room.desk
        report = desk.obtain(wanted.ticket)
        cancelled = report.status is ReportStatus.CANCELLED
        if cancelled and (rows_before or wanted.ticket.adopted):
            wanted.ticket = self._ticket(wanted.ticket.request, partition)
            desk.want(wanted.ticket)
            report = desk.obtain(wanted.ticket)
        if report.status is ReportStatus.CANCELLED:
            self._group.warn(
                f"report {report.report_id} was cancelled, so there is no data from"
                f" {wanted.ticket.request}, or somebody cancelled it twice"
            )
        return report

    def _move_past(
        self, driver: ContentStream, partition: Partition, wanted: _Wanted
    ) -> None:
        asked = self._asked(partition)
        asked.pop(wanted.ticket.request.digest, None)
        bookmark = None
        if wanted.planned and not self._group.is_snapshot:
            bookmark = wanted.planned.window.end
        self._group.advance(partition, bookmark, {_ASKED: asked}, driver=driver)
