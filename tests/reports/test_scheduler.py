"""The scheduler: asks early, waits for all at once, hands reports out in order."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
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
from tap_amazon_reports.reports.pending_report import PendingReport, PendingState
from tap_amazon_reports.reports.polling_policy import PollingPolicy
from tap_amazon_reports.reports.report import ReportRequest
from tap_amazon_reports.reports.scheduler import ReportScheduler
from tap_amazon_reports.reports.status import ReportStatus
from tests.clock import NOON, ScriptedClock
from tests.reports.scripted_service import BURST, ScriptedService

if TYPE_CHECKING:
    from tap_amazon_reports.reports.report import Report

DAY = timedelta(days=1)
ALLOWED = {
    (PendingState.WANTED, PendingState.CREATED),
    (PendingState.WANTED, PendingState.ENDED),
    (PendingState.CREATED, PendingState.CREATED),
    (PendingState.CREATED, PendingState.ENDED),
    (PendingState.CREATED, PendingState.WANTED),
}
"""What may follow what."""


@dataclass
class Office:
    """A scheduler, the service that it asks, and what is remembered of its pendings."""

    clock: ScriptedClock
    policy: PollingPolicy = field(default_factory=PollingPolicy)
    remembered: list[str | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin with nothing wanted."""
        self.service = ScriptedService(self.clock)
        self.scheduler = ReportScheduler(clock=self.clock, policy=self.policy)

    def want(
        self, queue: str, windows: int = 1, *, known_id: str | None = None
    ) -> list[PendingReport]:
        """Want the reports of so many days, oldest first."""
        pendings = [self.pending(queue, number) for number in range(windows)]
        for pending in pendings:
            self.scheduler.want(pending, known_id=known_id)
        return pendings

    def pending(self, queue: str, number: int) -> PendingReport:
        """Return a pending for one day, of a type of the queue's name."""
        start = NOON - (1000 - number) * DAY
        request = ReportRequest(
            report_type=queue.upper(), data_start=start, data_end=start + DAY
        )
        return PendingReport(request, self.service, queue, self.remembered.append)

    @property
    def asked(self) -> list[str]:
        """What was asked for: queue and day."""
        return [
            f"{request.report_type.lower()}{_day(request)}"
            for request, _ in self.service.asks
        ]

    @property
    def looked_at(self) -> list[float]:
        """The seconds at which there was a look."""
        return [at for _, at in self.service.looks]


def _day(request: ReportRequest) -> int:
    assert request.data_start is not None
    return (request.data_start - (NOON - 1000 * DAY)).days


@pytest.fixture
def office(clock: ScriptedClock) -> Office:
    """Return a scheduler at which nothing is wanted yet."""
    return Office(clock)


# ReportCreator


def test_the_oldest_of_each_stream_in_turn(office: Office) -> None:
    """No stream waits until another has asked for all that it wants."""
    pendings = [*office.want("a", 3), *office.want("b", 2), *office.want("c", 1)]
    for pending in pendings:
        office.scheduler.obtain(pending)
    assert ["a0", "b0", "c0", "a1", "b1", "a2"] == office.asked


def test_a_short_stream_is_not_starved(office: Office) -> None:
    """Two windows beside two hundred are asked for among the first."""
    office.want("long", 200)
    short = office.want("short", 2)
    for pending in short:
        office.scheduler.obtain(pending)
    assert ["long0", "short0", "long1", "short1"] == office.asked[:4]
    assert office.clock.monotonic() <= 60


def test_a_stream_that_comes_later_is_served_at_once(office: Office) -> None:
    """When the quota is short, the newcomer's first goes before others' sixteenth."""
    first = office.want("a", 40)
    office.scheduler.obtain(first[0])
    assert BURST == len(office.asked)
    (late,) = office.want("late", 1)
    office.scheduler.obtain(late)
    assert ["late0"] == office.asked[BURST:]


def test_in_turn_when_one_is_asked_at_a_time(office: Office) -> None:
    """When the burst is used up, the turns go on as before."""
    pendings = [*office.want("a", 12), *office.want("b", 12)]
    for pending in pendings:
        office.scheduler.obtain(pending)
    in_turn = [f"{queue}{number}" for number in range(12) for queue in "ab"]
    assert in_turn == office.asked


