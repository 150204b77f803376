"""How Amazon judges a seller: one record for each marketplace.

Facts (published JSON schema of the seller performance report): dates asked for are
ignored, each metric has its own `reportingDateRange`; statuses are GOOD, BAD, NONE.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tests.local_amazon.marketplaces import MARKETPLACES

from .content import JsonContent
from .dice import Dice

if TYPE_CHECKING:
    from .asked import Asked
    from .content import Json
    from .layout import Field, RecordLayout

RANGE = {
    "reportingDateFrom": "2024-01-01T00:00:00Z",
    "reportingDateTo": "2024-03-31T00:00:00Z",
}


def performance(asked: Asked) -> JsonContent:
    """Return status and metrics, for each marketplace of the region."""
    statuses, metrics = asked.layout.records
    region = asked.marketplaces[0].region
    ids = [one.id for one in MARKETPLACES if one.region == region]
    return JsonContent(
        {
            "accountStatuses": [_record(statuses, one) for one in ids],
            "performanceMetrics": [_record(metrics, one) for one in ids],
        }
    )


def _record(records: RecordLayout, marketplace_id: str) -> dict[str, Json]:
    dice = Dice("performance", records.path, marketplace_id)
    record: dict[str, Json] = {"marketplaceId": marketplace_id}
    for field in records.fields:
        *around, name = field.name.split(".")
        if name != "marketplaceId":
            place = record
            for step in around:
                place = place.setdefault(step, {})
            place[name] = _value(field, name, dice)
    return record


def _value(field: Field, name: str, dice: Dice) -> Json:
    if name == "reportingDateRange":
        return RANGE
    if field.kind == "object":
        rate = Decimal(dice.below(10**4)).scaleb(-4)
        return {"orderCount": dice.below(999), "rate": rate, "status": "GOOD"}
    if field.kind == "array":
        return dice.pick(([], ["SHIPPING_AT_RISK"], ["ORDERS", "PRICING"]))
    if field.kind == "string":
        return dice.pick(("GOOD", "BAD", "NONE", None))
    if field.kind == "integer":
        return dice.below(2000)
    return Decimal(dice.below(10**4)).scaleb(-4)
