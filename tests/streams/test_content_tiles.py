"""Whatever happened to the runs before: from the start to now no moment is left out."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from singer_sdk.exceptions import ConfigValidationError

from tests.local_amazon import BySeconds, Outcome
from tests.local_amazon.families import fatal
from tests.report_types import ORDERS, RETURNS, SALES_AND_TRAFFIC, SETTLEMENT
from tests.streams.content_runs import US

if TYPE_CHECKING:
    from tests.streams.content_runs import ContentRuns
    from tests.tap_run import Output

STREAM = "sp_flat_file_all_orders_data_by_last_update_general"
START = datetime(2026, 11, 1, tzinfo=timezone.utc)
STUCK = BySeconds(0, 5000)
PROMPT = BySeconds()
Span = tuple[str, str]
_READ = re.compile(r".*report (\d+) (?:\(\S+\) was read|(?:\(.*\) )?was cancelled)")
RETURNS_STREAM = "sp_flat_file_returns_data_by_return_date"
HOURS = "GET_VENDOR_REAL_TIME_SALES_REPORT"


def _cut_off(content: ContentRuns, *entries: Any, **more: Any) -> Output:
    """Run until the newest reports are given up; they are left in the making."""
    content.amazon.selling_partner.ripening = STUCK
    output = content.read(*entries, report_timeout=600, **more)
    content.amazon.selling_partner.ripening = PROMPT
    assert 1 == output.status
    return output


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _read_spans(content: ContentRuns, report_type: str = ORDERS) -> list[Span]:
    """Return the windows that the last run read, rows or none, oldest first."""
    ids = {
        found.group(1)
        for record in content.caplog.records
        if (found := _READ.match(record.getMessage()))
    }
    return sorted(
        (report["dataStartTime"], report["dataEndTime"])
        for report in content.reports(report_type)
        if report["reportId"] in ids
    )


def _assert_tiles(spans: list[Span], end: datetime) -> None:
    """Check that windows touch, from the first of November to `end`."""
    assert START == _moment(spans[0][0])
    for (_, left), (right, _) in pairwise(spans):
        assert _moment(right) <= _moment(left) + timedelta(seconds=1)
    assert end == _moment(spans[-1][1])


def _bookmark(output: Output, stream: str = STREAM) -> str:
    (partition,) = output.state["bookmarks"][stream]["partitions"]
    mark: str = partition["replication_key_value"]
    return mark


@pytest.mark.parametrize("hours", [2, 54, 24 * 9])
@pytest.mark.parametrize("first_days", [None, 1, 2])
@pytest.mark.parametrize("then_days", [None, 1, 7])
def test_a_cut_off_and_days_without_a_run_leave_no_hole(
    content: ContentRuns,
    hours: int,
    first_days: int | None,
    then_days: int | None,
) -> None:
    """A run dies while its newest window ripens, and the next comes after the weekend.

    All orders are there, with other settings too, and the same run goes on to now.
    """
    first = {"report_type": ORDERS, "window_days": first_days}
    then = {"report_type": ORDERS, "window_days": then_days}
    entries = [
        {name: value for name, value in entry.items() if value is not None}
        for entry in (first, then)
    ]
    content.amazon.families.orders_at = content.clock.now()
    cut = _cut_off(content, entries[0])
    content.clock.advance(hours=hours)
    content.amazon.families.orders_at = content.clock.now()
    now = content.clock.now().replace(microsecond=0)
    output = content.read(entries[1], state=cut.state)
    assert 0 == output.status
    _assert_tiles(_read_spans(content), now)
    assert now == _moment(_bookmark(output))


def test_a_run_right_after_a_cut_off_creates_nothing_new(
    content: ContentRuns,
) -> None:
    """The few minutes since then are left to the next run: a report costs a minute."""
    content.amazon.families.orders_at = content.clock.now()
    cut = _cut_off(content, ORDERS)
    created = len(content.seen("createReport"))
    content.clock.advance(seconds=600)
    second = content.read(ORDERS, state=cut.state)
    assert created == len(content.seen("createReport"))
    content.clock.advance(hours=5)
    now = content.clock.now().replace(microsecond=0)
    third = content.read(ORDERS, state=second.state)
    assert now == _moment(_bookmark(third))


def test_hours_of_a_vendor_are_not_jumped_over(content: ContentRuns) -> None:
    """What is asked for by whole hours goes on where the created hours end."""
    entry = {"report_type": HOURS, "report_options": {"currencyCode": "USD"}}
    more: dict[str, Any] = {"start_date": "2026-11-19"}
    cut = _cut_off(content, entry, **more)
    content.clock.advance(hours=19)
    output = content.read(entry, state=cut.state, **more)
    assert 0 == output.status
    spans = _read_spans(content, HOURS)
    assert len(spans) > 1
    for (_, left), (right, _) in pairwise(spans):
        assert left == right


def test_eighty_days_by_thirty_are_three_reports(content: ContentRuns) -> None:
    """As few as the longest window allows, wherever the start lies."""
    content.amazon.families.orders_at = content.clock.now()
    content.read(ORDERS, start_date="2026-09-02T12:00:00Z")
    assert 3 == len(content.seen("createReport"))


def test_a_daily_run_with_a_look_back_is_one_report_each_day(
    content: ContentRuns,
) -> None:
    """Also on the days on which a window of the old grid would have ended."""
    entry = {"report_type": ORDERS, "lookback_days": 7}
    state: dict[str, Any] | None = None
    for _ in range(12):
        content.amazon.families.orders_at = content.clock.now()
        before = len(content.seen("createReport"))
        output = content.read(entry, state=state)
        state = output.state
        assert before + 1 == len(content.seen("createReport"))
        content.clock.advance(days=1)


def test_a_failing_window_is_read_once_for_both_streams(content: ContentRuns) -> None:
    """The sibling does not begin again, and does not repeat what failed."""
    content.amazon.selling_partner.outcomes[SALES_AND_TRAFFIC] += [
        Outcome("DONE"),
        fatal("Something is wrong."),
    ]
    output = content.read(SALES_AND_TRAFFIC, start_date="2026-11-10")
    assert 1 == output.status
    assert 1 == len(content.failures)
    fetched = [seen.path for seen in content.seen("getReportDocument")]
    assert len(fetched) == len(set(fetched))


def test_a_cancelled_window_that_had_rows_is_left_once(content: ContentRuns) -> None:
    """Somebody cancelled the look-back: the next run reads it, and no row is lost."""
    entry = {"report_type": ORDERS, "lookback_days": 7}
    content.amazon.families.orders_at = content.clock.now()
    first = content.read(entry)
    content.clock.advance(days=1)
    content.amazon.selling_partner.outcomes[ORDERS] += [Outcome("CANCELLED")]
    second = content.read(entry, state=first.state)
    assert _bookmark(first) == _bookmark(second)
    assert "the next run tries again" in content.warnings
    third = content.read(entry, state=second.state)
    assert _bookmark(second) < _bookmark(third)
    assert third.records(STREAM)


def test_a_window_that_stays_cancelled_is_passed(content: ContentRuns) -> None:
    """An account without orders is not held up for ever: it is one run behind."""
    entry = {"report_type": ORDERS, "lookback_days": 7}
    first = content.read(entry)
    state, starts = first.state, []
    for _ in range(3):
        content.clock.advance(days=1)
        starts.append(content.clock.now())
        content.amazon.selling_partner.outcomes[ORDERS] += [Outcome("CANCELLED")]
        state = content.read(entry, state=state).state
    (partition,) = state["bookmarks"][STREAM]["partitions"]
    assert starts[1] <= _moment(partition["replication_key_value"]) < starts[2]


def test_what_was_cancelled_once_is_not_passed(content: ContentRuns) -> None:
    """A longer window that is cancelled too says nothing new of its newest day."""
    entry = {"report_type": ORDERS, "lookback_days": 7}
    outputs = [content.read(entry)]
    ends = [content.clock.now()]
    for _ in range(2):
        content.clock.advance(days=1)
        ends.append(content.clock.now())
        content.amazon.selling_partner.outcomes[ORDERS] += [Outcome("CANCELLED")]
        outputs.append(content.read(entry, state=outputs[-1].state))
    first, second, third = map(_bookmark, outputs)

    assert first == second
    assert ends[1] <= _moment(str(third)) < ends[2]


def test_a_day_that_stays_cancelled_holds_up_no_other(
    content: ContentRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Monday without sales, among days that have some: one run tries it again."""
    entry = {"report_type": SALES_AND_TRAFFIC, "lookback_days": 5, "window_days": 1}
    state = content.read(entry).state
    make = content.amazon.selling_partner.ask

    def ask(report_type: str, **more: Any) -> Any:
        is_monday = str(more.get("dataStartTime")).startswith("2026-11-16")
        outcome = Outcome("CANCELLED" if is_monday else "DONE")
        return make(report_type, outcome=outcome, **more)

    monkeypatch.setattr(content.amazon.selling_partner, "ask", ask)
    left = []
    for _ in range(4):
        content.clock.advance(days=1)
        state = content.read(entry, state=state).state
        left.append("the next run tries again" in content.warnings)
    assert [True, False, False, False] == left


