"""A run that ended too early, and the next one: what was read is not asked for again.

Each report that is asked for costs Amazon's quota and minutes of waiting.
"""

from __future__ import annotations

import json
from collections import Counter
from copy import deepcopy
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.clock import NOON, ScriptedClock
from tests.local_amazon import Altered, ConnectionLost, LocalAmazon, Outcome, Status
from tests.report_types import ORDERS, PLANNING
from tests.streams.content_runs import ContentRuns

if TYPE_CHECKING:
    from tests.tap_run import Output

STREAM = "sp_flat_file_all_orders_data_by_last_update_general"
TWO_YEARS = {
    "report_type": ORDERS,
    "start_date": "2024-12-02",
    "window_days": 30,
    "lookback_days": 7,
}
SALES = "GET_SALES_AND_TRAFFIC_REPORT"
DAY = timedelta(days=1)
Window = tuple[str, str]


def _windows(content: ContentRuns) -> list[Window]:
    """Return the windows of orders that were asked for, in the order of asking."""
    return [
        (report["dataStartTime"], report["dataEndTime"])
        for report in content.reports(ORDERS)
    ]


def _partition(state: dict[str, Any]) -> dict[str, Any]:
    (partition,) = state["bookmarks"][STREAM]["partitions"]
    found: dict[str, Any] = partition
    return found


def _cut_after(output: Output, window: Window) -> dict[str, Any]:
    """Return the first state that says that `window` was read."""
    end = window[1].replace("+00:00", "Z")
    for state in output.states:
        if _partition(state).get("replication_key_value") == end:
            return deepcopy(state)
    raise AssertionError(window)


def test_a_backfill_that_was_killed_asks_for_exactly_the_rest(
    content: ContentRuns,
) -> None:
    """Two years of windows, five of them read: the next day it asks for the others.

    The look-back does not reach what was settled when it was read.
    """
    content.amazon.families.orders_at = NOON
    first = content.read(TWO_YEARS)
    whole = _windows(content)
    assert 24 == len(whole)
    state = _cut_after(first, whole[4])
    content.clock.advance(days=1)
    content.read(TWO_YEARS, state=state)
    again = _windows(content)[24:]
    kept = whole[5:-1]
    assert kept == again[: len(kept)]
    assert whole[-1][0] == again[len(kept)][0]
    # The newest has no orders, and is asked for once more before that is believed.
    assert len(kept) + 2 == len(set(again))


def test_a_backfill_that_goes_on_at_once_asks_for_nothing_twice(
    content: ContentRuns,
) -> None:
    """What the killed run had asked for is adopted; the two cost one run together."""
    content.amazon.families.orders_at = NOON
    first = content.read(TWO_YEARS, end_date="2026-11-20")
    whole = _windows(content)
    state = _cut_after(first, whole[4])
    second = content.read(TWO_YEARS, state=state, end_date="2026-11-20")
    assert whole == _windows(content)
    assert 24 == len(content.seen("createReport"))
    read = {row["data_start_time"][:10] for row in second.records(STREAM)}
    assert {start[:10] for start, _ in whole[5:]} == read


def test_the_look_back_starts_when_the_newest_report_was_made(
    content: ContentRuns,
) -> None:
    """A run that was not cut off: the next one reads the last days again, as set."""
    content.amazon.families.orders_at = NOON
    first = content.read(TWO_YEARS)
    assert "2026-11-21T12:00:00Z" == _partition(first.state)["read_at"]
    for days, lookback_days, start in ((1, 7, "2026-11-14"), (2, 45, "2026-10-07")):
        entry = {**TWO_YEARS, "lookback_days": lookback_days}
        content.amazon.selling_partner.reports.clear()
        content.clock.advance(days=days)
        content.read(entry, state=first.state)
        assert start == _windows(content)[0][0][:10]


def test_a_look_back_that_was_cut_off_is_begun_anew(content: ContentRuns) -> None:
    """What it did not come to is as old as before, and is read by the next run."""
    entry = {**TWO_YEARS, "start_date": "2026-11-01", "window_days": 1}
    content.amazon.families.orders_at = NOON
    first = content.read(entry)
    before = _partition(first.state)
    content.clock.advance(days=5)
    second = content.read(entry, state=first.state)
    mark = before["replication_key_value"]
    begun = [
        one for one in second.states if _partition(one)["replication_key_value"] == mark
    ][-1]
    assert before["read_at"] == _partition(begun)["read_at"]
    content.amazon.selling_partner.reports.clear()
    content.clock.advance(days=1)
    content.read(entry, state=begun)
    assert "2026-11-14" == _windows(content)[0][0][:10]


def test_a_state_that_does_not_say_when_it_was_read(content: ContentRuns) -> None:
    """A state of an older version is read as that version read it."""
    content.amazon.families.orders_at = NOON
    entry = {**TWO_YEARS, "start_date": "2026-08-01"}
    first = content.read(entry)
    whole = _windows(content)
    state = _cut_after(first, whole[1])
    partition = _partition(state)
    del partition["read_at"]
    content.amazon.selling_partner.reports.clear()
    content.clock.advance(days=1)
    content.read(entry, state=state)
    start = _moment(whole[1][1]) - timedelta(days=7)
    assert f"{start:%Y-%m-%d}" == _windows(content)[0][0][:10]


