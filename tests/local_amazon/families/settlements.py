"""Settlements: a summary first, then what it is made of.

Facts (Report types, payments): the first row is a summary; the others have only the
settlement id of it; numbers are local (`95,00` in Europe); `posted-date` is MM/DD/YY in
the United States and local elsewhere; the older file has a column for each kind of fee.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from .asked import UTC
from .cells import Cellar, marketplace_decimal
from .content import Element, Line, Table, XmlContent, leaf
from .dice import Dice
from .tables import UNKNOWN

if TYPE_CHECKING:
    from datetime import datetime

    from .asked import Asked
    from .layout import Field, Layout

LONGEST_DETAILS = 40
KINDS = (
    ("Order", "ItemPrice", "Principal", "price-type", "price-amount"),
    ("Order", "ItemPrice", "Tax", "price-type", "price-amount"),
    ("Order", "ItemFees", "Commission", "item-related-fee-type", None),
    ("Refund", "ItemPrice", "Principal", "price-type", "price-amount"),
    ("other-transaction", "other-transaction", "Storage Fee", None, "other-amount"),
    ("Order", "Promotion", "Shipping", "promotion-type", "promotion-amount"),
)
"""Transaction type, amount type, description; the older file's columns for these."""


def table(asked: Asked) -> Table:
    """Return one settlement."""
    names = [field.name for field in asked.layout.records[0].fields]
    if asked.layout.report_type.endswith("_V2"):
        names.append(UNKNOWN)
    dice = Dice("settlement", *asked.key)
    settlement_id = f"{10_000_000_000 + dice.below(10**10)}"
    details = [
        _detail(asked, n, settlement_id, names)
        for n in range(3 + dice.below(LONGEST_DETAILS))
    ]
    total = sum((amount for _, amount in details), Decimal())
    summary = _summary(asked, settlement_id, total, names)
    return Table(names, [summary, *(line for line, _ in details)])


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


def _posted(asked: Asked, dice: Dice) -> datetime:
    seconds = max(1, int((asked.end - asked.start) / timedelta(seconds=1)))
    return (asked.start + timedelta(seconds=dice.below(seconds))).astimezone(UTC)


def _detail(
    asked: Asked, n: int, settlement_id: str, names: list[str]
) -> tuple[Line, Decimal]:
    marketplace = asked.marketplaces[0]
    dice = Dice("detail", settlement_id, n)
    cellar = Cellar(asked.layout, marketplace, _posted(asked, dice), dice)
    kind, amount_type, description, type_column, amount_column = dice.pick(KINDS)
    amount = Decimal(dice.below(40_000) - 20_000).scaleb(-2)
    text = _local(amount, asked.layout, marketplace.country)
    known = {
        "settlement-id": settlement_id,
        "transaction-type": kind,
        "amount-type": amount_type,
        "amount-description": description,
        "amount": text,
        "posted-date-time": cellar.moment_text(cellar.moment),
        "posted-date": cellar.date_text(cellar.moment),
        "marketplace-name": f"Amazon.{marketplace.country.lower()}",
        type_column or "other-fee-reason-description": description,
        amount_column or "item-related-fee-amount": text,
    }
    if kind != "other-transaction":
        known |= _item(cellar, asked.layout)
    cells = {name: known.get(name, "") for name in names}
    return Line(cells, is_short=dice.once_in(5)), amount


def _item(cellar: Cellar, layout: Layout) -> dict[str, str]:
    wanted = ("order-id", "merchant-order-id", "order-item-code", "sku")
    fields = [layout.field(name) for name in (*wanted, "quantity-purchased")]
    known: list[Field] = [field for field in fields if field is not None]
    return {field.name: cellar.text(field) for field in known}


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
