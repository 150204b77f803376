"""Runs with a scheduler: what they ask of Amazon, what they adopt, what they tell."""

from __future__ import annotations

import io
import json
import logging
import re
from copy import deepcopy
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tap_amazon_reports.documents.download import MemoryBudget
from tap_amazon_reports.reports import document_reader
from tap_amazon_reports.reports.progress import Progress
from tests.clock import NOON
from tests.local_amazon import BySeconds, LocalAmazon, Outcome, Status
from tests.local_amazon.quota import UsagePlan
from tests.report_types import LISTINGS, PLANNING, RETURNS, SETTLEMENT
from tests.streams.content_runs import US, ContentRuns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.clock import ScriptedClock
    from tests.tap_run import Output

SALES = {"report_type": "GET_SALES_AND_TRAFFIC_REPORT"}
SALES_STREAM = "sp_sales_and_traffic_report_by_date"
RETURNS_STREAM = "sp_flat_file_returns_data_by_return_date"
DAYS_OF_RETURNS = {"report_type": RETURNS, "window_days": 1}


@pytest.fixture(name="runs")
def _runs(
    clock: ScriptedClock, caplog: pytest.LogCaptureFixture
) -> Iterator[ContentRuns]:
    """Yield runs against an Amazon that holds no reports yet."""
    caplog.set_level(logging.INFO)
    with LocalAmazon(clock=clock, populate=False) as amazon:
        yield ContentRuns(amazon, clock, caplog)


def _count(runs: ContentRuns, operation: str) -> int:
    return len(runs.seen(operation))


def _lines(runs: ContentRuns, start: str) -> list[str]:
    lines = (record.getMessage() for record in runs.caplog.records)
    return [line for line in lines if re.match(start, line)]


# Quotas


def test_each_report_costs_one_of_each_call(runs: ContentRuns) -> None:
    """Several types at once: one createReport and one getReportDocument a report."""
    output = runs.read(SALES, LISTINGS, DAYS_OF_RETURNS)
    made = len(runs.amazon.selling_partner.reports)

    assert 0 == output.status
    assert made > 30
    assert _count(runs, "createReport") == made
    assert _count(runs, "getReportDocument") == made
    assert [] == runs.amazon.throttled


def test_a_run_takes_hardly_longer_than_the_plan_allows(runs: ContentRuns) -> None:
    """The last report is asked for when the quota allows it, and then only ripens."""
    runs.read(SALES, DAYS_OF_RETURNS)
    made = len(runs.amazon.selling_partner.reports)
    least_seconds = (made - 15) / 0.0167

    assert runs.clock.monotonic() <= 1.1 * least_seconds


def test_a_quota_that_is_larger_than_published_is_used(runs: ContentRuns) -> None:
    """What Amazon tells of the account's own plan is believed while the run goes on."""
    for operation in ("createReport", "getReportDocument"):
        runs.amazon.quotas.change(operation, UsagePlan(0.5, 15))
    runs.read(SALES, DAYS_OF_RETURNS)
    made = len(runs.amazon.selling_partner.reports)

    assert runs.clock.monotonic() <= 1.1 * (made - 15) / 0.5 + 60
    assert [] == runs.amazon.throttled


def test_a_storm_of_429_costs_time_and_nothing_else(runs: ContentRuns) -> None:
    """Each report is made once, every row arrives, and the run succeeds."""
    runs.amazon.faults.add("createReport", Status(429), times=8)
    runs.amazon.faults.add("getReport", Status(429), times=5)
    runs.amazon.faults.add("getReportDocument", Status(429), times=3)
    output = runs.read(SALES, LISTINGS, start_date="2026-11-14")
    made = [report["reportId"] for report in runs.amazon.selling_partner.reports]
    read = {row["report_id"] for row in output.records(SALES_STREAM)}

    assert 0 == output.status
    assert {} == runs.amazon.faults.pending
    assert len(made) == len(set(made)) == len(read) + 1


