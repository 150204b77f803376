"""The rows of one report as records: with the report's envelope, and a key each."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from tap_amazon_reports.amazon.wire_time import utc_text
from tap_amazon_reports.streams.content_schema import KeyCompleter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from singer_sdk.helpers.types import Record

    from tap_amazon_reports.documents.download import Download
    from tap_amazon_reports.reports.report import Report
    from tap_amazon_reports.reports.report_types import RecordSet
    from tap_amazon_reports.streams.content import ContentStream
    from tap_amazon_reports.streams.document_rows import DocumentRows, TypedRows


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
        self._arrays: dict[str, _Array] = {}
        self.skip = skip
        self.count = 0

    def read(self, download: Download, driver: ContentStream) -> Iterator[Record]:
        """Yield the records of `driver`, and write those of its siblings.

        Raises:
            AmazonError: if the document cannot be read.
        """
        try:
            for rows in self._rows.blocks(
                download.pieces(),
                content_type=download.content_type,
                around=self._envelope,
            ):
                records = self._new_records(rows)
                stream = self._streams.get(rows.records.stream)
                if stream is driver:
                    yield from records
                elif stream is not None:
                    for record in records:
                        stream.emit(record)
        finally:
            # Of a damaged document the rest is never read.
            download.release()

    def warn(self, stream: ContentStream) -> None:
        """Say once what of this report was not as it should be."""
        where = f"report {self._envelope['report_id']}"
        stream.warn_of_misfits(self._rows.misfits, where)
        stream.warn_of_columns(self._rows.unknown, where)
        stream.warn_of_bytes(self._rows.replaced, where)

    def _new_records(self, rows: TypedRows) -> list[dict[str, Any]]:
        """Return the records of some rows, without those given out already."""
        given_out = max(0, self.skip - self.count)
        self.count += len(rows.values)
        array = self._arrays.get(rows.records.stream) or self._new_array(rows.records)
        records = array.records(rows)
        return records[given_out:] if given_out else records

    def _new_array(self, records: RecordSet) -> _Array:
        keys = KeyCompleter(records, moment=self._created)
        array = self._arrays[records.stream] = _Array(keys)
        return array


class _Array:
    """One array of records of the report: its rows are numbered and counted."""

    def __init__(self, keys: KeyCompleter) -> None:
        self._keys = keys
        self._numbers = count(1)

    def records(self, rows: TypedRows) -> list[dict[str, Any]]:
        """Return the rows, which become the records, in full."""
        for record, number in zip(rows.values, self._numbers, strict=False):
            record["report_row"] = number
        for place, extra in rows.extras.items():
            rows.values[place]["_extra"] = extra or None
        self._keys.complete(rows.values)
        return rows.values
