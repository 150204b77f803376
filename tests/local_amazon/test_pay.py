"""The nine operations of Amazon Pay."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.local_amazon import UsagePlan
from tests.local_amazon.callers import Signed
from tests.local_amazon.pay.report_types import CAPTURE, REFUND, SETTLEMENT

if TYPE_CHECKING:
    from tests.clock import ScriptedClock
    from tests.local_amazon import LocalAmazon
    from tests.local_amazon.callers import Merchant

REPORTS, SCHEDULES = "/v2/reports", "/v2/report-schedules"
PERIOD = {"startTime": "20261101T000000Z", "endTime": "20261102T000000Z"}


@pytest.fixture(autouse=True)
def _plenty(amazon: LocalAmazon) -> None:
    """Let quotas be no matter of these tests."""
    for operation in list(amazon.quotas.plans):
        amazon.quotas.change(operation, UsagePlan(1000.0, 1000))


def _post(
    merchant: Merchant, path: str, body: dict[str, Any], key: str | None = "key-1"
) -> requests.Response:
    content = json.dumps(body).encode()
    signed = Signed(idempotency_key=key)
    return merchant.call("POST", path, body=content, signed=signed)


def test_pages_hold_every_report(amazon: LocalAmazon, merchant: Merchant) -> None:
    """Page after page gives each report once, newest first."""
    first = merchant.call("GET", REPORTS, query={"pageSize": "100"}).json()
    token = {"nextToken": first["nextToken"]}
    second = merchant.call("GET", REPORTS, query=token).json()
    beside = merchant.call("GET", REPORTS, query={**token, "pageSize": "100"})

    assert amazon.pay.look_at_all() == first["reports"] + second["reports"]
    assert "nextToken" not in second
    assert (400, 1) == (beside.status_code, len(amazon.refused))
    assert {"IN_PROGRESS", "COMPLETED", "FAILED", "CANCELLED"} == {
        report["processingStatus"] for report in amazon.pay.reports
    }


@pytest.mark.parametrize(
    "query",
    [
        {"pageSize": "101"},
        {"reportTypes": "REFUND"},
        {"processingStatuses": "DONE"},
        {"createdSince": "2026-11-01T00:00:00Z"},
    ],
)
def test_wrong_listings_are_refused(
    amazon: LocalAmazon, merchant: Merchant, query: dict[str, str]
) -> None:
    """A parameter that the documents do not know is a 400 that is written down."""
    answer = merchant.call("GET", REPORTS, query=query)

    assert (400, 1) == (answer.status_code, len(amazon.refused))


def test_a_report_is_asked_for_once_for_each_key(
    amazon: LocalAmazon, merchant: Merchant, clock: ScriptedClock
) -> None:
    """The same key gives the same answer; with another body it is refused."""
    held = len(amazon.pay.reports)
    body = {"reportType": REFUND, **PERIOD}
    first, again = (_post(merchant, REPORTS, body) for _ in range(2))
    other = _post(merchant, REPORTS, {**body, "endTime": "20261103T000000Z"})
    unkeyed = _post(merchant, REPORTS, body, key=None)
    path = f"{REPORTS}/{first.json()['reportId']}"
    before = merchant.call("GET", path).json()
    clock.advance(seconds=60)
    after = merchant.call("GET", path).json()

    assert (201, first.json()) == (first.status_code, again.json())
    assert "DuplicateIdempotencyKey" == other.json()["reasonCode"]
    assert "MissingHeader" == unkeyed.json()["reasonCode"]
    assert held + 1 == len(amazon.pay.reports)
    assert ("IN_PROGRESS", "COMPLETED") == (
        before["processingStatus"],
        after["processingStatus"],
    )
    assert 9 == len(after)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"reportType": SETTLEMENT, **PERIOD}, "InvalidRequest"),
        ({"reportType": CAPTURE, **PERIOD}, "InvalidRequest"),
        ({"reportType": REFUND}, "MissingParameterValue"),
        ({"reportType": REFUND, **PERIOD, "x": "y"}, "UnrecognizedField"),
        (
            {"reportType": REFUND, **PERIOD, "endTime": "2026-11-02T00:00:00Z"},
            "InvalidParameterValue",
        ),
    ],
)
def test_wrong_reports_are_refused(
    amazon: LocalAmazon, merchant: Merchant, body: dict[str, str], code: str
) -> None:
    """Settlements and captures cannot be asked for, nor anything half said."""
    answer = _post(merchant, REPORTS, body)

    assert (400, code) == (answer.status_code, answer.json()["reasonCode"])
    assert 1 == len(amazon.refused)


def test_a_settlement_has_its_real_shape_and_thirty_seconds(
    amazon: LocalAmazon, merchant: Merchant, clock: ScriptedClock
) -> None:
    """Byte order mark, five lines of preamble, a comma after the header; then gone."""
    report = amazon.pay.reports[0]
    path = f"/v2/report-documents/{report['reportDocumentId']}"
    document = merchant.call("GET", path).json()
    clock.advance(seconds=29)
    lines = requests.get(document["url"], timeout=10).content.split(b"\n")
    clock.advance(seconds=1)

    assert "N/A" == document["compressionAlgorithm"]
    assert b'\xef\xbb\xbf"Amazon Payments Advanced",' == lines[0]
    assert lines[5].startswith(b'"TransactionPostedDate"')
    assert lines[5].endswith(b'"NetTransactionAmount",')
    assert lines[6].endswith(b'"')
    assert 403 == requests.get(document["url"], timeout=10).status_code


def test_payouts_come_in_pages_with_exact_amounts(
    amazon: LocalAmazon, merchant: Merchant
) -> None:
    """Seventy-seven payouts in four pages; amounts are texts."""
    query = {"pageSize": "20", "nextToken": ""}
    found: list[dict[str, str]] = []
    for _ in range(4):
        page = merchant.call("GET", "/v2/disbursements", query=query).json()
        found += page["disbursements"]
        query = {"nextToken": page.get("nextToken", "")}

    assert amazon.pay.disbursements == found
    assert Decimal("12345678901234.57") in {Decimal(one["amount"]) for one in found}


def test_payouts_are_found_by_time(amazon: LocalAmazon, merchant: Merchant) -> None:
    """A range of time narrows the payouts."""
    query = {"startTime": "20261101T000000Z", "endTime": "20261121T000000Z"}
    page = merchant.call("GET", "/v2/disbursements", query=query).json()

    expected = [
        payout
        for payout in amazon.pay.disbursements
        if "2026-11-01" <= payout["transactionTime"] < "2026-11-21"
    ]
    assert expected[:10] == page["disbursements"]


def test_schedules_live_and_end(amazon: LocalAmazon, merchant: Merchant) -> None:
    """There is one schedule for each type, replaced only when that is asked for."""
    body: dict[str, Any] = {
        "reportType": REFUND,
        "scheduleFrequency": "P7D",
        "nextReportCreationTime": "20261201T000000Z",
    }
    kept = _post(merchant, SCHEDULES, body)
    replaced = _post(
        merchant, SCHEDULES, {**body, "deleteExistingSchedule": True}, key="key-2"
    )
    wrong = _post(merchant, SCHEDULES, {**body, "scheduleFrequency": "P1M"}, key="k")
    path = f"{SCHEDULES}/{replaced.json()['reportScheduleId']}"
    one = merchant.call("GET", path).json()
    ended = merchant.call("DELETE", path)

    statuses = [kept.status_code, replaced.status_code, wrong.status_code]
    assert [200, 201, 400] == statuses
    assert ("P1D", "P7D") == (
        kept.json()[0]["scheduleFrequency"],
        one["scheduleFrequency"],
    )
    assert (200, 404) == (ended.status_code, merchant.call("GET", path).status_code)
    assert 1 == len(amazon.pay.schedules)
