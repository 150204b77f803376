"""The server itself: unknown requests, faults, quotas, connections, its command."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests

from tests.clock import ScriptedClock
from tests.local_amazon import (
    BadJson,
    ConnectionLost,
    ExpiredToken,
    LocalAmazon,
    Redirect,
    Slow,
    Status,
    UsagePlan,
)

if TYPE_CHECKING:
    from tests.local_amazon.callers import Merchant, Seller

SCHEDULES = "/schedules"
TYPES = "reportTypes=GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nobody/home", 404),
        ("/sp/reports/2020-09-04/reports", 403),
        ("/pay/v2/charges", 404),
        ("/appstore/api/appstore/download/report/acquisition/2026/10", 400),
        ("/lwa/auth/o2/token", 404),
        ("/storage/", 405),
    ],
)
def test_an_unknown_request_fails_the_check(path: str, status: int) -> None:
    """A request that no service knows is answered, and the test that made it fails."""
    amazon = LocalAmazon(clock=ScriptedClock(), populate=False)
    amazon.start()
    answer = requests.get(amazon.url + path, timeout=10)
    amazon.stop()

    assert status == answer.status_code
    with pytest.raises(AssertionError, match="unknown request"):
        amazon.check()


def test_leaving_the_context_checks() -> None:
    """An unknown request is raised at the end of the with block."""
    with (
        pytest.raises(AssertionError, match=r"GET /home"),
        LocalAmazon(clock=ScriptedClock(), populate=False) as amazon,
    ):
        requests.get(f"{amazon.url}/nobody/home", timeout=10)


def test_another_exception_is_not_hidden() -> None:
    """What went wrong in the with block is raised, not the check."""
    with (  # noqa: PT012 (the block is what is tested)
        pytest.raises(ZeroDivisionError),
        LocalAmazon(clock=ScriptedClock(), populate=False) as amazon,
    ):
        requests.get(f"{amazon.url}/nobody/home", timeout=10)
        raise ZeroDivisionError


def test_a_crash_in_the_server_fails_the_check(
    amazon: LocalAmazon, seller: Seller
) -> None:
    """An exception in a server thread is a 500 for the caller and fails the test."""
    report = amazon.selling_partner.reports[0]
    report["createdTime"] = "never"
    answer = seller.get("/reports", f"reportTypes={report['reportType']}")

    assert 500 == answer.status_code
    with pytest.raises(AssertionError, match="the server failed"):
        amazon.check()
    amazon.journal.crashes.clear()


def test_everything_is_seen(amazon: LocalAmazon, seller: Seller) -> None:
    """The journal holds Amazon's path, the query decoded, and the status."""
    seller.get(SCHEDULES, TYPES.replace("=", "=A%2C"))
    seen = amazon.seen[-1]

    assert ("sp", "getReportSchedules") == (seen.service, seen.operation)
    assert "/reports/2021-06-30/schedules" == seen.path
    assert [
        ("reportTypes", "A,GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE")
    ] == seen.query
    assert (200, seller.token) == (seen.status, seen.headers["x-amz-access-token"])
    assert amazon.clock.now() == seen.at
    assert seller.token not in str(seen)


def test_one_connection_serves_many_requests(
    amazon: LocalAmazon, seller: Seller
) -> None:
    """A session's requests come over one connection."""
    seller.get(SCHEDULES, TYPES)
    before = amazon.connections
    for _ in range(5):
        seller.get(SCHEDULES, TYPES)

    assert before == amazon.connections


def test_scripted_statuses_are_met_in_order_and_are_not_refusals(
    amazon: LocalAmazon, seller: Seller
) -> None:
    """A fault is met so many times, in the service's own shape, then no more."""
    amazon.faults.add("getReportSchedules", Status(503), times=2)
    amazon.faults.add("getReportSchedules", Status(500, code="InternalFailure"))
    answers = [seller.get(SCHEDULES, TYPES) for _ in range(4)]

    assert [503, 503, 500, 200] == [answer.status_code for answer in answers]
    assert "InternalFailure" == answers[2].json()["errors"][0]["code"]
    assert {} == amazon.faults.pending
    assert ([], []) == (amazon.refused, amazon.throttled)
    assert all("x-amzn-RequestId" in answer.headers for answer in answers)


def test_a_fault_can_be_for_certain_requests_only(
    amazon: LocalAmazon, seller: Seller
) -> None:
    """A fault waits for a request that fits."""
    amazon.faults.add(
        "getReportSchedules",
        Status(500),
        when=lambda request: ("reportTypes", "B") in request.query,
    )

    assert 200 == seller.get(SCHEDULES, TYPES).status_code
    assert {"getReportSchedules": 1} == amazon.faults.pending
    assert 500 == seller.get(SCHEDULES, "reportTypes=B").status_code


def test_an_operation_that_does_not_exist_cannot_be_scripted(
    amazon: LocalAmazon,
) -> None:
    """A slip in an operation's name is an error, not a fault that never comes."""
    with pytest.raises(ValueError, match="getReports"):
        amazon.faults.add("listReports", Status(500))


def test_connections_can_be_lost_before_and_after_the_work(
    amazon: LocalAmazon, seller: Seller
) -> None:
    """A lost connection leaves the caller not knowing whether the work was done."""
    held = len(amazon.selling_partner.reports)
    body = {"reportType": "GET_AFN_INVENTORY_DATA", "marketplaceIds": ["ATVPDKIKX0DER"]}
    path = "/reports/2021-06-30/reports"
    for after_work in (False, True):
        amazon.faults.add("createReport", ConnectionLost(after_work=after_work))
        with pytest.raises(requests.ConnectionError):
            seller.call("POST", path, json=body)

    assert held + 1 == len(amazon.selling_partner.reports)


