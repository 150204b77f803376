"""State: what a run remembers, and what the next one makes of it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from singer_sdk.exceptions import ConfigValidationError

from tests.clock import ScriptedClock
from tests.leaks import assert_nothing_leaked
from tests.local_amazon import BySeconds, LocalAmazon, Outcome
from tests.local_amazon.moments import milliseconds
from tests.tap_run import Output, sync

if TYPE_CHECKING:
    from collections.abc import Mapping

EARLY, LATE = "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"
REFUNDED = "pay_refund_data"
REFUNDS = "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_REFUND_DATA_"
WINDOWED = {
    "pay_disbursements": "transaction_time",
    "pay_reports": "created_time",
    "sp_reports": "created_time",
}


def _settled(amazon: LocalAmazon) -> dict[str, Any]:
    """Return settings for a stretch of time in which nothing changes any more."""
    return {
        **amazon.settings(),
        "start_date": "2026-09-10",
        "end_date": "2026-11-18T06:00:00Z",
        "sp_marketplaces": ["US"],
        "sp_order_metrics": [{"granularity": "Day"}, {"granularity": "Week"}],
    }


def _last_state(output: Output, boundary: int) -> int | None:
    """Return which STATE message is the last of the first `boundary` messages."""
    found = None
    for position, message in enumerate(output.messages[:boundary]):
        if message["type"] == "STATE":
            found = position
    return found


def test_a_run_that_is_killed_anywhere_is_resumed(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """Cut after any message, the run and the next one together have every row once."""
    config = _settled(amazon)
    whole = sync(config, clock=clock)
    truth = whole.rows()
    resumed: dict[int | None, dict[tuple[object, ...], dict[str, Any]]] = {}
    for boundary in range(len(whole.messages) + 1):
        last = _last_state(whole, boundary)
        if last not in resumed:
            state = None if last is None else whole.messages[last]["value"]
            resumed[last] = sync(config, clock=clock, state=state).rows()
        # A key that comes again takes the place of its row.
        assert truth == {**whole.rows(upto=boundary), **resumed[last]}

    assert 0 == whole.status
    assert 10 < len(resumed)
    assert len(resumed[_last_state(whole, len(whole.messages))]) < len(truth) / 3
    assert [] == amazon.refused


def test_a_bookmark_moves_only_when_its_rows_are_out(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """Whatever lies before the bookmark of a STATE message was written before it."""
    output = sync(_settled(amazon), clock=clock)
    truth = output.rows()
    checked = 0
    for position, message in enumerate(output.messages):
        if message["type"] != "STATE":
            continue
        out = output.rows(upto=position)
        for stream, state in message["value"]["bookmarks"].items():
            for key, row in truth.items():
                if key[0] == stream and _is_behind(stream, row, state):
                    assert key in out, f"{key} is missing at {state}"
                    checked += 1

    assert 1000 < checked


def _is_behind(stream: str, row: Mapping[str, Any], state: Mapping[str, Any]) -> bool:
    """Tell whether a state says that `row` has been read."""
    if stream == "appstore_sales":
        return bool(row["report_month"] <= state.get("replication_key_value", ""))
    if stream in WINDOWED:
        return bool(row[WINDOWED[stream]] < state.get("replication_key_value", ""))
    return any(
        row["interval_start"] < part.get("replication_key_value", "")
        for part in state.get("partitions", ())
        if part["context"].items() <= row.items()
    )


def test_each_window_is_followed_by_a_state(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """Windows are read oldest first, and each one's end is remembered at once."""
    output = sync(_settled(amazon), clock=clock, only=["pay_disbursements"])
    marks = [
        state["bookmarks"]["pay_disbursements"].get("replication_key_value", "")
        for state in output.states
    ]

    assert 3 == len(marks)
    assert sorted(set(marks)) == marks
    assert "2026-11-18T06:00:00Z" == marks[-1]


