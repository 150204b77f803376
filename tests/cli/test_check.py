"""`amazon-reports check`: what is wrong is told before a run, and nothing is asked."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tap_amazon_reports.checks import clock_skew
from tests.clock import NOON, ScriptedClock
from tests.local_amazon import Status
from tests.local_amazon.pay.report_types import SETTLEMENT
from tests.rehearsal import ALWAYS

if TYPE_CHECKING:
    from tests.cli.running import Called, Commands
    from tests.local_amazon.wire import Request

ORDERS = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL"
TRAFFIC = "GET_SALES_AND_TRAFFIC_REPORT"
RETURNS = "GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA"
SHIPPING = "GET_FLAT_FILE_ORDER_REPORT_DATA_SHIPPING"
TYPES = {"sp_report_types": [ORDERS, TRAFFIC, RETURNS]}
DENIED = Status(
    403, code="Unauthorized", message="Access to requested resource is denied."
)


def _problems(called: Called) -> dict[str, str]:
    return {
        found["tried"]: found["problem"] for found in called.json if not found["passed"]
    }


def test_all_is_well(amazon_reports: Commands) -> None:
    """With good settings each service, marketplace and type passes, and exit is 0."""
    called = amazon_reports("check", "--json", settings=TYPES)

    assert {} == _problems(called)
    assert 0 == called.status
    assert [
        "sales of 2026-10",
        "order metrics of US",
        "order metrics of CA",
        ORDERS,
        TRAFFIC,
        RETURNS,
        "reports of all types",
        "disbursements",
        "clock",
    ] == [found["tried"] for found in called.json]


def test_nothing_is_asked_for(amazon_reports: Commands) -> None:
    """A check makes no report, fetches no document, and waits for nothing."""
    settings = {**TYPES, "pay_report_types": [SETTLEMENT]}
    assert 0 == amazon_reports("check", settings=settings).status
    seen = {request.operation for request in amazon_reports.amazon.seen}

    assert {
        "lwa.token",
        "appstore.getReport",
        "getOrderMetrics",
        "getReports",
        "pay.getReports",
        "pay.getDisbursements",
    } == seen
    assert 1 == sum("getReports" == one.operation for one in amazon_reports.amazon.seen)
    assert [] == amazon_reports.clock.sleeps
    assert [] == amazon_reports.amazon.refused


@pytest.mark.parametrize(
    ("setting", "service", "said"),
    [
        ("sp_client_secret", "Selling Partner API", "check sp_client_id and"),
        ("sp_refresh_token", "Selling Partner API", "authoris"),
        (
            "appstore_client_secret",
            "Appstore Reporting API",
            "check appstore_client_id and",
        ),
        ("pay_public_key_id", "Amazon Pay API", "pay_public_key_id"),
    ],
)
def test_wrong_credentials_are_told(
    amazon_reports: Commands, setting: str, service: str, said: str
) -> None:
    """A wrong secret or key fails its own service only, and says what to check."""
    value = "LIVE-NOBODYS" if setting == "pay_public_key_id" else "Atzr|wrong"
    called = amazon_reports("check", "--json", settings={**TYPES, setting: value})
    failed = {found["service"] for found in called.json if not found["passed"]}

    assert 1 == called.status
    assert {service} == failed
    assert all(said in problem for problem in _problems(called).values())
    assert value not in called.out


def test_a_wrong_secret_is_told_once(amazon_reports: Commands) -> None:
    """What ends a service is one line, and Login with Amazon is asked once."""
    called = amazon_reports(
        "check", "--json", settings={**TYPES, "sp_client_secret": "wrong"}
    )

    assert ["all calls"] == list(_problems(called))
    asked = [one for one in amazon_reports.amazon.seen if b"refresh" in one.body]
    assert 1 == len(asked)


def test_a_missing_role_is_told_by_its_type(amazon_reports: Commands) -> None:
    """The type that is denied is named, the others pass."""

    def about_returns(request: Request) -> bool:
        return RETURNS in dict(request.query)["reportTypes"]

    amazon_reports.amazon.faults.add(
        "getReports", DENIED, times=ALWAYS, when=about_returns
    )
    called = amazon_reports("check", "--json", settings=TYPES)

    assert 1 == called.status
    assert [RETURNS] == list(_problems(called))
    assert "only the role for this type is missing" in _problems(called)[RETURNS]


def test_a_wrong_region_is_told_once_for_all_types(amazon_reports: Commands) -> None:
    """Where everything is denied it is the region, and no quota goes on details."""
    for operation in ("getReports", "getOrderMetrics"):
        amazon_reports.amazon.faults.add(operation, DENIED, times=ALWAYS)
    called = amazon_reports("check", "--json", settings=TYPES)
    problems = _problems(called)

    assert 1 == called.status
    assert ["order metrics of US", "order metrics of CA", "3 report types"] == [
        tried.partition(",")[0] for tried in problems
    ]
    assert all("region" in problem for problem in problems.values())
    assert 1 == sum("getReports" == one.operation for one in amazon_reports.amazon.seen)


def test_a_marketplace_of_another_region_is_told(amazon_reports: Commands) -> None:
    """The marketplace that the account cannot see is named."""
    amazon_reports.amazon.selling_partner.region = "eu"
    called = amazon_reports("check", "--json", settings=TYPES)

    assert {"order metrics of US", "order metrics of CA"} <= set(_problems(called))
    assert (
        "region in which sp_refresh_token" in (_problems(called)["order metrics of US"])
    )


def test_restricted_types_try_their_token(amazon_reports: Commands) -> None:
    """A right to personal data that is missing is told, where there is a document."""
    amazon = amazon_reports.amazon
    settings = {"sp_report_types": [SHIPPING]}
    amazon.faults.add("createRestrictedDataToken", DENIED, times=ALWAYS)
    called = amazon_reports("check", "--json", settings=settings)

    assert [f"{SHIPPING}, with personal data"] == list(_problems(called))

    amazon.selling_partner.reports.clear()
    called = amazon_reports("check", "--json", settings=settings)
    notes = {found["tried"]: found["note"] for found in called.json}

    assert 0 == called.status
    assert "no document of the last 7 days" in notes[SHIPPING]


@pytest.mark.parametrize(
    ("hours", "said"), [(1, "60 minutes ahead of"), (-1, "60 minutes behind")]
)
def test_a_clock_that_is_off_is_told(
    amazon_reports: Commands, hours: int, said: str
) -> None:
    """A machine that is an hour off learns it from the answers' own dates."""
    amazon_reports.clock = ScriptedClock(NOON + timedelta(hours=hours))
    called = amazon_reports("check", "--json", settings=TYPES)

    assert 1 == called.status
    assert said in _problems(called)["clock"]


