"""Columns: found by their names however they are written, and never lost."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_amazon_reports.documents.columns import Column, ColumnMap
from tap_amazon_reports.documents.errors import MissingColumnError
from tap_amazon_reports.documents.values import decimal, integer, is_missing

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

    assert {
        "transaction_id": "0012",
        "units": None,
        "sales_price": Decimal("1.10"),
        "seller_sku": " x ",
        "title": None,
    } == values
    assert {"asin": "B00EXAMPLE", "_cell_5": "beyond"} == extra
    assert {"asin": 1, "_cell_5": 1} == columns.unknown


def test_what_does_not_fit_is_kept_and_counted() -> None:
    """A word in a number's column is null there, is kept in extra, and counts."""
    columns = ColumnMap(["Units", "title"], KNOWN)
    values, extra = columns.read(["many", "A"])
    columns.read(["few", "B"])
    columns.read(["3", "C"])

    assert (None, "A") == (values["units"], values["title"])
    assert {"units": "many"} == extra
    assert {"units": 2} == columns.misfits


def test_blanks_and_short_rows_are_nulls() -> None:
    """No value is an empty text, and no row is too short."""
    columns = ColumnMap(["title", "colour", "units", "transaction_id"], KNOWN)
    values, extra = columns.read(["", " ", "\u00a0", ""])

    assert {None} == set(values.values())
    assert {} == extra
    assert columns.read([]) == columns.read(["", "", "", "", " "]) == (values, extra)


def test_an_exact_name_goes_before_a_similar_one() -> None:
    """Of two columns that differ in parentheses, the right one is taken."""
    columns = ColumnMap(["Sales Price (USD)", "Sales Price", "sales-price"], KNOWN)
    values, extra = columns.read(["1", "2", "3"])

    assert Decimal(2) == values["sales_price"]
    assert {"sales_price_usd": "1", "sales_price_2": "3"} == extra


def test_a_strange_column_takes_no_known_ones_name() -> None:
    """What does not fit a column and what came twice before it are both kept."""
    known = [Column("price", decimal), Column("price_2", decimal)]
    columns = ColumnMap(["Price", "Price", "Price 2"], known)
    values, extra = columns.read(["1", "second", "none yet"])

    assert {"price": Decimal(1), "price_2": None} == values
    assert {"price_2": "none yet", "price_3": "second"} == extra


def test_rows_do_not_share_their_values() -> None:
    """A row that was handed out does not change with the next one."""
    columns = ColumnMap(["title"], KNOWN)
    first = columns.read(["A"])
    columns.read(["B"])

    assert "A" == first.values["title"]


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


def test_an_unknown_column_counts_by_what_it_holds() -> None:
    """A new column that is blank throughout is nothing to warn of."""
    columns = ColumnMap(["title", "colour", "size"], KNOWN)
    columns.read_block([["A", "", " "], ["B", "red", ""], ["C", "blue", "\u00a0"]])

    assert {"colour": 2} == columns.unknown


def test_a_row_without_a_key_column_is_not_read() -> None:
    """A header that lacks a key fails with Amazon's name, and quotes no cell."""
    known = [Column("seller_sku", aliases=("seller-sku",)), Column("price", decimal)]
    columns = ColumnMap(["Jane Doe", "price"], known, keys=["seller_sku"])

    assert [] == columns.read_block([]).block.rows()
    with pytest.raises(MissingColumnError) as caught:
        columns.read(["A", "1.00"])
    assert "no column for `seller-sku` (found 2 columns)," in str(caught.value)
    assert "Jane" not in str(caught.value)


LISTING = [
    Column("item_name", aliases=("item-name",)),
    Column("seller_sku", aliases=("seller-sku",)),
    Column("price", decimal),
]
ORDERS = [["item_name", "seller_sku", "price"], ["seller_sku", "price"]]


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        (["tuotteen nimi", "myyjän sku", "hinta"], ["Lamp", "A-1", "2.50"]),
        (["tuotteen nimi", "myyjän sku", "price"], ["Lamp", "A-1", "2.50"]),
        (["myyjän sku", "hinta"], ["A-1", "2.50"]),
    ],
)
def test_a_header_of_an_unknown_language_goes_by_place(
    header: list[str], cells: list[str]
) -> None:
    """As many columns as a known layout has are that layout's columns."""
    columns = ColumnMap(header, LISTING, keys=["seller_sku"], orders=ORDERS)
    values, extra = columns.read(cells)

    assert ("A-1", Decimal("2.50")) == (values["seller_sku"], values["price"])
    assert {} == extra


@pytest.mark.parametrize(
    "header",
    [
        ["hinta", "price", "myyjän sku"],
        ["a", "b", "c", "d"],
        ["Lamp", "A-1", "2.50"],
        ["Lamp", "", "price"],
    ],
)
def test_what_a_layout_does_not_explain_is_refused(header: list[str]) -> None:
    """A column at another place, another width, or a row instead of a header."""
    columns = ColumnMap(header, LISTING, keys=["seller_sku"], orders=ORDERS)

    with pytest.raises(MissingColumnError, match="`seller-sku`"):
        columns.read(["x"] * len(header))


def test_names_are_found_before_places() -> None:
    """Where the key is found by its name, the order of the columns means nothing."""
    header = ["price", "seller-sku", "nimi"]
    columns = ColumnMap(header, LISTING, keys=["seller_sku"], orders=ORDERS)
    values, extra = columns.read(["2.50", "A-1", "Lamp"])

    assert ("A-1", Decimal("2.50")) == (values["seller_sku"], values["price"])
    assert {"nimi": "Lamp"} == extra
