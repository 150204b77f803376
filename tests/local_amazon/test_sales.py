"""getOrderMetrics: parameters that agree with each other, and sums that add up."""

from __future__ import annotations

from datetime import datetime, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from tests.local_amazon import expected_metrics

if TYPE_CHECKING:
    import requests

    from tests.local_amazon import LocalAmazon
    from tests.local_amazon.callers import Seller

US = "ATVPDKIKX0DER"
PACIFIC = "America/Los_Angeles"
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=timezone.utc)
GOOD = {
    "marketplaceIds": US,
    "interval": "2026-10-30T00:00:00-07:00--2026-11-03T00:00:00-08:00",
    "granularity": "Day",
    "granularityTimeZone": PACIFIC,
}


def _ask(seller: Seller, **changes: str) -> requests.Response:
    """Ask with some parameters changed, or left out when empty."""
    query = {name: text for name, text in {**GOOD, **changes}.items() if text}
    return seller.call("GET", "/sales/v1/orderMetrics", query=urlencode(query))


@pytest.mark.parametrize(
    "changes",
    [
        {"marketplaceIds": ""},
        {"marketplaceIds": f"{US},A2EUQ1WTGCTBG2"},
        {"marketplaceIds": "NOWHERE"},
        {"granularity": ""},
        {"granularity": "day"},
        {"granularityTimeZone": ""},
        {"granularityTimeZone": "Mars/Olympus"},
        {"granularityTimeZone": "UTC"},
        {"interval": "2026-10-30T00:00-07:00--2026-11-03T00:00-08:00"},
        {"interval": "2026-10-30T00:00:00-07:00--2026-11-03T00:00:00-07:00"},
        {"interval": "2026-10-30T00:00:00Z--2026-11-03T00:00:00Z"},
        {"interval": "2026-11-03T00:00:00-08:00--2026-10-30T00:00:00-07:00"},
        {"interval": "2024-11-20T00:00:00-08:00--2024-11-30T00:00:00-08:00"},
        {
            "interval": "2026-10-20T00:00:00-07:00--2026-10-21T00:00:00-07:00",
            "granularity": "Hour",
        },
        {"firstDayOfWeek": "Monday"},
        {"firstDayOfWeek": "Friday", "granularity": "Week"},
        {"asin": "B07LOCAL01", "sku": "SKU-001"},
        {"buyerType": "C2C"},
        {"fulfillmentNetwork": "All"},
    ],
)
def test_parameters_that_do_not_agree_are_refused(
    amazon: LocalAmazon, seller: Seller, changes: dict[str, str]
) -> None:
    """What the documents forbid is a 400 that is written down."""
    answer = _ask(seller, **changes)

    assert (400, 1) == (answer.status_code, len(amazon.refused)), answer.text
    assert "InvalidInput" == answer.json()["errors"][0]["code"]


def test_a_plus_that_is_not_encoded_is_a_blank(seller: Seller) -> None:
    """An offset to the east has to be encoded."""
    interval = "2026-10-30T00:00:00+00:00--2026-11-03T00:00:00+00:00"
    query = f"marketplaceIds={US}&granularity=Total&interval={interval}"
    path = "/sales/v1/orderMetrics"

    assert 400 == seller.call("GET", path, query=query).status_code
    encoded = query.replace("+", "%2B")
    assert 200 == seller.call("GET", path, query=encoded).status_code


def test_another_region_is_denied(seller: Seller) -> None:
    """A marketplace of another region is a 403."""
    assert 403 == _ask(seller, marketplaceIds="A1PA6795UKMFR9").status_code


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"interval": "2026-10-30T00:00:00Z--2026-11-03T00:00:00Z"}
        | {"granularityTimeZone": "UTC"},
        {"granularity": "Hour", "granularityTimeZone": ""},
        {"granularity": "Week", "firstDayOfWeek": "Sunday", "buyerType": "B2B"},
        {"granularity": "Month", "sku": "SKU-001", "fulfillmentNetwork": "MFN"},
        {"granularity": "Total", "granularityTimeZone": "", "asin": "B07LOCAL02"},
    ],
)
def test_good_queries_give_what_a_test_can_compute(
    amazon: LocalAmazon, seller: Seller, changes: dict[str, str]
) -> None:
    """The payload is that of the pure function, whatever is asked for."""
    asked = {**GOOD, **changes}
    expected = expected_metrics(
        marketplace_id=US,
        interval=asked["interval"],
        granularity=asked["granularity"],
        known_at=amazon.clock.now(),
        granularity_time_zone=asked["granularityTimeZone"] or None,
        buyer_type=asked.get("buyerType", "All"),
        fulfillment_network=asked.get("fulfillmentNetwork"),
        asin=asked.get("asin"),
        sku=asked.get("sku"),
        first_day_of_week=asked.get("firstDayOfWeek", "Monday"),
    )

    assert expected == _ask(seller, **changes).json()["payload"]


