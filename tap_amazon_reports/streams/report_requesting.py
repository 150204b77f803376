"""Reports that are asked for: which ones, which are adopted, in which order read."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.errors import (
    AmazonError,
    DocumentMissingError,
    RequestRefusedError,
)
from tap_amazon_reports.amazon.wire_time import parse_instant, utc_text
from tap_amazon_reports.reports.errors import WrongReportError
from tap_amazon_reports.reports.lookback import Lookback
from tap_amazon_reports.reports.pending_report import PendingReport
from tap_amazon_reports.reports.plan import (
    PlannedWindow,
    oldest_data,
    planned_windows,
)
from tap_amazon_reports.reports.report import ReportRequest
from tap_amazon_reports.reports.status import ReportStatus
from tap_amazon_reports.reports.windows import Window
from tap_amazon_reports.streams.report_documents import ReportDocuments

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tap_amazon_reports.documents.block import Block
    from tap_amazon_reports.documents.download import Download
    from tap_amazon_reports.reports.adoption import Known
    from tap_amazon_reports.reports.prefetch import Need
    from tap_amazon_reports.reports.report import Report
    from tap_amazon_reports.reports.scheduler import ReportScheduler
    from tap_amazon_reports.streams.content import ContentStream
    from tap_amazon_reports.streams.report_group import Partition, ReportGroup

logger = logging.getLogger(__name__)

_ASKED = "asked"
"""In state: by digest, the id and the window of what was asked for and not yet read."""
_READ_AT = "read_at"
"""In state: when the reports were made from which the data before the bookmark is."""


@dataclass
class _Wanted:
    """A report that is wanted for a window, or for now."""

    pending: PendingReport
    planned: PlannedWindow | None
    need: Need


class Requesting:
    """Asks for the reports of one type, window by window or as a snapshot."""

    def __init__(self, group: ReportGroup) -> None:
        """Want nothing yet."""
        self._group = group
        self._documents = ReportDocuments(group)
        self._wanted: dict[str, list[_Wanted]] = {}
        self._made: dict[str, datetime] = {}

    @property
    def may_adopt(self) -> bool:
        """Whether a listing can show reports that may stand for wanted ones."""
        return not self._group.entry.options

    @property
    def report_type(self) -> str:
        """What is asked for."""
        return self._group.entry.kind.report_type

    @property
    def fresh(self) -> timedelta:
        """How old an existing report may be to stand for a wanted one."""
        return timedelta(hours=self._group.entry.kind.fresh_hours)

    def plan(self, scheduler: ReportScheduler, known: Known, *, place: int) -> None:
        """Put all reports that the streams still want on the scheduler.

        Args:
            scheduler: asks for them.
            known: those that exist.
            place: of the streams, in the order in which the run reads them.
        """
        for part, partition in enumerate(self._group.partitions):
            wanted = [
                self._want(
                    partition, planned, scheduler, known, need=(place, part, number)
                )
                for number, planned in enumerate(self._planned(partition))
            ]
            self._wanted[partition.name] = wanted
            self._forget_others(partition, wanted)

    @property
    def windows(self) -> list[Window]:
        """What is planned, but for snapshots, which have none."""
        planned = (one.planned for part in self._wanted.values() for one in part)
        return [one.window for one in planned if one]

    def rows(self, driver: ContentStream, partition: Partition) -> Iterator[Block]:
        """Yield the rows of `driver`, window after window.

        Raises:
            AmazonError: if a report cannot be had or read.
        """
        try:
            with self._group.room.timed(self._group):
                yield from self._windows(driver, partition)
        except AmazonError:
            self._group.room.scheduler.drop(self._queue(partition))
            raise

    def _windows(self, driver: ContentStream, partition: Partition) -> Iterator[Block]:
        counted = Counter[str]()
        for wanted in self._wanted.get(partition.name, []):
            report = self._obtain(wanted, partition, rows_before=counted["rows"])
            report, download = self._opened(wanted, partition, report)
            if self._documents.came_too_early(report):
                self._group.room.scheduler.drop(self._queue(partition))
                return
            if download:
                counted["reports"] += 1
                counted["rows"] += yield from self._documents.rows(
                    driver, partition, report, download
                )
            self._move_past(partition, wanted, made=report.created)
            self._group.room.progress.step()
        self._documents.warn_of_silence(counted)

    # What is wanted.

    def _planned(self, partition: Partition) -> list[PlannedWindow | None]:
        kind = self._group.entry.kind
        if self._group.is_snapshot and kind.dates.trailing_hours is None:
            return [None]
        now = self._group.room.clock.now().replace(microsecond=0)
        self._made[partition.name] = now
        start = self._group.start
        if resumed := self._resumed(partition):
            start = max(start, resumed)
        options = dict(self._group.entry.options)
        if oldest := oldest_data(kind, now, options=options):
            start = max(start, oldest)
        end = self._group.settings.end.replace(microsecond=0)
        planned = planned_windows(
            kind,
            start,
            min(end, now - timedelta(hours=kind.latency_hours)),
            days=self._group.entry.window_days,
            options=options,
        )
        return [self._as_asked(partition, one) for one in planned]

    def _resumed(self, partition: Partition) -> datetime | None:
        """Return from where on an earlier run left something to be read, if one did."""
        entry = self._group.entry
        lookback = Lookback(
            kind=entry.kind, length=entry.lookback, options=dict(entry.options)
        )
        starts = []
        for stream in self._group.selected:
            bookmark = stream.bookmark_moment(partition.context)
            if bookmark is None:
                return None
            state = stream.get_context_state(partition.context)
            starts.append(lookback.start(bookmark, _moment(state.get(_READ_AT))))
        return min(starts, default=None)

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
        scheduler: ReportScheduler,
        known: Known,
        *,
        need: Need,
    ) -> _Wanted:
        request = ReportRequest(
            report_type=self.report_type,
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
        pending = self._pending(request, partition, need)
        pending.tally.windows += 1
        scheduler.want(pending, known_id=known_id)
        return _Wanted(pending, planned, need)

    def _pending(
        self, request: ReportRequest, partition: Partition, need: Need
    ) -> PendingReport:
        def remember(report_id: str | None) -> None:
            asked = self._asked(partition)
            asked.pop(request.digest, None)
            if report_id is not None:
                asked[request.digest] = (
                    report_id,
                    utc_text(request.data_start) if request.data_start else "",
                    utc_text(request.data_end) if request.data_end else "",
                )
            self._group.remember(partition, {_ASKED: asked})

        def finished(report: Report) -> None:
            self._documents.expect(report, need)

        return PendingReport(
            request,
            self._group.service,
            self._queue(partition),
            remember,
            finished=finished,
            fresh=self.fresh,
            tally=self._group.room.tally(self._group),
        )

    def _queue(self, partition: Partition) -> str:
        return f"{self._group.streams[0].name} {partition.name}"

    def _asked(self, partition: Partition) -> dict[str, tuple[str, ...]]:
        """Return what was asked for and not yet read: id, start and end, by digest."""
        found = self._group.remembered(partition, _ASKED)
        return {digest: tuple(entry) for digest, entry in found.items()}

    def _forget_others(self, partition: Partition, wanted: list[_Wanted]) -> None:
        """Drop from state what nobody wants any more."""
        digests = {one.pending.request.digest for one in wanted}
        asked = self._asked(partition)
        kept = {digest: entry for digest, entry in asked.items() if digest in digests}
        if kept != asked:
            self._group.remember(partition, {_ASKED: kept})

    # Reading.

    def _obtain(
        self, wanted: _Wanted, partition: Partition, *, rows_before: int
    ) -> Report:
        """Return the ended report; a cancelled one is asked for once more.

        Nobody can tell "there is no data" from "somebody cancelled it"; where other
        windows had rows, the second is worth a try.
        """
        report = self._ended(wanted)
        if report.status is ReportStatus.CANCELLED and rows_before:
            report = self._ended_again(wanted, partition)
        if report.status is ReportStatus.CANCELLED:
            self._group.warn(
                f"report {report.report_id} was cancelled, so there is no data from"
                f" {wanted.pending.request}, or somebody cancelled it twice"
            )
        return report

    def _ended(self, wanted: _Wanted) -> Report:
        """Return the ended report; one of no use is not adopted by the next run."""
        try:
            report = self._group.room.scheduler.obtain(wanted.pending)
        except WrongReportError:
            wanted.pending.remember(None)
            raise
        if report.status.has_failed:
            wanted.pending.remember(None)
        return report

    def _ended_again(self, wanted: _Wanted, partition: Partition) -> Report:
        """Ask once more for what was no good, and return it when it has ended."""
        request = wanted.pending.request
        wanted.pending = self._pending(request, partition, wanted.need)
        self._group.room.scheduler.want(wanted.pending)
        return self._ended(wanted)

    def _opened(
        self, wanted: _Wanted, partition: Partition, report: Report
    ) -> tuple[Report, Download | None]:
        """Return the report and its document, if it has rows.

        An adopted report that has lost its document is asked for anew.
        """
        if not report.status.is_done:
            return report, None
        try:
            return report, self._documents.open(report)
        except (RequestRefusedError, DocumentMissingError) as error:
            wanted.pending.remember(None)
            if not wanted.pending.adopted:
                raise
            self._group.warn(
                f"report {report.report_id} has lost its document, asking anew: {error}"
            )
        report = self._ended_again(wanted, partition)
        is_done = report.status.is_done
        return report, self._documents.open(report) if is_done else None

    def _move_past(
        self, partition: Partition, wanted: _Wanted, *, made: datetime
    ) -> None:
        """Move the bookmark past a window that was read from a report `made` then.

        When the reports were made is remembered by the earliest of this run, and no
        later than its plan, so that the next look-back starts early enough for each.
        """
        asked = self._asked(partition)
        asked.pop(wanted.pending.request.digest, None)
        if wanted.planned is None or self._group.is_snapshot:
            self._group.finish_batches()
            self._group.remember(partition, {_ASKED: asked})
            return
        made = self._made[partition.name] = min(made, self._made[partition.name])
        end = wanted.planned.window.end
        newest = {_READ_AT: utc_text(made)}
        self._group.move_bookmark(partition, end, {_ASKED: asked}, newest=newest)


def _moment(text: object) -> datetime | None:
    """Return the moment that state remembers; what is none is not known."""
    try:
        return parse_instant(str(text))
    except ValueError:
        return None
