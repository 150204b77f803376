"""Marks and orders: what is sure is read, and what could be two things is not."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tap_amazon_reports.documents.conventions import (
    Conventions,
    Decimals,
    marketplace_day_order,
)
from tap_amazon_reports.documents.values import DayOrder


@pytest.mark.parametrize("country", ["DE", "FR", "IT", "ES", "NL", "BE", "SE", "PL"])
@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("95,00", "95.00"),
        ("95.00", "95.00"),
        ("1.234,56", "1234.56"),
        ("1 234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1.234.567", "1234567"),
        ("-0.190", "-0.190"),
        ("1,234", "1.234"),
        ("12", "12"),
    ],
)
def test_decimals_as_the_marketplace_writes_them(
    country: str, cell: str, number: str
) -> None:
    """A comma is a comma where people write commas, and every digit is kept."""
    conventions = Conventions(country=country, decimals=Decimals.MARKETPLACE)

    assert number == str(conventions.decimal()(cell))


@pytest.mark.parametrize("cell", ["1.234", "-12.345", "1,2,3", "12,34.5,6", "x"])
def test_a_number_that_could_be_two_does_not_fit(cell: str) -> None:
    """A guess that can be wrong by a thousand is not made; the text is kept."""
    conventions = Conventions(country="DE", decimals=Decimals.MARKETPLACE)

    with pytest.raises(ValueError, match="decimal"):
        conventions.decimal()(cell)


@pytest.mark.parametrize(
    "conventions",
    [
        Conventions(),
        Conventions(country="US"),
        Conventions(country="US", decimals=Decimals.MARKETPLACE),
        Conventions(country="GB", decimals=Decimals.MARKETPLACE),
        Conventions(decimals=Decimals.MARKETPLACE),
    ],
)
def test_elsewhere_the_mark_is_a_point(conventions: Conventions) -> None:
    """A comma in the United States is no decimal mark, and a point is one."""
    assert Decimal("1.234") == conventions.decimal()("1.234")
    with pytest.raises(ValueError, match="decimal"):
        conventions.decimal()("95,00")


@pytest.mark.parametrize(
    ("country", "order"),
    [
        ("US", DayOrder.MONTH_FIRST),
        ("DE", DayOrder.DAY_FIRST),
        ("GB", DayOrder.DAY_FIRST),
        ("CA", DayOrder.UNKNOWN),
        (None, DayOrder.UNKNOWN),
    ],
)
def test_the_order_of_a_countrys_dates(country: str | None, order: DayOrder) -> None:
    """Where both orders are in use, none is assumed."""
    assert order is marketplace_day_order(country)


@pytest.mark.parametrize(
    ("country", "cell", "number"),
    [
        ("DE", "95,00", "95.00"),
        ("DE", "1.234", "1.234"),
        ("DE", "1.234,56", "1234.56"),
        ("US", "-1,052.64", "-1052.64"),
        ("US", "1,234", "1234"),
        ("JP", "12,800", "12800"),
        ("GB", "1,234,567.8", "1234567.8"),
        ("IN", "12,34,567.89", "1234567.89"),
    ],
)
def test_reports_with_points_have_the_marketplaces_commas(
    country: str, cell: str, number: str
) -> None:
    """A comma is what it is where the marketplace is, and a point stays a point."""
    assert number == str(Conventions(country=country).decimal()(cell))


@pytest.mark.parametrize(
    ("country", "cell"),
    [("DE", "1,234"), ("US", "12,34"), ("US", "1,23,456.7.8"), (None, "1,234")],
)
def test_commas_that_could_mean_two_things_do_not_fit(
    country: str | None, cell: str
) -> None:
    """A guess that can be wrong by a thousand is not made."""
    with pytest.raises(ValueError, match="decimal"):
        Conventions(country=country).decimal()(cell)


def test_whole_numbers_have_their_thousands_apart() -> None:
    """`12,800` of a Japanese or American report is a number."""
    assert 12800 == Conventions(country="JP").integer()("12,800")
    with pytest.raises(ValueError, match="integer"):
        Conventions(country="DE").integer()("12,800")
