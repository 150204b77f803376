"""Cells to typed values: texts, decimals, integers, booleans, dates.

A parser returns None for a cell that is blank, and raises `ValueError` for one that
does not fit its type. All but `text` read `--` and `N/A` as blank, too. Decimals can be
written with a comma, and dates have many shapes: each report type's file names the real
files and the documents that show its own.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from enum import Enum

__all__ = [
    "DIGITS_MAX",
    "DayOrder",
    "boolean",
    "calendar_date",
    "decimal",
    "full_year",
    "grouped_decimal",
    "integer",
    "is_missing",
    "text",
]

_MISSING = frozenset({"", "--", "n/a"})
DIGITS_MAX = 100
"""A number with more is kept as text: not every reader can take it as a number."""
_EXPONENT_MAX = 30
_INTEGER_MIN, _INTEGER_MAX = -(2**63), 2**63 - 1
_CENTURY = 2000

_DECIMAL = re.compile(
    r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE]([+-]?[0-9]{1,9}))?"
)
_INTEGER = re.compile(r"[+-]?[0-9]{1,30}")
_GROUPED = re.compile(
    r"([+-]?[0-9]{1,3})((?:([.,' \u00a0\u2009\u202f])[0-9]{3})+)([^0-9].*)?"
)
_DATE = re.compile(
    r"(?P<year>[0-9]{4})(?P<mark>[-/.]?)(?P<month>[0-9]{2})(?P=mark)(?P<day>[0-9]{2})"
    r"|(?P<first>[0-9]{1,2})(?P<slash>[-/.])(?P<second>[0-9]{1,2})(?P=slash)"
    r"(?P<last>[0-9]{4}|[0-9]{2})"
)
# A day that is written as the moment at which it starts.
_MIDNIGHT = re.compile(
    r"[T ]00:00(?::00(?:\.0{1,9})?)? ?(?:Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})?$"
)
_BOOLEANS = {
    **dict.fromkeys(("yes", "y", "true", "t", "1"), True),
    **dict.fromkeys(("no", "n", "false", "f", "0"), False),
}


def is_missing(cell: str) -> bool:
    """Tell whether a typed cell says that there is no value."""
    return cell.strip().lower() in _MISSING


def text(cell: str) -> str | None:
    """Return the cell as it is, and None for a blank one."""
    return None if not cell or cell.isspace() else cell


def decimal(cell: str) -> Decimal | None:
    """Return the exact number, with each digit as written: `12.30`, `-5`, `1.5E+3`.

    Raises:
        ValueError: it is no plain decimal with a point, or it has more than
            `DIGITS_MAX` digits, or its exponent is beyond 30.
    """
    if len(cell) > DIGITS_MAX and len(cell.strip()) > DIGITS_MAX:
        raise _misfit(cell, "decimal")
    if cell.isascii() and cell.replace(".", "", 1).isdecimal():
        # What most cells are; the rest of the rules is for signs and exponents.
        return Decimal(cell)
    found = _DECIMAL.fullmatch(cell.strip())
    if found is None:
        _refuse_unless_missing(cell, "decimal")
        return None
    if found[1] and abs(int(found[1])) > _EXPONENT_MAX:
        raise _misfit(cell, "decimal")
    return Decimal(found[0])


def grouped_decimal(cell: str, *, mark: str) -> Decimal | None:
    """Return the exact number, as one locale writes it: `1.234.567,89`, `1'234.5`.

    Args:
        cell: a number, whose thousands may be set apart by one sign all along that is
            not the mark.
        mark: what stands before the fraction, a point or a comma.

    Raises:
        ValueError: as `decimal`.
    """
    number = cell.strip().replace("\u2212", "-")
    # A mark for each three digits, at most: to try more takes their square.
    if len(number) <= 2 * DIGITS_MAX:
        number = _ungrouped(number, mark)
    if mark != ".":
        if "." in number:
            raise _misfit(cell, "decimal")
        number = number.replace(mark, ".", 1)
    return decimal(number)


def _ungrouped(number: str, mark: str) -> str:
    found = _GROUPED.fullmatch(number)
    if found is None or found[3] == mark or set(found[2][::4]) != {found[3]}:
        return number
    return found[1] + found[2].replace(found[3], "") + (found[4] or "")


def integer(cell: str) -> int | None:
    """Return the whole number, which fits in 64 bits.

    Raises:
        ValueError: it is not one; `12.0` is not one.
    """
    found = _INTEGER.fullmatch(cell.strip())
    if found is None:
        _refuse_unless_missing(cell, "integer")
        return None
    number = int(found[0])
    if not _INTEGER_MIN <= number <= _INTEGER_MAX:
        raise _misfit(cell, "integer")
    return number


def boolean(cell: str) -> bool | None:
    """Return whether the cell says yes, true, y, t or 1, or their opposites, any case.

    Raises:
        ValueError: it is another word.
    """
    word = _BOOLEANS.get(cell.strip().lower())
    if word is None:
        _refuse_unless_missing(cell, "boolean")
    return word


class DayOrder(Enum):
    """What stands first in a date whose year stands last and is set off by `/` or `-`.

    With points (`DD.MM.YYYY`) it is the day, everywhere.
    """

    UNKNOWN = "unknown"
    """Such a date does not fit, for it could be two dates."""

    MONTH_FIRST = "month_first"
    """`MM/DD/YYYY`, as in the United States."""

    DAY_FIRST = "day_first"
    """`DD/MM/YYYY`, as in Europe and India."""

    MARKETPLACE = "marketplace"
    """As the marketplace writes it; without one, as `UNKNOWN`."""


def calendar_date(cell: str, *, order: DayOrder = DayOrder.UNKNOWN) -> str | None:
    """Return the date without a time, as `YYYY-MM-DD`.

    Read are `YYYY-MM-DD`, `YYYY/MM/DD`, `YYYYMMDD`, `DD.MM.YYYY`, and the year last
    with `/` or `-` in the given order; two digits of a year are of this century. A
    time behind the date is midnight, or it does not fit.

    Raises:
        ValueError: it is no such date.
    """
    found = _DATE.fullmatch(_MIDNIGHT.sub("", cell.strip()))
    if found is None:
        _refuse_unless_missing(cell, "date")
        return None
    if found["year"]:
        return date(*map(int, found.group("year", "month", "day"))).isoformat()
    if found["slash"] == ".":
        order = DayOrder.DAY_FIRST
    if order not in {DayOrder.MONTH_FIRST, DayOrder.DAY_FIRST}:
        raise _misfit(cell, "date of a known order")
    first, second = int(found["first"]), int(found["second"])
    month, day = (first, second) if order is DayOrder.MONTH_FIRST else (second, first)
    return date(full_year(found["last"]), month, day).isoformat()


def full_year(digits: str) -> int:
    """Return the year of four digits, or of two, which are of this century."""
    return int(digits) if len(digits) > len("YY") else _CENTURY + int(digits)


def _refuse_unless_missing(cell: str, kind: str) -> None:
    if not is_missing(cell):
        raise _misfit(cell, kind)


def _misfit(cell: str, kind: str) -> ValueError:
    # The text of the cell stays out: an error is printed, and a cell is personal.
    return ValueError(f"a cell of {len(cell)} characters is no {kind}")
