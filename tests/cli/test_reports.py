"""`amazon-reports reports`: each operation on reports, by hand."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.cli.made_reports import create, ripen
from tests.clock import NOON
from tests.local_amazon import Altered, Status
from tests.local_amazon.pay.report_types import REFUND, SETTLEMENT
from tests.local_amazon.ripening import Outcome

if TYPE_CHECKING:
    from tests.cli.running import Commands

ORDERS = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL"
TRAFFIC = "GET_SALES_AND_TRAFFIC_REPORT"
SHIPPING = "GET_FLAT_FILE_ORDER_REPORT_DATA_SHIPPING"
SP = ("--service", "sp")
PAY = ("--service", "pay")


def _listings(amazon_reports: Commands) -> list[dict[str, str]]:
    """Return the parameters of each getReports."""
    seen = amazon_reports.amazon.seen
    return [dict(one.query) for one in seen if one.operation == "getReports"]


@pytest.mark.parametrize(
    ("words", "operation"), [(SP, "getReports"), (PAY, "pay.getReports")]
)
def test_reports_are_listed(
    amazon_reports: Commands, words: tuple[str, ...], operation: str
) -> None:
    """Both services list what they know, as Amazon writes it and as a table."""
    since = ("--since", "2026-10-01")
    listed = amazon_reports("reports", "list", *words, *since, "--json").json
    text = amazon_reports("reports", "list", *words, *since).out

    assert listed
    assert f"{len(listed)} reports created since 2026-10-01" in text
    for report in listed:
        assert {"reportId", "reportType", "processingStatus"} <= report.keys()
        assert report["reportId"] in text
    assert any(one.operation == operation for one in amazon_reports.amazon.seen)


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["table", "json"])
def test_what_amazon_writes_moves_no_terminal(
    amazon_reports: Commands, form: tuple[str, ...]
) -> None:
    """A title, a colour or a cleared screen in Amazon's words is not carried out."""
    odd = {
        "note\x1b[2J": "\x1b]0;owned\x07red\x9b31m",
        "processingStatus": "\x1b[8mHID",
    }

    def altered(body: bytes) -> bytes:
        answer = json.loads(body)
        reports = [{**one, **odd} for one in answer.get("reports", [answer])]
        whole = {"reports": reports} if "reports" in answer else reports[0]
        return json.dumps(whole).encode()

    since = ("--since", "2026-10-01")
    listed = amazon_reports("reports", "list", *SP, *since, "--json").json
    for operation in ("getReports", "getReport"):
        amazon_reports.amazon.faults.add(operation, Altered(altered), times=99)
    for words in (("list", *since), ("get", listed[0]["reportId"])):
        out = amazon_reports("reports", *words, *SP, *form).out

        assert "HID" in out
        assert all(letter.isprintable() or letter == "\n" for letter in out)


@pytest.mark.parametrize("found", [7, [7], [None], {"a": 1}, "US"])
def test_a_listing_shows_what_it_gets(amazon_reports: Commands, found: object) -> None:
    """Also where it is not what Amazon documents, by which no other row is lost."""

    def altered(body: bytes) -> bytes:
        reports = [
            {**one, "marketplaceIds": found} for one in json.loads(body)["reports"]
        ]
        return json.dumps({"reports": reports}).encode()

    amazon_reports.amazon.faults.add("getReports", Altered(altered), times=99)
    called = amazon_reports("reports", "list", *SP, "--since", "2026-10-01")

    assert 0 == called.status, called.err
    assert " reports created since 2026-10-01" in called.out


def test_a_listing_is_narrowed(amazon_reports: Commands) -> None:
    """Type and status say which; the type says which service is asked."""
    fatal = amazon_reports.amazon.selling_partner.add_report(
        ORDERS, created=NOON - timedelta(hours=3), outcome=Outcome("FATAL")
    )
    listed = amazon_reports("reports", "list", ORDERS, "--status", "FATAL", "--json")

    assert [fatal["reportId"]] == [report["reportId"] for report in listed.json]
    assert {"lwa.token", "getReports"} == {
        one.operation for one in amazon_reports.amazon.seen
    }
    (asked,) = _listings(amazon_reports)
    assert "FATAL" == asked["processingStatuses"]


