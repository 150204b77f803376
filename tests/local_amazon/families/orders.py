"""The reports that tell of orders.

Facts (Report types, orders): the report by last update gives each row as it is now, in
the window in which it was changed last; nothing that matches is CANCELLED.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from . import tables
from .cells import TEXTS
from .content import Element, Line, Table, XmlContent, leaf
from .dice import Dice
from .order_book import CANCELLED, LONGEST_LIFE, PENDING, Item, Order, orders_placed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .asked import Asked

KEPT = timedelta(days=730)
"""How far back orders can be asked for."""
NETWORKS = {"AFN": "Amazon", "MFN": "Merchant"}


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
    """Yield an order's items."""
    layout = asked.layout
    for n, item in enumerate(order.items):
        event = tables.Event(order.marketplace, order.updated, (order.order_id, n))
        line = next(tables.lines_of(layout, event))
        known = _known(order, item)
        line.cells.update({k: v for k, v in known.items() if k in line.cells})
        yield line


def _known(order: Order, item: Item) -> dict[str, str]:
    is_priced = order.status != PENDING
    return {
        "amazon-order-id": order.order_id,
        "purchase-date": _iso(order.placed),
        "last-updated-date": _iso(order.updated),
        "order-status": order.status,
        "sku": item.sku,
        "asin": item.asin,
        "order-item-id": item.order_item_id,
        "product-name": _title(order, Dice("title", item.sku)),
        "quantity": "0" if order.status == CANCELLED else str(item.quantity),
        "currency": order.marketplace.currency if is_priced else "",
        "item-price": str(item.amount) if is_priced else "",
        "sales-channel": order.marketplace.sales_channel,
        "fulfillment-channel": NETWORKS[order.network],
        "is-business-order": "true" if order.is_business else "false",
    }


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
    address = [
        leaf("City", _title(order, dice)),
        leaf("PostalCode", "01067"),
        leaf("Country", order.marketplace.country),
    ]
    fulfilment = [
        leaf("FulfillmentChannel", NETWORKS[order.network]),
        leaf("ShipServiceLevel", "Standard"),
        Element("Address", address),
    ]
    element = Element(
        "Order",
        [
            leaf("AmazonOrderID", order.order_id),
            leaf("PurchaseDate", _iso(order.placed)),
            leaf("LastUpdatedDate", _iso(order.updated)),
            leaf("OrderStatus", order.status),
            leaf("SalesChannel", order.marketplace.sales_channel),
            Element("FulfillmentData", fulfilment),
            leaf("IsBusinessOrder", "true" if order.is_business else "false"),
        ],
    )
    element.inside += [_item(order, item, dice) for item in order.items]
    return element


def _item(order: Order, item: Item, dice: Dice) -> Element:
    """Return an item: what it cost in parts, and here and there a promotion."""
    money = {"currency": order.marketplace.currency}
    parts = {"Principal": str(item.amount), "Shipping": "3.99"}
    prices = [
        Element("Component", [leaf("Type", word), leaf("Amount", text, **money)])
        for word, text in parts.items()
    ]
    element = Element(
        "OrderItem",
        [
            leaf("AmazonOrderItemCode", item.order_item_id),
            leaf("ASIN", item.asin),
            leaf("SKU", item.sku),
            leaf("ItemStatus", order.status),
            leaf("ProductName", _title(order, Dice("title", item.sku))),
            leaf("Quantity", str(item.quantity)),
            Element("ItemPrice", prices),
        ],
    )
    if dice.once_in(4):
        promotion = [leaf("PromotionIDs", "Free Shipping")]
        promotion.append(leaf("ShipPromotionDiscount", "3.99"))
        element.inside.append(Element("Promotion", promotion))
    return element
