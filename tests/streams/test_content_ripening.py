"""Rows go out as reports ripen, and what is not ripe in time is a failure or left."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.clock import NOON
from tests.local_amazon import BySeconds
from tests.report_types import ORDERS, PLANNING, RETURNS

if TYPE_CHECKING:
    from tests.streams.content_runs import ContentRuns
    from tests.tap_run import Output

SLOW_STREAM = "sp_fba_inventory_planning_data"
QUICK_STREAM = "sp_flat_file_returns_data_by_return_date"
ORDERS_STREAM = "sp_flat_file_all_orders_data_by_last_update_general"
HOUR = 3600
UNTIL: dict[str, Any] = {"start_date": "2026-11-10", "end_date": "2026-11-20"}


def _left_over(content: ContentRuns, report_type: str) -> None:
    """Have the next report of a type take longer than a run waits."""
    ripenings = content.amazon.selling_partner.ripenings
    ripenings[report_type] += [BySeconds(0, 3 * HOUR)]


def _kinds(output: Output) -> list[str]:
    """Return the streams of the RECORD messages, without repetitions in a row."""
    kinds: list[str] = []
    for message in output.messages:
        if message["type"] == "RECORD" and message["stream"] not in kinds[-1:]:
            kinds.append(message["stream"])
    return kinds


def test_a_slow_report_holds_up_no_other_stream(content: ContentRuns) -> None:
    """The first stream by name takes an hour; the rows of the others do not wait."""
    slow = content.amazon.selling_partner.ripenings[PLANNING]
    slow.append(BySeconds(0, HOUR))
    output = content.read(PLANNING, RETURNS, ORDERS, **UNTIL)
    opened = [seen.at for seen in content.seen("getReportDocument")]
    first, *_, last = sorted(opened)

    assert 0 == output.status
    *others, slowest = _kinds(output)
    assert {ORDERS_STREAM, QUICK_STREAM} == set(others)
    assert SLOW_STREAM == slowest
    assert first - NOON < timedelta(minutes=3)
    assert last - NOON >= timedelta(hours=1)


def test_each_state_is_true_while_streams_take_turns(content: ContentRuns) -> None:
    """No bookmark is ahead of the rows, whichever stream was read in between."""
    entries: list[Any] = [
        {"report_type": one, "window_days": 2} for one in (RETURNS, ORDERS)
    ]
    output = content.read(*entries, **UNTIL)
    read: dict[str, str] = {}
    turns = 0
    for message in output.messages:
        if message["type"] == "RECORD":
            read[message["stream"]] = message["record"]["data_end_time"]
        elif message["type"] == "STATE":
            for stream, found in message["value"]["bookmarks"].items():
                mark = found["partitions"][0].get("replication_key_value", "")
                turns += bool(mark)
                assert not mark or read[stream] >= mark

    assert 5 < len(_kinds(output))
    assert 5 < turns


def test_what_is_not_done_in_time_is_a_failure(content: ContentRuns) -> None:
    """By default a run that read less than it wanted says so by its exit status."""
    _left_over(content, RETURNS)
    output = content.read(RETURNS, report_timeout=600, **UNTIL)

    assert 1 == output.status
    assert "after report_timeout (" in content.failure


def test_what_is_not_done_in_time_can_be_left(content: ContentRuns) -> None:
    """`when_not_done: leave` ends with success, and the next run reads that report."""
    _left_over(content, RETURNS)
    more: dict[str, Any] = {"when_not_done": "leave", "report_timeout": 600}
    first = content.read(RETURNS, PLANNING, **UNTIL, **more)

    assert 0 == first.status
    assert first.records(SLOW_STREAM)
    assert not first.records(QUICK_STREAM)
    assert "after report_timeout (" in content.warnings
    assert "replication_key_value" not in str(first.state["bookmarks"][QUICK_STREAM])

    content.clock.advance(hours=3)
    created = len(content.seen("createReport"))
    second = content.read(RETURNS, state=first.state, **UNTIL, **more)
    assert 0 == second.status
    assert second.records(QUICK_STREAM)
    assert created == len(content.seen("createReport"))


def test_a_young_snapshot_that_was_read_is_not_read_again(content: ContentRuns) -> None:
    """Four runs within its freshness read it once, and the log says why."""
    output = content.read(PLANNING)
    for _ in range(3):
        content.clock.advance(hours=1)
        output = content.read(PLANNING, state=output.state)
        assert (0, []) == (output.status, output.records(SLOW_STREAM))

    assert 1 == len(content.seen("createReport"))
    assert 1 == len(content.seen("getReportDocument"))
    assert "is not read again" in content.caplog.text
    content.clock.advance(hours=2)
    assert content.read(PLANNING, state=output.state).records(SLOW_STREAM)


def test_a_table_that_is_replaced_gets_its_snapshot_again(content: ContentRuns) -> None:
    """The target drops rows that do not come again, so they come, for no new report."""
    more: dict[str, Any] = {"emit_activate_version_messages": True}
    first = content.read(PLANNING, **more)
    content.clock.advance(hours=1)
    second = content.read(PLANNING, state=first.state, **more)

    assert len(first.records(SLOW_STREAM)) == len(second.records(SLOW_STREAM)) > 0
    assert 1 == len(content.seen("createReport"))


def test_a_clock_that_is_ahead_of_amazons(content: ContentRuns) -> None:
    """What was created for this very window is read, though it seems made before."""
    content.amazon.selling_partner.ripening = BySeconds(0, 2 * HOUR)
    first = content.read(RETURNS, start_date="2026-11-15", report_timeout=600)
    (report,) = content.reports(RETURNS)
    made = report["createdTime"]
    report["createdTime"] = "2026-11-21T11:59:58+00:00"
    content.clock.advance(hours=2)
    second = content.read(RETURNS, state=first.state, start_date="2026-11-15")

    assert made > report["createdTime"]
    assert 0 == second.status
    windows = {one["dataStartTime"] for one in content.reports(RETURNS)}
    assert len(windows) == len(content.reports(RETURNS))
    assert second.records(QUICK_STREAM)