def test_a_listing_is_narrowed_to_a_marketplace(amazon_reports: Commands) -> None:
    """Amazon lists what it is asked for; the others cost no page."""
    add = amazon_reports.amazon.selling_partner.add_report
    for market in ("ATVPDKIKX0DER", "A2EUQ1WTGCTBG2"):
        created = NOON - timedelta(hours=3)
        add(ORDERS, created=created, outcome=Outcome("DONE"), marketplaceIds=[market])
    listed = amazon_reports("reports", "list", ORDERS, "--marketplace", "CA", "--json")

    assert listed.json
    assert all("A2EUQ1WTGCTBG2" in one["marketplaceIds"] for one in listed.json)
    (asked,) = _listings(amazon_reports)
    assert "A2EUQ1WTGCTBG2" == asked["marketplaceIds"]


def test_amazon_pay_has_no_marketplaces(amazon_reports: Commands) -> None:
    """A filter that cannot be is a usage error, and nothing is asked."""
    called = amazon_reports("reports", "list", *PAY, "--marketplace", "US")

    assert 2 == called.status
    assert "Amazon Pay has neither --option nor --marketplace" in called.err
    assert [] == amazon_reports.amazon.seen


def test_amazon_pay_narrows_a_listing_too(amazon_reports: Commands) -> None:
    """The other service knows its own words of a status."""
    words = ("reports", "list", *PAY, "--since", "2026-10-01", "--status")
    every = amazon_reports(*words[:-1], "--json").json
    listed = amazon_reports(*words, "CANCELLED", "--json").json

    assert 0 < len(listed) < len(every)
    assert {"CANCELLED"} == {one["processingStatus"] for one in listed}


def test_a_listing_reaches_back_as_far_as_amazon_does(amazon_reports: Commands) -> None:
    """More than 90 days back is refused by Amazon, so it is not asked for."""
    called = amazon_reports("reports", "list", ORDERS, "--since", "2026-01-01")

    assert 0 == called.status
    assert "created since 2026-08-23" in called.out
    assert [] == amazon_reports.amazon.refused


def test_a_report_is_made_for_one_marketplace(amazon_reports: Commands) -> None:
    """Type, dates, options and marketplace arrive at Amazon as they were given."""
    report_id = create(
        amazon_reports,
        TRAFFIC,
        *("--start", "2026-11-01", "--end", "2026-11-02T00:00:00+00:00"),
        *("--option", "dateGranularity=DAY", "--option", "asinGranularity=SKU"),
        *("--marketplace", "ca"),
    )
    (asked,) = (
        json.loads(one.body)
        for one in amazon_reports.amazon.seen
        if one.operation == "createReport"
    )

    assert report_id
    assert {
        "reportType": TRAFFIC,
        "marketplaceIds": ["A2EUQ1WTGCTBG2"],
        "dataStartTime": "2026-11-01T00:00:00Z",
        "dataEndTime": "2026-11-02T00:00:00Z",
        "reportOptions": {"dateGranularity": "DAY", "asinGranularity": "SKU"},
    } == asked


def test_amazon_pay_makes_a_report(amazon_reports: Commands) -> None:
    """The type's name leads to Amazon Pay; its document is fetched by the same word."""
    dates = ("--start", "2026-11-01", "--end", "2026-11-03")
    report_id = create(amazon_reports, REFUND, *dates)
    ripen(amazon_reports, report_id, *PAY)
    called = amazon_reports("reports", "fetch", report_id, *PAY)

    assert 0 == called.status
    assert called.out


@pytest.mark.parametrize(
    ("words", "operation"),
    [
        (("reports", "create", ORDERS, "--marketplace", "US"), "createReport"),
        (("reports", "cancel", "50000018765", *SP), "cancelReport"),
    ],
)
@pytest.mark.parametrize("answer", ["n\n", ""])
def test_what_changes_something_is_asked_first(
    amazon_reports: Commands, words: tuple[str, ...], operation: str, answer: str
) -> None:
    """Without a yes, nothing is sent, and a script that cannot answer fails."""
    called = amazon_reports(*words, answer=answer)

    assert 1 == called.status
    assert operation not in {one.operation for one in amazon_reports.amazon.seen}


