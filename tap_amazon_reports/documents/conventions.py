"""What the text of a value means in one report: marks, orders of days, time zones.

Facts:
    - Decimals have a comma where the marketplace writes one: `95,00` in European
      settlements (Selling Partner API as seen by its users, Document formats and
      encodings).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from tap_amazon_reports.documents import values
from tap_amazon_reports.documents.times import date_time_parser
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


class Decimals(Enum):
    """How a report type writes decimals."""

    POINT = "point"
    """With a point, whatever the marketplace."""

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
        if self.decimals is Decimals.POINT or self.country not in _COMMA_COUNTRIES:
            return values.decimal
        return _either_mark

    def parsers(self) -> dict[str, Parser]:
        """Return how a cell is read, by the type or the format of its column."""
        order = self.day_order
        if order is DayOrder.MARKETPLACE:
            order = marketplace_day_order(self.country)
        return {
            "string": values.text,
            "number": self.decimal(),
            "integer": values.integer,
            "boolean": values.boolean,
            "date": values.date_parser(order=order),
            "date-time": date_time_parser(
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


_with_comma = values.decimal_parser(mark=",", grouped=True)
_with_point = values.decimal_parser(grouped=True)


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
        return _with_comma(cell) if cell.count(".") > 1 else _with_point(cell)
    return _with_point(cell) if point > comma else _with_comma(cell)