def test_each_of_two_tables_of_one_report_knows_when_it_was_read(
    content: ContentRuns,
) -> None:
    """A table that is added later is read from the start, and spoils no other's state.

    Cut off meanwhile, it goes on where it was.
    """
    entry = {
        "report_type": SALES,
        "report_options": {"asinGranularity": "SKU"},
        "start_date": "2026-10-01",
    }
    old, new = f"sp_{SALES[4:].lower()}_by_date", f"sp_{SALES[4:].lower()}_by_asin"
    first = content.read(entry, only=[old])
    (done,) = first.state["bookmarks"][old]["partitions"]
    content.clock.advance(days=1)
    second = content.read(entry, only=[old, new], state=first.state)
    told = [
        {
            name: state["bookmarks"][name]["partitions"][0]
            for name in (old, new)
            if state["bookmarks"].get(name, {}).get("partitions")
        }
        for state in second.states
    ]
    meanwhile = [
        one
        for one in told
        if one.get(new, {}).get("replication_key_value", "9")
        < done["replication_key_value"]
    ]
    assert meanwhile
    assert {done["read_at"]} == {one[old]["read_at"] for one in meanwhile}
    assert done["read_at"] < min(one[new]["read_at"] for one in meanwhile)
    assert done["read_at"] < told[-1][old]["read_at"]
    asked = len(content.reports(SALES))
    content.clock.advance(days=1)
    state = second.states[told.index(meanwhile[9])]
    content.read(entry, only=[old, new], state=state)
    starts = [one["dataStartTime"][:10] for one in content.reports(SALES)[asked:]]
    assert meanwhile[9][new]["replication_key_value"][:10] == min(starts)


