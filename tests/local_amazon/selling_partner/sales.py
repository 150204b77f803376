"""A seller's sales, made up hour by hour, always the same; and their sums.

Every sale is an event at a fixed minute of an hour, so that any interval, however it is
cut, has one true answer, which a test can compute again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from tests.local_amazon.marketplaces import BY_ID
from tests.local_amazon.moments import parse_extended

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.local_amazon.wire import Wire

HOUR = timedelta(hours=1)
LATE_HOURS = 30
"""Some sales are counted this much later: recent buckets change."""
CENT = Decimal("0.01")


class Kind(NamedTuple):
    """Who buys what, and who sends it."""

    buyer_type: str
    network: str
    asin: str
    sku: str
    price_cents: int

    @property
    def program(self) -> str | None:
        """The program that it is sold in: what costs little is in AmazonHaul."""
        return "AmazonHaul" if self.price_cents < 1000 else None


PRODUCTS = (
    ("B07LOCAL01", "SKU-001", 1999),
    ("B07LOCAL02", "SKU-002", 349),
    ("B07LOCAL03", "00-SKU/003", 12_050),
)
KINDS = tuple(
    Kind(buyer_type, network, *product)
    for buyer_type in ("B2C", "B2B")
    for network in ("AFN", "MFN")
    for product in PRODUCTS
)


@dataclass(frozen=True)
class Filters:
    """What getOrderMetrics can be narrowed to."""

    buyer_type: str = "All"
    fulfillment_network: str | None = None
    asin: str | None = None
    sku: str | None = None
    program: str | None = None

    def take(self, kind: Kind) -> bool:
        """Tell whether a kind of sale is within the filters."""
        return (
            self.buyer_type in {"All", kind.buyer_type}
            and self.fulfillment_network in {None, kind.network}
            and self.asin in {None, kind.asin}
            and self.sku in {None, kind.sku}
            and self.program in {None, kind.program}
        )


class Sale(NamedTuple):
    """One order of one product."""

    at: datetime
    kind: Kind
    units: int
    counted_at: datetime


@lru_cache(maxsize=65_536)
def _sales_of_hour(marketplace_id: str, hour: datetime) -> tuple[Sale, ...]:
    """Return the sales of one hour of UTC: none in most, a few in some."""
    seed = f"{marketplace_id} {hour:%Y%m%d%H}".encode()
    digits = hashlib.blake2b(seed, digest_size=len(KINDS)).digest()
    return tuple(
        Sale(
            hour + timedelta(minutes=4 * number + 3),
            kind,
            digit % 3 + 1,
            hour + (timedelta(hours=LATE_HOURS) if digit % 4 == 0 else timedelta(0)),
        )
        for number, (kind, digit) in enumerate(zip(KINDS, digits, strict=True))
        if digit < 20
    )


def sales_between(
    marketplace_id: str, start: datetime, end: datetime, known_at: datetime
) -> Iterator[Sale]:
    """Yield what was sold from `start` to `end`, as far as counted at `known_at`."""
    hour = start.astimezone(timezone.utc).replace(minute=0, second=0, microsecond=0)
    while hour < min(end, known_at):
        for sale in _sales_of_hour(marketplace_id, hour):
            if start <= sale.at < end and max(sale.at, sale.counted_at) <= known_at:
                yield sale
        hour += HOUR


def expected_metrics(
    *,
    marketplace_id: str,
    interval: str,
    granularity: str,
    known_at: datetime,
    granularity_time_zone: str | None = None,
    buyer_type: str = "All",
    fulfillment_network: str | None = None,
    asin: str | None = None,
    sku: str | None = None,
    first_day_of_week: str = "Monday",
    program: str | None = None,
) -> list[Wire]:
    """Return the payload that getOrderMetrics answers with at the moment `known_at`."""
    start, end = split_interval(interval)
    zone = _zone(granularity_time_zone, start)
    filters = Filters(buyer_type, fulfillment_network, asin, sku, program)
    edges = list(_edges(start, end, granularity, zone, first_day_of_week))
    return [
        _bucket(marketplace_id, first, last, filters, known_at)
        for first, last in pairwise(edges)
    ]


def split_interval(interval: str) -> tuple[datetime, datetime]:
    """Return start and end of `start--end`.

    Raises:
        ValueError: it is none.
    """
    first, _, last = interval.partition("--")
    start, end = parse_extended(first), parse_extended(last)
    if start is None or end is None:
        raise ValueError(interval)
    return start, end


def _zone(name: str | None, start: datetime) -> tzinfo:
    if name is not None:
        return ZoneInfo(name)
    return start.tzinfo or timezone.utc


def _edges(
    start: datetime, end: datetime, granularity: str, zone: tzinfo, first_day: str
) -> Iterator[datetime]:
    """Yield where buckets meet, from `start` to `end`, in the zone's own offsets."""
    edge = start.astimezone(zone)
    while edge < end:
        yield edge
        edge = _next_edge(edge, granularity, first_day) or end
    yield end.astimezone(zone)


def _next_edge(edge: datetime, granularity: str, first_day: str) -> datetime | None:
    """Return where the bucket ends that `edge` lies in; None if it has no end."""
    midnight = edge.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    if granularity == "Hour":
        # By the world's hours: a wall clock shows one of them twice in autumn.
        hour = edge.astimezone(timezone.utc) + HOUR
        past = timedelta(minutes=edge.minute, seconds=edge.second)
        past += timedelta(microseconds=edge.microsecond)
        return (hour - past).astimezone(edge.tzinfo)
    if granularity == "Day":
        return midnight + timedelta(days=1)
    if granularity == "Week":
        past_days = (midnight.weekday() + (first_day == "Sunday")) % 7
        return midnight + timedelta(days=7 - past_days)
    if granularity == "Month":
        later = midnight.replace(day=1) + timedelta(days=32)
        return later.replace(day=1)
    if granularity == "Year":
        return midnight.replace(year=midnight.year + 1, month=1, day=1)
    return None


def _bucket(
    marketplace_id: str,
    start: datetime,
    end: datetime,
    filters: Filters,
    known_at: datetime,
) -> Wire:
    sales = [
        sale
        for sale in sales_between(marketplace_id, start, end, known_at)
        if filters.take(sale.kind)
    ]
    units = sum(sale.units for sale in sales)
    total = sum((_amount(sale) for sale in sales), Decimal(0))
    average = (total / units).quantize(CENT, ROUND_HALF_UP) if units else Decimal(0)
    currency = BY_ID[marketplace_id].currency
    return {
        "interval": f"{_short(start)}--{_short(end)}",
        "unitCount": units,
        "orderItemCount": len(sales),
        "orderCount": len({sale.at.replace(minute=0) for sale in sales}),
        "averageUnitPrice": {"amount": str(average), "currencyCode": currency},
        "totalSales": {"amount": str(total), "currencyCode": currency},
    }


def _amount(sale: Sale) -> Decimal:
    return sale.units * Decimal(sale.kind.price_cents) / 100


def _short(moment: datetime) -> str:
    """Return a moment without its seconds when it has none, as the answers show it."""
    whole = not (moment.second or moment.microsecond)
    text = moment.isoformat(timespec="minutes" if whole else "seconds")
    return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text
