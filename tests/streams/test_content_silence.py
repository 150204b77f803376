"""No stream is silent: one that has nothing says why, in one line for each cause."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.clock import NOON
from tests.local_amazon import BySeconds, Outcome
from tests.report_types import ORDERS, RETURNS, SALES_AND_TRAFFIC, SETTLEMENT
from tests.streams.content_runs import US

if TYPE_CHECKING:
    from tests.streams.content_runs import ContentRuns

EUROPE: dict[str, Any] = {"sp_marketplaces": ["DE", "FR", "UK"]}
REPLACEMENTS = "GET_FBA_FULFILLMENT_CUSTOMER_SHIPMENT_REPLACEMENT_DATA"
NEVER = "GET_PENDING_ORDERS_DATA"


def _lines(caplog: pytest.LogCaptureFixture, words: str) -> list[str]:
    return [
        record.getMessage()
        for record in caplog.records
        if words in record.getMessage() and "left to the next run" not in record.msg
    ]


@pytest.fixture(name="europe")
def _europe(content: ContentRuns) -> ContentRuns:
    content.amazon.selling_partner.region = "eu"
    return content


def test_data_that_is_late_says_from_when_on(
    europe: ContentRuns, caplog: pytest.LogCaptureFixture
) -> None:
    """Who starts yesterday reads nothing yet, and learns when to come again.

    Three marketplaces have one reason, and one line.
    """
    output = europe.read(SALES_AND_TRAFFIC, start_date="2026-11-20", **EUROPE)
    (line,) = _lines(caplog, "no report was created")

    assert 0 == output.status
    assert [] == europe.seen("createReport")
    assert "it can be read from 2026-11-2" in line


def test_a_start_before_amazons_data_is_told_once(
    content: ContentRuns, caplog: pytest.LogCaptureFixture
) -> None:
    """A start that is too early is moved, and that is said once, not by marketplace."""
    span: dict[str, Any] = {"start_date": "2019-01-01", "end_date": "2024-11-28"}
    content.read(SALES_AND_TRAFFIC, sp_marketplaces=["US", "CA", "MX"], **span)
    lines = _lines(caplog, "is before the oldest data of")

    assert 1 == len(lines)
    assert "start_date 2019-01-01 00:00Z" in lines[0]


def test_a_span_without_time_in_it_is_told(
    content: ContentRuns, caplog: pytest.LogCaptureFixture
) -> None:
    """Dates in the wrong order are no reason for an empty table without a word."""
    entry = {"report_type": ORDERS, "start_date": "2026-11-15"}
    content.read(entry, start_date="2026-11-01", end_date="2026-11-14T00:00:00Z")
    (line,) = _lines(caplog, "no report was created")

    assert "start_date is not before end_date" in line


def test_a_type_that_is_not_sold_here_is_told(
    content: ContentRuns, caplog: pytest.LogCaptureFixture
) -> None:
    """What exists in some of the marketplaces is read there, and the rest is said."""
    content.amazon.selling_partner.region = "eu"
    content.read(REPLACEMENTS, sp_marketplaces=["DE", "IN"], start_date="2026-11-10")

    lines = _lines(caplog, "does not exist in DE; it is read for IN")

    # Discovery says it, and the run.
    assert 2 == len(lines)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (NEVER, "see the schedules in the stream sp_report_schedules"),
        (SETTLEMENT, "Amazon creates them itself, when there is something to report"),
    ],
)
def test_what_nobody_made_is_told(
    content: ContentRuns, caplog: pytest.LogCaptureFixture, name: str, words: str
) -> None:
    """A stream that waits for a schedule that does not exist says so."""
    content.amazon.selling_partner.region = "fe"
    output = content.read(name, sp_marketplaces=["JP"])
    (line,) = _lines(caplog, "no report of this type was created since")

    assert 0 == output.status
    assert words in line


def test_reports_that_were_all_read_before_are_told(
    content: ContentRuns, caplog: pytest.LogCaptureFixture
) -> None:
    """A second run without anything new has no rows, and says what it waits for."""
    content.amazon.selling_partner.add_report(
        SETTLEMENT,
        created=NOON - timedelta(days=2),
        outcome=Outcome("DONE"),
        marketplaceIds=[US],
    )
    first = content.read(SETTLEMENT)
    assert [] == _lines(caplog, "is newer than")
    second = content.read(SETTLEMENT, state=first.state)
    (line,) = _lines(
        caplog, "no report of this type is newer than the one of 2026-11-19"
    )

    assert line.endswith("12:00Z, which has already been read")
    assert 0 == second.status


def test_a_report_in_the_making_is_told(
    content: ContentRuns, caplog: pytest.LogCaptureFixture
) -> None:
    """What Amazon is at is no reason to say that there is nothing."""
    made = content.amazon.selling_partner.ask(
        SETTLEMENT, ripening=BySeconds(0, 20_000), marketplaceIds=[US]
    )
    output = content.read(SETTLEMENT)
    (line,) = _lines(caplog, "the first run that finds")

    assert (0, []) == (output.status, _lines(caplog, "was created since"))
    assert f"report {made['reportId']} is still IN_PROGRESS" in line


@pytest.mark.parametrize(
    ("days", "words"), [(2, "1 finished report has no row"), (60, "reports have")]
)
def test_reports_without_rows_are_told(
    content: ContentRuns, caplog: pytest.LogCaptureFixture, days: int, words: str
) -> None:
    """Several empty reports, or a single one: each time it is said what to check."""
    content.amazon.families.empty_types.add(RETURNS)
    start = "2026-11-18" if days == 2 else "2026-09-01"
    content.read({"report_type": RETURNS, "start_date": start})
    (line,) = _lines(caplog, words)

    assert "check the marketplaces" in line