def test_changed_options_are_told(content: ContentRuns) -> None:
    """Rows of two kinds in one table are never a silent thing."""
    more: dict[str, Any] = {"start_date": "2026-11-15", "end_date": "2026-11-17"}
    first = content.read(SALES_AND_TRAFFIC, **more)
    entry = {
        "report_type": SALES_AND_TRAFFIC,
        "report_options": {"asinGranularity": "SKU"},
    }
    content.read(entry, state=first.state, **{**more, "end_date": "2026-11-18"})
    assert "report_options have changed" in content.warnings
    assert "asinGranularity=SKU" in content.warnings


def test_a_bookmark_of_another_source_is_told(content: ContentRuns) -> None:
    """It follows another column, so reading starts at the beginning, and says so."""
    more: dict[str, Any] = {"start_date": "2026-11-15", "end_date": "2026-11-18"}
    first = content.read(RETURNS, **more)
    entry = {"report_type": RETURNS, "source": "collect"}
    content.read(entry, state=first.state, **more)
    assert "`source` or `regional` has changed" in content.warnings


def test_a_bookmark_of_the_whole_region_is_told(content: ContentRuns) -> None:
    """And one of another marketplace is not: each begins at the beginning."""
    more: dict[str, Any] = {"start_date": "2026-11-15", "end_date": "2026-11-18"}
    first = content.read(RETURNS, **more)
    other = content.read(RETURNS, state=first.state, **more, sp_marketplaces=["CA"])
    assert other.records(RETURNS_STREAM)
    assert "has changed" not in content.warnings
    content.read({"report_type": RETURNS, "regional": True}, state=first.state, **more)
    assert "`source` or `regional` has changed" in content.warnings


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("created", 7),
        ("created", {"abc": []}),
        ("created", {"abc": ["1", "yesterday", ""]}),
        ("read_at", "yesterday"),
        ("read_reports", ["1"]),
        ("marketplaces", "US"),
    ],
)
def test_one_bad_entry_in_the_state_is_refused_by_name(
    content: ContentRuns, part: str, value: object
) -> None:
    """Before anything is asked for, and in one line: the stream and what is wrong."""
    more: dict[str, Any] = {"start_date": "2026-11-15", "end_date": "2026-11-18"}
    state = content.read(RETURNS, **more).state
    (partition,) = state["bookmarks"][RETURNS_STREAM]["partitions"]
    partition[part] = value
    before = len(content.amazon.seen)
    with pytest.raises(ConfigValidationError) as refused:
        content.read(RETURNS, state=state, **more)
    assert RETURNS_STREAM in str(refused.value)
    assert f"{part}: " in str(refused.value)
    assert before == len(content.amazon.seen)


