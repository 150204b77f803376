"""`amazon-reports schedules`: each operation on schedules, by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.local_amazon import BadJson
from tests.local_amazon.pay.report_types import REFUND

if TYPE_CHECKING:
    from tests.cli.running import Called, Commands

FEES = "GET_FBA_ESTIMATED_FBA_FEES_TXT_DATA"
ORDERS = "GET_FLAT_FILE_ORDER_REPORT_DATA_SHIPPING"
SP = ("--service", "sp")
PAY = ("--service", "pay")
SELLER = (ORDERS, "--marketplace", "US")
MERCHANT = (REFUND,)


def _create(amazon_reports: Commands, *words: str) -> Called:
    return amazon_reports("schedules", "create", *words, "--yes", "--json")


def _held(amazon_reports: Commands, report_type: str) -> list[dict[str, object]]:
    """Return what Amazon holds of a type."""
    amazon = amazon_reports.amazon
    return [
        schedule
        for schedule in (*amazon.selling_partner.schedules, *amazon.pay.schedules)
        if schedule["reportType"] == report_type
    ]


@pytest.mark.parametrize(
    ("words", "service", "period"),
    [(SELLER, SP, "period"), (MERCHANT, PAY, "scheduleFrequency")],
)
def test_a_schedule_lives_and_ends(
    amazon_reports: Commands,
    words: tuple[str, ...],
    service: tuple[str, ...],
    period: str,
) -> None:
    """Made, listed, shown and ended: each by its own word, in both services."""
    amazon_reports.amazon.selling_partner.schedules.clear()
    amazon_reports.amazon.pay.schedules.clear()
    made = _create(
        amazon_reports, *words, "--period", "P1D", "--first", "2026-11-22T02:00:00Z"
    )
    schedule_id = str(made.json["reportScheduleId"])

    (held,) = _held(amazon_reports, words[0])
    assert "P1D" == held[period]
    listed = amazon_reports("schedules", "list", words[0], "--json").json
    assert [held] == listed
    assert schedule_id in amazon_reports("schedules", "list", words[0]).out
    shown = amazon_reports("schedules", "get", schedule_id, *service, "--json")
    assert held == shown.json
    ended = amazon_reports("schedules", "cancel", schedule_id, *service, "--yes")
    assert 0 == ended.status, ended.err
    assert [] == _held(amazon_reports, words[0])


@pytest.mark.parametrize("words", [SELLER, MERCHANT])
def test_a_schedule_that_stands_is_kept(
    amazon_reports: Commands, words: tuple[str, ...]
) -> None:
    """Another of the same subject is put in its place only when one says so."""
    amazon_reports.amazon.selling_partner.schedules.clear()
    amazon_reports.amazon.pay.schedules.clear()
    first = _create(amazon_reports, *words, "--period", "P1D")
    second = _create(amazon_reports, *words, "--period", "P7D")
    assert 1 == second.status
    assert "exists already" in second.err
    assert (
        first.json["reportScheduleId"]
        == (_held(amazon_reports, words[0])[0]["reportScheduleId"])
    )

    third = _create(amazon_reports, *words, "--period", "P7D", "--replace")
    assert 0 == third.status, third.err
    (held,) = _held(amazon_reports, words[0])
    assert third.json["reportScheduleId"] == held["reportScheduleId"]


@pytest.mark.parametrize("words", [("create", *SELLER), ("cancel", "50900000001", *SP)])
def test_schedules_are_changed_only_with_a_yes(
    amazon_reports: Commands, words: tuple[str, ...]
) -> None:
    """Without a yes nothing is sent."""
    called = amazon_reports("schedules", *words, answer="n\n")

    assert 1 == called.status
    assert [] == [one for one in amazon_reports.amazon.seen if one.method == "DELETE"]
    assert "createReportSchedule" not in {
        one.operation for one in amazon_reports.amazon.seen
    }


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        ("cancelReportSchedule", ("50900000001", *SP)),
        ("pay.cancelReportSchedule", ("A01LOCALSCHEDULE", *PAY)),
    ],
)
def test_a_page_of_a_proxy_ends_no_schedule(
    amazon_reports: Commands, operation: str, words: tuple[str, ...]
) -> None:
    """Only Amazon's own answer means that it has ended; a page does not."""
    amazon_reports.amazon.faults.add(operation, BadJson(b"<html>Sign in</html>"))
    called = amazon_reports("schedules", "cancel", *words, "--yes")

    assert 1 == called.status
    assert "the answer (HTTP 20" in called.err
    assert "was cancelled" not in called.out


def test_a_type_without_a_schedule_is_refused(amazon_reports: Commands) -> None:
    """What Amazon makes on no schedule costs no call."""
    called = _create(amazon_reports, "GET_AFN_INVENTORY_DATA", "--marketplace", "US")

    assert 1 == called.status
    assert "does not create this type on a schedule" in called.err
    assert [] == amazon_reports.amazon.seen
