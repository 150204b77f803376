"""Settlements: a summary first, then what it is made of.

Facts (Report types, payments): the first row is a summary; the others have only the
settlement id of it; numbers are local (`95,00` in Europe); `posted-date` is MM/DD/YY in
the United States and local elsewhere; the older file has a column for each kind of fee.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, NamedTuple

from .cells import Cellar, marketplace_decimal
from .content import Element, Line, Table, XmlContent, leaf
from .dice import Dice
from .order_book import WITHOUT_CENTS, Item, Order, orders_shipped, returns_between
from .tables import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .asked import Asked
    from .layout import Layout
    from .order_book import Return

COLUMNS = {
    "ItemPrice": ("price-type", "price-amount"),
    "ItemFees": ("item-related-fee-type", "item-related-fee-amount"),
    "Promotion": ("promotion-type", "promotion-amount"),
    "other-transaction": ("other-fee-reason-description", "other-amount"),
}
"""In which columns the older file has what an amount is for, and the amount."""
COMMISSION = Decimal("0.15")
STORAGE_FEE = Decimal("-1.25")


class Detail(NamedTuple):
    """One amount of a settlement; without an order, it is a fee of the account."""

    moment: datetime
    kind: str
    amount_type: str
    description: str
    amount: Decimal
    order: Order | None = None
    item: Item | None = None


def table(asked: Asked) -> Table:
    """Return one settlement."""
    names = [field.name for field in asked.layout.records[0].fields]
    if asked.layout.report_type.endswith("_V2"):
        names.append(UNKNOWN)
    dice = Dice("settlement", *asked.key)
    settlement_id = f"{10_000_000_000 + dice.below(10**10)}"
    details = list(_details(asked))
    total = sum((detail.amount for detail in details), Decimal())
    summary = _summary(asked, settlement_id, total, names)
    lines = [_line(asked, settlement_id, detail, names) for detail in details]
    return Table(names, [summary, *lines])


def _summary(
    asked: Asked, settlement_id: str, total: Decimal, names: list[str]
) -> Line:
    marketplace = asked.marketplaces[0]
    cellar = Cellar(asked.layout, marketplace, asked.start, Dice("summary", *asked.key))
    known = {
        "settlement-id": settlement_id,
        "settlement-start-date": cellar.moment_text(asked.start),
        "settlement-end-date": cellar.moment_text(asked.end),
        "deposit-date": cellar.moment_text(asked.end + timedelta(days=2)),
        "total-amount": _local(total, asked.layout, marketplace.country),
        "currency": marketplace.currency,
    }
    return Line({name: known.get(name, "") for name in names})


def _local(amount: Decimal, layout: Layout, country: str) -> str:
    return marketplace_decimal(str(amount), layout, country)


def _details(asked: Asked) -> Iterator[Detail]:
    """Yield what was sent and what came back in the period, and what storage cost."""
    marketplace = asked.marketplaces[0]
    period = asked.start, asked.end
    for order in orders_shipped(marketplace, *period, at=asked.at):
        for item in order.items:
            yield from _sold(order, item)
    for order, back in returns_between(marketplace, *period, at=asked.at):
        yield from _paid_back(order, back)
    last = asked.end - timedelta(seconds=1)
    fee = _rounded(STORAGE_FEE, marketplace.currency)
    yield Detail(last, "other-transaction", "other-transaction", "Storage Fee", fee)


def _sold(order: Order, item: Item) -> Iterator[Detail]:
    moment = order.shipped or order.placed
    fee = _rounded(-COMMISSION * item.amount, order.marketplace.currency)
    yield Detail(moment, "Order", "ItemPrice", "Principal", item.amount, order, item)
    yield Detail(moment, "Order", "ItemFees", "Commission", fee, order, item)
    if Dice("promoted", item.order_item_id).once_in(6):
        off = _rounded(-item.price / 10, order.marketplace.currency)
        yield Detail(moment, "Order", "Promotion", "Shipping", off, order, item)


def _paid_back(order: Order, back: Return) -> Iterator[Detail]:
    """Yield the price of one piece, and the commission on it that comes back."""
    item = back.item._replace(quantity=1)
    fee = _rounded(COMMISSION * item.price, order.marketplace.currency)
    yield Detail(
        back.moment, "Refund", "ItemPrice", "Principal", -item.price, order, item
    )
    yield Detail(back.moment, "Refund", "ItemFees", "Commission", fee, order, item)


def _rounded(amount: Decimal, currency: str) -> Decimal:
    unit = Decimal(1) if currency in WITHOUT_CENTS else Decimal("0.01")
    return amount.quantize(unit, ROUND_HALF_UP)


def _line(asked: Asked, settlement_id: str, detail: Detail, names: list[str]) -> Line:
    marketplace = asked.marketplaces[0]
    dice = Dice("detail", settlement_id, *detail[:4])
    cellar = Cellar(asked.layout, marketplace, detail.moment, dice)
    text = _local(detail.amount, asked.layout, marketplace.country)
    type_column, amount_column = COLUMNS[detail.amount_type]
    known = {
        "settlement-id": settlement_id,
        "transaction-type": detail.kind,
        "amount-type": detail.amount_type,
        "amount-description": detail.description,
        "amount": text,
        "posted-date-time": cellar.moment_text(detail.moment),
        "posted-date": cellar.date_text(detail.moment),
        "marketplace-name": marketplace.sales_channel,
        type_column: detail.description,
        amount_column: text,
        **_of_order(detail),
    }
    cells = {name: known.get(name, "") for name in names}
    return Line(cells, is_short=dice.once_in(5))


def _of_order(detail: Detail) -> dict[str, str]:
    if detail.order is None or detail.item is None:
        return {}
    return {
        "order-id": detail.order.order_id,
        "merchant-order-id": detail.order.order_id,
        "order-item-code": detail.item.order_item_id,
        "sku": detail.item.sku,
        "quantity-purchased": str(detail.item.quantity),
        "fulfillment-id": detail.order.network,
    }


def xml(asked: Asked) -> XmlContent:
    """Return one settlement as an envelope (its elements are not recorded anywhere)."""
    lines = table(asked).lines
    root = Element("AmazonEnvelope", [leaf("MessageType", "SettlementReport")])
    for line in lines:
        cells = {name: text for name, text in line.cells.items() if text}
        inside = [leaf(_camel(name), text) for name, text in cells.items()]
        root.inside.append(Element("Message", [Element("Row", inside)]))
    return XmlContent(root)


def _camel(name: str) -> str:
    return "".join(word.title() for word in name.split("-"))
