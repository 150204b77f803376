"""The Appstore's other monthly files: earnings, and what is sold by subscription."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tap_amazon_reports.amazon.wire_time import utc_text
from tap_amazon_reports.documents.container import members
from tap_amazon_reports.documents.document_rows import DocumentRows
from tap_amazon_reports.reports.record_completer import RecordCompleter
from tap_amazon_reports.streams.appstore_months import AppstoreMonths
from tap_amazon_reports.streams.content_schema import content_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from singer_sdk.helpers.types import Record
    from singer_sdk.tap_base import Tap

    from tap_amazon_reports.documents.whole import WholeDocument
    from tap_amazon_reports.reports.report_types import ReportType
    from tap_amazon_reports.reports.windows import Month

_MONTH = {"type": "string", "description": "The month of the file, YYYY-MM."}
_LEFT_OUT = ("marketplace_id", "report_created_time")
"""The Appstore knows no marketplace ids, and does not say when a file was made."""


class AppstoreReport(AppstoreMonths):
    """One line of one monthly file of a kind that a type file describes."""

    def __init__(self, tap: Tap, *, kind: ReportType, **shared: Any) -> None:
        """Be the stream of `kind`."""
        (records,) = kind.records
        schema = content_schema(records, title=records.stream)
        schema["properties"]["report_month"] = _MONTH
        for name in _LEFT_OUT:
            del schema["properties"][name]
        self.settles_after = timedelta(days=kind.lookback_days)
        self.path_word = kind.path_word or kind.report_type
        self._kind = kind
        self._records = records
        super().__init__(tap, name=records.stream, schema=schema, **shared)
        key = (*records.key, "occurrence") if records.key else ("report_row",)
        self.primary_keys = self.keyed("report_month", *key)

    def rows(self, month: Month, document: WholeDocument) -> Iterator[Record]:
        """Yield the rows of all files of a month."""
        rows = DocumentRows(self._kind.layout)
        completer = RecordCompleter(self._records, moment=month.start)
        for _, block, extras in rows.blocks(
            members([document.content]),
            content_type=document.content_type,
            around=self._envelope(month),
        ):
            completer.complete(block, extras)
            yield from block.rows()
        where = f"month {month.label}"
        self.warn_of_oddities(where, rows.misfits, rows.unknown, rows.replaced)

    def _envelope(self, month: Month) -> dict[str, str | None]:
        return {
            "report_id": f"{self.path_word}/{month.label}",
            "report_type": self._kind.report_type,
            "data_start_time": utc_text(month.start),
            "data_end_time": utc_text(month.next().start),
            "report_month": month.label,
            "_extra": None,
        }