def test_a_bookmark_in_the_future_is_told(content: ContentRuns) -> None:
    """A clock that was wrong once does not silence a stream for years."""
    state = content.read(RETURNS, start_date="2026-11-15").state
    (partition,) = state["bookmarks"][RETURNS_STREAM]["partitions"]
    partition["replication_key_value"] = "2036-11-15T00:00:00Z"
    content.read(RETURNS, state=state)
    assert "is in the future" in content.warnings


# Reports that are collected


def _settle(content: ContentRuns, *, days: float, **fields: Any) -> str:
    report = content.amazon.selling_partner.add_report(
        SETTLEMENT,
        created=content.clock.now() - timedelta(days=days),
        outcome=Outcome(fields.pop("status", "DONE")),
        **{"marketplaceIds": [US], **fields},
    )
    return str(report["reportId"])


COLLECTED = "sp_v2_settlement_report_data_flat_file_v2"
LONG_AGO: dict[str, Any] = {"start_date": "2026-09-01"}


def test_a_marketplace_that_is_added_gets_its_older_reports(
    content: ContentRuns,
) -> None:
    """One bookmark stands for the region, and does not hide what was not wanted."""
    canada = "A2EUQ1WTGCTBG2"
    old = _settle(content, days=20, marketplaceIds=[canada])
    _settle(content, days=10)
    first = content.read(SETTLEMENT, **LONG_AGO)
    second = content.read(
        SETTLEMENT, state=first.state, sp_marketplaces=["US", "CA"], **LONG_AGO
    )
    assert {old} == {row["report_id"] for row in second.records(COLLECTED)}
    third = content.read(
        SETTLEMENT, state=second.state, sp_marketplaces=["US", "CA"], **LONG_AGO
    )
    assert [] == third.records(COLLECTED)


def test_a_stuck_report_does_not_hold_up_the_newer_ones(content: ContentRuns) -> None:
    """After a day it is passed over, told, and read by the run that finds it done."""
    stuck = _settle(content, days=3, status="IN_QUEUE")
    newer = _settle(content, days=1)
    first = content.read(SETTLEMENT, **LONG_AGO)
    assert 0 == first.status
    assert {newer} == {row["report_id"] for row in first.records(COLLECTED)}
    assert f"report {stuck} has been IN_QUEUE" in content.warnings
    content.amazon.selling_partner.reports[:] = [
        report
        for report in content.amazon.selling_partner.reports
        if report["reportId"] != stuck
    ]
    done = _settle(content, days=3)
    state = first.state
    (partition,) = state["bookmarks"][COLLECTED]["partitions"]
    partition["unread_reports"] = {done: partition["unread_reports"][stuck]}
    second = content.read(SETTLEMENT, state=state, **LONG_AGO)
    assert {done} == {row["report_id"] for row in second.records(COLLECTED)}


def test_nothing_to_collect_is_told(content: ContentRuns) -> None:
    """A schedule that does not exist is a sentence, not a zero."""
    output = content.read(SETTLEMENT, **LONG_AGO)
    assert 0 == output.status
    assert "no report of this type was created since 2026-09-01" in content.warnings
