"""Ended reports and their documents, for the streams of one group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.errors import DocumentDamagedError
from tap_amazon_reports.amazon.marketplaces import find_marketplace
from tap_amazon_reports.documents.conventions import (
    Conventions,
    Decimals,
    marketplace_day_order,
)
from tap_amazon_reports.documents.download import Download
from tap_amazon_reports.documents.values import DayOrder
from tap_amazon_reports.reports.errors import ReportFailedError
from tap_amazon_reports.reports.failure import failure_reason, is_not_yet
from tap_amazon_reports.reports.report_types import DayRule, DecimalRule
from tap_amazon_reports.streams.document_rows import DocumentRows
from tap_amazon_reports.streams.report_rows import ReportRows

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator

    from singer_sdk.helpers.types import Record

    from tap_amazon_reports.amazon.secret import DocumentUrl
    from tap_amazon_reports.reports.report import Report
    from tap_amazon_reports.streams.content import ContentStream
    from tap_amazon_reports.streams.report_group import Partition, ReportGroup

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


class ReportDocuments:
    """Opens and reads the documents of ended reports."""

    def __init__(self, group: ReportGroup) -> None:
        """Read for `group`."""
        self._group = group

    def rows(
        self,
        driver: ContentStream,
        partition: Partition,
        report: Report,
        *,
        marketplace_id: str | None = None,
    ) -> Iterator[Record]:
        """Yield the rows of `driver`; none for a report that has no document to read.

        A damaged document is fetched once more, and no row is given twice.

        Args:
            driver: the stream that is being read; its siblings' rows are written.
            partition: what was asked for.
            report: has ended.
            marketplace_id: of the rows, if not the partition's name.

        Raises:
            AmazonError: if the document cannot be read.
        """
        if not report.status.is_done:
            return
        name = marketplace_id or partition.name
        reading = self._reading(driver, partition, report, name)
        try:
            yield from self._turning(reading.read(self._download(report), driver))
        except DocumentDamagedError as error:
            self._group.warn(f"report {report.report_id}: {error}; fetching it again")
            skip = reading.count
            reading = self._reading(driver, partition, report, name, skip=skip)
            yield from self._turning(reading.read(self._download(report), driver))
        reading.warn(driver)

    def came_too_early(self, report: Report) -> bool:
        """Tell whether the report failed only because its data is late.

        Raises:
            ReportFailedError: if it failed for another reason.
        """
        if not report.status.has_failed:
            return False
        reason = "Amazon gave no reason"
        if report.document_id:
            reason = failure_reason(self._download(report).pieces())
        if not is_not_yet(reason):
            msg = (
                f"report {report.report_id} ({report.report_type}) failed: {reason};"
                " check its report_options and dates"
            )
            raise ReportFailedError(msg)
        self._group.warn(
            f"report {report.report_id}: {reason}; the next run tries again"
        )
        return True

    def warn_of_silence(self, counted: Counter[str]) -> None:
        """Say that several finished reports had no row among them all."""
        if counted["reports"] > 1 and not counted["rows"]:
            self._group.warn(
                f"{counted['reports']} reports were finished, and none of them has a"
                " row: check the marketplaces, roles and options"
            )

    def _reading(
        self,
        driver: ContentStream,
        partition: Partition,
        report: Report,
        marketplace_id: str,
        *,
        skip: int = 0,
    ) -> ReportRows:
        market = find_marketplace(marketplace_id)
        country = market.country if market else partition.country
        return ReportRows(
            report,
            marketplace_id=marketplace_id,
            rows=DocumentRows(
                self._group.entry.kind,
                conventions=self._conventions(country),
                fallback_charset="cp932" if country == "JP" else "cp1252",
            ),
            streams=self._group.together(driver),
            skip=skip,
        )

    def _conventions(self, country: str | None) -> Conventions:
        kind = self._group.entry.kind
        return Conventions(
            country=country,
            decimals=_DECIMALS[kind.decimals],
            day_order=_DAY_ORDERS.get(kind.day_order) or marketplace_day_order(country),
        )

    def _turning(self, records: Iterator[Record]) -> Iterator[Record]:
        """Let the desk work between rows."""
        for number, record in enumerate(records):
            if number % _ROWS_BETWEEN_TURNS == 0:
                self._group.room.desk.turn()
            yield record

    def _download(self, report: Report) -> Download:
        def ask() -> DocumentUrl:
            return self._group.service.document_url(
                str(report.document_id), restricted=self._group.entry.restricted
            )

        return Download(ask=ask, storage=self._group.room.storage)