def test_two_hundred_windows(office: Office) -> None:
    """All are asked for as fast as the quota allows, once each, and come in order."""
    pendings = office.want("a", 200)
    reports = [office.scheduler.obtain(pending) for pending in pendings]
    assert [f"a{number}" for number in range(200)] == office.asked
    starts = [report.data_start for report in reports]
    assert sorted(starts, key=str) == starts
    assert 200 == len({report.report_id for report in reports})
    least = (200 - BURST) * 60
    assert least <= office.clock.monotonic() <= least * 1.03
    assert (200, 0) == (office.scheduler.tally.created, office.scheduler.tally.adopted)


def test_what_is_asked_for_is_remembered_at_once(office: Office) -> None:
    """Whoever dies now finds the report again."""
    (pending,) = office.want("a")
    office.scheduler.turn()
    assert [pending.report_id] == office.remembered
    assert not pending.has_ended


def test_a_refusal_ends_one_ticket(office: Office) -> None:
    """Another stream goes on; who waits for the refused one is told."""
    refusal = RequestRefusedError("not like this")
    office.service.refusals["A"] = [refusal]
    (bad,), (good,) = office.want("a"), office.want("b")
    with pytest.raises(RequestRefusedError) as raised:
        office.scheduler.obtain(bad)
    assert refusal is raised.value
    assert office.scheduler.obtain(good).status is ReportStatus.DONE
    assert [good.report_id] == office.remembered


def test_a_429_on_one_type_holds_no_other_back(office: Office) -> None:
    """The type that Amazon limits is asked for again later; the rest does not wait."""
    office.service.refusals["A"] = [ThrottledError("not now", status=429)]
    (held,) = office.want("a")
    others = office.want("b", 3)
    for pending in others:
        office.scheduler.obtain(pending)
    assert office.clock.monotonic() <= 45
    assert ["b0", "b1", "b2"] == office.asked
    office.scheduler.obtain(held)
    assert ["b0", "b1", "b2", "a0"] == office.asked


def test_what_is_dropped_is_not_asked_for(office: Office) -> None:
    """The windows of a stream that failed take no place from others."""
    office.want("a", 40)
    office.scheduler.turn()
    asked = len(office.asked)
    others = office.want("b", 3)
    office.scheduler.drop("a")
    for pending in others:
        office.scheduler.obtain(pending)
    assert ["b0", "b1", "b2"] == office.asked[asked:]


# PollingPolicy


def test_all_ripen_while_one_is_waited_for(office: Office) -> None:
    """Ten reports take as long as the slowest of them, not as all together."""
    office.service.ripening_seconds = lambda request: 600 - 60 * _day(request)
    pendings = office.want("a", 10)
    reports = [office.scheduler.obtain(pending) for pending in pendings]
    assert [pending.report_id for pending in pendings] == [
        report.report_id for report in reports
    ]
    assert office.clock.monotonic() <= 660


def test_looks_become_rarer_with_age(office: Office) -> None:
    """At first each interval; after ten minutes each minute; never beyond five."""
    office.service.ripening_seconds = lambda _request: 7000
    (pending,) = office.want("a")
    office.scheduler.obtain(pending)
    looks = [0.0, *office.looked_at]
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
    office = Office(clock, PollingPolicy(timeout_seconds=900))
    office.service.ripening_seconds = lambda _request: 10_000
    stuck, other = office.want("a")[0], office.want("b")[0]
    with pytest.raises(ReportStuckError, match="report_timeout") as raised:
        office.scheduler.obtain(stuck)
    assert "IN_PROGRESS after 15 minutes" in str(raised.value)
    assert str(stuck.report_id) in str(raised.value)
    assert 900 <= clock.monotonic() <= 1000
    assert other.report_id in office.remembered
    assert None not in office.remembered, "a stuck report is adopted by the next run"


