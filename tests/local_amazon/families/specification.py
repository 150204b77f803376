"""What a JSON document says of the request that it answers.

Facts (amzn/selling-partner-api-models, `schemas/reports/*.json`, `reportSpecification`
and its examples, read 2026-11-25): days for reports by day, week or month; UTC moments
for those by the hour; no dates for snapshots, of which the forecast tells when it was
updated; `reportOptions` as requested, where sales and traffic always tells both of its
own; no `reportOptions` where there are none (second example of END_USER_DATA_REPORT).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from .asked import UTC

if TYPE_CHECKING:
    from .asked import Asked
    from .content import Json

TOLD_ALWAYS = {
    "GET_SALES_AND_TRAFFIC_REPORT": {
        "dateGranularity": "DAY",
        "asinGranularity": "PARENT",
    },
}
"""The options that a type tells even when nobody asked for them."""
FORECAST = "GET_VENDOR_FORECASTING_REPORT"


def specification(asked: Asked) -> dict[str, Json]:
    """Return the `reportSpecification` of a request's document."""
    name = asked.layout.report_type
    said: dict[str, Json] = {"reportType": name}
    options = {**TOLD_ALWAYS.get(name, {}), **asked.options}
    if options:
        said["reportOptions"] = options
    return {
        **said,
        **_dates(asked),
        "marketplaceIds": [one.id for one in asked.marketplaces],
    }


def _dates(asked: Asked) -> dict[str, Json]:
    if asked.layout.report_type == FORECAST:
        return {"lastUpdatedDate": _day(asked.at)}
    if asked.layout.mode == "none":
        return {}
    if asked.layout.mode == "hours":
        ends = _moment(asked.start), _moment(asked.end)
    else:
        ends = _day(asked.start), _day(asked.end - timedelta.resolution)
    return {"dataStartTime": ends[0], "dataEndTime": ends[1]}


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d}"


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
