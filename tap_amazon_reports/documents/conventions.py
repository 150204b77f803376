"""What the text of a value means in one report: marks, orders of days, time zones.

Facts:
    - Decimals have a comma where the marketplace writes one: `95,00` in European
      settlements (public parsers of that report, 2026).
    - Elsewhere commas set thousands apart, `-1,052.64` in the transactions of a date
      range (public parsers of that report, 2026), and in India every two digits.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING

from tap_amazon_reports.documents import values
from tap_amazon_reports.documents.times import utc_text
from tap_amazon_reports.documents.values import DayOrder

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo
    from decimal import Decimal

    from tap_amazon_reports.documents.columns import Parser

__all__ = ["Conventions", "Decimals", "marketplace_day_order"]

_COMMA_COUNTRIES = frozenset(
    {"BE", "BR", "DE", "ES", "FR", "IT", "NL", "PL", "SE", "TR"}
)
_MONTH_FIRST_COUNTRIES = frozenset({"US"})
_DAY_FIRST_COUNTRIES = frozenset(
    {"AE", "AU", "BE", "BR", "DE", "EG", "ES", "FR", "GB"}
    | {"IE", "IN", "IT", "MX", "NL", "PL", "SA", "SG", "TR"}
)
# One group behind a point: thousands here, thousandths elsewhere.
_AMBIGUOUS = re.compile(r"\s*[+-]?[1-9][0-9]{0,2}\.[0-9]{3}\s*")
# One group behind a comma, where points are usual: either could be meant.
_AMBIGUOUS_COMMA = re.compile(r"\s*[+-]?[1-9][0-9]{0,2},[0-9]{3}\s*")
# 1,234,567.89 and, in India, 12,34,567.89.
_THOUSANDS = re.compile(
    r"\s*[+-]?[0-9]{1,3}(?:(?:,[0-9]{3})+|(?:,[0-9]{2})+,[0-9]{3})(?:\.[0-9]+)?\s*"
)


class Decimals(Enum):
    """How a report type writes decimals."""

    POINT = "point"
    """With a point; a comma can only be the marketplace's."""

    MARKETPLACE = "marketplace"
    """As the marketplace does, with a point or with a comma."""


@dataclass(frozen=True)
class Conventions:
    """What the text of a value means in one report.

    Attributes:
        country: two letters, in capitals, of the marketplace.
        decimals: how decimals are written.
        day_order: what stands first in a date with its year last.
        time_zone: the zone of a time without one; without it, such a time does not
            fit.
    """

    country: str | None = None
    decimals: Decimals = Decimals.POINT
    day_order: DayOrder = DayOrder.UNKNOWN
    time_zone: tzinfo | None = None

    def decimal(self) -> Callable[[str], Decimal | None]:
        """Return the parser of decimals."""
        if self.country is None:
            return values.decimal
        if self.country not in _COMMA_COUNTRIES:
            return _grouped_decimal
        return _either_mark if self.decimals is Decimals.MARKETPLACE else _mostly_point

    def integer(self) -> Callable[[str], int | None]:
        """Return the parser of whole numbers."""
        grouped = self.country is not None and self.country not in _COMMA_COUNTRIES
        return _grouped_integer if grouped else values.integer

    def parsers(self) -> dict[str, Parser]:
        """Return how a cell is read, by the type or the format of its column."""
        order = self.day_order
        if order is DayOrder.MARKETPLACE:
            order = marketplace_day_order(self.country)
        return {
            "string": values.text,
            "number": self.decimal(),
            "integer": self.integer(),
            "boolean": values.boolean,
            "date": partial(values.calendar_date, order=order),
            "date-time": partial(
                utc_text,
                country=self.country,
                default_zone=self.time_zone,
                order=order,
            ),
        }


def marketplace_day_order(country: str | None) -> DayOrder:
    """Return what stands first in a country's dates; unknown where both are used."""
    if country in _MONTH_FIRST_COUNTRIES:
        return DayOrder.MONTH_FIRST
    if country in _DAY_FIRST_COUNTRIES:
        return DayOrder.DAY_FIRST
    return DayOrder.UNKNOWN


def _either_mark(cell: str) -> Decimal | None:
    """Read a decimal of a country with commas, where points are met as well.

    `95,00`, `1.234,56` and `95.00` are what they seem. `1.234` alone could be two
    numbers, and does not fit.
    """
    comma, point = cell.rfind(","), cell.rfind(".")
    if comma < 0:
        if _AMBIGUOUS.fullmatch(cell):
            msg = "a decimal that could be two numbers"
            raise ValueError(msg)
        return values.grouped_decimal(cell, mark="," if cell.count(".") > 1 else ".")
    return values.grouped_decimal(cell, mark="." if point > comma else ",")


def _mostly_point(cell: str) -> Decimal | None:
    """Read a decimal of a report with points, in a country with commas."""
    if "," not in cell:
        return values.decimal(cell)
    if _AMBIGUOUS_COMMA.fullmatch(cell):
        msg = "a decimal that could be two numbers"
        raise ValueError(msg)
    return _either_mark(cell)


def _grouped_decimal(cell: str) -> Decimal | None:
    return values.decimal(_ungrouped(cell))


def _grouped_integer(cell: str) -> int | None:
    return values.integer(_ungrouped(cell))


def _ungrouped(cell: str) -> str:
    """Return a number without the commas that set its thousands apart."""
    if "," in cell and _THOUSANDS.fullmatch(cell):
        return cell.replace(",", "")
    return cell