def test_windows_without_rows_move_the_bookmark(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """Nothing to read is also something that has been read."""
    amazon.pay.disbursements.clear()
    amazon.pay.reports.clear()
    amazon.selling_partner.reports.clear()
    amazon.appstore.months.clear()
    output = sync(_settled(amazon), clock=clock)

    assert "2026-10" == output.bookmark("appstore_sales")
    assert {"2026-11-18T06:00:00Z"} == {output.bookmark(stream) for stream in WINDOWED}
    assert 0 == output.status


@pytest.mark.parametrize("start", ["2026-08-20", "2026-09-01T05:06:07Z"])
def test_windows_touch_and_end_with_days(
    amazon: LocalAmazon, clock: ScriptedClock, start: str
) -> None:
    """Whenever a run starts, nothing lies between two windows, and none cuts a day."""
    config = {**amazon.settings(), "start_date": start}
    sync(config, clock=clock, only=["pay_disbursements"])
    windows = [dict(seen.query) for seen in amazon.seen if "endTime" in str(seen.query)]
    starts = [window["startTime"] for window in windows]
    ends = [window["endTime"] for window in windows]

    assert len(windows) > 1
    assert starts[1:] == ends[:-1]
    assert all(end.endswith("T000000Z") for end in ends[:-1])


@settings(max_examples=10, deadline=None)
@given(
    cut=st.floats(0, 1),
    pause_hours=st.integers(0, 24 * 20),
    late_hours=st.lists(st.integers(0, 24 * 6), max_size=5),
    made_in_hours=st.integers(0, 600),
)
def test_no_cut_and_no_pause_loses_anything(
    cut: float, pause_hours: int, late_hours: list[int], made_in_hours: int
) -> None:
    """Wherever a run is cut and however long one waits, the tables end up true."""
    clock = ScriptedClock()
    with LocalAmazon(clock=clock) as amazon:
        config = {**amazon.settings(), "start_date": "2026-10-01"}
        streams = ["pay_disbursements", "pay_reports"]
        amazon.pay.ask(
            REFUNDS,
            ripening=BySeconds(0, made_in_hours * 3600),
            outcome=Outcome("COMPLETED"),
        )
        first = sync(config, clock=clock, only=streams)
        boundary = round(cut * len(first.messages))
        last = _last_state(first, boundary)
        state = None if last is None else first.messages[last]["value"]
        for number, hours in enumerate(late_hours):
            _pay_late(amazon, number, clock.now() - timedelta(hours=hours))
        clock.advance(hours=pause_hours)
        second = sync(config, clock=clock, only=streams, state=state)
        tables = {**first.rows(upto=boundary), **second.rows()}
        # The truth is what a run without any state finds, which has all of it.
        truth = sync(config, clock=clock, only=streams).rows()
        refused = amazon.refused

    assert truth == tables
    assert [] == refused


def _pay_late(amazon: LocalAmazon, number: int, at: datetime) -> None:
    payout = {
        **amazon.pay.disbursements[0],
        "amazonDisbursementReferenceId": f"LATE{number}",
        "transactionTime": milliseconds(at),
    }
    amazon.pay.disbursements.append(payout)


def test_a_bookmark_written_by_hand_is_read(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """Without a version, a bookmark of the right shape is taken for what it says."""
    state = {
        "bookmarks": {
            "appstore_sales": {"replication_key_value": "2026-09"},
            "pay_reports": {"replication_key_value": "2026-11-20T02:00:00+02:00"},
        }
    }
    streams = ["appstore_sales", "pay_reports"]
    sync(amazon.settings(), clock=clock, only=streams, state=state)

    assert ["10", "11"] == [
        seen.path[-2:] for seen in amazon.seen if seen.service == "appstore"
    ]
    assert ["20261119T230000Z"] == [
        dict(seen.query)["createdSince"]
        for seen in amazon.seen
        if seen.operation == "pay.getReports"
    ]


@pytest.mark.parametrize(
    ("stream", "found", "reason"),
    [
        ("pay_reports", {"state_version": 99}, "version 99"),
        ("sp_order_metrics", {"state_version": 2, "partitions": []}, "version 2"),
        ("pay_reports", {"replication_key_value": "yesterday"}, "'yesterday'"),
        ("pay_reports", {"replication_key_value": 20261101}, "20261101"),
        ("pay_reports", {"replication_key_value": ["2026-11-01"]}, "2026-11-01"),
        ("appstore_sales", {"replication_key_value": "2026-11-01T00:00Z"}, "2026-11"),
        ("appstore_sales", {"replication_key_value": "2026-13"}, "'2026-13'"),
        ("pay_reports", "2026-11-01", "cannot be read"),
        ("pay_reports", None, "cannot be read"),
        ("pay_reports", {"state_version": "1"}, "cannot be read"),
        ("sp_order_metrics", {"partitions": {}}, "partitions"),
        ("sp_order_metrics", {"partitions": ["x"]}, "partitions"),
        (
            "sp_order_metrics",
            {"partitions": [{"context": {}, "replication_key_value": "soon"}]},
            "'soon'",
        ),
        ("sp_order_metrics", {"partitions": None}, "partitions"),
        ("sp_order_metrics", {"partitions": [{}]}, "context"),
        ("sp_order_metrics", {"partitions": [{"context": None}]}, "context"),
        ("sp_order_metrics", {"partitions": [{"context": "x"}]}, "context"),
        ("sp_order_metrics", {"partitions": [{"context": {}}] * 2}, "twice"),
        (
            "sp_order_metrics",
            {"partitions": [{"context": {}, "progress_markers": 5}]},
            "progress_markers",
        ),
        ("pay_reports", {"progress_markers": 5}, "progress_markers"),
        ("pay_reports", {"replication_key_value": "0001-01-01T00:00:00Z"}, "0001"),
        ("pay_reports", {"replication_key_value": "9999-12-31T23:59:59Z"}, "9999"),
        ("appstore_sales", {"replication_key_value": "9999-12"}, "9999-12"),
        ("appstore_sales", {"etags": 5}, "etags"),
        ("appstore_sales", {"etags": None}, "etags"),
        ("appstore_sales", {"etags": {"2026-11": 5}}, "etags"),
        ("appstore_sales", {"etags": {"2026-11": "a\nb"}}, "etags"),
        ("appstore_sales", {"etags": {"2026-11": "\u20ac"}}, "etags"),
        (REFUNDED, {"partitions": [{"context": {}, "read_at": EARLY}]}, "read_at"),
        (REFUNDED, {"partitions": [{"context": {}, "cancelled": LATE}]}, "cancelled"),
    ],
)
def test_a_state_that_cannot_be_read_is_refused(
    amazon: LocalAmazon, clock: ScriptedClock, stream: str, found: object, reason: str
) -> None:
    """Newer or damaged: one line with the stream and what to do; nothing is asked."""
    config = {**amazon.settings(), "pay_report_types": [REFUNDS]}
    with pytest.raises(ConfigValidationError) as refused:
        sync(config, clock=clock, state={"bookmarks": {stream: found}})
    (line,) = refused.value.errors

    assert stream in line
    assert reason in line
    assert "delete the bookmark to read the stream from its start" in line
    assert "\n" not in line
    assert [] == amazon.seen


def test_bookmarks_that_are_none_are_refused(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """A state of another shape altogether is no empty state."""
    with pytest.raises(ConfigValidationError, match="no readable `bookmarks`"):
        sync(amazon.settings(), clock=clock, state={"bookmarks": ["pay_reports"]})
    assert [] == amazon.seen


@pytest.mark.parametrize(
    "other",
    [
        {"state_version": 7, "replication_key_value": "x"},
        {"partitions": [{"context": {}, "progress_markers": {"a": 1}}]},
        {"partitions": 5, "progress_markers": 5},
        {"partitions": None},
        {},
        [],
        5,
        None,
    ],
)
def test_what_belongs_to_others_is_kept(
    amazon: LocalAmazon, clock: ScriptedClock, other: object
) -> None:
    """The bookmark of a stream of another tap, whatever it is, stays as it was."""
    state = {"bookmarks": {"a_stream_of_later": other}}
    output = sync(amazon.settings(), clock=clock, only=["pay_reports"], state=state)

    assert other == output.state["bookmarks"]["a_stream_of_later"]


def test_a_new_query_starts_at_the_start(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """Each marketplace and query has a bookmark of its own."""
    config = {**_settled(amazon), "sp_order_metrics": {}}
    first = sync(config, clock=clock, only=["sp_order_metrics"])
    config["sp_marketplaces"] = ["US", "CA"]
    second = sync(config, clock=clock, only=["sp_order_metrics"], state=first.state)
    starts = {
        marketplace: min(
            row["interval_start"]
            for row in second.records("sp_order_metrics")
            if row["marketplace_id"] == marketplace
        )
        for marketplace in ("ATVPDKIKX0DER", "A2EUQ1WTGCTBG2")
    }

    assert {
        "ATVPDKIKX0DER": "2026-11-14T08:00:00Z",
        "A2EUQ1WTGCTBG2": "2026-09-09T07:00:00Z",
    } == starts


def test_state_is_small_and_has_nothing_to_hide(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """No secret, no token and no address is remembered."""
    output = sync(amazon.settings(), clock=clock)
    texts = [json.dumps(state) for state in output.states]

    assert_nothing_leaked(amazon, texts, [])
    assert not any("://" in text for text in texts)
    assert max(map(len, texts)) < 8000


OLD: dict[str, Any] = {
    "appstore_sales": {"replication_key_value": "2026-06"},
    "pay_disbursements": {"replication_key_value": "2026-09-08T00:00:00Z"},
    "pay_reports": {"replication_key_value": "2026-09-01T01:00:00Z"},
    "sp_order_metrics": {
        "partitions": [
            {
                "context": {
                    "marketplace_id": "ATVPDKIKX0DER",
                    "granularity": "Day",
                    "granularity_time_zone": "America/Los_Angeles",
                    "buyer_type": "All",
                    "fulfillment_network": "All",
                    "first_day_of_week": "All",
                    "asin": "All",
                    "sku": "All",
                },
                "replication_key_value": "2026-09-04T07:00:00Z",
            }
        ]
    },
}
"""Bookmarks of a tap that was not run for months."""


def _resumed_from(
    amazon: LocalAmazon, clock: ScriptedClock, **more: str
) -> dict[str, str]:
    """Return from where on a run reads whose bookmarks are `OLD`, by operation.

    Without `start_date` in `more`, none is set.
    """
    config = {**amazon.settings(), "sp_marketplaces": ["US"], "sp_order_metrics": {}}
    del config["start_date"]
    amazon.seen.clear()
    sync({**config, **more}, clock=clock, state={"bookmarks": OLD})
    first: dict[str, str] = {}
    for seen in amazon.seen:
        query = dict(seen.query)
        begun = query.get("createdSince", query.get("startTime", query.get("interval")))
        if seen.operation == "appstore.getReport":
            begun = seen.path[-7:].replace("/", "-")
        if begun and seen.operation != "getReports":
            first.setdefault(seen.operation, begun.partition("--")[0])
    return first


def test_a_long_outage_leaves_no_gap(amazon: LocalAmazon, clock: ScriptedClock) -> None:
    """Without a start_date, 80 days in which no run was made are read by the next."""
    assert {
        "appstore.getReport": "2026-07",
        "getOrderMetrics": "2026-09-01T00:00:00-07:00",
        "pay.getDisbursements": "20260901T000000Z",
        "pay.getReports": "20260901T000000Z",
    } == _resumed_from(amazon, clock)


def test_a_start_date_behind_a_bookmark_is_told(
    amazon: LocalAmazon, clock: ScriptedClock, caplog: pytest.LogCaptureFixture
) -> None:
    """What the user set is kept to, and one warning of each stream tells the gap."""
    assert {
        "appstore.getReport": "2026-11",
        "getOrderMetrics": "2026-11-01T00:00:00-07:00",
        "pay.getDisbursements": "20261101T080000Z",
        "pay.getReports": "20261101T080000Z",
    } == _resumed_from(amazon, clock, start_date="2026-11-01T08:00:00Z")
    told = [
        record.getMessage()
        for record in caplog.records
        if "is after the bookmark" in record.getMessage()
    ]

    assert sorted(OLD) == sorted(line.partition(":")[0] for line in told)
    assert "start_date, 2026-11-01, is after the bookmark, 2026-09-04: " in "".join(
        told
    )


def test_a_bookmark_in_the_future_is_told(
    amazon: LocalAmazon, clock: ScriptedClock, caplog: pytest.LogCaptureFixture
) -> None:
    """A clock that was wrong once leaves no stream silent without a word."""
    state = json.loads(json.dumps(OLD).replace("2026-", "2031-"))
    sync(amazon.settings(), clock=clock, state={"bookmarks": state}, only=list(OLD))
    told = [
        record.getMessage().partition(":")[0]
        for record in caplog.records
        if "is in the future, 2031-" in record.getMessage()
    ]

    assert sorted(OLD) == sorted(told)
