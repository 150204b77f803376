"""Columns: found by their names however they are written, and never lost."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_amazon_reports.documents.columns import (
    Column,
    ColumnMap,
    bare,
    normalise,
    snake_case,
    snake_names,
)
from tap_amazon_reports.documents.values import decimal, integer, is_missing


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Country/Region Code", "country_region_code"),
        ("order-item-id", "order_item_id"),
        ("SellerOrderId", "seller_order_id"),
        ("Transaction ID", "transaction_id"),
        ("ASIN", "asin"),
        ("asin1", "asin1"),
        ("(Parent) ASIN", "parent_asin"),
        ("In-App Subscription Term", "in_app_subscription_term"),
        ("Sales Price (Marketplace Currency)", "sales_price_marketplace_currency"),
        ("Earnings Pre-Tax and Adjustments", "earnings_pre_tax_and_adjustments"),
        ("Payment No.", "payment_no"),
        ("BillingAddressLine1", "billing_address_line1"),
        ("VATRate", "vat_rate"),
        ("Order IDs", "order_ids"),
        ("unitsOrderedB2B", "units_ordered_b2b"),
        ("sessionsB2BPercentage", "sessions_b2b_percentage"),
        ("SHIP_FROM_COUNTRY", "ship_from_country"),
        ("30-day  sales %", "30_day_sales"),
        ("商品名", "商品名"),
        ("  ", ""),
    ],
)
def test_names_are_amazons_words_in_snake_case(words: str, name: str) -> None:
    """Whoever knows Amazon's header can guess the column."""
    assert snake_case(words) == name


def test_names_of_one_header_differ() -> None:
    """A name that comes twice gets a number, and one without words its place."""
    header = ["SKU", "sku", "%", "sku_2", "Sku", "_cell_6"]

    assert snake_names(header) == [
        "sku",
        "sku_2",
        "_cell_3",
        "sku_2_2",
        "sku_3",
        "_cell_6",
    ]


@given(header=st.lists(st.text(max_size=4), max_size=8))
def test_any_header_has_names_of_its_own(header: list[str]) -> None:
    """No two columns share a name, whatever Amazon calls them."""
    names = snake_names(header, taken=["a"])

    assert len({*names, "a"}) == len(header) + 1
    assert all(names)


def test_names_are_compared_by_letters_and_digits() -> None:
    """Case, punctuation and width make no difference, and parentheses can be left."""
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in "SELLERsku")

    assert (
        normalise(wide)
        == normalise("Seller-SKU ")
        == normalise("seller_SKU")
        == "sellersku"
    )
    assert bare("Sales Price (Marketplace Currency)") == "salesprice"
    assert bare("(ASIN)") == "asin"


KNOWN = [
    Column("transaction_id"),
    Column("units", integer),
    Column("sales_price", decimal),
    Column("seller_sku", aliases=("sku", "Vendor SKU")),
    Column("title"),
]


def test_a_row_is_typed_and_keeps_what_nobody_knows() -> None:
    """Known columns have their values, and the rest is text in extra."""
    columns = ColumnMap(
        ["Sales Price (Marketplace Currency)", "Transaction ID", "ASIN", "Vendor SKU"],
        KNOWN,
    )
    values, extra = columns.read(["1.10", "0012", "B00EXAMPLE", " x ", "beyond"])

    assert values == {
        "transaction_id": "0012",
        "units": None,
        "sales_price": Decimal("1.10"),
        "seller_sku": " x ",
        "title": None,
    }
    assert extra == {"asin": "B00EXAMPLE", "_cell_5": "beyond"}
    assert columns.missing == ("units", "title")
    assert columns.unknown == ("asin",)


def test_what_does_not_fit_is_kept_and_counted() -> None:
    """A word in a number's column is null there, is kept in extra, and counts."""
    columns = ColumnMap(["Units", "title"], KNOWN)
    values, extra = columns.read(["many", "A"])
    columns.read(["few", "B"])
    columns.read(["3", "C"])

    assert (values["units"], values["title"]) == (None, "A")
    assert extra == {"units": "many"}
    assert columns.misfits == {"units": 2}


def test_blanks_and_short_rows_are_nulls() -> None:
    """No value is an empty text, and no row is too short."""
    columns = ColumnMap(["title", "colour", "units", "transaction_id"], KNOWN)
    values, extra = columns.read(["", " ", "\u00a0", ""])

    assert set(values.values()) == {None}
    assert extra == {}
    assert columns.read([]) == columns.read(["", "", "", "", " "]) == (values, extra)


def test_an_exact_name_goes_before_a_similar_one() -> None:
    """Of two columns that differ in parentheses, the right one is taken."""
    columns = ColumnMap(["Sales Price (USD)", "Sales Price", "sales-price"], KNOWN)
    values, extra = columns.read(["1", "2", "3"])

    assert values["sales_price"] == Decimal(2)
    assert extra == {"sales_price_usd": "1", "sales_price_2": "3"}


def test_rows_do_not_share_their_values() -> None:
    """A row that was handed out does not change with the next one."""
    columns = ColumnMap(["title"], KNOWN)
    first = columns.read(["A"])
    columns.read(["B"])

    assert first.values["title"] == "A"


def is_sign(cell: str) -> bool:
    """Tell whether a cell is one of Amazon's signs for no value."""
    return bool(cell.strip()) and is_missing(cell)


@given(
    header=st.lists(st.sampled_from(["Title", "units", "x", "x (y)", "", "SKU"])),
    cells=st.lists(st.text(max_size=3).filter(lambda cell: not is_sign(cell))),
)
def test_no_cell_is_ever_lost(header: list[str], cells: list[str]) -> None:
    """Each cell that holds anything is in a column or, as it was, in extra."""
    values, extra = ColumnMap(header, KNOWN).read(cells)
    kept = sum(value is not None for value in values.values()) + len(extra)

    assert kept == sum(1 for cell in cells if cell.strip())
