"""Sales and traffic, search terms, market baskets: by period, exact to the digit.

Facts (published JSON schemas and their examples; Report types, analytics): percentages
of sales and traffic are of a hundred, shares of brand analytics are fractions; rows by
ASIN have no date; weeks and months are widened to their limits; PARENT has no child
ASIN and no SKU; SKU drops rows without sales.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from .content import JsonContent, money
from .dice import Dice
from .periods import periods_of
from .specification import specification

if TYPE_CHECKING:
    from tests.local_amazon.marketplaces import Marketplace

    from .asked import Asked
    from .content import Json
    from .layout import RecordLayout
    from .periods import Period

TERMS = ('rack 19"', "möwen", "küche & bad", "棚", "usb-c", "wasser   kocher")
DEPARTMENTS = ("Amazon.com", "Home & Kitchen")
RANKS = 3


def sales_and_traffic(asked: Asked) -> JsonContent:
    """Return a row for each period, and one for each product of the whole window."""
    by_date, by_asin = asked.layout.records
    marketplace = asked.marketplaces[0]
    periods = list(periods_of(asked))
    is_busy = any(True for _ in asked.busy())
    products = range(5 if is_busy else 0)
    return JsonContent(
        {
            "reportSpecification": specification(asked),
            "salesAndTrafficByDate": [
                _by_date(by_date, marketplace, period, is_busy=is_busy)
                for period in periods
            ],
            "salesAndTrafficByAsin": [
                _by_asin(asked, by_asin, marketplace, n)
                for n in products
                if n or asked.options.get("asinGranularity") != "SKU"
            ],
        }
    )


def _by_date(
    records: RecordLayout, marketplace: Marketplace, period: Period, *, is_busy: bool
) -> dict[str, Json]:
    dice = Dice("by date", marketplace.id, period.first, period.last)
    record = _filled(records, marketplace, dice, is_busy=is_busy)
    return {"date": period.first.isoformat(), **record}


def _by_asin(
    asked: Asked, records: RecordLayout, marketplace: Marketplace, n: int
) -> dict[str, Json]:
    dice = Dice("by asin", marketplace.id, asked.start, asked.end, n)
    granularity = asked.options.get("asinGranularity", "PARENT")
    ids = {"parentAsin": f"B0PARENT0{n // 2 if granularity != 'PARENT' else n}"}
    if granularity in {"CHILD", "SKU"}:
        ids["childAsin"] = f"B00CHILD0{n}"
    if granularity == "SKU":
        ids["sku"] = f"00{n:03d}-SKU"
    return {**ids, **_filled(records, marketplace, dice, is_busy=True)}


def _filled(
    records: RecordLayout, marketplace: Marketplace, dice: Dice, *, is_busy: bool
) -> dict[str, Json]:
    """Return the fields below the objects of a record, zeros if nothing was sold."""
    record: dict[str, Json] = {}
    for field in records.fields:
        *around, name = field.name.split(".")
        if not around or name == "currencyCode":
            continue
        inner = record.setdefault(around[0], {})
        amount = Decimal(dice.below(10**6) if is_busy else 0).scaleb(-2)
        if name == "amount":
            inner[around[1]] = money(amount, marketplace.currency)
        elif field.kind == "integer":
            inner[name] = dice.below(500) if is_busy else 0
        else:
            inner[name] = amount % 100
    return record


def search_terms(asked: Asked) -> JsonContent:
    """Return the three most clicked products of each term in each department."""
    rows = [
        {
            "departmentName": department,
            "searchTerm": term,
            "searchFrequencyRank": 1 + n,
            "clickedAsin": f"B0{Dice('click', term, period.first, rank).code(8)}",
            "clickShareRank": rank,
            "clickShare": Decimal(Dice("share", term, rank).below(10**4)).scaleb(-4),
            "conversionShare": Decimal(Dice("sold", term).below(10**4)).scaleb(-4),
        }
        for period in periods_of(asked)
        for _ in asked.busy()
        for department in DEPARTMENTS
        for n, term in enumerate(TERMS)
        for rank in range(1, RANKS + 1)
    ]
    head = specification(asked)
    return JsonContent(
        {"reportSpecification": head, "dataByDepartmentAndSearchTerm": rows}
    )


def market_basket(asked: Asked) -> JsonContent:
    """Return what was bought together, the three most often first."""
    rows = [
        {
            "startDate": period.first.isoformat(),
            "endDate": period.last.isoformat(),
            "asin": f"B00BASKET{n}",
            "purchasedWithAsin": f"B0{Dice('with', period.first, n, rank).code(8)}",
            "purchasedWithRank": rank,
            "combinationPct": Decimal(Dice("pct", n, rank).below(10**4)).scaleb(-4),
        }
        for period in periods_of(asked)
        for _ in asked.busy()
        for n in range(4)
        for rank in range(1, RANKS + 1)
    ]
    head = specification(asked)
    return JsonContent({"reportSpecification": head, "dataByAsin": rows})
