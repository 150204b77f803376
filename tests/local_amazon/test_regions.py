"""The local Amazon sells in all regions, as sellers there see it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.local_amazon import LocalAmazon, Outcome
from tests.local_amazon.families.headings import HEADINGS
from tests.local_amazon.marketplaces import BY_COUNTRY
from tests.local_amazon.moments import extended
from tests.report_types import LISTINGS, ORDERS, SETTLEMENT
from tests.tap_run import sync

if TYPE_CHECKING:
    from tests.clock import ScriptedClock

REGIONS = {
    "na": (["US", "CA"], "na", "USD"),
    "eu": (["DE", "GB", "FR", "IT", "ES"], "eu", "EUR"),
    "fe": (["JP", "AU"], "jp", "JPY"),
}


@pytest.mark.parametrize("region", REGIONS)
def test_a_region_has_its_marketplaces_and_its_currency(
    clock: ScriptedClock, region: str
) -> None:
    """The settings, the reports and the payouts are those of the region."""
    countries, pay_region, currency = REGIONS[region]
    with LocalAmazon(clock=clock, region=region) as amazon:
        settings = amazon.settings()
    ids = {BY_COUNTRY[country].id for country in countries}
    settled = {
        marketplace_id
        for report in amazon.selling_partner.reports
        if report["reportType"] != SETTLEMENT
        for marketplace_id in report.get("marketplaceIds", ())
    }

    assert countries == settings["sp_marketplaces"]
    assert pay_region == settings["pay_region"]
    assert settled <= ids
    assert {currency} == {payout["currencyCode"] for payout in amazon.pay.disbursements}


@pytest.mark.parametrize("region", ["eu", "fe"])
def test_the_tap_reads_a_region(clock: ScriptedClock, region: str) -> None:
    """Orders and metrics of each marketplace arrive, in its currency."""
    streams = [
        "sp_flat_file_all_orders_data_by_last_update_general",
        "sp_order_metrics",
    ]
    with LocalAmazon(clock=clock, region=region) as amazon:
        settings = {
            **amazon.settings(),
            "start_date": extended(clock.now() - timedelta(days=12)),
            "sp_report_types": [ORDERS],
            "sp_order_metrics": {"granularity": "Day"},
        }
        output = sync(settings, clock=clock, only=streams)
    shops = [BY_COUNTRY[country] for country in REGIONS[region][0]]

    assert 0 == output.status
    assert {shop.sales_channel for shop in shops} == {
        row["sales_channel"] for row in output.records(streams[0])
    }
    assert {(shop.id, shop.currency) for shop in shops} == {
        (row["marketplace_id"], row["total_sales_currency_code"])
        for row in output.records(streams[1])
    }


def _header(
    clock: ScriptedClock, country: str, options: dict[str, str] | None = None
) -> tuple[str, ...]:
    """Return the header of a listing."""
    amazon = LocalAmazon(clock=clock, populate=False)
    report = amazon.selling_partner.add_report(
        LISTINGS,
        created=clock.now(),
        outcome=Outcome("DONE"),
        options=options,
        marketplaceIds=[BY_COUNTRY[country].id],
    )
    return amazon.families.document(report["reportId"]).header


@pytest.mark.parametrize("country", HEADINGS)
def test_listings_come_in_the_language_of_the_marketplace(
    clock: ScriptedClock, country: str
) -> None:
    """Their headers are translated, unless English was asked for."""
    translated = HEADINGS[country]["seller-sku"]
    english = {"preferredReportDocumentLocale": "en_US"}

    assert translated in _header(clock, country)
    assert "seller-sku" in _header(clock, country, english)
    assert translated not in _header(clock, country, english)


@pytest.mark.parametrize(
    ("country", "shape"),
    [
        ("US", r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d P[SD]T"),
        ("GB", r"\d\d/\d\d/\d{4} \d\d:\d\d:\d\d (GMT|BST)"),
        ("JP", r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d JST"),
    ],
)
def test_listings_write_dates_as_the_country_does(
    clock: ScriptedClock, country: str, shape: str
) -> None:
    """The day comes first in the United Kingdom, and a zone stands behind."""
    amazon = LocalAmazon(clock=clock, populate=False)
    rows = amazon.families.rows(LISTINGS, BY_COUNTRY[country].id)
    dates = [row.cells["open-date"] for row in rows]

    assert dates
    assert [] == [text for text in dates if re.fullmatch(shape, text) is None]


def test_the_command_takes_a_region() -> None:
    """`python -m tests.local_amazon --region eu` prints settings for Europe."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.local_amazon", "--region", "eu"],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        settings: dict[str, Any] = json.loads(process.stdout.readline())
        os.kill(process.pid, signal.SIGTERM)
        process.stdout.read()

    assert REGIONS["eu"][0] == settings["sp_marketplaces"]
    assert 0 == process.returncode
