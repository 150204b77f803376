"""What practitioners meet in the life of a report can be scripted."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.local_amazon import STUCK, ByLooks, LocalAmazon, Outcome
from tests.local_amazon.callers import Seller
from tests.local_amazon.families import fatal
from tests.local_amazon.families.reading import plain_bytes
from tests.local_amazon.families.wordings import FOR_GOOD, NOT_YET
from tests.local_amazon.marketplaces import BY_COUNTRY
from tests.local_amazon.moments import extended, parse_extended
from tests.local_amazon.selling_partner import echoes
from tests.local_amazon.selling_partner.type_limits import PUBLISHED
from tests.report_types import LISTINGS, ORDERS, SALES_AND_TRAFFIC, SETTLEMENT

if TYPE_CHECKING:
    import requests

    from tests.clock import ScriptedClock

US, CA = BY_COUNTRY["US"].id, BY_COUNTRY["CA"].id
REPORTS = "/reports/2021-06-30/reports"
REIMBURSEMENTS = "GET_FBA_REIMBURSEMENTS_DATA"
NEW = "GET_NEXT_YEARS_DATA"
JAPANESE = "GET_FLAT_FILE_PENDING_ORDERS_DATA"


def _create(
    seller: Seller, report_type: str, marketplace_id: str = US, **fields: object
) -> requests.Response:
    """Ask for a report, and return the answer."""
    body = {"reportType": report_type, "marketplaceIds": [marketplace_id], **fields}
    return seller.call("POST", REPORTS, json=body)


def _get(seller: Seller, created: requests.Response) -> dict[str, Any]:
    """Return a report as getReport tells it."""
    assert 202 == created.status_code, created.text
    found: dict[str, Any] = seller.get(f"/reports/{created.json()['reportId']}").json()
    return found


def _window(amazon: LocalAmazon, days: int) -> dict[str, str]:
    """Return the dates of a window that ended yesterday."""
    end = amazon.clock.now() - timedelta(days=1)
    start = end - timedelta(days=days)
    return {"dataStartTime": extended(start), "dataEndTime": extended(end)}


# What Amazon takes, and what not


def test_unknown_parameters_and_fields_are_passed_over(
    amazon: LocalAmazon, seller: Seller
) -> None:
    """Amazon does not mind them; who looks for a slip finds them written down."""
    listing = seller.get("/reports", f"reportTypes={ORDERS}&nonsense=1")
    created = _create(seller, LISTINGS, priority="high")

    assert (200, 202) == (listing.status_code, created.status_code)
    assert [("getReports", ("nonsense",)), ("createReport", ("priority",))] == [
        (seen.operation, seen.ignored) for seen in amazon.ignored
    ]


def test_reports_are_listed_by_status_and_marketplace(
    amazon: LocalAmazon, seller: Seller
) -> None:
    """GetReports takes `processingStatuses` and `marketplaceIds`."""
    query = f"reportTypes={ORDERS}&processingStatuses=DONE&marketplaceIds={CA}"
    found = seller.get("/reports", f"{query}&pageSize=100").json()["reports"]
    held = amazon.selling_partner.reports
    done = [
        one["reportId"]
        for one in held
        if one["reportType"] == ORDERS
        and one["processingStatus"] == "DONE"
        and CA in one.get("marketplaceIds", ())
    ]

    assert sorted(done) == sorted(one["reportId"] for one in found)
    assert done


def test_sales_of_a_program(seller: Seller) -> None:
    """GetOrderMetrics can be narrowed to AmazonHaul, which is a part of all sales."""
    interval = "2026-01-01T00:00:00Z--2026-01-31T00:00:00Z"
    query = f"marketplaceIds={US}&interval={interval}&granularity=Total"
    path = "/sales/v1/orderMetrics"
    units = [
        seller.call("GET", path, query=f"{query}{more}").json()["payload"][0]
        for more in ("&amazonProgram=AmazonHaul", "")
    ]
    refused = seller.call("GET", path, query=f"{query}&amazonProgram=Amazon")

    assert 0 < units[0]["unitCount"] < units[1]["unitCount"]
    assert 400 == refused.status_code


@pytest.mark.parametrize("report_type", ["GET_ORDERS_DATA", NEW, "nonsense"])
def test_a_type_that_amazon_does_not_have_is_refused(
    seller: Seller, report_type: str
) -> None:
    """It is a 400 at createReport, and costs no report."""
    assert 400 == _create(seller, report_type).status_code


def test_a_new_type_can_be_added(amazon: LocalAmazon, seller: Seller) -> None:
    """Amazon has types tomorrow that nobody knows today."""
    amazon.selling_partner.new_types.add(NEW)

    assert 202 == _create(seller, NEW).status_code


def test_a_type_of_another_country_is_refused(seller: Seller) -> None:
    """Some types exist in some marketplaces only."""
    refused = _create(seller, JAPANESE)

    assert 400 == refused.status_code
    assert f"there is no {JAPANESE} in US" == refused.json()["errors"][0]["message"]


# Limits of a type


def test_sales_and_traffic_four_an_hour(
    amazon: LocalAmazon,
    seller: Seller,
    session: requests.Session,
    clock: ScriptedClock,
) -> None:
    """The fifth of an hour is 429 while other types are taken; later it is taken."""
    amazon.selling_partner.type_limits.enforce()
    window = _window(amazon, days=1)
    answers = [_create(seller, SALES_AND_TRAFFIC, **window) for _ in range(5)]
    other = _create(seller, LISTINGS)
    clock.sleep(3600)
    later = _create(Seller(amazon, session), SALES_AND_TRAFFIC, **window)

    assert [202, 202, 202, 202, 429] == [answer.status_code for answer in answers]
    assert (202, 202) == (other.status_code, later.status_code)


def test_sales_and_traffic_ninety_six_a_day(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """The share of a day is counted by itself, and is whole again a day later."""
    limits = amazon.selling_partner.type_limits
    limits.enforce({SALES_AND_TRAFFIC: PUBLISHED[SALES_AND_TRAFFIC][1:]})
    first = [limits.take(SALES_AND_TRAFFIC, clock.now()) for _ in range(97)]
    clock.sleep(86_400)

    assert [*[True] * 96, False] == first
    assert limits.take(SALES_AND_TRAFFIC, clock.now())


def test_types_have_no_limits_at_first(amazon: LocalAmazon, seller: Seller) -> None:
    """Only the published plan limits a rehearsal that does not ask for more."""
    window = _window(amazon, days=1)
    answers = [_create(seller, SALES_AND_TRAFFIC, **window) for _ in range(6)]

    assert {202} == {answer.status_code for answer in answers}


# How it goes on


def test_a_report_can_stay_in_the_queue_for_days(
    amazon: LocalAmazon,
    seller: Seller,
    session: requests.Session,
    clock: ScriptedClock,
) -> None:
    """The next of a type is stuck, the one after it is not."""
    amazon.selling_partner.ripenings[LISTINGS] = [STUCK]
    amazon.selling_partner.ripening = ByLooks(0, 0)
    stuck, usual = _create(seller, LISTINGS), _create(seller, LISTINGS)
    clock.sleep(9 * 86_400)
    seller = Seller(amazon, session)
    statuses = [_get(seller, one)["processingStatus"] for one in (stuck, usual)]

    assert ["IN_QUEUE", "DONE"] == statuses


def test_a_report_that_nobody_asked_for_can_be_stuck(
    amazon: LocalAmazon, seller: Seller
) -> None:
    """It was begun days ago, and is listed before the finished ones behind it."""
    begun = amazon.clock.now() - timedelta(days=3)
    report = amazon.selling_partner.ask(
        SETTLEMENT, created=begun, ripening=STUCK, marketplaceIds=[US]
    )
    query = f"reportTypes={SETTLEMENT}&processingStatuses=IN_QUEUE"
    (found,) = seller.get("/reports", query).json()["reports"]

    assert (report["reportId"], extended(begun)) == (
        found["reportId"],
        found["createdTime"],
    )


def test_done_without_a_document(amazon: LocalAmazon, seller: Seller) -> None:
    """A report can be DONE and have no document id."""
    amazon.selling_partner.outcomes[LISTINGS] = [Outcome("DONE", has_document=False)]
    amazon.selling_partner.ripening = ByLooks(0, 0)
    report = _get(seller, _create(seller, LISTINGS))

    assert "DONE" == report["processingStatus"]
    assert "reportDocumentId" not in report


@pytest.mark.parametrize("reason", [*NOT_YET, *FOR_GOOD])
def test_fatal_in_each_wording(
    amazon: LocalAmazon, seller: Seller, reason: str
) -> None:
    """The document of a FATAL report says why in Amazon's words."""
    amazon.selling_partner.outcomes[LISTINGS] = [fatal(reason)]
    amazon.selling_partner.ripening = ByLooks(0, 0)
    report = _get(seller, _create(seller, LISTINGS))
    held = amazon.selling_partner.documents[report["reportDocumentId"]].content

    assert "FATAL" == report["processingStatus"]
    assert {"errorDetails": reason} == json.loads(plain_bytes(held))


