"""What a document is made of: one request, in one value."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tests.local_amazon.marketplaces import BY_COUNTRY, BY_ID, Marketplace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .layout import Layout

UTC = timezone.utc
_DAY = timedelta(days=1)
QUIET = frozenset({"BR", "PL", "SG"})
"""Countries in which nothing was ever sold: their reports are empty."""


@dataclass(frozen=True)
class Asked:
    """One request for a report.

    Attributes:
        layout: the type.
        marketplaces: one, or several of a region.
        start: the first moment wanted, in UTC.
        end: the first moment no longer wanted.
        at: when the report is made, which a snapshot shows.
        options: the report options.
    """

    layout: Layout
    marketplaces: tuple[Marketplace, ...]
    start: datetime
    end: datetime
    at: datetime
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> tuple[object, ...]:
        """What tells this request from others."""
        ids = ",".join(one.id for one in self.marketplaces)
        return self.layout.report_type, ids, self.start, self.end

    @property
    def country(self) -> str:
        """The country whose habits the document follows."""
        return self.marketplaces[0].country

    def covers(self, moment: datetime) -> bool:
        """Tell whether a moment is wanted."""
        return self.start <= moment < self.end

    def busy(self) -> Iterator[Marketplace]:
        """Yield the marketplaces in which something was sold."""
        for marketplace in self.marketplaces:
            if marketplace.country not in QUIET:
                yield marketplace

    def days(self) -> Iterator[date]:
        """Yield the days in UTC that share a moment with the window."""
        return days_between(self.start.date(), (self.end - timedelta.resolution).date())

    def local_days(self, marketplace: Marketplace) -> Iterator[date]:
        """Yield the marketplace's days that begin in the window."""
        zone = ZoneInfo(marketplace.time_zone)
        first, last = (self.start - _DAY).date(), (self.end + _DAY).date()
        for day in days_between(first, last):
            begin = datetime(day.year, day.month, day.day, tzinfo=zone)
            if self.covers(begin):
                yield day


def days_between(first: date, last: date) -> Iterator[date]:
    """Yield the days from `first` to `last`, both in."""
    while first <= last:
        yield first
        first += _DAY


def marketplaces_of(ids: str | Sequence[str]) -> tuple[Marketplace, ...]:
    """Return the marketplaces of these ids; without any, it is the United States."""
    names = [ids] if isinstance(ids, str) else list(ids)
    known = tuple(BY_ID[name] for name in names if name in BY_ID)
    return known or (BY_COUNTRY["US"],)
