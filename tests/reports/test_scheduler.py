"""The scheduler: asks early, waits for all at once, hands reports out in order."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise, product
from typing import TYPE_CHECKING

import pytest

from tap_amazon_reports.amazon.errors import (
    AmazonError,
    RequestRefusedError,
    ThrottledError,
)
from tap_amazon_reports.reports.errors import ReportStuckError, WrongReportError
from tap_amazon_reports.reports.pending_report import PendingState
from tap_amazon_reports.reports.status import ReportStatus
from tests.clock import NOON, ScriptedClock
from tests.reports.scheduler_rig import DAY, SchedulerRig, day_of, obtain, usual_policy
from tests.reports.scripted_service import BURST, ScriptedService

if TYPE_CHECKING:
    from tap_amazon_reports.reports.report import Report

ALLOWED = {
    (PendingState.WANTED, PendingState.CREATED),
    (PendingState.WANTED, PendingState.ENDED),
    (PendingState.CREATED, PendingState.CREATED),
    (PendingState.CREATED, PendingState.ENDED),
    (PendingState.CREATED, PendingState.WANTED),
}
"""What may follow what."""


Rig = SchedulerRig[ScriptedService]


@pytest.fixture
def rig(clock: ScriptedClock) -> Rig:
    """Return a scheduler at which nothing is wanted yet."""
    return SchedulerRig(ScriptedService(clock), usual_policy())


# ReportCreator


def test_the_oldest_of_each_stream_in_turn(rig: Rig) -> None:
    """No stream waits until another has asked for all that it wants."""
    pendings = [*rig.want("a", 3), *rig.want("b", 2), *rig.want("c", 1)]
    for pending in pendings:
        obtain(rig.scheduler, pending)
    assert ["a0", "b0", "c0", "a1", "b1", "a2"] == rig.created


def test_a_short_stream_is_not_starved(rig: Rig) -> None:
    """Two windows beside two hundred are asked for among the first."""
    rig.want("long", 200)
    short = rig.want("short", 2)
    for pending in short:
        obtain(rig.scheduler, pending)
    assert ["long0", "short0", "long1", "short1"] == rig.created[:4]
    assert rig.clock.monotonic() <= 60


def test_a_stream_that_comes_later_is_served_at_once(
    rig: Rig,
) -> None:
    """When the quota is short, the newcomer's first goes before others' sixteenth."""
    first = rig.want("a", 40)
    obtain(rig.scheduler, first[0])
    assert BURST == len(rig.created)
    (late,) = rig.want("late", 1)
    obtain(rig.scheduler, late)
    assert ["late0"] == rig.created[BURST:]


def test_in_turn_when_one_is_asked_at_a_time(
    rig: Rig,
) -> None:
    """When the burst is used up, the turns go on as before."""
    pendings = [*rig.want("a", 12), *rig.want("b", 12)]
    for pending in pendings:
        obtain(rig.scheduler, pending)
    in_turn = [f"{queue}{number}" for number in range(12) for queue in "ab"]
    assert in_turn == rig.created


def test_two_hundred_windows(rig: Rig) -> None:
    """All are asked for as fast as the quota allows, once each, and come in order."""
    pendings = rig.want("a", 200)
    reports = [obtain(rig.scheduler, pending) for pending in pendings]
    assert [f"a{number}" for number in range(200)] == rig.created
    starts = [report.data_start for report in reports]
    assert sorted(starts, key=str) == starts
    assert 200 == len({report.report_id for report in reports})
    least = (200 - BURST) * 60
    assert least <= rig.clock.monotonic() <= least * 1.03
    assert (200, 0) == (rig.tally.created, rig.tally.adopted)


def test_what_is_asked_for_is_remembered_at_once(
    rig: Rig,
) -> None:
    """Whoever dies now finds the report again."""
    (pending,) = rig.want("a")
    rig.scheduler.turn()
    assert [pending.report_id] == rig.remembered
    assert not pending.has_ended


def test_a_refusal_ends_one_report(rig: Rig) -> None:
    """Another stream goes on; who waits for the refused one is told."""
    refusal = RequestRefusedError("not like this")
    rig.service.refusals["A"] = [refusal]
    (bad,), (good,) = rig.want("a"), rig.want("b")
    with pytest.raises(RequestRefusedError) as raised:
        obtain(rig.scheduler, bad)
    assert refusal is raised.value
    assert obtain(rig.scheduler, good).status is ReportStatus.DONE
    assert [good.report_id] == rig.remembered


def test_a_429_on_one_type_holds_no_other_back(
    rig: Rig,
) -> None:
    """The type that Amazon limits is asked for again later; the rest does not wait."""
    rig.service.refusals["A"] = [ThrottledError("not now", status=429)]
    (held,) = rig.want("a")
    others = rig.want("b", 3)
    for pending in others:
        obtain(rig.scheduler, pending)
    assert rig.clock.monotonic() <= 45
    assert ["b0", "b1", "b2"] == rig.created
    obtain(rig.scheduler, held)
    assert ["b0", "b1", "b2", "a0"] == rig.created


def test_what_is_dropped_is_not_asked_for(rig: Rig) -> None:
    """The windows of a stream that failed take no place from others."""
    rig.want("a", 40)
    rig.scheduler.turn()
    asked = len(rig.created)
    others = rig.want("b", 3)
    rig.scheduler.drop("a")
    for pending in others:
        obtain(rig.scheduler, pending)
    assert ["b0", "b1", "b2"] == rig.created[asked:]


# PollingPolicy


def test_all_ripen_while_one_is_waited_for(rig: Rig) -> None:
    """Ten reports take as long as the slowest of them, not as all together."""
    rig.service.ripening_seconds = lambda request: 600 - 60 * day_of(request)
    pendings = rig.want("a", 10)
    reports = [obtain(rig.scheduler, pending) for pending in pendings]
    assert [pending.report_id for pending in pendings] == [
        report.report_id for report in reports
    ]
    assert rig.clock.monotonic() <= 660


def test_looks_become_rarer_with_age(rig: Rig) -> None:
    """At first each interval; after ten minutes each minute; never beyond five."""
    rig.service.ripening_seconds = lambda _request: 7000
    (pending,) = rig.want("a")
    obtain(rig.scheduler, pending)
    looks = [0.0, *rig.polled_at]
    pauses = [later - earlier for earlier, later in pairwise(looks)]
    assert 15 == round(pauses[0])
    assert all(14.9 <= pause <= 301 for pause in pauses)
    # Who looks too early looks again; so a pause may be anything below the next.
    grown = [(earlier, pause) for earlier, pause in zip(looks, pauses, strict=False)]
    assert all(pause >= min(earlier / 10, 300) - 1 for earlier, pause in grown)
    assert all(pause <= max(15, earlier / 10) + 1 for earlier, pause in grown)
    assert len(pauses) < 60


def test_a_report_that_is_stuck(clock: ScriptedClock) -> None:
    """After `report_timeout` the stream is told what to set to wait longer."""
    rig = SchedulerRig(ScriptedService(clock), usual_policy(timeout_seconds=900))
    rig.service.ripening_seconds = lambda _request: 10_000
    stuck, other = rig.want("a")[0], rig.want("b")[0]
    with pytest.raises(ReportStuckError, match="report_timeout") as raised:
        obtain(rig.scheduler, stuck)
    assert "IN_PROGRESS after report_timeout (900 s)" in str(raised.value)
    assert str(stuck.report_id) in str(raised.value)
    assert 900 <= clock.monotonic() <= 1000
    assert other.report_id in rig.remembered
    assert None not in rig.remembered, "a stuck report is adopted by the next run"


def test_time_always_moves(rig: Rig) -> None:
    """However little is left to wait, the scheduler does not spin."""
    pendings = rig.want("a", 40)
    for pending in pendings:
        obtain(rig.scheduler, pending)
    assert min(rig.clock.sleeps) >= 0.05
    assert len(rig.clock.sleeps) < 400


# Reports that are not what they should be


def _of_another_type(report: Report) -> Report:
    return replace(report, report_type="B")


def _of_other_marketplaces(report: Report) -> Report:
    return replace(report, marketplace_ids=("TWO",))


def _of_another_time(report: Report) -> Report:
    return replace(report, data_start=NOON - 9 * DAY, data_end=NOON - 8 * DAY)


@pytest.mark.parametrize(
    "alter", [_of_another_type, _of_other_marketplaces, _of_another_time]
)
def test_another_report_than_was_asked_for(
    rig: Rig,
    alter: object,
) -> None:
    """Nothing is read of another type, marketplace, or time altogether."""
    rig.service.alter = alter  # type: ignore[assignment]  # one of those above
    pending = rig.pending("a", 0)
    pending.request = replace(pending.request, marketplace_ids=("ONE",))
    rig.scheduler.want(pending)
    with pytest.raises(WrongReportError, match="none of its rows are read"):
        obtain(rig.scheduler, pending)


@pytest.mark.parametrize("seconds", [-3600, -1, 1, 86_399 - 43_200])
def test_dates_that_amazon_echoes_otherwise(
    rig: Rig, caplog: pytest.LogCaptureFixture, seconds: int
) -> None:
    """The end of a day, a second more: it is the report, and both are told."""

    def alter(report: Report) -> Report:
        assert report.data_end is not None
        later = report.data_end + timedelta(seconds=seconds)
        return replace(report, data_end=later)

    rig.service.alter = alter
    (pending,) = rig.want("a")
    assert obtain(rig.scheduler, pending).status is ReportStatus.DONE
    (warning,) = (
        one.getMessage() for one in caplog.records if one.levelname == "WARNING"
    )
    assert "2024-02-26 12:00:00Z" in warning
    assert warning.endswith("it is read as it is")


def test_times_that_amazon_leaves_out(rig: Rig) -> None:
    """They are not wrong."""
    rig.service.alter = lambda report: replace(report, data_start=None, data_end=None)
    (pending,) = rig.want("a")
    assert obtain(rig.scheduler, pending).data_start is None


def test_a_new_report_may_be_unknown_for_a_moment(
    rig: Rig,
) -> None:
    """It is looked at again, and not asked for twice."""
    rig.service.unknown_looks = 2
    (pending,) = rig.want("a")
    assert obtain(rig.scheduler, pending).status is ReportStatus.DONE
    assert ["a0"] == rig.created


def test_a_report_that_stays_unknown(rig: Rig) -> None:
    """After a minute it is an error."""
    rig.service.unknown_looks = 10_000
    (pending,) = rig.want("a")
    with pytest.raises(RequestRefusedError):
        obtain(rig.scheduler, pending)
    assert 60 <= rig.clock.monotonic() <= 120


@pytest.mark.parametrize("status", [ReportStatus.FATAL, ReportStatus.CANCELLED])
def test_an_end_without_rows_is_handed_out_too(rig: Rig, status: ReportStatus) -> None:
    """What becomes of it is not the scheduler's concern."""
    rig.service.status = status
    (pending,) = rig.want("a")
    assert status is obtain(rig.scheduler, pending).status


