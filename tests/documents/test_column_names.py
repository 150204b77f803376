"""Names of columns: compared however they are written, and made from any header."""

from __future__ import annotations

import sys
from time import process_time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_amazon_reports.documents.column_names import (
    bare,
    normalise,
    snake_case,
    snake_names,
)
from tap_amazon_reports.documents.columns import Column, ColumnMap

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType


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

    assert [
        "sku",
        "sku_2",
        "_cell_3",
        "sku_2_2",
        "sku_3",
        "_cell_6",
    ] == snake_names(header)


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
    assert "salesprice" == bare("Sales Price (Marketplace Currency)")
    assert "asin" == bare("(ASIN)")


def lines_run(work: Callable[[], object]) -> int:
    """Return how many lines of Python a piece of work runs."""
    count = 0

    def trace(_frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def test_equal_names_are_told_apart_in_linear_time() -> None:
    """Four times as many columns of one name are at most four times the work."""
    few = lines_run(lambda: snake_names(["SKU"] * 100))
    many = lines_run(lambda: snake_names(["SKU"] * 400))

    assert many < 4.4 * few


def test_a_header_is_matched_in_linear_time() -> None:
    """So are four times as many columns of the name of a known one."""
    known = [Column("sku"), *(Column(f"column {n}") for n in range(50))]
    few = lines_run(lambda: ColumnMap(["SKU"] * 100, known))
    many = lines_run(lambda: ColumnMap(["SKU"] * 400, known))

    assert many < 4.4 * few


@pytest.mark.parametrize("name", ["A" * 40_000, "(" * 40_000, "aB" * 20_000])
def test_a_long_name_is_read_in_linear_time(name: str) -> None:
    """Forty thousand capitals are no attack: it once took most of a minute."""
    started = process_time()
    snake_case(name)
    bare(name)

    assert process_time() - started < 5
