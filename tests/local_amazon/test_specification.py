"""JSON documents tell what was asked for, as Amazon writes it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.local_amazon import LocalAmazon, Outcome
from tests.local_amazon.families.reading import plain_bytes
from tests.local_amazon.families.trying import week
from tests.local_amazon.marketplaces import BY_COUNTRY
from tests.local_amazon.moments import extended
from tests.report_types import SALES_AND_TRAFFIC

if TYPE_CHECKING:
    from tests.clock import ScriptedClock

US = BY_COUNTRY["US"].id
VENDOR_SALES = "GET_VENDOR_SALES_REPORT"
REAL_TIME_SALES = "GET_VENDOR_REAL_TIME_SALES_REPORT"
SEARCH_TERMS = "GET_BRAND_ANALYTICS_SEARCH_TERMS_REPORT"
FORECAST = "GET_VENDOR_FORECASTING_REPORT"
END_USER = "END_USER_DATA_REPORT"


@pytest.fixture
def amazon(clock: ScriptedClock) -> LocalAmazon:
    """Return an Amazon without any report, not running."""
    return LocalAmazon(clock=clock, populate=False)


def _told(
    amazon: LocalAmazon,
    report_type: str,
    options: dict[str, str] | None = None,
    *,
    days: int = 7,
    country: str = "US",
) -> dict[str, Any]:
    """Return the `reportSpecification` of a report's document."""
    start, _ = week(amazon)
    report = amazon.selling_partner.add_report(
        report_type,
        created=amazon.clock.now(),
        outcome=Outcome("DONE"),
        options=options,
        marketplaceIds=[BY_COUNTRY[country].id],
        dataStartTime=extended(start),
        dataEndTime=extended(start + timedelta(days=days, seconds=-1)),
    )
    stored = amazon.selling_partner.documents[report["reportDocumentId"]].content
    told: dict[str, Any] = json.loads(plain_bytes(stored))["reportSpecification"]
    return told


def test_options_are_told_as_they_were_asked_for(amazon: LocalAmazon) -> None:
    """Whoever reads a report can tell with which options it was made."""
    start, _ = week(amazon)
    first, last = start.date(), (start + timedelta(days=6)).date()
    options = {
        "reportPeriod": "WEEK",
        "distributorView": "SOURCING",
        "sellingProgram": "RETAIL",
    }

    assert {
        "reportType": VENDOR_SALES,
        "reportOptions": options,
        "dataStartTime": first.isoformat(),
        "dataEndTime": last.isoformat(),
        "marketplaceIds": [US],
    } == _told(amazon, VENDOR_SALES, options)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({}, {"dateGranularity": "DAY", "asinGranularity": "PARENT"}),
        (
            {"asinGranularity": "SKU"},
            {"dateGranularity": "DAY", "asinGranularity": "SKU"},
        ),
        (
            {"dateGranularity": "WEEK", "asinGranularity": "CHILD"},
            {"dateGranularity": "WEEK", "asinGranularity": "CHILD"},
        ),
    ],
)
def test_sales_and_traffic_tells_its_defaults(
    amazon: LocalAmazon, asked: dict[str, str], told: dict[str, str]
) -> None:
    """Both options stand in the document, whether somebody asked for them or not."""
    assert told == _told(amazon, SALES_AND_TRAFFIC, asked)["reportOptions"]


def test_no_options_are_no_field(amazon: LocalAmazon) -> None:
    """Where nobody gave an option, there is no `reportOptions` either."""
    assert "reportOptions" not in _told(amazon, END_USER, country="DE")


def test_hours_are_told_as_moments(amazon: LocalAmazon) -> None:
    """The limits of a report by the hour are moments in UTC."""
    start, _ = week(amazon)
    said = _told(amazon, REAL_TIME_SALES, {"currencyCode": "USD"}, days=1)

    assert f"{start:%Y-%m-%dT%H:%M:%SZ}" == said["dataStartTime"]
    assert {"currencyCode": "USD"} == said["reportOptions"]


def test_a_forecast_tells_when_it_was_updated(amazon: LocalAmazon) -> None:
    """It has no window, but a day on which it was made."""
    assert {
        "reportType": FORECAST,
        "reportOptions": {"sellingProgram": "RETAIL"},
        "lastUpdatedDate": amazon.clock.now().date().isoformat(),
        "marketplaceIds": [US],
    } == _told(amazon, FORECAST, {"sellingProgram": "RETAIL"})


def test_search_terms_tell_their_period(amazon: LocalAmazon) -> None:
    """Brand analytics tell the period that was asked for."""
    said = _told(amazon, SEARCH_TERMS, {"reportPeriod": "WEEK"})

    assert {"reportPeriod": "WEEK"} == said["reportOptions"]