def test_a_throttled_type_fails_alone(runs: ContentRuns) -> None:
    """The failure names operation and type; the other stream is complete."""
    runs.amazon.faults.add(
        "createReport",
        Status(429),
        times=10_000,
        when=lambda request: RETURNS.encode() in request.body,
    )
    output = runs.read(LISTINGS, DAYS_OF_RETURNS, report_timeout=3600)

    assert 1 == output.status
    assert "createReport" in runs.failure
    assert RETURNS in runs.failure
    assert output.records("sp_merchant_listings_all_data")


def test_a_document_that_is_waited_for_is_not_held(
    runs: ContentRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One too large to be checked first is read as it comes, from one connection."""
    monkeypatch.setattr(document_reader, "CHECKED_BYTES", 0)
    held: list[int] = []

    def take(_budget: MemoryBudget, count: int) -> None:
        held.append(count)

    monkeypatch.setattr(MemoryBudget, "take", take)
    output = runs.read(LISTINGS)

    assert output.records("sp_merchant_listings_all_data")
    assert [] == held


def test_collected_reports_are_fetched_while_others_ripen(runs: ContentRuns) -> None:
    """What is there already does not wait for what has to be made."""
    for days in range(1, 6):
        runs.amazon.selling_partner.add_report(
            SETTLEMENT,
            created=NOON - timedelta(days=days),
            outcome=Outcome("DONE"),
            marketplaceIds=[US],
        )
    runs.read(LISTINGS, SETTLEMENT)
    operations = [seen.operation for seen in runs.amazon.seen]
    first_look = operations.index("getReport")

    assert 5 == operations[:first_look].count("getReportDocument")
    assert 6 == operations.count("getReportDocument")


# Resuming


def _cut_off(runs: ContentRuns, *entries: Any, **more: Any) -> Output:
    """Run until nothing is done within `report_timeout`."""
    runs.amazon.selling_partner.ripening = BySeconds(0, 1200)
    output = runs.read(*entries, report_timeout=600, **more)
    runs.amazon.selling_partner.ripening = BySeconds()
    assert 1 == output.status
    return output


def _partition(state: dict[str, Any], stream: str = RETURNS_STREAM) -> dict[str, Any]:
    (partition,) = state["bookmarks"][stream]["partitions"]
    found: dict[str, Any] = partition
    return found


DAY_OF_RETURNS = {**DAYS_OF_RETURNS, "start_date": "2026-11-15"}
UNTIL: dict[str, Any] = {"end_date": "2026-11-20"}


def test_what_was_asked_for_is_adopted_by_state(runs: ContentRuns) -> None:
    """The next run asks for nothing, and reads all."""
    cut_off = _cut_off(runs, DAY_OF_RETURNS, **UNTIL)
    asked = _count(runs, "createReport")
    runs.clock.advance(hours=1)
    output = runs.read(DAY_OF_RETURNS, state=cut_off.state, **UNTIL)

    assert 0 == output.status
    assert _count(runs, "createReport") == asked
    assert "created" not in _partition(output.state)


def test_what_was_asked_for_is_adopted_by_listing(runs: ContentRuns) -> None:
    """Also when the state was lost: a type without options is found by one call."""
    _cut_off(runs, DAY_OF_RETURNS, **UNTIL)
    asked = _count(runs, "createReport")
    runs.clock.advance(hours=1)
    output = runs.read(DAY_OF_RETURNS, **UNTIL)

    assert 0 == output.status
    assert _count(runs, "createReport") == asked


def test_with_other_options_it_is_another_report(runs: ContentRuns) -> None:
    """A report asked for with other options is not adopted, and is forgotten."""
    cut_off = _cut_off(runs, SALES, start_date="2026-11-15", **UNTIL)
    asked = _count(runs, "createReport")
    runs.clock.advance(hours=1)
    by_sku = {**SALES, "report_options": {"asinGranularity": "SKU"}}
    output = runs.read(by_sku, state=cut_off.state, start_date="2026-11-15", **UNTIL)

    assert 0 == output.status
    assert _count(runs, "createReport") == 2 * asked
    assert "created" not in _partition(output.state, SALES_STREAM)


def test_what_is_too_old_is_not_adopted(runs: ContentRuns) -> None:
    """A report of last week does not know what Amazon has restated since."""
    cut_off = _cut_off(runs, DAY_OF_RETURNS, **UNTIL)
    asked = _count(runs, "createReport")
    runs.clock.advance(days=8)
    output = runs.read(DAY_OF_RETURNS, state=cut_off.state, **UNTIL)

    assert 0 == output.status
    assert _count(runs, "createReport") == 2 * asked


def test_what_has_failed_is_not_adopted(runs: ContentRuns) -> None:
    """A report that ended badly, seen or unseen, is asked for anew by the next run."""
    runs.amazon.selling_partner.outcomes[RETURNS] = [Outcome("FATAL")]
    failed = runs.read(DAY_OF_RETURNS, **UNTIL)
    assert 1 == failed.status
    asked = _count(runs, "createReport")
    output = runs.read(DAY_OF_RETURNS, state=failed.state, **UNTIL)

    assert 0 == output.status
    assert _count(runs, "createReport") == asked + 1


def test_what_has_failed_unseen_is_not_adopted(runs: ContentRuns) -> None:
    """State remembers it as asked for; a look shows that it is of no use."""
    runs.amazon.selling_partner.outcomes[RETURNS] = [Outcome("FATAL")]
    cut_off = _cut_off(runs, DAY_OF_RETURNS, **UNTIL)
    asked = _count(runs, "createReport")
    runs.clock.advance(hours=1)
    output = runs.read(DAY_OF_RETURNS, state=cut_off.state, **UNTIL)

    assert 0 == output.status
    assert _count(runs, "createReport") == asked + 1


def test_a_report_whose_document_is_gone_is_asked_for_anew(runs: ContentRuns) -> None:
    """Amazon keeps the report longer than its document."""
    cut_off = _cut_off(runs, DAY_OF_RETURNS, **UNTIL)
    asked = _count(runs, "createReport")
    runs.clock.advance(hours=1)
    runs.amazon.faults.add("getReportDocument", Status(404), times=1)
    output = runs.read(DAY_OF_RETURNS, state=cut_off.state, **UNTIL)

    assert 0 == output.status
    assert _count(runs, "createReport") == asked + 1
    assert "creating another" in runs.warnings


def test_the_state_of_an_unfinished_run_changes_nothing_but_itself(
    runs: ContentRuns,
) -> None:
    """Reading a state twice gives the same rows twice."""
    cut_off = _cut_off(runs, DAY_OF_RETURNS, **UNTIL)
    runs.clock.advance(hours=1)
    state = deepcopy(cut_off.state)
    first = runs.read(DAY_OF_RETURNS, state=state, **UNTIL)
    second = runs.read(DAY_OF_RETURNS, state=cut_off.state, **UNTIL)

    assert first.records(RETURNS_STREAM) == second.records(RETURNS_STREAM)


# What is told


def test_a_run_says_at_its_start_what_it_will_do(runs: ContentRuns) -> None:
    """Streams, windows and their span, what to ask for, what is adopted, the end."""
    runs.amazon.selling_partner.ask(PLANNING, marketplaceIds=[US])
    runs.read(PLANNING, SALES, start_date="2026-11-01", end_date="2026-11-19")
    (line,) = _lines(runs, "reports for")

    assert re.fullmatch(
        r"reports for 3 streams: (\d+) windows from 2026-11-01 to 2026-11-1\d, (\d+) to"
        r" create, 1 adopted; by the quotas the end is at 2026-11-21 \d\d:\d\d:\d\dZ at"
        r" the earliest, plus the time that Amazon takes to make them",
        line,
    )


def test_the_earliest_end_is_not_missed_by_much(runs: ContentRuns) -> None:
    """What is told at the start is when it ends, but for what Amazon takes."""
    runs.read(LISTINGS, DAYS_OF_RETURNS)
    (line,) = _lines(runs, "reports for")
    told = re.search(r"the end is at \S+ (\d\d):(\d\d):(\d\d)Z", line)
    assert told
    hours, minutes, seconds = map(int, told.groups())
    least_seconds = (hours - 12) * 3600 + minutes * 60 + seconds

    assert least_seconds <= runs.clock.monotonic() <= least_seconds + 120


def test_a_run_says_at_its_end_what_it_took(runs: ContentRuns) -> None:
    """For each stream, and for each operation."""
    runs.amazon.faults.add("createReport", Status(429))
    runs.read(LISTINGS)
    (stream,) = _lines(runs, "sp_merchant_listings_all_data: ")
    (created,) = _lines(runs, "createReport: ")

    assert re.fullmatch(
        r"sp_merchant_listings_all_data: \d+ records; 1 window, 1 report created, 0"
        r" adopted, 1 read, 0 of them empty, \d+ bytes, 9\d\.\d s waiting for"
        r" Amazon, 0\.0 s working; the next run reads all of it again",
        stream,
    )
    assert "createReport: 2 calls, 1 of them throttled (429)" == created


def test_the_same_is_told_as_metrics(runs: ContentRuns) -> None:
    """In the SDK's own form, for whoever collects them."""
    runs.amazon.faults.add("createReport", Status(429))
    runs.read(LISTINGS)
    points = [json.loads(line[len("METRIC: ") :]) for line in _lines(runs, "METRIC: ")]
    told = {
        (point["tags"]["endpoint"], point["tags"]["http_status_code"]): point["value"]
        for point in points
        if point["metric"] == "http_request_count"
    }
    waits = [point for point in points if point["tags"].get("job_type") == "wait"]

    assert 1 == told["createReport", "429"]
    assert 1 == told["createReport", "other"]
    assert [True] == [90 <= point["value"] <= 120 for point in waits]


def test_the_log_is_not_flooded(runs: ContentRuns) -> None:
    """However long it takes: a few lines a report, and one each half minute."""
    runs.amazon.selling_partner.ripening = BySeconds(60, 3000)
    runs.read(DAY_OF_RETURNS, **UNTIL)
    own = [
        record
        for record in runs.caplog.records
        if record.name.startswith("tap_amazon_reports")
    ]

    assert len(own) <= 20 + 5 * 6 + runs.clock.monotonic() / 25


# On a terminal


class Terminal(io.StringIO):
    """What a terminal would show."""

    def isatty(self) -> bool:
        """Say that somebody watches."""
        return True


def test_a_terminal_shows_a_bar() -> None:
    """How many reports are read, of how many; it goes away at the end."""
    terminal = Terminal()
    progress = Progress(terminal)
    progress.grow(1)
    progress.grow(2)
    progress.step()
    progress.close()

    assert "0/3" in terminal.getvalue()
    assert "reports" in terminal.getvalue()


def test_the_bar_ends_with_the_last_report() -> None:
    """Later steps, and a second end, do nothing."""
    terminal = Terminal()
    progress = Progress(terminal)
    progress.grow(1)
    progress.step()
    shown = terminal.getvalue()
    progress.step()
    progress.close()

    assert shown.endswith("\r")
    assert terminal.getvalue() == shown


def test_elsewhere_there_is_no_bar() -> None:
    """A file or a pipe gets lines of the log, and nothing else."""
    pipe = io.StringIO()
    progress = Progress(pipe)
    progress.grow(3)
    progress.step()
    progress.close()

    assert "" == pipe.getvalue()
