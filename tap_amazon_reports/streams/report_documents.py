"""Ended reports and their documents, for the streams of one group."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.errors import DocumentDamagedError
from tap_amazon_reports.amazon.marketplaces import find_marketplace
from tap_amazon_reports.documents.document_rows import DocumentRows
from tap_amazon_reports.reports.errors import ReportFailedError
from tap_amazon_reports.reports.failure import failure_reason, is_not_yet
from tap_amazon_reports.reports.prefetch import Document
from tap_amazon_reports.streams.report_rows import ReportRows

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Generator, Iterable

    from tap_amazon_reports.documents.block import Block
    from tap_amazon_reports.documents.download import Download
    from tap_amazon_reports.reports.prefetch import Need
    from tap_amazon_reports.reports.report import Report
    from tap_amazon_reports.streams.content import ContentStream
    from tap_amazon_reports.streams.report_group import Partition, ReportGroup

logger = logging.getLogger(__name__)


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
        download: Download,
        *,
        marketplace_id: str | None = None,
    ) -> Generator[Block, None, int]:
        """Yield the rows of `driver`; return how many there were, of all streams.

        A damaged document is fetched once more, and no row is given twice.

        Args:
            driver: the stream that is being read; its siblings' rows are written.
            partition: what was asked for.
            report: is done.
            download: its document.
            marketplace_id: of the rows, if not the partition's name.

        Raises:
            AmazonError: if the document cannot be read.
        """
        name = marketplace_id or partition.name
        reading = self._reading(driver, partition, report, name)
        try:
            yield from reading.read(download, driver)
        except DocumentDamagedError as error:
            self._warn_of_damage(report, error)
            skip = reading.count
            reading = self._reading(driver, partition, report, name, skip=skip)
            download = self._download(report)
            yield from reading.read(download, driver)
        reading.warn(driver)
        self._count(report, download, reading.count)
        return reading.count

    def open(self, report: Report) -> Download:
        """Return the document of a report that is done.

        Raises:
            AmazonError: if it cannot be opened.
        """
        try:
            return self._download(report)
        except DocumentDamagedError as error:
            self._warn_of_damage(report, error)
            return self._download(report)

    def expect(self, report: Report, need: Need) -> None:
        """Fetch the document of a report ahead, if it has one."""
        if report.status.is_done and report.document_id:
            self._group.room.prefetch.want(self._document(report), need)

    def forget(self, reports: Iterable[Report]) -> None:
        """Let go of documents that nobody will read."""
        ids = (report.document_id for report in reports)
        self._group.room.prefetch.forget(found for found in ids if found)

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
            rows=DocumentRows(self._group.entry.kind.layout, country=country),
            streams=self._group.selected,
            skip=skip,
        )

    def _document(self, report: Report) -> Document:
        return Document(
            service=self._group.service,
            document_id=str(report.document_id),
            restricted=self._group.entry.restricted,
        )

    def _download(self, report: Report) -> Download:
        room = self._group.room
        download, waited_seconds = room.scheduler.open(self._document(report))
        room.tally(self._group).waited_seconds += waited_seconds
        # The scheduler works while rows are written.
        download.between_pieces = room.scheduler.turn
        return download

    def _warn_of_damage(self, report: Report, error: DocumentDamagedError) -> None:
        self._group.warn(f"report {report.report_id}: {error}; fetching it again")

    def _count(self, report: Report, download: Download, rows: int) -> None:
        """Count a report that was read, and say so."""
        tally = self._group.room.tally(self._group)
        tally.read += 1
        tally.empty += not rows
        tally.document_bytes += download.read_bytes
        logger.info(
            "report %s (%s) is read: %d rows, %d bytes",
            report.report_id,
            report.report_type,
            rows,
            download.read_bytes,
        )
