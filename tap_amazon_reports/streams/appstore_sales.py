"""The sales files of the Appstore, month by month."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from tap_amazon_reports.amazon.appstore import FIRST_MONTH
from tap_amazon_reports.amazon.errors import DocumentMissingError
from tap_amazon_reports.documents.charset import DecodedText, charset_of
from tap_amazon_reports.documents.columns import Column, ColumnMap
from tap_amazon_reports.documents.container import members
from tap_amazon_reports.documents.delimited import DelimitedReader, Dialect, HeaderRule
from tap_amazon_reports.documents.times import utc_text
from tap_amazon_reports.documents.values import boolean, decimal, integer
from tap_amazon_reports.documents.whole import fetch_whole
from tap_amazon_reports.documents.zones import country_of
from tap_amazon_reports.reports.windows import Month, months
from tap_amazon_reports.streams.base import CoreStream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from singer_sdk.helpers.types import Context, Record
    from singer_sdk.tap_base import Tap

    from tap_amazon_reports.amazon.appstore import AppstoreClient
    from tap_amazon_reports.amazon.secret import DocumentUrl
    from tap_amazon_reports.amazon.storage import Storage
    from tap_amazon_reports.documents.container import Member
    from tap_amazon_reports.documents.whole import WholeDocument
    from tap_amazon_reports.streams.base import Run

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


class _Found(NamedTuple):
    """A month's file, and what was known of it before."""

    month: Month
    etag: str | None
    document: WholeDocument | None


class AppstoreSales(CoreStream):
    """One line of one monthly sales file."""

    name = "appstore_sales"
    service = "appstore"
    primary_keys = ("report_month", "invoice_id", "occurrence")
    replication_key = "report_month"
    is_timestamp_replication_key = False

    def __init__(
        self,
        tap: Tap,
        *,
        run: Run,
        client: Callable[[], AppstoreClient],
        storage: Storage,
    ) -> None:
        """Read through `client`, and open documents through `storage`."""
        super().__init__(tap, run=run)
        self._client = client
        self._storage = storage

    def read(self, context: Context | None) -> Iterator[Record]:
        """Yield the rows of all months that may have changed, oldest first.

        The bookmark is the last month that is final. Those after it are looked at each
        run, and read again when storage shows another ETag than the one remembered.
        """
        etags = dict(self.get_context_state(context).get("etags", {}))
        for month in self._months(context):
            found = self._fetch(month, etags.get(month.label))
            yield from self._rows(found)
            if month.is_final(self.clock.now()):
                etags.pop(month.label, None)
                self.advance(context, month.label, beside={"etags": etags})
            else:
                if found.etag:
                    etags[month.label] = found.etag
                self.advance(context, None, beside={"etags": etags})

    def check_bookmark(self, value: Any) -> None:
        """Accept a month.

        Raises:
            TypeError, ValueError: if `value` is something else.
        """
        Month.parse(value)

    def _months(self, context: Context | None) -> Iterator[Month]:
        first = max(Month.of(self.settings.start), Month.parse(FIRST_MONTH))
        if bookmark := self.bookmark(context):
            first = max(first, Month.parse(bookmark).next())
        return months(first.start, self.settings.end)

    def _fetch(self, month: Month, known_etag: str | None) -> _Found:
        def ask() -> DocumentUrl:
            return self._client().report_url("sales", month.label)

        try:
            document = fetch_whole(
                ask=ask, storage=self._storage, known_etag=known_etag
            )
        except DocumentMissingError:
            self.logger.info("there is no sales file for %s", month.label)
            return _Found(month, None, None)
        etag = document.etag if document else known_etag
        return _Found(month, etag, document)

    def _rows(self, found: _Found) -> Iterator[Record]:
        """Yield the rows of all files of a month; the same invoice id is counted."""
        if found.document is None:
            return
        seen: Counter[str] = Counter()
        charset = charset_of(found.document.content_type)
        for member in members([found.document.content]):
            for row in self._member_rows(member, charset, found.month):
                invoice_id = row["invoice_id"] or _UNKNOWN_INVOICE
                seen[invoice_id] += 1
                yield row | {
                    "report_month": found.month.label,
                    "invoice_id": invoice_id,
                    "occurrence": seen[invoice_id],
                }

    def _member_rows(
        self, member: Member, charset: str | None, month: Month
    ) -> Iterator[dict[str, Any]]:
        text = DecodedText(member.chunks, declared=charset)
        reader = DelimitedReader(text, dialect=Dialect.CSV, header=_HEADER)
        columns = ColumnMap(reader.columns, _COLUMNS)
        for row in reader:
            values, extra = columns.read(row.cells)
            values["transaction_time"] = _moment(values, columns.misfits)
            yield {**values, "_extra": extra or None}
        self._warn(columns, text.replaced, month)

    def _warn(self, columns: ColumnMap, replaced: int, month: Month) -> None:
        where = f"month {month.label}"
        self.warn_of_misfits(columns.misfits, where)
        self.warn_of_columns(columns.unknown, where)
        self.warn_of_bytes(replaced, where)


def _moment(values: dict[str, Any], misfits: Counter[str]) -> str | None:
    """Return the transaction's time in UTC; its text stays beside it in any case."""
    try:
        return utc_text(
            values[_TIME] or "", country=country_of(values["marketplace"] or "")
        )
    except ValueError:
        misfits["transaction_time"] += 1
        return None
