"""The schema and the key of rows: typed where it can be, never null in the key."""

from __future__ import annotations

import pytest

from tap_amazon_reports.reports.schema_files import CATALOGUE
from tap_amazon_reports.reports.snapshot_history import kept_by_day
from tap_amazon_reports.streams.content_schema import content_key, content_schema

LEDGER = "GET_LEDGER_DETAIL_VIEW_DATA"
SALES = "GET_SALES_AND_TRAFFIC_REPORT"
LISTINGS = "GET_MERCHANT_LISTINGS_ALL_DATA"


@pytest.mark.parametrize(
    ("name", "column", "published"),
    [
        (LEDGER, "date", {"type": ["string"]}),
        (SALES, "date", {"type": ["string"], "format": "date"}),
    ],
)
def test_a_date_of_a_key_leaves_room_for_its_text(
    name: str, column: str, published: dict[str, object]
) -> None:
    """In a table, any text may stand for a date; in JSON it is declared by Amazon."""
    records = CATALOGUE.find("selling_partner", name).records[0]
    schema = content_schema(records, title=name)

    assert published == schema["properties"][column]


def test_a_date_beside_the_key_is_a_date() -> None:
    """Only the key has to take what cannot be understood."""
    name = "GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA"
    (records,) = CATALOGUE.find("selling_partner", name).records
    schema = content_schema(records, title=name)

    assert {"type": ["string", "null"], "format": "date-time"} == (
        schema["properties"]["return_date"]
    )


def test_history_is_a_column_and_a_part_of_the_key() -> None:
    """With `history`, the table has a row for each SKU and day."""
    kind = CATALOGUE.find("selling_partner", LISTINGS)
    (without,), (kept,) = kind.records, kept_by_day(kind).records

    assert ("seller_sku", "marketplace_id", "occurrence") == content_key(without)
    assert ("seller_sku", "snapshot_date", "marketplace_id", "occurrence") == (
        content_key(kept)
    )
    assert "snapshot_date" not in content_schema(without, title="a")["properties"]
    column = content_schema(kept, title="a")["properties"]["snapshot_date"]
    assert (["string"], "date") == (column["type"], column["format"])
