"""getOrderMetrics: what the documents ask of its parameters, and the answer.

Facts (Sales API v1 model; getOrderMetrics use case): exactly one marketplace, interval
with seconds and an offset that agrees with the time zone at each end, `Z` only with
UTC, Hour at most 30 days back and all others two years, at most one of asin and sku.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tests.local_amazon.marketplaces import BY_ID
from tests.local_amazon.moments import parse_extended
from tests.local_amazon.parameters import Parameters
from tests.local_amazon.wire import Answer, json_answer

from .refusals import denied, invalid
from .sales import expected_metrics

if TYPE_CHECKING:
    from tap_amazon_reports.amazon.clock import Clock
    from tests.local_amazon.service import Call

    from .models import SellingPartner

NAMES = (
    "marketplaceIds",
    "interval",
    "granularity",
    "granularityTimeZone",
    "buyerType",
    "fulfillmentNetwork",
    "firstDayOfWeek",
    "asin",
    "sku",
    "amazonProgram",
)
PROGRAMS = ("AmazonHaul",)
"""(Sales API v1 model of 2026, parameter amazonProgram)."""
GRANULARITIES = ("Hour", "Day", "Week", "Month", "Year", "Total")
WITHOUT_ZONE = ("Hour", "Total")
TRAVEL = timedelta(seconds=60)
"""How long a request may have been under way when a limit is counted from now."""


class SalesResponses:
    """The one operation of the Sales API."""

    def __init__(self, model: SellingPartner, clock: Clock) -> None:
        """Answer for the account of `model`."""
        self._model = model
        self._clock = clock

    def get_order_metrics(self, call: Call) -> Answer:
        """Return the metrics of one query."""
        parameters = Parameters.of(call.request, invalid, *NAMES)
        marketplace_id = self._marketplace(parameters)
        granularity = parameters.required("granularity")
        if granularity not in GRANULARITIES:
            message = "No enum constant com.amazon.granularity."
            raise invalid(message + granularity)
        zone = _time_zone(parameters, granularity)
        interval = parameters.required("interval")
        self._check_interval(interval, granularity, zone)
        payload = expected_metrics(
            marketplace_id=marketplace_id,
            interval=interval,
            granularity=granularity,
            known_at=self._clock.now(),
            granularity_time_zone=zone,
            buyer_type=parameters.one_of("buyerType", ("B2B", "B2C", "All")) or "All",
            fulfillment_network=parameters.one_of("fulfillmentNetwork", ("MFN", "AFN")),
            asin=_product(parameters, "asin", "sku"),
            sku=_product(parameters, "sku", "asin"),
            first_day_of_week=_first_day(parameters, granularity),
            program=parameters.one_of("amazonProgram", PROGRAMS),
        )
        return json_answer(200, {"payload": payload})

    def _marketplace(self, parameters: Parameters) -> str:
        words = parameters.words("marketplaceIds", at_most=1)
        if words is None:
            message = "parameter marketplaceIds is missing"
            raise invalid(message)
        known = BY_ID.get(words[0])
        if known is None:
            message = f"there is no marketplace {words[0]!r}"
            raise invalid(message)
        if known.region != self._model.region:
            msg = ""
            raise denied(msg)
        return words[0]

    def _check_interval(
        self, interval: str, granularity: str, zone: str | None
    ) -> None:
        ends = interval.split("--")
        moments = [parse_extended(end) for end in ends]
        if len(ends) != 2 or None in moments:
            message = "getOrderMetrics.arg1: must match the interval pattern"
            msg = f"{message}, and is {interval!r}"
            raise invalid(msg)
        start, end = (moment for moment in moments if moment is not None)
        for text, moment in zip(ends, (start, end), strict=True):
            _check_offset(text, moment, zone)
        if end <= start:
            message = "the interval ends before it begins"
            raise invalid(message)
        if start < _earliest(self._clock.now(), granularity) - TRAVEL:
            message = f"{granularity} reaches not so far back: {interval}"
            raise invalid(message)


def _time_zone(parameters: Parameters, granularity: str) -> str | None:
    name = parameters.text("granularityTimeZone")
    if name is None:
        if granularity not in WITHOUT_ZONE:
            message = f"{granularity} needs a granularityTimeZone"
            raise invalid(message)
        return None
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        message = f"there is no time zone {name!r}"
        raise invalid(message) from None
    return name


def _check_offset(text: str, moment: datetime, zone: str | None) -> None:
    if zone is None:
        return
    if text.endswith("Z"):
        if zone != "UTC":
            message = f"an interval with Z needs the time zone UTC, not {zone}"
            raise invalid(message)
        return
    if moment.utcoffset() != moment.astimezone(ZoneInfo(zone)).utcoffset():
        message = f"the offset of {text} is not that of {zone} at that moment"
        raise invalid(message)


def _earliest(now: datetime, granularity: str) -> datetime:
    if granularity == "Hour":
        return now - timedelta(days=30)
    return _years_before(now.astimezone(timezone.utc), years=2)


def _years_before(moment: datetime, *, years: int) -> datetime:
    leap_day = (moment.month, moment.day) == (2, 29)
    day = 28 if leap_day else moment.day
    return moment.replace(year=moment.year - years, day=day)


def _product(parameters: Parameters, name: str, other: str) -> str | None:
    value = parameters.text(name)
    if value is not None and other in parameters:
        message = "asin and sku exclude one another"
        raise invalid(message)
    return value


def _first_day(parameters: Parameters, granularity: str) -> str:
    value = parameters.one_of("firstDayOfWeek", ("Monday", "Sunday"))
    if value is not None and granularity != "Week":
        message = "firstDayOfWeek is only for Week"
        raise invalid(message)
    return value or "Monday"
