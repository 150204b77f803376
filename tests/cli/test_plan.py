"""`amazon-reports plan`: what the next run would do, and nothing is asked."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.tap_run import sync

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.cli.running import Commands

TRAFFIC = "GET_SALES_AND_TRAFFIC_REPORT"
RETURNS_STREAM = "sp_fba_fulfillment_customer_returns_data"
RETURNS = "GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA"
STOCK = "GET_FBA_MYI_ALL_INVENTORY_DATA"
SETTLEMENTS = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2"


def _settings(*entries: object, **more: object) -> dict[str, object]:
    return {
        "start_date": "2026-10-01",
        "sp_marketplaces": ["US", "CA"],
        "sp_report_types": list(entries),
        **more,
    }


def _plan(
    amazon_reports: Commands, settings: Mapping[str, object], *words: str
) -> dict[str, Any]:
    called = amazon_reports("plan", "--json", *words, settings=settings)
    assert 0 == called.status, called.err
    plan: dict[str, Any] = called.json
    return plan


def test_a_plan_asks_for_nothing(amazon_reports: Commands, tmp_path: Path) -> None:
    """No request leaves the machine, however it is shown."""
    settings = _settings(TRAFFIC, RETURNS)
    _plan(amazon_reports, settings)
    page = ("--html", str(tmp_path / "plan.html"))
    assert 0 == amazon_reports("plan", *page, settings=settings).status

    assert [] == amazon_reports.amazon.seen
    assert 0 == amazon_reports.amazon.connections
    assert [] == amazon_reports.clock.sleeps


def test_a_plan_is_what_the_run_does(amazon_reports: Commands) -> None:
    """The run creates the very reports that were planned, with the same dates."""
    settings = _settings(RETURNS, STOCK)
    plan = _plan(amazon_reports, settings)
    planned = {
        report["start"] and report["start"][:10]
        for row in plan["streams"]
        for report in row["reports"]
    }
    config = {**amazon_reports.amazon.settings(), **settings}
    streams = [row["streams"][0] for row in plan["streams"]]
    output = sync(config, clock=amazon_reports.clock, only=set(streams))
    asked = [
        json.loads(one.body)
        for one in amazon_reports.amazon.seen
        if one.operation == "createReport"
    ]

    assert 0 == output.status
    assert len(asked) == plan["to_create"]
    assert {body.get("dataStartTime", "")[:10] or None for body in asked} == planned


def test_a_state_is_resumed(amazon_reports: Commands, tmp_path: Path) -> None:
    """With the last state only what is new is planned; Meltano's form is taken too."""
    settings = _settings(RETURNS)
    before = _plan(amazon_reports, settings)
    streams = {name for row in before["streams"] for name in row["streams"]}
    config = {**amazon_reports.amazon.settings(), **settings}
    output = sync(config, clock=amazon_reports.clock, only=streams)
    amazon_reports.clock.advance(days=1)
    path = tmp_path / "state.json"
    found = []
    for state in (output.state, {"singer_state": output.state}):
        path.write_text(json.dumps(state), encoding="utf-8")
        found.append(_plan(amazon_reports, settings, "--state", str(path)))
    first = min(
        report["start"] for row in before["streams"] for report in row["reports"]
    )
    resumed = min(
        report["start"] for row in found[0]["streams"] for report in row["reports"]
    )

    assert first < resumed
    assert found[0]["streams"] == found[1]["streams"]


def test_what_was_created_already_is_not_created_again(
    amazon_reports: Commands, tmp_path: Path
) -> None:
    """A report that the state remembers is counted as there."""
    settings = _settings(RETURNS, report_timeout=1)
    before = _plan(amazon_reports, settings)
    streams = {name for row in before["streams"] for name in row["streams"]}
    config = {**amazon_reports.amazon.settings(), **settings}
    output = sync(config, clock=amazon_reports.clock, only=streams)
    path = tmp_path / "state.json"
    path.write_text(json.dumps(output.state), encoding="utf-8")
    after = _plan(amazon_reports, settings, "--state", str(path))

    assert before["to_create"] > after["to_create"]
    assert any(
        report["exists"] for row in after["streams"] for report in row["reports"]
    )


