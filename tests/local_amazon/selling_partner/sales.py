"""The sums of a seller's orders, by any interval and filter.

Every order was placed at one moment, so that any interval, however it is cut, has one
true answer, which a test can compute again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from tests.local_amazon.families.order_book import orders_placed
from tests.local_amazon.marketplaces import BY_ID
from tests.local_amazon.moments import parse_extended

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.local_amazon.families.order_book import Item, Order
    from tests.local_amazon.wire import Wire

HOUR = timedelta(hours=1)
CENT = Decimal("0.01")
HAUL_BELOW = Decimal(10)


@dataclass(frozen=True)
class Filters:
    """What getOrderMetrics can be narrowed to."""

    buyer_type: str = "All"
    fulfillment_network: str | None = None
    asin: str | None = None
    sku: str | None = None
    program: str | None = None

    def take(self, order: Order, item: Item) -> bool:
        """Tell whether an item is within the filters."""
        return (
            self.buyer_type in {"All", "B2B" if order.is_business else "B2C"}
            and self.fulfillment_network in {None, order.network}
            and self.asin in {None, item.asin}
            and self.sku in {None, item.sku}
            and self.program in {None, _program(item)}
        )


def _program(item: Item) -> str | None:
    """Return the program that an item is sold in: what costs little, in AmazonHaul."""
    return "AmazonHaul" if item.price < HAUL_BELOW else None


class Sale(NamedTuple):
    """One line of an order that is counted."""

    order: Order
    item: Item


def sales_between(
    marketplace_id: str, start: datetime, end: datetime, known_at: datetime
) -> Iterator[Sale]:
    """Yield what was sold from `start` to `end`, as far as counted at `known_at`.

    An order counts when it has been sent: until then it has no price in the order
    reports either, so that recent buckets grow.
    """
    days = (moment.astimezone(timezone.utc).date() for moment in (start, end))
    for order in orders_placed(BY_ID[marketplace_id], *days, at=known_at):
        if order.shipped is not None and start <= order.placed < end:
            yield from (Sale(order, item) for item in order.items)


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
        if filters.take(*sale)
    ]
    units = sum(sale.item.quantity for sale in sales)
    total = sum((sale.item.amount for sale in sales), Decimal(0))
    average = (total / units).quantize(CENT, ROUND_HALF_UP) if units else Decimal(0)
    currency = BY_ID[marketplace_id].currency
    return {
        "interval": f"{_short(start)}--{_short(end)}",
        "unitCount": units,
        "orderItemCount": len(sales),
        "orderCount": len({sale.order.order_id for sale in sales}),
        "averageUnitPrice": {"amount": str(average), "currencyCode": currency},
        "totalSales": {"amount": str(total), "currencyCode": currency},
    }


def _short(moment: datetime) -> str:
    """Return a moment without its seconds when it has none, as the answers show it."""
    whole = not (moment.second or moment.microsecond)
    text = moment.isoformat(timespec="minutes" if whole else "seconds")
    return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text