def test_another_application_made_it(amazon: LocalAmazon, seller: Seller) -> None:
    """Its report is listed with all others, and only its document tells its options."""
    options = {"dateGranularity": "WEEK", "asinGranularity": "SKU"}
    report = amazon.selling_partner.add_report(
        SALES_AND_TRAFFIC,
        created=amazon.clock.now(),
        outcome=Outcome("DONE"),
        options=options,
        marketplaceIds=[US],
        **_window(amazon, days=7),
    )
    query = f"reportTypes={SALES_AND_TRAFFIC}&pageSize=1"
    (found,) = seller.get("/reports", query).json()["reports"]
    held = amazon.selling_partner.documents[report["reportDocumentId"]].content

    assert report["reportId"] == found["reportId"]
    assert "reportOptions" not in found
    assert (
        options == json.loads(plain_bytes(held))["reportSpecification"]["reportOptions"]
    )


@pytest.mark.parametrize(
    ("country", "report_type", "alike"),
    [("CA", REIMBURSEMENTS, True), ("CA", ORDERS, False)],
)
def test_regional_types_ignore_the_marketplace(
    amazon: LocalAmazon, seller: Seller, country: str, report_type: str, *, alike: bool
) -> None:
    """For each marketplace of a region they give the same bytes; other types do not."""
    amazon.selling_partner.ripening = ByLooks(0, 0)
    window = _window(amazon, days=20)
    bodies = []
    for marketplace_id in (US, BY_COUNTRY[country].id):
        created = _create(seller, report_type, marketplace_id, **window)
        document = amazon.selling_partner.documents[
            _get(seller, created)["reportDocumentId"]
        ]
        bodies.append(b"".join(document.content.pieces()))

    assert alike is (bodies[0] == bodies[1])


