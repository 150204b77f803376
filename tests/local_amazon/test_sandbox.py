"""The static sandbox of the Selling Partner API answers what is listed, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.local_amazon.callers import Seller
from tests.local_amazon.selling_partner.sandbox import NO_MATCH, SCHEDULED

if TYPE_CHECKING:
    import requests

    from tests.local_amazon import LocalAmazon

REPORTS = "/reports/2021-06-30/reports"
TYPES = "reportTypes=FEE_DISCOUNTS_REPORT,GET_AFN_INVENTORY_DATA"
ASKED = {
    "reportType": "GET_MERCHANT_LISTINGS_ALL_DATA",
    "dataStartTime": "2024-03-10T20:11:24.000Z",
    "marketplaceIds": ["A1PA6795UKMFR9", "ATVPDKIKX0DER"],
}


@pytest.fixture
def seller(amazon: LocalAmazon, session: requests.Session) -> Seller:
    """Return a caller of the sandbox, with the seller's own token."""
    return Seller(amazon, session, url=amazon.sandbox_settings()["sp_base_url"])


@pytest.mark.parametrize("more", ["", "&createdSince=2026-11-01T00:00:00Z"])
def test_reports_are_listed_by_the_listed_words(seller: Seller, more: str) -> None:
    """GetReports wants these types and statuses; others beside them are no matter."""
    query = f"{TYPES}&processingStatuses=IN_QUEUE,IN_PROGRESS{more}"
    answer = seller.get("/reports", query).json()

    assert ["ReportId1"] == [one["reportId"] for one in answer["reports"]]
    assert "nextToken" in answer


@pytest.mark.parametrize(
    "query",
    [
        TYPES,
        "reportTypes=GET_MERCHANT_LISTINGS_ALL_DATA&processingStatuses=DONE",
        "nextToken=VGhpcyB0b2tlbiBpcyBvcGFxdWU%3D",
    ],
)
def test_all_else_is_refused(seller: Seller, query: str) -> None:
    """A request that is not in the list finds no answer: not even the next page."""
    answer = seller.get("/reports", query)

    assert 400 == answer.status_code
    assert NO_MATCH == answer.json()["errors"][0]["message"]


def test_a_report_is_never_done(seller: Seller) -> None:
    """It can be created and looked at, under another id than was handed out."""
    created = seller.call("POST", REPORTS, json=ASKED)
    report = seller.get("/reports/ID323").json()

    assert (202, "ID323") == (created.status_code, created.json()["reportId"])
    assert ("ReportId1", "IN_PROGRESS") == (
        report["reportId"],
        report["processingStatus"],
    )


def test_another_report_cannot_be_created(seller: Seller) -> None:
    """The body is fixed."""
    body = {**ASKED, "dataStartTime": "2024-03-10T00:00:00Z"}

    assert 400 == seller.call("POST", REPORTS, json=body).status_code


def test_schedules(seller: Seller) -> None:
    """They are listed for two types, and one can be created and cancelled."""
    types = "FEE_DISCOUNTS_REPORT,GET_FBA_FULFILLMENT_CUSTOMER_TAXES_DATA"
    listed = seller.get("/schedules", f"reportTypes={types}").json()
    created = seller.call("POST", "/reports/2021-06-30/schedules", json=SCHEDULED)
    cancelled = seller.call("DELETE", "/reports/2021-06-30/schedules/ID")

    assert ["ID1", "ID2"] == [
        one["reportScheduleId"] for one in listed["reportSchedules"]
    ]
    assert (201, 200) == (created.status_code, cancelled.status_code)


@pytest.mark.parametrize(
    ("query", "units"),
    [
        ("granularity=Total", [2]),
        ("granularity=Day", [1, 1]),
        ("granularity=Total&asin=B008OLKVEW", [2]),
        ("granularity=Day&asin=B008OLKVEW", [1, 0]),
    ],
)
def test_metrics(seller: Seller, query: str, units: list[int]) -> None:
    """They are fixed for two granularities, whatever the interval."""
    answer = seller.call("GET", "/sales/v1/orderMetrics", query=query)

    assert units == [bucket["unitCount"] for bucket in answer.json()["payload"]]


def test_metrics_by_week_have_no_answer(seller: Seller) -> None:
    """Other granularities are not listed."""
    answer = seller.call("GET", "/sales/v1/orderMetrics", query="granularity=Week")

    assert 400 == answer.status_code
