"""Values: typed where a cell fits, refused where it does not, exact always."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_amazon_reports.documents.values import (
    DayOrder,
    boolean,
    calendar_date,
    decimal,
    grouped_decimal,
    integer,
    text,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

MONTH_FIRST = partial(calendar_date, order=DayOrder.MONTH_FIRST)
DAY_FIRST = partial(calendar_date, order=DayOrder.DAY_FIRST)


@pytest.mark.parametrize(
    "parse",
    [
        pytest.param(decimal, id="decimal"),
        pytest.param(partial(grouped_decimal, mark=","), id="comma"),
        pytest.param(integer, id="integer"),
        pytest.param(boolean, id="boolean"),
        pytest.param(calendar_date, id="date"),
        pytest.param(MONTH_FIRST, id="ordered date"),
    ],
)
@pytest.mark.parametrize("cell", ["", "  ", "--", "N/A", " n/a "])
def test_a_blank_is_no_value(parse: Callable[[str], object], cell: str) -> None:
    """Blanks, and Amazon's signs for them, are null in a typed column."""
    assert parse(cell) is None


def test_text_is_kept_letter_by_letter() -> None:
    """Identifiers keep their zeros and titles their blanks; only a blank is null."""
    assert " 007 " == text(" 007 ")
    assert "--" == text("--")
    assert text(" \t") is None
    assert text("") is None


@pytest.mark.parametrize(
    "cell",
    ["0", "-0.00", "12.30", "+5", ".5", "5.", "1.5E+3", "1e-30", "9" * 60 + ".1"],
)
def test_a_decimal_keeps_its_digits(cell: str) -> None:
    """A price is the number that Amazon wrote, to the last zero."""
    assert str(decimal(f" {cell} ")) == str(Decimal(cell))


@given(number=st.decimals(allow_nan=False, allow_infinity=False, places=6))
def test_any_decimal_comes_back_exactly(number: Decimal) -> None:
    """No digit passes through a binary float."""
    assert str(decimal(format(number, "f"))) == str(Decimal(format(number, "f")))


@given(digits=st.from_regex(r"-?[0-9]{1,40}(\.[0-9]{1,40})?", fullmatch=True))
def test_any_decimal_text_keeps_every_digit(digits: str) -> None:
    """What is written with digits and a point is what comes back, or equals it."""
    digits = digits.translate({ord(c): str(int(c)) for c in digits if c.isdigit()})
    number = decimal(digits)

    assert number is not None
    assert format(number, "f").lstrip("-0") == digits.lstrip("-0")


@pytest.mark.parametrize(
    "cell",
    [
        "NaN",
        "Infinity",
        "-inf",
        "1,5",
        "1,234.56",
        "1 000",
        "1e31",
        "1e-31",
        "1e999999999",
        "$5",
        "5 EUR",
        "\uff11\uff12",
        "1_000",
        ".",
        "-",
        "--5",
        "0x10",
    ],
)
def test_what_is_no_plain_decimal_is_refused(cell: str) -> None:
    """A number that could be another one is never guessed."""
    with pytest.raises(ValueError, match="no decimal"):
        decimal(cell)


@pytest.mark.parametrize(
    ("cell", "mark", "number"),
    [
        ("95,00", ",", "95.00"),
        ("-0,5", ",", "-0.5"),
        ("7", ",", "7"),
        ("\u22127,1", ",", "-7.1"),
        ("1.234.567,89", ",", "1234567.89"),
        ("1 234,5", ",", "1234.5"),
        ("1\u202f234\u202f567", ",", "1234567"),
        ("1,234", ".", "1234"),
        ("-1,234.50", ".", "-1234.50"),
        ("1'234.5", ".", "1234.5"),
        ("1234.5", ".", "1234.5"),
    ],
)
def test_locales_write_numbers_in_their_way(cell: str, mark: str, number: str) -> None:
    """European amounts are read where they are expected."""
    assert grouped_decimal(cell, mark=mark) == Decimal(number)


