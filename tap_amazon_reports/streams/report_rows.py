"""The rows of one report as records: with the report's envelope, and a key each."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from tap_amazon_reports.amazon.wire_time import utc_text
from tap_amazon_reports.streams.content_schema import complete_key

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from singer_sdk.helpers.types import Record

    from tap_amazon_reports.documents.download import Download
    from tap_amazon_reports.reports.report import Report
    from tap_amazon_reports.streams.content import ContentStream
    from tap_amazon_reports.streams.document_rows import DocumentRows, TypedRow


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
        }
        self._numbers: Counter[str] = Counter()
        self._seen: dict[str, Counter[Hashable]] = {}
        self.skip = skip
        self.count = 0

    def read(self, download: Download, driver: ContentStream) -> Iterator[Record]:
        """Yield the records of `driver`, and write those of its siblings.

        Raises:
            AmazonError: if the document cannot be read.
        """
        for row in self._rows.read(
            download.pieces(), content_type=download.content_type
        ):
            self.count += 1
            record = self._record(row)
            stream = self._streams.get(row.records.stream)
            if stream is None or self.count <= self.skip:
                continue
            if stream is driver:
                yield record
            else:
                stream.emit(record)

    def warn(self, stream: ContentStream) -> None:
        """Say once what of this report was not as it should be."""
        where = f"report {self._envelope['report_id']}"
        stream.warn_of_misfits(self._rows.misfits, where)
        stream.warn_of_columns(self._rows.unknown, where)
        stream.warn_of_bytes(self._rows.replaced, where)

    def _record(self, row: TypedRow) -> dict[str, Any]:
        name = row.records.stream
        self._numbers[name] += 1
        record = {
            **self._envelope,
            **row.values,
            "report_row": self._numbers[name],
            "_extra": row.extra or None,
        }
        seen = self._seen.setdefault(name, Counter())
        complete_key(record, row.records, seen, moment=self._created)
        return record
