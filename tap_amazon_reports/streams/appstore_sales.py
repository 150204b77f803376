"""The sales files of the Appstore, month by month."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tap_amazon_reports.amazon.errors import DocumentDamagedError
from tap_amazon_reports.documents.charset import DecodedText, charset_of
from tap_amazon_reports.documents.columns import Column, ColumnMap
from tap_amazon_reports.documents.container import members
from tap_amazon_reports.documents.delimited import DelimitedReader, HeaderRule
from tap_amazon_reports.documents.layout import DocumentFormat
from tap_amazon_reports.documents.times import utc_text
from tap_amazon_reports.documents.values import boolean, decimal, integer
from tap_amazon_reports.documents.zones import country_of
from tap_amazon_reports.reports.occurrence import OccurrenceCounter
from tap_amazon_reports.singer.stream import CoreStream
from tap_amazon_reports.streams.appstore_months import AppstoreMonths

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator

    from singer_sdk.helpers.types import Record

    from tap_amazon_reports.documents.whole import WholeDocument
    from tap_amazon_reports.reports.windows import Month

# Facts (developer.amazon.com, "Reporting API", Sales report; real files of 2022 and
# 2026 for the aliases): the columns have been renamed and moved over the years, and
# `Transaction Id` repeats for a charge and its chargeback.
_TIME = "transaction_time_text"
_COLUMNS = (
    Column("marketplace"),
    Column("country_region_code"),
    Column("invoice_id"),
    Column("transaction_id"),
    Column(_TIME, aliases=("Transaction Time",)),
    Column("transaction_type"),
    Column("adjustment", parse=boolean),
    Column("vendor_sku"),
    Column("asin"),
    Column("title"),
    Column("item_name"),
    Column("item_type"),
    Column("in_app_subscription_term"),
    Column("in_app_subscription_status"),
    Column("units", parse=integer),
    Column("usage_time_for_ug"),
    Column("marketplace_currency"),
    Column("sales_price", parse=decimal),
    Column("estimated_earnings", parse=decimal),
)
_HEADER = HeaderRule(
    expected=tuple(
        name for column in _COLUMNS for name in (column.name, *column.aliases)
    )
)
_UNKNOWN_INVOICE = "Unknown"


class AppstoreSales(AppstoreMonths, CoreStream):
    """One line of one monthly sales file."""

    name = "appstore_sales"
    primary_keys = ("report_month", "invoice_id", "occurrence")
    path_word = "sales"
    # Rows come up to 48 hours late (developer.amazon.com, "Reporting API").
    settles_after = timedelta(hours=48)

    def rows(self, month: Month, document: WholeDocument) -> Iterator[Record]:
        """Yield the rows of all files of a month; the same invoice id is counted.

        Raises:
            DocumentDamagedError: if no file has a header, as one without rows has.
        """
        seen = OccurrenceCounter()
        charset = charset_of(document.content_type)
        has_header = False
        for member in members([document.content]):
            text = DecodedText(member.chunks, declared=charset)
            reader = DelimitedReader(text, table=DocumentFormat.CSV, header=_HEADER)
            has_header = has_header or bool(reader.columns)
            for row in self._file_rows(text, reader, month):
                invoice_id = row["invoice_id"] or _UNKNOWN_INVOICE
                (occurrence,) = seen.count([[invoice_id]])
                yield row | {
                    "report_month": month.label,
                    "invoice_id": invoice_id,
                    "occurrence": occurrence,
                }
        if not has_header:
            msg = "the document is damaged: it is empty"
            raise DocumentDamagedError(msg)

    def _file_rows(
        self, text: DecodedText, reader: DelimitedReader, month: Month
    ) -> Iterator[dict[str, Any]]:
        columns = ColumnMap(reader.columns, _COLUMNS, keys=("invoice_id",))
        for cells in reader:
            values, extra = columns.read(cells)
            values["transaction_time"] = _moment(values, columns.misfits)
            yield {**values, "_extra": extra or None}
        where = f"month {month.label}"
        replaced = text.replaced + reader.replaced
        self.warn_of_oddities(where, columns.misfits, columns.unknown, replaced)


def _moment(values: dict[str, Any], misfits: Counter[str]) -> str | None:
    """Return the transaction's time in UTC; its text stays beside it in any case."""
    try:
        return utc_text(
            values[_TIME] or "", country=country_of(values["marketplace"] or "")
        )
    except ValueError:
        misfits["transaction_time"] += 1
        return None
