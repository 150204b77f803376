"""Orders that change over time, and the reports that tell of them.

Facts (Report types, orders): the report by last update gives each row as it is now, in
the window in which it was changed last; nothing that matches is CANCELLED.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from . import tables
from .asked import UTC, Asked, days_between
from .cells import TEXTS
from .content import Element, Line, Table, XmlContent, leaf
from .dice import Dice

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from tests.local_amazon.marketplaces import Marketplace

ORDERS_A_DAY = 4
CHANGES = 4
LONGEST_LIFE = timedelta(days=60)
KEPT = timedelta(days=730)
"""How far back orders can be asked for."""
STATUSES = ("Pending", "Shipped", "Shipped - Delivered to Buyer", "Cancelled")
CHANNELS = {"US": "Amazon.com", "CA": "Amazon.ca", "GB": "Amazon.co.uk"}


@dataclass(frozen=True)
class Order:
    """One order as it stands at some moment.

    Attributes:
        marketplace: where it was placed.
        order_id: Amazon's id.
        placed: when it was placed.
        updated: when it was changed last.
        changes: how often it had been changed by then.
    """

    marketplace: Marketplace
    order_id: str
    placed: datetime
    updated: datetime
    changes: int

    @property
    def status(self) -> str:
        """How far it is."""
        return STATUSES[min(self.changes, len(STATUSES) - 1)]


def orders_placed(
    marketplace: Marketplace, first: date, last: date, *, at: datetime
) -> Iterator[Order]:
    """Yield the orders placed from `first` to `last`, as they stand at `at`."""
    for day in days_between(first, last):
        midnight = datetime.combine(day, time(), tzinfo=UTC)
        for n in range(Dice("orders", marketplace.id, day).below(ORDERS_A_DAY)):
            dice = Dice("order", marketplace.id, day, n)
            seconds = dice.below(1440) * 60 + 1 + dice.below(58)
            placed = midnight + timedelta(seconds=seconds)
            if placed <= at:
                order_id = f"{dice.digits(3)}-{dice.digits(7)}-{dice.digits(7)}"
                updated, changes = _state(dice, placed, at)
                yield Order(marketplace, order_id, placed, updated, changes)


def _state(dice: Dice, placed: datetime, at: datetime) -> tuple[datetime, int]:
    updated, changes = placed, 0
    for _ in range(dice.below(CHANGES)):
        minutes = dice.pick((30, 1440, 4320, 20_000))
        following = updated + timedelta(minutes=1 + dice.below(minutes))
        if following > at:
            break
        updated, changes = following, changes + 1
    return updated, changes


def orders(asked: Asked, *, by_update: bool) -> list[Order]:
    """Return the orders whose time lies in the window, oldest first."""
    start = max(asked.start, asked.at - KEPT)
    first = start - LONGEST_LIFE if by_update else start
    found = [
        order
        for marketplace in asked.busy()
        for order in orders_placed(
            marketplace, first.date(), asked.end.date(), at=asked.at
        )
        if start <= (order.updated if by_update else order.placed) < asked.end
    ]
    return sorted(found, key=lambda order: order.updated if by_update else order.placed)


def table(asked: Asked) -> Table:
    """Return the flat file of orders, a row for each item."""
    by_update = "LAST_UPDATE" in asked.layout.report_type
    lines = [
        line
        for order in orders(asked, by_update=by_update)
        for line in _lines(asked, order)
    ]
    return Table(tables.columns(asked), lines)


def _lines(asked: Asked, order: Order) -> Iterator[Line]:
    """Yield an order's items; of two in three lines, SKU and ASIN are the same."""
    layout = asked.layout
    count = 1 + Dice("items", order.order_id).below(3)
    for n in range(count):
        dice = Dice("item", order.order_id, n)
        product = Dice("product", order.order_id, n // 2).below(40)
        event = tables.Event(order.marketplace, order.updated, (order.order_id, n))
        line = next(tables.lines_of(layout, event))
        price = Decimal(99 + 50 * product).scaleb(-2)
        quantity = 1 + dice.below(3)
        known = {
            "amazon-order-id": order.order_id,
            "purchase-date": _iso(order.placed),
            "last-updated-date": _iso(order.updated),
            "order-status": order.status,
            "sku": f"00{product:03d}-SKU",
            "asin": f"B0{Dice('asin', product).code(8)}",
            "order-item-id": f"0{dice.digits(13)}",
            "product-name": _title(order, dice),
            "quantity": "0" if order.status == "Cancelled" else str(quantity),
            "currency": "" if order.status == "Pending" else order.marketplace.currency,
            "item-price": "" if order.status == "Pending" else str(price * quantity),
            "sales-channel": CHANNELS.get(order.marketplace.country, "Amazon"),
            "fulfillment-channel": dice.pick(("Amazon", "Merchant")),
        }
        line.cells.update({k: v for k, v in known.items() if k in line.cells})
        yield line


def _title(order: Order, dice: Dice) -> str:
    return dice.pick(TEXTS[order.marketplace.region])


def _iso(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}+00:00"


def xml(asked: Asked) -> XmlContent:
    """Return the envelope of orders, a message for each."""
    by_update = "LAST_UPDATE" in asked.layout.report_type
    root = Element(
        "AmazonEnvelope",
        [
            Element("Header", [leaf("DocumentVersion", "1.00")]),
            leaf("MessageType", "AllOrdersReport"),
        ],
        attributes={"xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance"},
    )
    for order in orders(asked, by_update=by_update):
        root.inside.append(Element("Message", [_order(order)]))
    return XmlContent(root)


def _order(order: Order) -> Element:
    dice = Dice("xml order", order.order_id)
    address = [leaf("City", _title(order, dice)), leaf("PostalCode", "01067")]
    element = Element(
        "Order",
        [
            leaf("AmazonOrderID", order.order_id),
            leaf("PurchaseDate", _iso(order.placed)),
            leaf("LastUpdatedDate", _iso(order.updated)),
            leaf("OrderStatus", order.status),
            leaf("SalesChannel", CHANNELS.get(order.marketplace.country, "Amazon")),
            Element("FulfillmentData", [Element("Address", address)]),
        ],
    )
    for n in range(1 + Dice("items", order.order_id).below(3)):
        element.inside.append(_item(order, n))
    return element


def _item(order: Order, n: int) -> Element:
    dice = Dice("xml item", order.order_id, n)
    amount = str(Decimal(dice.below(100_000)).scaleb(-2))
    price = leaf("Amount", amount, currency=order.marketplace.currency)
    component = Element("Component", [leaf("Type", "Principal"), price])
    return Element(
        "OrderItem",
        [
            leaf("AmazonOrderItemCode", f"0{dice.digits(13)}"),
            leaf("SKU", f"00{dice.below(40):03d}-SKU"),
            leaf("ProductName", _title(order, dice)),
            leaf("Quantity", str(1 + dice.below(3))),
            Element("ItemPrice", [component]),
        ],
    )
