"""The index of the reports of Amazon Pay."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from tests.local_amazon import BySeconds, Outcome
from tests.local_amazon.moments import basic
from tests.tap_run import spelled, sync

if TYPE_CHECKING:
    from tests.clock import ScriptedClock
    from tests.local_amazon import LocalAmazon

STREAM = "pay_reports"
COLUMNS = (
    "report_id",
    "report_type",
    "created_time",
    "processing_status",
    "start_time",
    "end_time",
    "processing_start_time",
    "processing_end_time",
    "report_document_id",
    "_extra",
)
REFUNDS = "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_REFUND_DATA_"


def _utc(text: str) -> str:
    """Return `20240102T030405Z` with its hyphens and colons."""
    moment = datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _row(report: dict[str, Any]) -> dict[str, Any]:
    row = dict.fromkeys(COLUMNS)
    for name, value in report.items():
        column = re.sub("[A-Z]", lambda found: f"_{found[0].lower()}", name)
        row[column] = _utc(value) if value and column.endswith("_time") else value
    return row


def _by_id(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(records, key=lambda record: str(record["report_id"]))


def test_every_report_arrives(amazon: LocalAmazon, clock: ScriptedClock) -> None:
    """Each report that Amazon Pay lists is one row with all of its fields."""
    output = sync(amazon.settings(), clock=clock, only=[STREAM])
    expected = [_row(report) for report in amazon.pay.reports]

    assert 0 == output.status
    assert {STREAM} == set(output.schemas)
    assert spelled(_by_id(expected)) == spelled(_by_id(output.records(STREAM)))
    assert {"COMPLETED", "CANCELLED", "FAILED", "IN_PROGRESS"} == {
        row["processing_status"] for row in output.records(STREAM)
    }
    assert ([], []) == (amazon.refused, amazon.throttled)


def test_a_second_run_adds_no_keys(amazon: LocalAmazon, clock: ScriptedClock) -> None:
    """Right after a run, the next one finds only what is listed again on purpose."""
    first = sync(amazon.settings(), clock=clock, only=[STREAM])
    second = sync(amazon.settings(), clock=clock, only=[STREAM], state=first.state)

    assert second.rows().keys() <= first.rows().keys()
    assert len(second.rows()) < len(first.rows()) / 10
    assert ([], []) == (amazon.refused, amazon.throttled)


def test_the_end_of_a_report_in_the_making_is_seen(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """The bookmark waits for reports that can still change."""
    begun = amazon.pay.ask(
        REFUNDS, ripening=BySeconds(0, 20_000), outcome=Outcome("COMPLETED")
    )
    clock.advance(hours=5)
    config = {**amazon.settings(), "pay_report_types": [REFUNDS]}
    first = sync(config, clock=clock, only=[STREAM])
    clock.advance(hours=5)
    second = sync(config, clock=clock, only=[STREAM], state=first.state)

    assert _utc(begun["createdTime"]) == first.bookmark(STREAM)
    assert _row(begun) == second.rows()[STREAM, begun["reportId"]]
    assert "COMPLETED" == begun["processingStatus"]
    assert _utc(basic(clock.now())) == second.bookmark(STREAM)


def test_the_sandbox_is_another_world(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """A key of the sandbox reads what is there, and nothing that is live."""
    config = {**amazon.settings(), "pay_public_key_id": amazon.pay.sandbox_key_id}
    output = sync(config, clock=clock, only=[STREAM])

    assert [_row(report) for report in amazon.pay.sandbox.reports] == output.records(
        STREAM
    )
    assert [] == amazon.refused


def test_pages_are_followed_to_the_last(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """Of several pages, each is asked for by its token alone."""
    sync(amazon.settings(), clock=clock, only=[STREAM])
    pages = [seen for seen in amazon.seen if seen.operation == "pay.getReports"]

    assert 2 == len(pages)
    assert ["nextToken"] == [name for name, _ in pages[1].query]