def test_a_type_can_be_made_regional(amazon: LocalAmazon) -> None:
    """For which types that is so is not known for all; a test can say it."""
    amazon.families.regional_types.add(ORDERS)

    assert amazon.families.rows(ORDERS, US) == amazon.families.rows(ORDERS, CA)


@pytest.mark.parametrize(
    ("echo", "start_later", "end_later"),
    [
        (echoes.seconds_later, timedelta(0), timedelta(seconds=1)),
        (echoes.whole_days, timedelta(hours=-12), timedelta(hours=12, seconds=-1)),
        (echoes.another_month, timedelta(days=-34), timedelta(days=-34)),
    ],
)
def test_other_dates_than_were_asked_for(
    amazon: LocalAmazon,
    seller: Seller,
    echo: echoes.Echo,
    start_later: timedelta,
    end_later: timedelta,
) -> None:
    """GetReport can tell a window that is a little, or altogether, another one."""
    amazon.selling_partner.echo = echo
    noon = amazon.clock.now().replace(hour=12, minute=0, second=0, microsecond=0)
    start, end = noon - timedelta(days=5), noon - timedelta(days=2)
    window = {"dataStartTime": extended(start), "dataEndTime": extended(end)}
    report = _get(seller, _create(seller, ORDERS, **window))

    assert (start + start_later, end + end_later) == (
        parse_extended(report["dataStartTime"]),
        parse_extended(report["dataEndTime"]),
    )