def test_time_always_moves(office: Office) -> None:
    """However little is left to wait, the scheduler does not spin."""
    pendings = office.want("a", 40)
    for pending in pendings:
        office.scheduler.obtain(pending)
    assert min(office.clock.sleeps) >= 0.05
    assert len(office.clock.sleeps) < 400


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
    office: Office,
    alter: object,
) -> None:
    """Nothing is read of another type, marketplace, or time altogether."""
    office.service.alter = alter  # type: ignore[assignment]  # one of those above
    pending = office.pending("a", 0)
    pending.request = replace(pending.request, marketplace_ids=("ONE",))
    office.scheduler.want(pending)
    with pytest.raises(WrongReportError, match="nothing of it is read"):
        office.scheduler.obtain(pending)


@pytest.mark.parametrize("seconds", [-3600, -1, 1, 86_399 - 43_200])
def test_dates_that_amazon_echoes_otherwise(
    office: Office, caplog: pytest.LogCaptureFixture, seconds: int
) -> None:
    """The end of a day, a second more: it is the report, and both are told."""

    def alter(report: Report) -> Report:
        assert report.data_end is not None
        later = report.data_end + timedelta(seconds=seconds)
        return replace(report, data_end=later)

    office.service.alter = alter
    (pending,) = office.want("a")
    assert office.scheduler.obtain(pending).status is ReportStatus.DONE
    (warning,) = (
        one.getMessage() for one in caplog.records if one.levelname == "WARNING"
    )
    assert "2024-02-26 12:00:00Z" in warning
    assert warning.endswith("it is read")


def test_times_that_amazon_leaves_out(office: Office) -> None:
    """They are not wrong."""
    office.service.alter = lambda report: replace(
        report, data_start=None, data_end=None
    )
    (pending,) = office.want("a")
    assert office.scheduler.obtain(pending).data_start is None


def test_a_new_report_may_be_unknown_for_a_moment(office: Office) -> None:
    """It is looked at again, and not asked for twice."""
    office.service.unknown_looks = 2
    (pending,) = office.want("a")
    assert office.scheduler.obtain(pending).status is ReportStatus.DONE
    assert ["a0"] == office.asked


def test_a_report_that_stays_unknown(office: Office) -> None:
    """After a minute it is an error."""
    office.service.unknown_looks = 10_000
    (pending,) = office.want("a")
    with pytest.raises(RequestRefusedError):
        office.scheduler.obtain(pending)
    assert 60 <= office.clock.monotonic() <= 120


@pytest.mark.parametrize("status", [ReportStatus.FATAL, ReportStatus.CANCELLED])
def test_an_end_without_rows_is_handed_out_too(
    office: Office, status: ReportStatus
) -> None:
    """What becomes of it is not the scheduler's concern."""
    office.service.status = status
    (pending,) = office.want("a")
    assert status is office.scheduler.obtain(pending).status


# Reports that exist already


def test_an_adopted_report_is_not_asked_for(office: Office) -> None:
    """It is looked at, and handed out when it is done."""
    held = office.service.hold(office.pending("a", 0).request)
    (pending,) = office.want("a", known_id=held)
    assert held == office.scheduler.obtain(pending).report_id
    assert [] == office.asked
    assert (0, 1) == (office.scheduler.tally.created, office.scheduler.tally.adopted)


def test_an_adopted_report_that_is_gone_is_asked_for(office: Office) -> None:
    """Then it is forgotten, and a new one remembered."""
    (pending,) = office.want("a", known_id="99")
    report = office.scheduler.obtain(pending)
    assert ["a0"] == office.asked
    assert [None, report.report_id] == office.remembered


# The moves of a pending


@pytest.mark.parametrize(("before", "after"), list(product(PendingState, PendingState)))
def test_what_may_follow_what(
    office: Office, before: PendingState, after: PendingState
) -> None:
    """A move that makes no sense raises, and changes nothing."""
    pending = office.pending("a", 0)
    pending.state = before
    if (before, after) in ALLOWED:
        pending.move(after)
        assert after is pending.state
    else:
        with pytest.raises(ValueError, match=f"{before.value} to {after.value}"):
            pending.move(after)
        assert before is pending.state


def test_an_error_is_told_to_whoever_waits(office: Office) -> None:
    """Also when it came while another report was waited for."""
    office.service.refusals["B"] = [AmazonError("no b today")]
    (first,), (second,) = office.want("a"), office.want("b")
    assert office.scheduler.obtain(first).status is ReportStatus.DONE
    with pytest.raises(AmazonError, match="no b today"):
        office.scheduler.obtain(second)