def test_a_yes_is_enough(amazon_reports: Commands) -> None:
    """The question says what will be asked for; a yes does it."""
    called = amazon_reports(
        "reports", "create", ORDERS, "--marketplace", "US", answer="y\n"
    )

    assert 0 == called.status
    assert f"Create report {ORDERS} ATVPDKIKX0DER?" in called.err
    assert "amazon-reports reports fetch" in called.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((ORDERS,), "--marketplace: found nothing, allowed: one of US, CA"),
        ((ORDERS, "--marketplace", "DE"), "--marketplace: found DE, allowed"),
        ((TRAFFIC, "--option", "nope=1"), "nope: there is no such report option"),
        ((TRAFFIC, "--option", "nope"), "found 'nope', allowed: NAME=VALUE"),
        ((ORDERS, "--start", "1.11.2026"), "found '1.11.2026', allowed: an ISO 8601"),
        ((REFUND, "--marketplace", "US"), "neither --option nor --marketplace"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_here(
    amazon_reports: Commands, words: tuple[str, ...], said: str
) -> None:
    """A mistake costs no call of Amazon's quota, and says what is allowed."""
    called = amazon_reports("reports", "create", *words, "--yes")

    assert called.status
    assert said in called.err
    assert [] == amazon_reports.amazon.seen


def test_a_report_in_the_queue_is_cancelled(amazon_reports: Commands) -> None:
    """What was asked for by mistake can be taken back."""
    report_id = create(amazon_reports, ORDERS, "--marketplace", "US")
    called = amazon_reports("reports", "cancel", report_id, *SP, "--yes")

    assert 0 == called.status, called.err
    report = amazon_reports.amazon.selling_partner.report(report_id)
    assert report is not None
    assert "CANCELLED" == report["processingStatus"]


def test_amazon_pay_cancels_no_report(amazon_reports: Commands) -> None:
    """There is no such operation, and the command says so."""
    called = amazon_reports("reports", "cancel", "1", *PAY, "--yes")

    assert 1 == called.status
    assert "Amazon Pay cannot cancel a report" in called.err


def test_what_amazon_refuses_ends_in_one_line(amazon_reports: Commands) -> None:
    """An unknown id is Amazon's words and exit status 1, not a traceback."""
    called = amazon_reports("reports", "get", "4711", *SP)

    assert 1 == called.status
    assert 1 == called.err.count("\n")
    assert "4711" in called.err


def test_two_services_want_a_word(amazon_reports: Commands) -> None:
    """Where both are configured and nothing says which, it asks which."""
    called = amazon_reports("reports", "get", SETTLEMENT)

    assert 1 == called.status
    assert "add --service sp or --service pay" in called.err


def test_one_service_needs_no_word(amazon_reports: Commands) -> None:
    """With one service configured, that one is meant."""
    settings = {"sp_client_id": "", "sp_client_secret": "", "sp_refresh_token": ""}
    called = amazon_reports("reports", "list", "--json", settings=settings)

    assert 0 == called.status
    assert {"pay.getReports"} == {one.operation for one in amazon_reports.amazon.seen}


def test_a_spent_quota_is_told(amazon_reports: Commands) -> None:
    """Amazon's 429 on an order by hand is told at once, and not waited out."""
    amazon_reports.amazon.faults.add("createReport", Status(429))
    words = ("reports", "create", ORDERS, "--marketplace", "US", "--yes")
    called = amazon_reports(*words)

    assert 1 == called.status
    assert "429" in called.err
    assert [] == amazon_reports.clock.sleeps


def test_a_wait_for_quota_is_seen(amazon_reports: Commands) -> None:
    """Whoever waits for a listing sees for what, and for how long."""
    amazon_reports.amazon.faults.add("getReports", Status(429))
    words = ("reports", "list", "--service", "sp", "--json")
    called = amazon_reports(*words)

    assert 0 == called.status
    assert [] != called.json
    assert "getReports: waiting for quota, " in called.err


def test_the_sandbox_lists_what_it_has(amazon_reports: Commands) -> None:
    """The static sandbox has one listing, whatever a listing is narrowed to."""
    called = amazon_reports(
        *("reports", "list", ORDERS, *SP, "--status", "DONE", "--json"),
        settings=amazon_reports.amazon.sandbox_settings(),
    )

    (asked,) = (
        one for one in amazon_reports.amazon.seen if one.operation == "getReports"
    )

    assert ["ReportId1"] == [report["reportId"] for report in called.json]
    assert ["processingStatuses", "reportTypes"] == sorted(n for n, _ in asked.query)
