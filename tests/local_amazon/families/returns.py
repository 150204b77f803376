"""What came back of the orders: a row for each piece.

Facts (Report types, returns): Amazon tells of what it sent itself in a report of its
own, for the whole region; the seller's returns are in another.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from . import tables
from .cells import Cellar
from .content import Table
from .dice import Dice
from .order_book import returns_between

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from .asked import Asked
    from .content import Line
    from .layout import Field
    from .order_book import Order, Return


def _table(asked: Asked, network: str) -> Table:
    found = [
        (back.moment, order, back)
        for marketplace in asked.busy()
        for order, back in returns_between(
            marketplace, asked.start, asked.end, at=asked.at
        )
        if order.network == network
    ]
    found.sort(key=lambda one: one[0])
    lines = [line for _, order, back in found for line in _lines(asked, order, back)]
    return Table(tables.columns(asked), lines)


of_seller = partial(_table, network="MFN")
of_amazon = partial(_table, network="AFN")


def _lines(asked: Asked, order: Order, back: Return) -> Iterator[Line]:
    event = tables.Event(order.marketplace, back.moment, (order.order_id,))
    known = _known(asked, order, back)
    for line in tables.lines_of(asked.layout, event):
        line.cells.update({k: v for k, v in known.items() if k in line.cells})
        yield line


def _known(asked: Asked, order: Order, back: Return) -> dict[str, str]:
    item = back.item
    dates = {"order date": order.placed, "return request date": back.moment}
    return {
        **{
            field.name: _when(asked, order, field, dates[field.name.lower()])
            for field in asked.layout.records[0].fields
            if field.name.lower() in dates
        },
        "Order ID": order.order_id,
        "order-id": order.order_id,
        "Merchant SKU": item.sku,
        "sku": item.sku,
        "ASIN": item.asin,
        "asin": item.asin,
        "Order Item ID": item.order_item_id,
        "Currency code": order.marketplace.currency,
        "Order Amount": str(item.amount),
        "Order quantity": str(item.quantity),
        "Return quantity": "1",
        "quantity": "1",
        "Refunded Amount": str(item.price),
        "license-plate-number": f"LPN{Dice('plate', order.order_id).code(9)}",
    }


def _when(asked: Asked, order: Order, field: Field, moment: datetime) -> str:
    cellar = Cellar(asked.layout, order.marketplace, moment, Dice(order.order_id))
    if field.shape == "date-time":
        return cellar.moment_text(moment)
    return cellar.date_text(moment) if field.shape else f"{moment:%d-%b-%Y}"
