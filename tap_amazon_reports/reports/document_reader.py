"""A finished report, from its document to the rows that streams take."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.counted import counted
from tap_amazon_reports.amazon.errors import DocumentDamagedError
from tap_amazon_reports.amazon.marketplaces import find_marketplace
from tap_amazon_reports.amazon.wire_time import utc_text
from tap_amazon_reports.documents.document_rows import DocumentRows
from tap_amazon_reports.documents.fingerprint import Fingerprint
from tap_amazon_reports.documents.oddities import oddities
from tap_amazon_reports.documents.soundness import CHECKED_BYTES
from tap_amazon_reports.reports.failure import NO_REASON, failure_reason
from tap_amazon_reports.reports.prefetch import Document
from tap_amazon_reports.reports.record_completer import RecordCompleter
from tap_amazon_reports.reports.same_documents import ReadDocument
from tap_amazon_reports.reports.silence import unread_arrays
from tap_amazon_reports.reports.windows import Window

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tap_amazon_reports.documents.download import Download
    from tap_amazon_reports.reports.prefetch import Need
    from tap_amazon_reports.reports.report import Report
    from tap_amazon_reports.reports.report_job import JobStream, RunParts, WantedReports
    from tap_amazon_reports.reports.tally import ReportTally

logger = logging.getLogger(__name__)

CheckHead = Callable[[Mapping[str, object]], None]
"""Told what stands at the head of a document, before any of its rows is given."""


def accept(_head: Mapping[str, object]) -> None:
    """Accept any document."""


class DocumentReader:
    """Opens and reads the documents of one job."""

    def __init__(
        self, wanted: WantedReports, *, name: str, parts: RunParts, tally: ReportTally
    ) -> None:
        """Read nothing yet.

        Args:
            wanted: of which reports.
            name: what a log calls the job.
            parts: what all jobs share.
            tally: counts what is read.
        """
        self._wanted = wanted
        self._name = name
        self._parts = parts
        self._tally = tally

    def read(
        self,
        report: Report,
        streams: Sequence[JobStream],
        *,
        check: CheckHead = accept,
        marketplace_id: str | None = None,
    ) -> int:
        """Give the rows of a finished report to its streams; return how many there are.

        A document is checked before its first row is given out: one that is too long
        to be held is read once for that alone. One that is damaged is fetched once
        more. Where no checksum tells the damage, rows may have been given out by then:
        all of them come again, from the first, with the same keys.

        Args:
            report: has a document.
            streams: take the rows.
            check: may raise what makes the document unfit to be read.
            marketplace_id: of the rows, if not the partition's name.

        Raises:
            AmazonError: if the document cannot be read.
        """
        name = marketplace_id or self._wanted.partition.name
        try:
            return self._give(report, streams, check, name)
        except DocumentDamagedError as error:
            self._warn_damaged(report, error)
        return self._give(report, streams, check, name)

    def expect(self, report: Report, need: Need) -> None:
        """Fetch the document of a report ahead, if it has one."""
        if report.status.is_done and report.document_id:
            self._parts.prefetch.want(self._document(report), need)

    def forget(self, reports: Iterable[Report]) -> None:
        """Let go of documents that nobody will read."""
        ids = (report.document_id for report in reports)
        self._parts.prefetch.forget(found for found in ids if found)

    def failure(self, report: Report) -> str:
        """Return why Amazon could not make a report, in Amazon's words.

        Raises:
            AmazonError: if the document that says so cannot be read.
        """
        if not report.document_id:
            return NO_REASON
        try:
            return failure_reason(self._download(report).pieces())
        except DocumentDamagedError as error:
            self._warn_damaged(report, error)
        return failure_reason(self._download(report).pieces())

    def _give(
        self,
        report: Report,
        streams: Sequence[JobStream],
        check: CheckHead,
        marketplace_id: str,
    ) -> int:
        fingerprint = Fingerprint() if self._wanted.compared else None
        rows = self._rows(marketplace_id, fingerprint)
        takers = {stream.records.stream: stream.receiver for stream in streams}
        completers = {
            records.stream: RecordCompleter(records, moment=report.created)
            for records in self._wanted.kind.layout.records
        }
        download = self._download(report)
        count = 0
        try:
            if not download.check(at_most_bytes=CHECKED_BYTES):
                download.check_passing()
            for found in rows.blocks(
                download.files(),
                content_type=download.content_type,
                around=_envelope(report, marketplace_id),
            ):
                if not count:
                    check(rows.head)
                completers[found.records.stream].complete(found.block, found.extras)
                count += len(found.block)
                if receiver := takers.get(found.records.stream):
                    receiver.take(found.block)
            if not count:
                check(rows.head)
        finally:
            # Of a damaged document the rest is never read.
            download.release()
        self._tell(report, rows)
        for name in takers:
            self._tell_repeated(report, name, completers[name].repeated)
        if fingerprint:
            self._compare(report, fingerprint, marketplace_id, rows=count)
        self._count(report, download, count)
        return count

    def _rows(
        self, marketplace_id: str, fingerprint: Fingerprint | None
    ) -> DocumentRows:
        market = find_marketplace(marketplace_id)
        country = market.country if market else self._wanted.partition.country
        return DocumentRows(
            self._wanted.kind.layout, country=country, fingerprint=fingerprint
        )

    def _document(self, report: Report) -> Document:
        return Document(
            service=self._wanted.service,
            document_id=str(report.document_id),
            restricted=self._wanted.restricted,
        )

    def _download(self, report: Report) -> Download:
        scheduler = self._parts.scheduler
        download, waited_seconds = scheduler.open(self._document(report))
        self._tally.waited_seconds += waited_seconds
        # The scheduler works while rows are written.
        download.between_pieces = scheduler.turn_if_due
        return download

    def _tell(self, report: Report, rows: DocumentRows) -> None:
        """Say once what of this document was not as it should be."""
        where = f"{self._name} of report {report.report_id}"
        for sentence in oddities(rows.misfits, rows.unknown, rows.replaced):
            logger.warning("%s: %s", where, sentence)
        # Each of many reports would say it again.
        arrays = {(self._name, name) for name in rows.passed_over}
        if news := arrays - self._parts.told:
            self._parts.told.update(news)
            unread = unread_arrays([name for _, name in news])
            logger.warning("%s: %s", where, unread)

    def _tell_repeated(self, report: Report, stream: str, rows: int) -> None:
        """Say that rows share a key that should be unique, if any do."""
        if rows:
            logger.warning(
                "%s of report %s: %s the key of an earlier row of the report, so that"
                " a loader keeps one of them; report this to this tap's maintainers",
                stream,
                report.report_id,
                counted(rows, "row has", "rows have"),
            )

    def _compare(
        self, report: Report, seen: Fingerprint, marketplace_id: str, *, rows: int
    ) -> None:
        """Say once if another marketplace gave the same document."""
        window = None
        if report.data_start and report.data_end and not self._wanted.kind.is_snapshot:
            window = Window(report.data_start, report.data_end)
        document = ReadDocument(
            report_type=report.report_type,
            partition=marketplace_id,
            window=window,
            rows=rows,
            size=seen.size,
            digest=seen.digest,
        )
        if warning := self._parts.same_documents.add(document):
            logger.warning("%s: %s", self._name, warning)

    def _count(self, report: Report, download: Download, rows: int) -> None:
        """Count a report that was read, and say so."""
        self._tally.read += 1
        self._tally.empty += not rows
        self._tally.document_bytes += download.read_bytes
        self._parts.progress.step()
        logger.debug(
            "report %s (%s) was read: %s, %s",
            report.report_id,
            report.report_type,
            counted(rows, "row"),
            counted(download.read_bytes, "byte"),
        )

    def _warn_damaged(self, report: Report, error: DocumentDamagedError) -> None:
        logger.warning(
            "%s: report %s: %s; fetching it again", self._name, report.report_id, error
        )


def _envelope(report: Report, marketplace_id: str) -> dict[str, object]:
    """Return what each row has beside its columns."""
    return {
        "report_id": report.report_id,
        "report_type": report.report_type,
        "marketplace_id": marketplace_id,
        "data_start_time": report.data_start and utc_text(report.data_start),
        "data_end_time": report.data_end and utc_text(report.data_end),
        "report_created_time": utc_text(report.created),
        "report_row": 0,
        "_extra": None,
    }
