"""Vendor reports: aggregates by period, products by period, hours.

Facts (published JSON schemas of the vendor retail analytics): one aggregate for each
period; ordered amounts only in the MANUFACTURING view; unhealthy inventory is null by
DAY; hours of the real-time reports are in UTC.
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

ASINS = tuple(f"B00VENDO0{n}" for n in range(4))
BLANK_BY_VIEW = ("orderedRevenue", "orderedUnits")


def by_period(asked: Asked) -> JsonContent:
    """Return aggregates and products of each period."""
    value: dict[str, Json] = {"reportSpecification": specification(asked)}
    periods = list(periods_of(asked))
    for records in asked.layout.records:
        name = str(records.path).removesuffix("[]")
        asins = ASINS if name.endswith("ByAsin") else ("",)
        value[name] = [
            _record(asked, records, marketplace, period, asin)
            for period in periods
            for marketplace in asked.busy()
            for asin in asins
        ]
    return JsonContent(value)


def _record(
    asked: Asked,
    records: RecordLayout,
    marketplace: Marketplace,
    period: Period,
    asin: str,
) -> dict[str, Json]:
    dice = Dice("vendor", asked.layout.report_type, marketplace.id, period.first, asin)
    record: dict[str, Json] = {
        "startDate": period.first.isoformat(),
        "endDate": period.last.isoformat(),
    }
    if asin:
        record["asin"] = asin
    for field in records.fields:
        name, _, part = field.name.partition(".")
        if name in record or part == "currencyCode":
            continue
        amount = Decimal(dice.below(10**7)).scaleb(-2)
        if _is_blank(asked, name):
            record[name] = None
        elif part == "amount":
            record[name] = money(amount, marketplace.currency)
        else:
            record[name] = dice.below(900) if field.kind == "integer" else amount / 100
    return record


def _is_blank(asked: Asked, name: str) -> bool:
    if name in BLANK_BY_VIEW:
        return asked.options.get("distributorView") == "SOURCING"
    by_day = asked.options.get("reportPeriod", "DAY") == "DAY"
    return name.startswith("unhealthyInventory") and by_day


def by_hour(asked: Asked) -> JsonContent:
    """Return the products of each hour that is closed."""
    records = asked.layout.records[0]
    rows = [
        _hour(asked, records, period, asin)
        for period in periods_of(asked)
        for marketplace in asked.busy()
        for asin in ASINS
        if Dice("hour", marketplace.id, period.begin, asin).once_in(2)
    ]
    return JsonContent(
        {"reportSpecification": specification(asked), "reportData": rows}
    )


def _hour(
    asked: Asked, records: RecordLayout, period: Period, asin: str
) -> dict[str, Json]:
    dice = Dice("hourly", asked.layout.report_type, period.begin, asin)
    row: dict[str, Json] = {
        "startTime": f"{period.begin:%Y-%m-%dT%H:%M:%SZ}",
        "endTime": f"{period.close:%Y-%m-%dT%H:%M:%SZ}",
        "asin": asin,
    }
    for field in records.fields:
        if field.name not in row:
            whole = dice.below(900)
            row[field.name] = whole if field.kind == "integer" else Decimal(whole) / 4
    return row