@settings(
    deadline=None,
    max_examples=10,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(
        st.tuples(
            st.integers(min_value=0, max_value=200),
            st.integers(min_value=0, max_value=80),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_wherever_runs_end_what_may_change_is_read_again_and_no_more(
    caplog: pytest.LogCaptureFixture, cuts: list[tuple[int, int]]
) -> None:
    """Each day is read a look-back after it was over, and windows long past once."""
    clock = ScriptedClock()
    with LocalAmazon(clock=clock, populate=False) as amazon:
        _read_in_pieces(ContentRuns(amazon, clock, caplog), cuts)


def _read_in_pieces(content: ContentRuns, cuts: list[tuple[int, int]]) -> None:
    """Read in runs that are cut after so many STATE lines and lie so many hours apart.

    The last two runs are not cut.
    """
    entry = {**TWO_YEARS, "start_date": "2026-08-01", "window_days": 10}
    state: dict[str, Any] = {}
    reads: Counter[Window] = Counter()
    last: dict[str, str] = {}
    for cut, hours in [*cuts, (10_000, 24)]:
        content.amazon.families.orders_at = content.clock.now()
        output = content.read(entry, state=deepcopy(state) or None)
        upto = _boundary(output, cut)
        for window, made in _reads(content, output, upto).items():
            reads[window] += 1
            for day in _days(window):
                last[day] = max(made, last.get(day, ""))
        states = [one["value"] for one in output.messages[:upto] if "value" in one]
        state = states[-1] if states else state
        content.clock.advance(hours=hours)
    once = [window for window in reads if _moment(window[1]) <= NOON - 8 * DAY]
    assert {1} == {reads[window] for window in once}
    assert len({start for start, _ in once}) == len(once) >= 10
    content.amazon.selling_partner.reports.clear()
    content.read(entry, state=state)
    again = _windows(content)[0][0][:10]
    assert again <= max(last)
    assert _days(("2026-08-01", max(last) + "T23")) == sorted(last)
    for day, made in last.items():
        is_settled = _moment(made) >= _moment(f"{day}T00:00:00Z") + 8 * DAY
        assert is_settled or day >= again


def _boundary(output: Output, cut: int) -> int:
    """Return how many messages were written before the `cut`th STATE was over."""
    places = [
        number + 1
        for number, message in enumerate(output.messages)
        if message["type"] == "STATE"
    ]
    return places[cut] if cut < len(places) else len(output.messages)


def _reads(content: ContentRuns, output: Output, upto: int) -> dict[Window, str]:
    """Return the windows that were read, and when their reports were made."""
    known = {report["reportId"]: report for report in content.reports(ORDERS)}
    ids = {
        message["record"]["report_id"]
        for message in output.messages[:upto]
        if message["type"] == "RECORD"
    }
    reports = [known[report_id] for report_id in ids]
    return {
        (report["dataStartTime"], report["dataEndTime"]): report["createdTime"]
        for report in reports
    }


def _days(window: Window) -> list[str]:
    """Return the days that share a moment with a window."""
    day = datetime.fromisoformat(window[0][:10])
    days = []
    while f"{day:%Y-%m-%dT%H}" < window[1][:13]:
        days.append(f"{day:%Y-%m-%d}")
        day += timedelta(days=1)
    return days


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


# An answer that is lost


@pytest.mark.parametrize(
    "fault", [ConnectionLost(after_work=True), Status(503, after_work=True)]
)
def test_a_report_whose_answer_was_lost_is_asked_for_once(
    content: ContentRuns, fault: ConnectionLost | Status
) -> None:
    """Amazon has made it: it is found in the listing, read, and paid for once."""
    content.amazon.faults.add("createReport", fault)
    output = content.read(PLANNING)
    assert 0 == output.status
    assert output.records("sp_fba_inventory_planning_data")
    assert 1 == len(content.seen("createReport"))
    assert 1 == len(content.reports(PLANNING))
    # One for what existed before, and one for what was lost.
    assert 2 == len(content.seen("getReports"))
    assert '"created"' not in json.dumps(output.state)


def test_of_many_windows_each_is_asked_for_once(content: ContentRuns) -> None:
    """Five answers of twenty-four are lost: twenty-four reports are made and read."""
    content.amazon.families.orders_at = NOON
    content.amazon.faults.add("createReport", ConnectionLost(after_work=True), times=5)
    output = content.read(TWO_YEARS)
    assert 0 == output.status
    assert 24 == len(content.seen("createReport")) == len(set(_windows(content)))
    assert 24 == len({row["report_id"] for row in output.records(STREAM)})
    assert 2 == len(content.seen("getReports"))
    assert [] == content.amazon.throttled


@pytest.mark.parametrize("fault", [ConnectionLost(), Status(503)])
def test_a_request_that_was_lost_is_made_again(
    content: ContentRuns, fault: ConnectionLost | Status
) -> None:
    """Nothing was made, so nothing is found, and it is asked for."""
    content.amazon.faults.add("createReport", fault)
    output = content.read(PLANNING)
    assert output.records("sp_fba_inventory_planning_data")
    assert 1 == len(content.reports(PLANNING))


def test_a_lost_report_that_tells_its_options_is_found(content: ContentRuns) -> None:
    """Its document says with which options it was made, so it is paid for once."""
    content.amazon.faults.add("createReport", ConnectionLost(after_work=True))
    entry = {"report_type": SALES, "report_options": {"asinGranularity": "SKU"}}
    output = content.read(entry, start_date="2026-11-15", end_date="2026-11-17")
    assert 0 == output.status
    days = {report["dataStartTime"] for report in content.reports(SALES)}
    assert len(days) == len(content.reports(SALES))


def test_a_lost_report_that_failed_is_asked_for_again(content: ContentRuns) -> None:
    """There is nothing in it to be read."""
    content.amazon.selling_partner.outcomes[PLANNING].append(Outcome("CANCELLED"))
    content.amazon.faults.add("createReport", ConnectionLost(after_work=True))
    output = content.read(PLANNING)
    assert output.records("sp_fba_inventory_planning_data")
    assert 2 == len(content.reports(PLANNING))


def test_a_long_outage_leaves_no_gap(content: ContentRuns) -> None:
    """Without a start_date, what no run has read for 75 days is read by the next."""
    entry = {"report_type": ORDERS, "lookback_days": 7}
    content.clock.advance(days=-75)
    first = content.read(entry, start_date=None)
    begun = _windows(content)[0][0]
    content.clock.advance(days=75)
    content.read(entry, start_date=None, state=first.state)
    after = _windows(content)
    assert "2026-08-08" == begun[:10]
    assert "2026-08-31" == min(start for start, _ in after if start > begun)[:10]


def test_a_start_date_behind_a_bookmark_is_told(content: ContentRuns) -> None:
    """One warning says what is not read between the bookmark and the start."""
    entry = {"report_type": ORDERS, "lookback_days": 7, "regional": False}
    markets: dict[str, Any] = {"sp_marketplaces": ["US", "CA"]}
    first = content.read(entry, end_date="2026-11-03", **markets)
    content.read(entry, state=first.state, start_date="2026-11-10", **markets)
    assert 1 == content.warnings.count("is after the bookmark, 2026-11-03: ")
    assert "2026-11-10" == min(start for start, _ in _windows(content)[2:])[:10]
    second = content.read(entry, state=first.state, **markets)
    assert "is after the bookmark" not in content.warnings
    content.read(entry, state=second.state, **markets)
    assert "is after the bookmark" not in content.warnings


@pytest.mark.parametrize("told", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
@pytest.mark.parametrize("report_type", [ORDERS, PLANNING])
def test_a_moment_that_cannot_be_spoils_no_later_run(
    content: ContentRuns, told: str, report_type: str
) -> None:
    """Amazon says once that it made a report in the year 1: the next run reads on."""

    def altered(body: bytes) -> bytes:
        return json.dumps({**json.loads(body), "createdTime": told}).encode()

    content.amazon.families.orders_at = NOON
    content.spoil("getReport", Altered(altered))
    first = content.read(report_type, end_date="2026-11-15")
    content.mend()
    content.clock.advance(days=2)
    second = content.read(report_type, state=first.state)
    assert (0, 0) == (first.status, second.status)
    assert 1 < len(content.seen("createReport"))