@pytest.mark.parametrize(
    ("dated", "skew"),
    [
        ("Sat, 21 Nov 2026 11:00:00 GMT", timedelta(hours=1)),
        ("Sat, 21 Nov 2026 11:00:00 -0000", timedelta(hours=1)),
        ("Sat, 21 Nov 2026 11:00:00", timedelta(hours=1)),
        ("Sat, 21 Nov 2026 11:00:00 +9999", None),
        ("x", None),
        (None, None),
    ],
)
def test_a_date_without_a_zone_is_of_greenwich(
    dated: str | None, skew: timedelta | None
) -> None:
    """And one that nobody can read says nothing of this machine's clock."""
    assert skew == clock_skew(dated, NOON)


def test_a_service_that_is_down_is_told(amazon_reports: Commands) -> None:
    """No answer is a failure with its cause, after a bounded time."""
    amazon_reports.amazon.faults.add("pay.getReports", Status(503), times=ALWAYS)
    called = amazon_reports("check", "--json")

    assert "unavailable" in _problems(called)["reports of all types"]


def test_people_get_a_table(amazon_reports: Commands) -> None:
    """On a terminal each try is a line, and the last line sums up."""
    called = amazon_reports("check", settings={**TYPES, "sp_client_secret": "wrong"})

    assert 1 == called.status
    assert "FAILED: Selling Partner API: Login with Amazon answered" in called.out
    assert "1 of 5 failed" == called.out.strip().splitlines()[-1]


def test_settings_are_refused_as_the_tap_refuses_them(
    amazon_reports: Commands,
) -> None:
    """A wrong setting ends it with a line and exit status 1; nothing is requested."""
    called = amazon_reports("check", settings={"sp_marketplaces": ["US", "DE"]})

    assert 1 == called.status
    assert "sp_marketplaces: found marketplaces of eu and na" in called.err
    assert [] == amazon_reports.amazon.seen


def test_without_credentials_it_fails(amazon_reports: Commands) -> None:
    """Nothing tried is no success."""
    nothing: dict[str, object] = dict.fromkeys(amazon_reports.amazon.settings(), "")
    called = amazon_reports("check", settings=nothing)

    assert 1 == called.status
    assert "no credentials are set; set appstore_client_id" in called.err


def test_the_sandbox_passes(amazon_reports: Commands) -> None:
    """Credentials are tried in the words that the static sandbox has answers for."""
    called = amazon_reports(
        "check",
        settings={
            **amazon_reports.amazon.sandbox_settings(),
            "sp_marketplaces": ["US"],
            "sp_report_types": [ORDERS],
        },
    )

    assert 0 == called.status, called.out
    assert [] == amazon_reports.amazon.refused
