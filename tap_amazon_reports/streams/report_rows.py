"""The rows of one report as records: with the report's envelope, and a key each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.wire_time import utc_text
from tap_amazon_reports.reports.record_completer import RecordCompleter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tap_amazon_reports.documents.block import Block
    from tap_amazon_reports.documents.document_rows import DocumentBlock, DocumentRows
    from tap_amazon_reports.documents.download import Download
    from tap_amazon_reports.documents.layout import RecordSet
    from tap_amazon_reports.reports.report import Report
    from tap_amazon_reports.streams.content import ContentStream


class ReportRows:
    """Reads one report for all the streams that it is wanted for.

    Attributes:
        count: how many rows were read, of whichever stream.
        skip: how many rows at the start have been given out already.
    """

    def __init__(
        self,
        report: Report,
        *,
        marketplace_id: str,
        rows: DocumentRows,
        streams: Sequence[ContentStream],
        skip: int = 0,
    ) -> None:
        """Prepare what is the same for all rows."""
        self._rows = rows
        self._created = report.created
        self._streams = {stream.records.stream: stream for stream in streams}
        self._envelope = {
            "report_id": report.report_id,
            "report_type": report.report_type,
            "marketplace_id": marketplace_id,
            "data_start_time": report.data_start and utc_text(report.data_start),
            "data_end_time": report.data_end and utc_text(report.data_end),
            "report_created_time": utc_text(report.created),
            "report_row": 0,
            "_extra": None,
        }
        self._completers: dict[str, RecordCompleter] = {}
        self.skip = skip
        self.count = 0

    def read(self, download: Download, driver: ContentStream) -> Iterator[Block]:
        """Yield the rows of `driver`, and write those of its siblings.

        Raises:
            AmazonError: if the document cannot be read.
        """
        try:
            for found in self._rows.blocks(
                download.pieces(),
                content_type=download.content_type,
                around=self._envelope,
            ):
                block = self._new_rows(found)
                stream = self._streams.get(found.records.stream)
                if stream is driver:
                    yield block
                elif stream is not None:
                    stream.emit(block)
        finally:
            # Of a damaged document the rest is never read.
            download.release()

    def warn(self, stream: ContentStream) -> None:
        """Say once what of this report was not as it should be."""
        where = f"report {self._envelope['report_id']}"
        stream.warn_of_misfits(self._rows.misfits, where)
        stream.warn_of_columns(self._rows.unknown, where)
        stream.warn_of_bytes(self._rows.replaced, where)

    def _new_rows(self, found: DocumentBlock) -> Block:
        """Return the records of some rows, without those given out already."""
        given_out = max(0, self.skip - self.count)
        rows = len(found.block)
        self.count += rows
        self._completer(found.records).complete(found.block, found.extras)
        return found.block.part(given_out, rows) if given_out else found.block

    def _completer(self, records: RecordSet) -> RecordCompleter:
        if records.stream not in self._completers:
            self._completers[records.stream] = RecordCompleter(
                records, moment=self._created
            )
        return self._completers[records.stream]