@pytest.mark.parametrize(
    ("cell", "mark"),
    [
        ("95.00", ","),
        ("1,2,3", ","),
        ("1,234.567,8", "."),
        ("1,2345", "."),
        ("12,34", "."),
        ("1.234 567,8", ","),
        ("1,234,567", ","),
    ],
)
def test_ambiguous_numbers_are_refused(cell: str, mark: str) -> None:
    """A point where a comma is expected is not silently a thousand times more."""
    with pytest.raises(ValueError, match="no decimal"):
        grouped_decimal(cell, mark=mark)


@given(number=st.integers(min_value=-(2**63), max_value=2**63 - 1))
def test_any_integer_comes_back(number: int) -> None:
    """All that a warehouse's integer can hold is read."""
    assert integer(f" {number} ") == number


@pytest.mark.parametrize("cell", ["12.0", "1,000", "1e3", str(2**63), "9" * 50, "ten"])
def test_what_is_no_integer_is_refused(cell: str) -> None:
    """A fraction is not cut off, and nothing overflows in the warehouse."""
    with pytest.raises(ValueError, match="no integer"):
        integer(cell)


@pytest.mark.parametrize("word", ["Yes", "true", "Y", "t", "1", "TRUE", " yes "])
def test_many_words_mean_yes(word: str) -> None:
    """However a report says yes, the column is true."""
    assert boolean(word) is True
    assert boolean({"1": "0", "Y": "n", "t": "F"}.get(word, "No")) is False


@pytest.mark.parametrize("word", ["2", "maybe", "ja", "unknown"])
def test_other_words_are_no_boolean(word: str) -> None:
    """A word that is neither is not taken for one."""
    with pytest.raises(ValueError, match="no boolean"):
        boolean(word)


@pytest.mark.parametrize(
    ("parse", "cell"),
    [
        (calendar_date, "2026-03-01"),
        (calendar_date, "2026/03/01"),
        (calendar_date, "20260301"),
        (calendar_date, "01.03.2026"),
        (MONTH_FIRST, "2026-03-01"),
        (MONTH_FIRST, "03/01/2026"),
        (MONTH_FIRST, "3/1/26"),
        (MONTH_FIRST, "1.3.2026"),
        (DAY_FIRST, "01/03/2026"),
        (DAY_FIRST, "1-3-26"),
    ],
)
def test_dates_are_iso_dates(parse: Callable[[str], str | None], cell: str) -> None:
    """Each shape of a date that a report has gives the same text."""
    assert "2026-03-01" == parse(f" {cell} ")


@pytest.mark.parametrize(
    ("parse", "cell"),
    [
        (calendar_date, "03/01/2026"),
        (MONTH_FIRST, "13/01/2026"),
        (MONTH_FIRST, "03/2026"),
        (DAY_FIRST, "01/13/2026"),
        (calendar_date, "2026-02-30"),
        (calendar_date, "2026-0301"),
        (calendar_date, "2026-03-01T00:00:01Z"),
        (calendar_date, "2026-03-01 10:00"),
        (calendar_date, "March"),
        (calendar_date, "0000-01-01"),
    ],
)
def test_dates_that_could_be_others_are_refused(
    parse: Callable[[str], str | None], cell: str
) -> None:
    """Without knowing its order, a date is not guessed; nor is one that is none."""
    with pytest.raises(ValueError, match=r"date|day|month|year"):
        parse(cell)


@given(day=st.dates(), shape=st.sampled_from(["{0:%d}.{0:%m}.", "{0:%d}/{0:%m}/"]))
def test_any_date_comes_back(day: date, shape: str) -> None:
    """Each day of the calendar survives the European shapes."""
    cell = shape.format(day) + f"{day.year:04}"

    assert DAY_FIRST(cell) == day.isoformat()


def test_errors_do_not_quote_cells() -> None:
    """A cell can hold personal data, so that no error shows it."""
    with pytest.raises(ValueError, match="9 characters") as caught:
        decimal("Jane Roe ")

    assert "Jane" not in str(caught.value)


@pytest.mark.parametrize(
    "cell", ["2026-03-01T00:00:00Z", "2026-03-01 00:00", "01.03.2026 00:00:00 UTC"]
)
def test_a_day_may_be_written_as_its_first_moment(cell: str) -> None:
    """Midnight says nothing that the day does not."""
    assert "2026-03-01" == calendar_date(cell)
