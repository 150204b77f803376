"""Which orders there are, and how each goes on: the one source of all that is sold.

Order reports, the Sales API, settlements and returns all tell of these orders, so that
an order is the same wherever it appears.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from .asked import QUIET, UTC, days_between
from .dice import Dice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.local_amazon.marketplaces import Marketplace

ORDERS_A_DAY = 8
LONGEST_LIFE = timedelta(days=60)
"""How long after it was placed an order can still change or come back."""
PENDING, CANCELLED = "Pending", "Cancelled"
STATUSES = (PENDING, "Shipped", "Shipped - Delivered to Buyer")
PRODUCTS = 40
KNOWN_PRODUCTS = (
    ("SKU-001", "B07LOCAL01"),
    ("SKU-002", "B07LOCAL02"),
    ("00-SKU/003", "B07LOCAL03"),
)
WITHOUT_CENTS = frozenset({"JPY"})


class Item(NamedTuple):
    """One line of an order."""

    order_item_id: str
    sku: str
    asin: str
    quantity: int
    price: Decimal

    @property
    def amount(self) -> Decimal:
        """What the buyer pays for it."""
        return self.quantity * self.price


class Return(NamedTuple):
    """One piece that came back, and was paid back in full."""

    moment: datetime
    item: Item


@dataclass(frozen=True)
class Order:
    """One order as it stands at some moment.

    Attributes:
        marketplace: where it was placed.
        order_id: Amazon's id.
        placed: when it was placed.
        moments: when it was changed until then, oldest first.
        is_cancelled: whether its first change is its end.
    """

    marketplace: Marketplace
    order_id: str
    placed: datetime
    moments: tuple[datetime, ...]
    is_cancelled: bool

    @property
    def updated(self) -> datetime:
        """When it was changed last."""
        return self.moments[-1] if self.moments else self.placed

    @property
    def status(self) -> str:
        """How far it is."""
        if self.is_cancelled and self.moments:
            return CANCELLED
        return STATUSES[min(len(self.moments), len(STATUSES) - 1)]

    @property
    def shipped(self) -> datetime | None:
        """When it was sent, and so paid; None for what is pending or cancelled."""
        return None if self.is_cancelled or not self.moments else self.moments[0]

    @property
    def is_business(self) -> bool:
        """Whether a business bought it."""
        return Dice("business", self.order_id).once_in(5)

    @property
    def network(self) -> str:
        """Who sends it: `AFN` for Amazon, `MFN` for the merchant."""
        return Dice("network", self.order_id).pick(("AFN", "MFN"))

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """Its lines; of two in three, SKU and ASIN are the same."""
        count = 1 + Dice("items", self.order_id).below(3)
        return tuple(_item(self, n) for n in range(count))

    def returned(self, at: datetime) -> Return | None:
        """Return what came back of it by the moment `at`."""
        dice = Dice("goes back", self.order_id)
        if self.shipped is None or not dice.once_in(2):
            return None
        moment = self.shipped + timedelta(days=2, minutes=dice.below(20_000))
        return Return(moment, self.items[0]) if moment <= at else None


def _item(order: Order, n: int) -> Item:
    dice = Dice("item", order.order_id, n)
    product = Dice("product", order.order_id, n // 2).below(PRODUCTS)
    sku, asin = product_ids(product)
    places = 0 if order.marketplace.currency in WITHOUT_CENTS else -2
    price = Decimal(299 + 50 * product).scaleb(places)
    return Item(f"0{dice.digits(13)}", sku, asin, 1 + dice.below(3), price)


def product_ids(product: int) -> tuple[str, str]:
    """Return the SKU and the ASIN of a product."""
    if product < len(KNOWN_PRODUCTS):
        return KNOWN_PRODUCTS[product]
    return f"00{product:03d}-SKU", f"B0{Dice('asin', product).code(8)}"


def orders_placed(
    marketplace: Marketplace, first: date, last: date, *, at: datetime
) -> Iterator[Order]:
    """Yield the orders placed from `first` to `last`, as they stand at `at`."""
    if marketplace.country in QUIET:
        return
    for day in days_between(first, last):
        for order in _placed_on(marketplace, day):
            if order.placed <= at:
                yield _as_of(order, at)


def orders_shipped(
    marketplace: Marketplace, start: datetime, end: datetime, *, at: datetime
) -> Iterator[Order]:
    """Yield the orders that were sent from `start` until before `end`."""
    first = (start - LONGEST_LIFE).date()
    for order in orders_placed(marketplace, first, end.date(), at=at):
        if order.shipped is not None and start <= order.shipped < end:
            yield order


def returns_between(
    marketplace: Marketplace, start: datetime, end: datetime, *, at: datetime
) -> Iterator[tuple[Order, Return]]:
    """Yield what came back from `start` until before `end`, with its order."""
    first = (start - LONGEST_LIFE).date()
    for order in orders_placed(marketplace, first, end.date(), at=at):
        back = order.returned(at)
        if back is not None and start <= back.moment < end:
            yield order, back


def _as_of(order: Order, at: datetime) -> Order:
    past = tuple(moment for moment in order.moments if moment <= at)
    if len(past) == len(order.moments):
        return order
    return Order(
        order.marketplace, order.order_id, order.placed, past, order.is_cancelled
    )


@lru_cache(maxsize=65_536)
def _placed_on(marketplace: Marketplace, day: date) -> tuple[Order, ...]:
    """Return the orders of one day of UTC, with all that will become of them."""
    count = Dice("orders", marketplace.id, day).below(ORDERS_A_DAY)
    return tuple(_order(marketplace, day, n) for n in range(count))


def _order(marketplace: Marketplace, day: date, n: int) -> Order:
    dice = Dice("order", marketplace.id, day, n)
    # Never on a full minute, so that no window's boundary is on an event.
    seconds = dice.below(1440) * 60 + 1 + dice.below(58)
    placed = datetime.combine(day, time(), tzinfo=UTC) + timedelta(seconds=seconds)
    order_id = f"{dice.digits(3)}-{dice.digits(7)}-{dice.digits(7)}"
    moments = tuple(_moments(dice, placed))
    is_cancelled = Dice("fate", order_id).once_in(8)
    return Order(
        marketplace,
        order_id,
        placed,
        moments[:1] if is_cancelled else moments,
        is_cancelled,
    )


def _moments(dice: Dice, placed: datetime) -> Iterator[datetime]:
    moment = placed
    for _ in range(1 + dice.below(3)):
        minutes = dice.pick((30, 1440, 4320, 20_000))
        moment += timedelta(minutes=1 + dice.below(minutes))
        yield moment
