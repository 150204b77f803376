"""Taxes: the two VAT files, whose days and signs are Europe's.

Facts (Report types, tax): SC_VAT_TAX_REPORT is comma separated with blanks in its
headers, GET_VAT_TRANSACTION_DATA tab separated in upper snake case with the day first.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from . import tables
from .dice import Dice

if TYPE_CHECKING:
    from .asked import Asked
    from .content import Line, Table

RATES = {"DE": "0.19", "FR": "0.2", "IT": "0.22", "ES": "0.21", "GB": "0.2000"}


def calculation(asked: Asked) -> Table:
    """Return the VAT that Amazon calculated, a row for each item."""
    made = tables.table(asked)
    for line in made.lines:
        # By the row's own id, so that it is the same in every window.
        n = Dice("vat", line.cells.get("Transaction ID")).below(40)
        country = asked.country
        gross = Decimal(500 + 37 * n).scaleb(-2)
        net = (gross / (1 + Decimal(RATES.get(country, "0")))).quantize(Decimal("0.01"))
        _set(
            line,
            {
                "Marketplace ID": asked.marketplaces[0].id,
                "Transaction Type": ("SHIPMENT", "REFUND")[n % 2],
                "Tax Rate": RATES.get(country, "0"),
                "Tax Type": "VAT",
                "OUR_PRICE Tax Inclusive Selling Price": str(gross),
                "OUR_PRICE Tax Amount": str(gross - net),
                "OUR_PRICE Tax Exclusive Selling Price": str(net),
                "Jurisdiction Name": 'GERMANY, "DE"\nEU',
                "Export Outside EU": ("false", "true")[n % 2],
            },
        )
    return made


def transactions(asked: Asked) -> Table:
    """Return what the VAT is due for, a row for each event of each item."""
    made = tables.table(asked)
    for line in made.lines:
        dice = Dice("vat", line.cells.get("TRANSACTION_EVENT_ID"))
        _set(
            line,
            {
                "TRANSACTION_TYPE": dice.pick(("SALE", "REFUND", "FC_TRANSFER")),
                "ITEM_DESCRIPTION": dice.pick(('Möwe 3"', "Brücke, groß", "€-Kasse")),
                "PRICE_OF_ITEMS_VAT_RATE_PERCENT": RATES.get(asked.country, "0"),
            },
        )
    return made


def _set(line: Line, known: dict[str, str]) -> None:
    """Fill the columns that the account has, but none that a short row lacks."""
    for name, text in known.items():
        if line.cells.get(name):
            line.cells[name] = text