def test_a_service_can_fail_before_and_after_the_work(
    amazon: LocalAmazon, seller: Seller
) -> None:
    """An answer of 5xx does not say whether the work was done."""
    held = len(amazon.selling_partner.reports)
    body = {"reportType": "GET_AFN_INVENTORY_DATA", "marketplaceIds": ["ATVPDKIKX0DER"]}
    path = "/reports/2021-06-30/reports"
    for after_work in (False, True):
        amazon.faults.add("createReport", Status(503, after_work=after_work))
        assert 503 == seller.call("POST", path, json=body).status_code

    assert held + 1 == len(amazon.selling_partner.reports)


def test_slowness_passes_on_the_handed_clock(
    amazon: LocalAmazon, seller: Seller, clock: ScriptedClock
) -> None:
    """A slow answer takes scripted time, not real time."""
    amazon.faults.add("getReportSchedules", Slow(90))

    assert 200 == seller.get(SCHEDULES, TYPES).status_code
    assert [90] == clock.sleeps


def test_bad_json_redirects_and_spent_tokens(
    amazon: LocalAmazon, seller: Seller
) -> None:
    """The other faults look as they do in the wild."""
    for fault in (BadJson(), Redirect("https://example.com/"), ExpiredToken()):
        amazon.faults.add("getReportSchedules", fault)
    bad, moved, spent = (seller.get(SCHEDULES, TYPES) for _ in range(3))

    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        bad.json()
    assert (302, "https://example.com/") == (
        moved.status_code,
        moved.headers["location"],
    )
    assert 403 == spent.status_code
    assert "expired" in spent.json()["errors"][0]["details"]


def test_quotas_are_token_buckets(
    amazon: LocalAmazon, seller: Seller, clock: ScriptedClock
) -> None:
    """The burst is used up, then one call comes free each 45 seconds."""
    statuses = [seller.get(SCHEDULES, TYPES).status_code for _ in range(11)]
    clock.advance(seconds=44)
    early = seller.get(SCHEDULES, TYPES).status_code
    clock.advance(seconds=2)
    in_time = seller.get(SCHEDULES, TYPES).status_code

    assert [200] * 10 + [429] == statuses
    assert (429, 200) == (early, in_time)
    assert 2 == len(amazon.throttled)
    assert [] == amazon.refused


def test_the_rate_is_told_only_where_the_documents_say(
    amazon: LocalAmazon, seller: Seller
) -> None:
    """The rate comes with 2xx, 400 and 404, never with 403 or 429."""
    amazon.quotas.change("getReportSchedules", UsagePlan(0.5, 2))
    answers = [
        seller.get(SCHEDULES, TYPES),
        seller.get(SCHEDULES, "wrong=1"),
        seller.get(SCHEDULES, TYPES),
        seller.get("/schedules/unknown"),
    ]
    seller.token = "foreign"
    answers.append(seller.get(SCHEDULES, TYPES))

    told = [answer.headers.get("x-amzn-RateLimit-Limit") for answer in answers]
    statuses = [answer.status_code for answer in answers]
    assert [200, 400, 429, 404, 403] == statuses
    assert ["0.5", "0.5", None, "0.0222", None] == told


def test_many_callers_at_once_are_told_apart(
    amazon: LocalAmazon, seller: Seller
) -> None:
    """Threads that ask at the same time get a report each."""
    amazon.quotas.change("createReport", UsagePlan(1000.0, 1000))
    url = f"{amazon.settings()['sp_base_url']}/reports/2021-06-30/reports"
    headers = {"x-amz-access-token": seller.token}
    body = {"reportType": "GET_AFN_INVENTORY_DATA", "marketplaceIds": ["ATVPDKIKX0DER"]}

    def ask(_number: int) -> str:
        answer = requests.post(url, json=body, headers=headers, timeout=10)
        return str(answer.json()["reportId"])

    with ThreadPoolExecutor(16) as pool:
        report_ids = list(pool.map(ask, range(80)))

    assert 80 == len(set(report_ids))


def test_speed_multiplies_the_rates() -> None:
    """At ten times the speed, a call comes free ten times as often."""
    amazon = LocalAmazon(clock=ScriptedClock(), speed=10, populate=False)

    assert UsagePlan(0.222, 10) == amazon.quotas.plans["getReports"]


def test_amazon_pay_and_the_appstore_have_quotas_too(
    amazon: LocalAmazon, merchant: Merchant
) -> None:
    """Twenty calls of an Amazon Pay operation are a burst, the next is a 429."""
    path = "/v2/report-schedules"
    statuses = [merchant.call("GET", path).status_code for _ in range(21)]

    assert [200] * 20 + [429] == statuses
    assert UsagePlan(3.0, 3) == amazon.quotas.plans["appstore.getReport"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_prints_settings_and_ends_cleanly(number: int) -> None:
    """The settings come as JSON first, then for the environment; a signal ends it."""
    arguments = [sys.executable, "-m", "tests.local_amazon", "--speed", "100"]
    with subprocess.Popen(
        arguments,
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        settings = json.loads(process.stdout.readline())
        answer = requests.post(settings["lwa_token_url"], data={}, timeout=10)
        os.kill(process.pid, number)
        assert process.stderr is not None
        output, complaints = process.stdout.read(), process.stderr.read()

    words = dict(word.split("=", 1) for word in shlex.split(output))
    prefix = "TAP_AMAZON_REPORTS_"
    assert 400 == answer.status_code
    assert (0, "1 requests, 1 refused, 0 throttled\n") == (
        process.returncode,
        complaints,
    )
    assert settings["pay_private_key"] == words[f"{prefix}PAY_PRIVATE_KEY"]
    assert settings["sp_order_metrics"] == json.loads(
        words[f"{prefix}SP_ORDER_METRICS"]
    )