# Reports that exist already


def test_an_adopted_report_is_not_asked_for(rig: Rig) -> None:
    """It is looked at, and handed out when it is done."""
    held = rig.service.hold(rig.pending("a", 0).request)
    (pending,) = rig.want("a", known_id=held)
    assert held == obtain(rig.scheduler, pending).report_id
    assert [] == rig.created
    assert (0, 1) == (rig.tally.created, rig.tally.adopted)


def test_an_adopted_report_that_is_gone_is_asked_for(
    rig: Rig,
) -> None:
    """Then it is forgotten, and a new one remembered."""
    (pending,) = rig.want("a", known_id="99")
    report = obtain(rig.scheduler, pending)
    assert ["a0"] == rig.created
    assert [None, report.report_id] == rig.remembered


# The moves of a pending


@pytest.mark.parametrize(("before", "after"), list(product(PendingState, PendingState)))
def test_what_may_follow_what(
    rig: Rig, before: PendingState, after: PendingState
) -> None:
    """A move that makes no sense raises, and changes nothing."""
    pending = rig.pending("a", 0)
    pending.state = before
    if (before, after) in ALLOWED:
        pending.move(after)
        assert after is pending.state
    else:
        with pytest.raises(ValueError, match=f"{before.value} to {after.value}"):
            pending.move(after)
        assert before is pending.state


def test_an_error_is_told_to_whoever_waits(rig: Rig) -> None:
    """Also when it came while another report was waited for."""
    rig.service.refusals["B"] = [AmazonError("no b today")]
    (first,), (second,) = rig.want("a"), rig.want("b")
    assert obtain(rig.scheduler, first).status is ReportStatus.DONE
    with pytest.raises(AmazonError, match="no b today"):
        obtain(rig.scheduler, second)