def _metrics(interval: str, granularity: str, **more: Any) -> list[dict[str, Any]]:
    return expected_metrics(
        marketplace_id=US,
        interval=interval,
        granularity=granularity,
        **{"known_at": NOW, "granularity_time_zone": PACIFIC, **more},
    )


def test_days_meet_across_the_end_of_daylight_saving() -> None:
    """A day of 25 hours is one bucket; the first and the last may be partial."""
    buckets = _metrics("2026-10-31T18:00:00-07:00--2026-11-02T06:00:00-08:00", "Day")

    assert [
        "2026-10-31T18:00-07:00--2026-11-01T00:00-07:00",
        "2026-11-01T00:00-07:00--2026-11-02T00:00-08:00",
        "2026-11-02T00:00-08:00--2026-11-02T06:00-08:00",
    ] == [bucket["interval"] for bucket in buckets]


def test_the_repeated_hour_is_two_buckets() -> None:
    """In the night when clocks go back, one wall-clock hour comes twice."""
    buckets = _metrics("2026-11-01T00:00:00-07:00--2026-11-01T03:00:00-08:00", "Hour")

    assert [
        "2026-11-01T00:00-07:00",
        "2026-11-01T01:00-07:00",
        "2026-11-01T01:00-08:00",
        "2026-11-01T02:00-08:00",
    ] == [bucket["interval"].split("--")[0] for bucket in buckets]


@pytest.mark.parametrize(
    ("granularity", "more", "edges"),
    [
        ("Week", {}, ["10-01", "10-05", "10-12", "10-19"]),
        ("Week", {"first_day_of_week": "Sunday"}, ["10-01", "10-04", "10-11", "10-18"]),
        ("Month", {}, ["10-01"]),
        ("Year", {}, ["10-01"]),
    ],
)
def test_longer_buckets_begin_where_the_calendar_says(
    granularity: str, more: dict[str, str], edges: list[str]
) -> None:
    """Weeks begin on the day that was asked for; the first one may be partial."""
    interval = "2026-10-01T00:00:00-07:00--2026-10-20T00:00:00-07:00"
    buckets = _metrics(interval, granularity, **more)

    assert edges == [bucket["interval"][5:10] for bucket in buckets]


def test_parts_add_up() -> None:
    """Days add up to the total, and so do the two kinds of buyers."""
    interval = "2026-09-01T00:00:00-07:00--2026-10-01T00:00:00-07:00"
    whole = _metrics(interval, "Total")[0]
    days = _metrics(interval, "Day")
    kinds = [_metrics(interval, "Total", buyer_type=kind)[0] for kind in ("B2B", "B2C")]

    for parts in (days, kinds):
        assert whole["unitCount"] == sum(part["unitCount"] for part in parts)
        assert Decimal(whole["totalSales"]["amount"]) == sum(
            Decimal(part["totalSales"]["amount"]) for part in parts
        )


def test_empty_buckets_are_kept_and_recent_ones_grow() -> None:
    """Many hours have no sales; some sales are counted a day later."""
    interval = "2026-11-20T00:00:00-08:00--2026-11-21T00:00:00-08:00"
    hours = _metrics(interval, "Hour")
    then = _metrics(interval, "Total")[0]
    later = datetime(2026, 11, 24, tzinfo=timezone.utc)
    now = _metrics(interval, "Total", known_at=later)[0]

    assert 24 == len(hours)
    assert "0" in {hour["totalSales"]["amount"] for hour in hours}
    assert then["unitCount"] < now["unitCount"]
