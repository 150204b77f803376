"""One report type that is wanted, read once for all the streams that it becomes."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tap_amazon_reports.amazon.errors import (
    DocumentDamagedError,
    RequestRefusedError,
)
from tap_amazon_reports.documents.download import Download
from tap_amazon_reports.documents.typed import (
    Conventions,
    Decimals,
    marketplace_day_order,
)
from tap_amazon_reports.documents.values import DayOrder
from tap_amazon_reports.report_settings import ReportEntry, Source
from tap_amazon_reports.reports.desk import Desk, Ticket
from tap_amazon_reports.reports.errors import ReportFailedError
from tap_amazon_reports.reports.failure import failure_reason, is_not_yet
from tap_amazon_reports.reports.plan import PlannedWindow, planned_windows
from tap_amazon_reports.reports.report import Report, ReportRequest, ReportService
from tap_amazon_reports.reports.report_types import DateMode, DayRule, DecimalRule
from tap_amazon_reports.reports.status import ReportStatus
from tap_amazon_reports.streams.document_rows import DocumentRows
from tap_amazon_reports.streams.report_rows import ReportRows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from singer_sdk.helpers.types import Record

    from tap_amazon_reports.reports.adoption import Known
    from tap_amazon_reports.settings import Settings
    from tap_amazon_reports.streams.content import ContentStream
    from tap_amazon_reports.streams.report_room import ReportRoom

logger = logging.getLogger(__name__)

_DONE = frozenset({ReportStatus.DONE, ReportStatus.COMPLETED})
_FAILED = frozenset({ReportStatus.FATAL, ReportStatus.FAILED})
_KEPT = timedelta(days=90)
_SLACK = timedelta(minutes=10)
_LISTED_AGAIN = timedelta(hours=1)
_DECIMALS = {
    DecimalRule.POINT: Decimals.POINT,
    DecimalRule.MARKETPLACE: Decimals.MARKETPLACE,
}
_DAY_ORDERS = {
    DayRule.UNKNOWN: DayOrder.UNKNOWN,
    DayRule.MONTH_FIRST: DayOrder.MONTH_FIRST,
    DayRule.DAY_FIRST: DayOrder.DAY_FIRST,
}
_ROWS_BETWEEN_TURNS = 1000
_ASKED = "asked"
_READ = "read_report_ids"


@dataclass(frozen=True)
class Partition:
    """What is asked for at once: a marketplace, or all of a region.

    Attributes:
        name: the marketplace's id, or the region's code; `marketplace_id` of the rows.
        marketplace_ids: what to ask Amazon for; none for Amazon Pay.
        country: of the marketplace, when it is one.
    """

    name: str
    marketplace_ids: tuple[str, ...]
    country: str | None = None


def selling_partner_partitions(entry: ReportEntry) -> list[Partition]:
    """Return what is asked for at once: a marketplace, or all of the region."""
    markets = entry.marketplaces
    together = entry.kind.regional or entry.source is Source.COLLECT
    if together and markets:
        ids = tuple(market.marketplace_id for market in markets)
        country = markets[0].country if len(markets) == 1 else None
        return [Partition(markets[0].region.value, ids, country)]
    return [
        Partition(market.marketplace_id, (market.marketplace_id,), market.country)
        for market in markets
    ]


@dataclass
class _Wanted:
    """A report that is wanted for a window, or for now."""

    ticket: Ticket
    planned: PlannedWindow | None


@dataclass(kw_only=True)
class ReportGroup:
    """One entry of `sp_report_types` or `pay_report_types`.

    The first of its streams that the SDK reads yields its own rows and writes those of
    its siblings on the way, so that a document with several arrays is fetched once.
    """

    entry: ReportEntry
    service_name: str
    make_service: Callable[[], ReportService]
    partitions: Sequence[Partition]
    settings: Settings
    room: ReportRoom
    streams: list[ContentStream] = field(default_factory=list)
    _wanted: dict[str, list[_Wanted]] = field(default_factory=dict)
    _finished: set[tuple[str, str]] = field(default_factory=set)
    _rows_seen: Counter[str] = field(default_factory=Counter)

    @property
    def service(self) -> ReportService:
        """The service that makes the reports."""
        return self.make_service()

    @property
    def contexts(self) -> list[dict[str, str]]:
        """The partitions, as state knows them."""
        return [{"marketplace_id": partition.name} for partition in self.partitions]

    @property
    def bookmark_column(self) -> str | None:
        """What the bookmark follows; nothing for a snapshot, which is read anew."""
        if self.entry.source is Source.COLLECT:
            return "report_created_time"
        return None if self._is_snapshot else "data_end_time"

    @property
    def wants_reports(self) -> bool:
        """Whether reports are to be asked for."""
        return bool(self._selected()) and self.entry.source is Source.REQUEST

    @property
    def may_adopt(self) -> bool:
        """Whether a listing can show reports that may stand for wanted ones."""
        return not self.entry.options

    @property
    def fresh(self) -> timedelta:
        """How old an existing report may be to stand for a wanted one."""
        return timedelta(hours=self.entry.kind.fresh_hours)

    def warn(self, text: str) -> None:
        """Log a warning in the name of the first stream."""
        self.streams[0].logger.warning("%s: %s", self.streams[0].name, text)

    # What is wanted.

    def plan(self, desk: Desk, known: Known) -> None:
        """Put all reports that the streams still want on the desk."""
        for partition in self.partitions:
            self._wanted[partition.name] = [
                self._want(partition, planned, desk, known)
                for planned in self._windows(partition)
            ]

    @property
    def _is_snapshot(self) -> bool:
        return self.entry.kind.dates.mode is DateMode.NONE

    def _windows(self, partition: Partition) -> Iterator[PlannedWindow | None]:
        kind = self.entry.kind
        if self._is_snapshot and kind.dates.trailing_hours is None:
            yield None
            return
        now = self.room.clock.now().replace(microsecond=0)
        start = self._start(partition)
        if kind.reach_days is not None:
            start = max(start, now - timedelta(days=kind.reach_days) + _SLACK)
        yield from planned_windows(
            kind,
            start,
            min(self.settings.end, now - timedelta(hours=kind.latency_hours)),
            days=self.entry.window_days,
            options=dict(self.entry.options),
        )

    def _start(self, partition: Partition) -> datetime:
        """Return from where on rows are wanted, by all selected streams."""
        start = self.entry.start or self.settings.start
        bookmarks = [
            stream.bookmark_moment({"marketplace_id": partition.name})
            for stream in self._selected()
        ]
        read = [moment for moment in bookmarks if moment is not None]
        if len(read) < len(bookmarks):
            return start
        return max(start, min(read) - self.entry.lookback)

    def _want(
        self,
        partition: Partition,
        planned: PlannedWindow | None,
        desk: Desk,
        known: Known,
    ) -> _Wanted:
        request = ReportRequest(
            report_type=self.entry.kind.report_type,
            marketplace_ids=partition.marketplace_ids,
            data_start=planned.window.start if planned else None,
            data_end=planned.data_end if planned else None,
            options=self.entry.options,
        )
        asked = self._asked(partition).get(request.digest)
        known_id = asked or known.find(
            request, now=self.room.clock.now(), fresh=self.fresh
        )
        ticket = self._ticket(request, partition)
        desk.want(ticket, known_id=known_id)
        return _Wanted(ticket, planned)

    def _ticket(self, request: ReportRequest, partition: Partition) -> Ticket:
        def remember(report_id: str | None) -> None:
            asked = self._asked(partition)
            asked.pop(request.digest, None)
            if report_id is not None:
                asked[request.digest] = report_id
            self._advance(partition, None, {_ASKED: asked})

        return Ticket(request, self.service, self.streams[0].name, remember)

    def _asked(self, partition: Partition) -> dict[str, str]:
        """Return what was asked for and not yet read: digests to report ids."""
        context = {"marketplace_id": partition.name}
        found: dict[str, str] = {}
        for stream in self._selected():
            found.update(stream.get_context_state(context).get(_ASKED, {}))
        return found

    # Reading.

    def rows(self, driver: ContentStream, name: str) -> Iterator[Record]:
        """Yield the rows of `driver`, and write those of its siblings.

        Raises:
            AmazonError: if a report cannot be had or read.
        """
        if self._is_finished(driver, name):
            return
        self.room.open()
        partition = next(found for found in self.partitions if found.name == name)
        if self.entry.source is Source.COLLECT:
            yield from self._collect(driver, partition)
        else:
            yield from self._request(driver, partition)
        for stream in self._together(driver):
            self._finished.add((stream.name, name))

    def _request(self, driver: ContentStream, partition: Partition) -> Iterator[Record]:
        counted = Counter[str]()
        for wanted in self._wanted_by(partition):
            report = self._obtain(wanted, partition, counted["rows"])
            if report.status in _FAILED and self._is_late(report):
                return
            if report.status in _DONE:
                counted["reports"] += 1
                for record in self._report_rows(driver, partition, report):
                    counted["rows"] += 1
                    yield record
            self._move_past(partition, wanted)
        self._warn_of_silence(counted)

    def _wanted_by(self, partition: Partition) -> list[_Wanted]:
        return self._wanted.get(partition.name, [])

    def _obtain(
        self, wanted: _Wanted, partition: Partition, rows_before: int
    ) -> Report:
        """Return the ended report; a cancelled one is asked for once more.

        Nobody can tell "there is no data" from "somebody cancelled it"; where other
        windows had rows, the second is worth a try.
        """
        report = self.room.desk.obtain(wanted.ticket)
        adopted = wanted.ticket.adopted
        if report.status is ReportStatus.CANCELLED and (rows_before or adopted):
            again = self._ticket(wanted.ticket.request, partition)
            self.room.desk.want(again)
            report = self.room.desk.obtain(again)
        if report.status is ReportStatus.CANCELLED:
            logger.info("report %s was cancelled: no rows", report.report_id)
        return report

    def _is_late(self, report: Report) -> bool:
        """Tell whether a failed report only came too early.

        Raises:
            ReportFailedError: if it failed for another reason.
        """
        reason = "Amazon gave no reason"
        if report.document_id:
            reason = failure_reason(self._download(report).pieces())
        if not is_not_yet(reason):
            msg = (
                f"report {report.report_id} ({report.report_type}) failed: {reason};"
                " check its report_options and dates"
            )
            raise ReportFailedError(msg)
        self.warn(f"report {report.report_id}: {reason}; the next run tries again")
        return True

    def _move_past(self, partition: Partition, wanted: _Wanted) -> None:
        asked = self._asked(partition)
        asked.pop(wanted.ticket.request.digest, None)
        bookmark = wanted.planned.window.end if wanted.planned else None
        self._advance(partition, bookmark, {_ASKED: asked})

    def _collect(self, driver: ContentStream, partition: Partition) -> Iterator[Record]:
        """Yield the rows of each finished report that has not been read yet."""
        context = {"marketplace_id": partition.name}
        read = dict(driver.get_context_state(context).get(_READ, {}))
        since, until = self._collecting(partition)
        counted = Counter[str]()
        listed = self.service.listed([self.entry.kind.report_type], since, until)
        for report in sorted(
            listed, key=lambda found: (found.created, found.report_id)
        ):
            if not report.status.is_terminal:
                # What is in the making now is read by the run that sees it finished.
                break
            if report.report_id in read or not self._is_mine(report):
                continue
            if report.status in _DONE:
                counted["reports"] += 1
                for record in self._collected_rows(driver, partition, report):
                    counted["rows"] += 1
                    yield record
            read[report.report_id] = report.created.isoformat()
            kept = (report.created - _LISTED_AGAIN).isoformat()
            read = {one: when for one, when in read.items() if when >= kept}
            self._advance(partition, report.created, {_READ: read})
        self._warn_of_silence(counted)

    def _collecting(self, partition: Partition) -> tuple[datetime, datetime]:
        now = self.room.clock.now().replace(microsecond=0)
        oldest = now - _KEPT + _SLACK
        wanted = self.entry.start or self.settings.start
        bookmarks = [
            stream.bookmark_moment({"marketplace_id": partition.name})
            for stream in self._selected()
        ]
        if all(bookmarks):
            newest = min(moment for moment in bookmarks if moment)
            wanted = max(wanted, newest - _LISTED_AGAIN)
        elif wanted < oldest:
            self.warn(
                "Amazon keeps reports for 90 days; what was made before"
                f" {oldest.date()} cannot be read"
            )
        return max(wanted, oldest), min(self.settings.end.replace(microsecond=0), now)

    def _is_mine(self, report: Report) -> bool:
        wanted = {market.marketplace_id for market in self.entry.marketplaces}
        return (
            not wanted
            or not report.marketplace_ids
            or bool(wanted & set(report.marketplace_ids))
        )

    def _collected_rows(
        self, driver: ContentStream, partition: Partition, report: Report
    ) -> Iterator[Record]:
        """Yield the rows; a document that Amazon has thrown away is a warning."""
        try:
            yield from self._report_rows(driver, partition, report)
        except RequestRefusedError as error:
            self.warn(f"report {report.report_id} has lost its document: {error}")

    def _report_rows(
        self, driver: ContentStream, partition: Partition, report: Report
    ) -> Iterator[Record]:
        """Yield the driver's rows of one report; fetch a damaged document once more."""
        rows = self._rows(driver, partition, report)
        try:
            yield from self._turning(rows.read(self._download(report), driver))
        except DocumentDamagedError as error:
            self.warn(f"report {report.report_id}: {error}; fetching it again")
            rows = self._rows(driver, partition, report, skip=rows.count)
            yield from self._turning(rows.read(self._download(report), driver))
        rows.warn(driver)

    def _rows(
        self,
        driver: ContentStream,
        partition: Partition,
        report: Report,
        skip: int = 0,
    ) -> ReportRows:
        one = report.marketplace_ids if self.entry.source is Source.COLLECT else ()
        return ReportRows(
            report,
            marketplace_id=one[0] if len(one) == 1 else partition.name,
            rows=DocumentRows(
                self.entry.kind,
                conventions=self._conventions(partition),
                fallback_charset="cp932" if partition.country == "JP" else "cp1252",
            ),
            streams=self._together(driver),
            skip=skip,
        )

    def _conventions(self, partition: Partition) -> Conventions:
        kind = self.entry.kind
        return Conventions(
            country=partition.country,
            decimals=_DECIMALS[kind.decimals],
            day_order=_DAY_ORDERS.get(kind.day_order)
            or marketplace_day_order(partition.country),
        )

    def _turning(self, records: Iterator[Record]) -> Iterator[Record]:
        """Let the desk work between rows."""
        for number, record in enumerate(records):
            if number % _ROWS_BETWEEN_TURNS == 0:
                self.room.desk.turn()
            yield record

    def _download(self, report: Report) -> Download:
        def ask() -> Any:
            return self.service.document_url(
                str(report.document_id), restricted=self.entry.restricted
            )

        return Download(ask=ask, storage=self.room.storage)

    # State, and who is read together.

    def _selected(self) -> list[ContentStream]:
        return [stream for stream in self.streams if stream.selected]

    def _together(self, driver: ContentStream) -> list[ContentStream]:
        """Return the streams that are read at once; a batch file holds one stream."""
        if driver.get_batch_config(driver.config) is not None:
            return [driver]
        return [
            stream
            for stream in self._selected()
            if stream is driver or (stream.name, "") not in self._finished
        ]

    def _is_finished(self, driver: ContentStream, name: str) -> bool:
        return (driver.name, name) in self._finished

    def _advance(
        self,
        partition: Partition,
        bookmark: datetime | None,
        beside: Mapping[str, object],
    ) -> None:
        context = {"marketplace_id": partition.name}
        for stream in self._selected():
            stream.advance(context, stream.furthest(context, bookmark), beside=beside)

    def _warn_of_silence(self, counted: Counter[str]) -> None:
        if counted["reports"] > 1 and not counted["rows"]:
            self.warn(
                f"{counted['reports']} reports were finished, and none of them has a"
                " row: check the marketplaces, roles and options"
            )
