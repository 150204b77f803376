"""The index of the Selling Partner API's reports."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from tests.local_amazon import BySeconds, Outcome
from tests.local_amazon.moments import extended
from tests.report_types import LISTINGS, RETURNS
from tests.tap_run import spelled, sync

if TYPE_CHECKING:
    from tests.clock import ScriptedClock
    from tests.local_amazon import LocalAmazon

STREAM = "sp_reports"
COLUMNS = (
    "report_id",
    "report_type",
    "created_time",
    "processing_status",
    "marketplace_ids",
    "data_start_time",
    "data_end_time",
    "report_schedule_id",
    "processing_start_time",
    "processing_end_time",
    "report_document_id",
    "_extra",
)


def _row(report: dict[str, Any]) -> dict[str, Any]:
    """Return a report as a row: snake case, `Z`, null for what is not there."""
    row = dict.fromkeys(COLUMNS)
    for name, value in report.items():
        column = re.sub("[A-Z]", lambda found: f"_{found[0].lower()}", name)
        row[column] = value.replace("+00:00", "Z") if "time" in column else value
    return row


def _asked_types(amazon: LocalAmazon) -> set[str]:
    """Return the report types that were listed."""
    return {
        report_type
        for seen in amazon.seen
        if seen.operation == "getReports"
        for report_type in dict(seen.query).get("reportTypes", "").split(",")
    }


def _by_id(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(records, key=lambda record: str(record["report_id"]))


def test_every_report_arrives(amazon: LocalAmazon, clock: ScriptedClock) -> None:
    """Each report that Amazon lists is one row with all of its fields."""
    output = sync(amazon.settings(), clock=clock, only=[STREAM])
    common = _asked_types(amazon)
    expected = [
        _row(report)
        for report in amazon.selling_partner.reports
        if report["reportType"] in common
    ]

    assert 0 == output.status
    assert 100 < len(expected)
    assert {STREAM} == set(output.schemas)
    assert spelled(_by_id(expected)) == spelled(_by_id(output.records(STREAM)))
    assert {"DONE", "CANCELLED", "FATAL", "IN_QUEUE", "IN_PROGRESS"} == {
        row["processing_status"] for row in output.records(STREAM)
    }
    assert ([], []) == (amazon.refused, amazon.throttled)


def test_a_second_run_adds_no_keys(amazon: LocalAmazon, clock: ScriptedClock) -> None:
    """A later run finds only what is listed again on purpose."""
    first = sync(amazon.settings(), clock=clock, only=[STREAM])
    # So long does it take until the quota has refilled.
    clock.advance(seconds=460)
    second = sync(amazon.settings(), clock=clock, only=[STREAM], state=first.state)

    assert second.rows().keys() <= first.rows().keys()
    assert len(second.rows()) < len(first.rows()) / 10
    assert ([], []) == (amazon.refused, amazon.throttled)


def test_a_run_without_quota_left_waits(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """Right after a run the quota is spent: the next one waits, and is complete."""
    first = sync(amazon.settings(), clock=clock, only=[STREAM])
    second = sync(amazon.settings(), clock=clock, only=[STREAM], state=first.state)

    assert 0 == second.status
    assert second.rows().keys() <= first.rows().keys()
    assert 4 * 45 - 60 < sum(clock.sleeps) < 4 * 45 + 120
    assert len(amazon.throttled) < 8


def test_the_end_of_a_report_in_the_making_is_seen(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """The bookmark waits for reports that can still change."""
    begun = amazon.selling_partner.ask(
        LISTINGS, ripening=BySeconds(0, 20_000), outcome=Outcome("DONE")
    )
    clock.advance(hours=5)
    config = {**amazon.settings(), "sp_report_types": [LISTINGS]}
    first = sync(config, clock=clock, only=[STREAM])
    clock.advance(hours=5)
    second = sync(config, clock=clock, only=[STREAM], state=first.state)
    (seen,) = [
        row for row in second.records(STREAM) if row["report_id"] == begun["reportId"]
    ]

    assert begun["createdTime"].replace("+00:00", "Z") == first.bookmark(STREAM)
    assert _row(begun) == seen
    assert "DONE" == seen["processing_status"]
    assert extended(clock.now()).replace("+00:00", "Z") == second.bookmark(STREAM)


def test_all_common_types_cost_seven_calls(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """The types in common use are listed ten at a time, within the burst."""
    sync(amazon.settings(), clock=clock, only=[STREAM])
    types = [
        dict(seen.query)["reportTypes"].split(",")
        for seen in amazon.seen
        if seen.operation == "getReports" and "nextToken" not in dict(seen.query)
    ]

    assert 7 == len(types)
    assert {10} == {len(ten) for ten in types[:-1]}
    assert 0 == sum(clock.sleeps)


def test_only_the_configured_types_are_listed(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """A type can be named by itself or as an object, and twice is once."""
    chosen = [LISTINGS, {"report_type": LISTINGS, "name": "mine"}]
    config = {**amazon.settings(), "sp_report_types": chosen}
    output = sync(config, clock=clock, only=[STREAM])
    held = [
        _row(report)
        for report in amazon.selling_partner.reports
        if report["reportType"] == LISTINGS
    ]

    assert _by_id(held) == _by_id(output.records(STREAM))
    assert [LISTINGS] == [
        dict(seen.query)["reportTypes"]
        for seen in amazon.seen
        if seen.operation == "getReports"
    ]


def test_more_than_a_page_of_reports_arrives(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """Pages are followed to the last one."""
    for _ in range(230):
        amazon.selling_partner.add_report(
            LISTINGS, created=clock.now(), outcome=Outcome("DONE")
        )
    config = {**amazon.settings(), "sp_report_types": [LISTINGS]}
    output = sync(config, clock=clock, only=[STREAM])
    pages = [seen for seen in amazon.seen if seen.operation == "getReports"]

    assert 230 < len(output.records(STREAM)) == len(output.rows())
    assert 3 == len(pages)
    assert [["nextToken"], ["nextToken"]] == [
        [name for name, _ in page.query] for page in pages[1:]
    ]
    assert [] == amazon.refused


def test_what_no_column_takes_is_kept(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """A field that is new, and a value that does not fit, are in `_extra` as text.

    A lone value where there should be a list is a list of one.
    """
    report = amazon.selling_partner.add_report(
        LISTINGS,
        created=clock.now(),
        outcome=Outcome("DONE"),
        marketplaceIds="not a list",
        somethingNew={"a": 1.50},
    )
    report["dataStartTime"] = 20261101
    config = {**amazon.settings(), "sp_report_types": [LISTINGS]}
    output = sync(config, clock=clock, only=[STREAM])
    row = output.rows()[STREAM, report["reportId"]]

    assert ["not a list"] == row["marketplace_ids"]
    assert row["data_start_time"] is None
    assert "20261101" == row["_extra"]["dataStartTime"]
    assert "1.5" in row["_extra"]["somethingNew.a"]
    assert 0 == output.status


def test_a_type_that_is_added_is_listed_from_the_start(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """Its older reports arrive with the next run, and those of the others once."""
    config = {**amazon.settings(), "sp_report_types": [LISTINGS]}
    first = sync(config, clock=clock, only=[STREAM])
    both = {**config, "sp_report_types": [LISTINGS, RETURNS]}
    clock.advance(hours=5)
    second = sync(both, clock=clock, only=[STREAM], state=first.state)
    truth = {
        key
        for key, row in sync(both, clock=clock, only=[STREAM]).rows().items()
        if row["report_type"] == RETURNS
    }
    clock.advance(hours=5)
    third = sync(both, clock=clock, only=[STREAM], state=second.state)

    assert len(truth) > 1
    assert truth <= second.rows().keys()
    assert len(second.rows()) < len(truth) + len(first.rows()) / 2
    assert not truth & third.rows().keys()


def test_a_state_without_types_is_read_as_before(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """An older version did not say what it had listed: no type is taken for new."""
    config = {**amazon.settings(), "sp_report_types": [LISTINGS]}
    first = sync(config, clock=clock, only=[STREAM])
    state = deepcopy(first.state)
    del state["bookmarks"][STREAM]["report_types"]
    clock.advance(hours=5)
    second = sync(config, clock=clock, only=[STREAM], state=state)

    assert len(second.rows()) < len(first.rows()) / 2
    assert [LISTINGS] == second.state["bookmarks"][STREAM]["report_types"]
