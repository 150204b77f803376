"""The ledgers, the stock and the listings.

Facts (Report types, FBA and listings): ledger cells are in quotes and inner quotes are
left as they are; days are MM/DD/YYYY; a product sold by Amazon has no quantity of its
own; open dates carry the abbreviation of a zone; feedback has translated headers.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from . import tables
from .asked import UTC
from .cells import TEXTS, Cellar
from .content import Line, Table
from .dice import Dice
from .headings import headings_of
from .periods import period_word, periods_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from tests.local_amazon.marketplaces import Marketplace

    from .asked import Asked

PRODUCTS = 6
TITLES = ('Monitor 24" wide', '"Best" rack', 'Cable 3", "short"', "Plain")
EVENTS = ("Shipments", "Receipts", "CustomerReturns", "Adjustments", "WhseTransfers")
CENTERS = ("PHX3", "DUS2", "0FC1")
FEEDBACK = {
    "DE": ("Datum", "Bewertung", "Kommentare", "Ihre Antwort", "Bestellnummer"),
    "JP": ("日付", "評価", "コメント", "あなたの回答", "注文番号"),
}
"""What the first five columns of the feedback are called elsewhere; the sixth, too."""
EMAIL = {"DE": "E-Mail des Bewerters", "JP": "評価者のEメール"}


def ledger_detail(asked: Asked) -> Table:
    """Return what happened to the stock, day by day."""
    names = [field.name for field in asked.layout.records[0].fields]
    wanted = asked.options.get("eventType")
    lines = [
        Line({name: row.get(name, "") for name in names})
        for marketplace in asked.busy()
        for day in asked.local_days(marketplace)
        for row in _happened(marketplace, day)
        if wanted in {None, row["Event Type"]}
    ]
    return Table(names, lines)


def _happened(marketplace: Marketplace, day: date) -> Iterator[dict[str, str]]:
    dice = Dice("ledger", marketplace.id, day)
    for n in range(dice.below(5)):
        # Two events of a day can be alike but for how many.
        twin = Dice("ledger event", marketplace.id, day, n // 2)
        quantity = dice.below(9) - 4
        yield {
            **_product(twin.below(PRODUCTS)),
            "Date": f"{day:%m/%d/%Y}",
            "Event Type": twin.pick(EVENTS),
            "Reference ID": twin.pick(("", f"FBA{twin.code(8)}")),
            "Quantity": str(quantity),
            "Fulfillment Center": twin.pick(CENTERS),
            "Disposition": twin.pick(("SELLABLE", "DEFECTIVE")),
            "Reason": twin.pick(("", "Q", "3")),
            "Country": marketplace.country,
            "Reconciled Quantity": "0",
            "Unreconciled Quantity": str(abs(quantity)),
            "Date and Time": f"{day}T09:{n:02d}:00+0000",
            "Store": "",
        }


def _product(n: int) -> dict[str, str]:
    return {
        "FNSKU": f"X00{n:07d}",
        "ASIN": f"B0{Dice('ledger asin', n).code(8)}",
        "MSKU": f"00{n:03d}-SKU",
        "Title": TITLES[n % len(TITLES)],
    }


def ledger_summary(asked: Asked) -> Table:
    """Return the balance of each product, for each day, week or month."""
    names = [field.name for field in asked.layout.records[0].fields]
    word = period_word(asked.layout, asked.options)
    lines = [
        Line({name: row.get(name, "") for name in names})
        for period in periods_of(asked)
        for marketplace in asked.busy()
        for row in _balances(marketplace, period.last, word)
    ]
    return Table(names, lines)


def _balances(
    marketplace: Marketplace, day: date, word: str
) -> Iterator[dict[str, str]]:
    printed = f"{day:%m/%Y}" if word == "MONTH" else f"{day:%m/%d/%Y}"
    for n in range(PRODUCTS):
        dice = Dice("balance", marketplace.id, day, n)
        opening, shipped = 20 + dice.below(50), -dice.below(9)
        yield {
            **_product(n),
            "Date": printed,
            "Disposition": "SELLABLE",
            "Location": marketplace.country,
            "Starting Warehouse Balance": str(opening),
            "Customer Shipments": str(shipped),
            "Ending Warehouse Balance": str(opening + shipped),
            **dict.fromkeys(("In Transit Between Warehouses", "Receipts", "Lost"), "0"),
        }


def stock(asked: Asked) -> Table:
    """Return what lies in Amazon's warehouses; one product is there twice."""
    made = tables.table(asked)
    for n, line in enumerate(made.lines):
        marketplace = asked.marketplaces[0]
        known = {
            "sku": f"00{n // 2:03d}-SKU",
            "seller-sku": f"00{n // 2:03d}-SKU",
            "asin": f"B0{Dice('stock', n // 2).code(8)}",
            "product-name": TEXTS[marketplace.region][n % 5],
            "condition": "New",
            "your-price": str(Decimal(999 + n).scaleb(-2)),
        }
        line.cells.update({k: v for k, v in known.items() if k in line.cells})
    return made


def listings(asked: Asked) -> Table:
    """Return what is for sale; Amazon's own stock has no quantity here."""
    made = tables.table(asked)
    region = asked.marketplaces[0].region
    for n, line in enumerate(made.lines):
        by_amazon = n % 2 == 0
        moment = datetime(2024, 1 + n % 12, 5, 23, 59, 58, tzinfo=UTC)
        dice = Dice("listing", n)
        opened = Cellar(asked.layout, asked.marketplaces[0], moment, dice)
        known = {
            "item-name": TEXTS[region][n % 5],
            "seller-sku": f"00{n:03d}-SKU",
            "price": str(Decimal(999 + n).scaleb(-2)),
            "quantity": "" if by_amazon else str(n),
            "open-date": opened.moment_text(moment),
            "asin1": f"B0{dice.code(8)}",
            "fulfillment-channel": f"AMAZON_{'NA' if by_amazon else 'EU'}",
            "status": "Active" if n % 3 else "Inactive",
        }
        line.cells.update({k: v for k, v in known.items() if k in line.cells})
    made.headings = headings_of(asked)
    return made


def feedback(asked: Asked) -> Table:
    """Return what buyers said, under headers in the language of the marketplace."""
    made = tables.table(asked)
    translated = (*FEEDBACK.get(asked.country, ()), EMAIL.get(asked.country, ""))
    if len(translated) == len(made.columns):
        made.headings = dict(zip(made.columns, translated, strict=True))
    return made