def test_a_limited_type_takes_as_long_as_it_takes(amazon_reports: Commands) -> None:
    """A backfill of sales and traffic is told to take days before it is begun."""
    settings = _settings(TRAFFIC, RETURNS, start_date="2026-06-01")
    plan = _plan(amazon_reports, settings)
    rows = {(row["report_type"], row["marketplace"]): row for row in plan["streams"]}
    reports = len(rows[TRAFFIC, "US"]["reports"])

    assert reports > 150
    assert "4 an hour" in rows[TRAFFIC, "US"]["quota"]
    # Two marketplaces share four an hour.
    days = 2 * reports / 4 / 24
    assert f"2026-11-{21 + int(days):02}" <= rows[TRAFFIC, "CA"]["ends_at"][:10]
    fast = [row for (name, _), row in rows.items() if name == RETURNS]
    assert all("2026-11-21" == row["ends_at"][:10] for row in fast)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (TRAFFIC, "dateGranularity=MONTH would need"),
        (TRAFFIC, "each marketplace left out of `marketplaces` saves"),
        ({"report_type": RETURNS, "window_days": 2}, "without window_days there would"),
    ],
)
def test_what_would_make_it_shorter_is_told(
    amazon_reports: Commands, entry: object, said: str
) -> None:
    """A coarser period, fewer marketplaces, longer windows: each with its numbers."""
    plan = _plan(amazon_reports, _settings(entry))

    assert [hint for hint in plan["shorter"] if said in hint]


def test_a_start_date_is_tried(amazon_reports: Commands) -> None:
    """A backfill can be planned before the setting is changed."""
    settings = _settings(RETURNS)
    later = _plan(amazon_reports, settings)
    earlier = _plan(amazon_reports, settings, "--start-date", "2026-01-01")

    assert later["to_create"] < earlier["to_create"]


def test_reports_that_come_by_themselves_are_not_counted(
    amazon_reports: Commands,
) -> None:
    """Nobody can know without asking, and the plan says so."""
    called = amazon_reports("plan", settings=_settings(SETTLEMENTS))

    assert 0 == called.status
    assert "its reports are collected: the run creates none" in called.out
    assert "0 reports to create" in called.out


def test_people_see_streams_and_the_end(amazon_reports: Commands) -> None:
    """Each stream is a line, and the end is told with what comes on top."""
    called = amazon_reports("plan", settings=_settings(RETURNS, STOCK))

    assert "sp_fba_fulfillment_customer_returns_data" in called.out
    assert "2026-10-01 to " in called.out
    assert "UTC at the earliest, plus the time that Amazon takes" in called.out


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("no json", "the file is not JSON"),
        ("[]", "must contain one JSON object"),
        ('{"bookmarks": 1}', "the file has no `bookmarks`"),
    ],
)
def test_a_state_that_is_none_is_refused(
    amazon_reports: Commands, tmp_path: Path, content: str, said: str
) -> None:
    """A plan from a wrong file would be a plan of something else."""
    path = tmp_path / "state.json"
    path.write_text(content, encoding="utf-8")
    called = amazon_reports("plan", "--state", str(path), settings=_settings(RETURNS))

    assert 1 == called.status
    assert said in called.err


def test_a_page_that_cannot_be_written_is_told(
    amazon_reports: Commands, tmp_path: Path
) -> None:
    """A folder that is not there: one line with the path."""
    path = tmp_path / "nosuch" / "plan.html"
    called = amazon_reports("plan", "--html", str(path), settings=_settings(RETURNS))

    assert 1 == called.status
    assert f"{path}: the file cannot be written: No such file" in called.err


@pytest.mark.parametrize("year", ["0001", "9999"])
def test_a_bookmark_out_of_the_years_is_refused(
    amazon_reports: Commands, tmp_path: Path, year: str
) -> None:
    """As the tap itself refuses it: no day before the first can be reckoned."""
    partition = {
        "context": {"marketplace_id": "na"},
        "replication_key_value": f"{year}-01-01T00:00:00Z",
    }
    state = {"bookmarks": {RETURNS_STREAM: {"partitions": [partition]}}}
    path = tmp_path / "state.json"
    path.write_text(json.dumps(state), encoding="utf-8")
    called = amazon_reports("plan", "--state", str(path), settings=_settings(RETURNS))

    assert 1 == called.status
    assert "--state: its entry for a bookmark cannot be read" in called.err


def test_without_report_types_there_is_nothing_to_plan(
    amazon_reports: Commands,
) -> None:
    """It says what to set, and fails."""
    called = amazon_reports("plan", settings=_settings())

    assert 1 == called.status
    assert "name report types in sp_report_types" in called.err


def test_the_page_draws_every_report_and_asks_for_nothing(
    amazon_reports: Commands, tmp_path: Path
) -> None:
    """One file: a bar and a dot for each report, no script, no address."""
    settings = _settings(TRAFFIC, RETURNS, STOCK, SETTLEMENTS)
    plan = _plan(amazon_reports, settings)
    path = tmp_path / "plan.html"
    amazon_reports("plan", "--html", str(path), settings=settings)
    text = path.read_text(encoding="utf-8")
    reports = sum(len(row["reports"]) for row in plan["streams"])

    assert reports == text.count("<rect ")
    assert reports == text.count("<circle ")
    assert not re.search(r"https?://|<script|<link|url\(|@import", text)
    for row in plan["streams"]:
        assert row["streams"][0][:40] in text
