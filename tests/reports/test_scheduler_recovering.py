"""When an answer of Amazon's is lost, the report is looked for before it is made anew.

A report is made when it is asked for, whoever gets to know of it, and costs quota.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

import pytest

from tap_amazon_reports.amazon.errors import (
    AccessDeniedError,
    AmazonError,
    ThrottledError,
    UnavailableError,
)
from tap_amazon_reports.reports.pending_report import PendingReport
from tap_amazon_reports.reports.report import ReportRequest
from tap_amazon_reports.reports.status import ReportStatus
from tests.clock import NOON, ScriptedClock
from tests.reports.scheduler_rig import DAY, SchedulerRig, obtain
from tests.reports.scripted_service import LIST_BURST, ScriptedService

Rig = SchedulerRig[ScriptedService]


@pytest.fixture(name="rig")
def _rig() -> Rig:
    return SchedulerRig(ScriptedService(ScriptedClock()))


def test_without_a_loss_nothing_is_searched_for(
    rig: Rig,
) -> None:
    """The search costs no call where every answer comes."""
    rig.obtain(*(rig.want_day("A", day=n) for n in range(20, 40)))
    assert [] == rig.searched_at


def test_a_lost_report_is_found_and_not_asked_for_again(
    rig: Rig,
) -> None:
    """It is paid for once, remembered in state, and counted as asked for."""
    rig.service.lost = 1
    pending = rig.want_day("A")
    (report,) = rig.obtain(pending)
    assert ["A"] == rig.created_types
    assert 1 == len(rig.searched_at)
    assert [report.report_id] == rig.remembered
    assert (1, 0) == (pending.tally.created, pending.tally.adopted)
    assert not pending.adopted


def test_a_report_that_was_not_made_is_asked_for_again(
    rig: Rig,
) -> None:
    """Then the request was lost, and not the answer."""
    rig.service.refusals["A"] = [UnavailableError("HTTP 503")]
    rig.obtain(rig.want_day("A"))
    assert ["A"] == rig.created_types
    assert 1 == len(rig.searched_at)


def test_each_loss_is_searched_for(rig: Rig) -> None:
    """Refused, lost and not made, lost and made: one report in the end."""
    failures: list[AmazonError] = [UnavailableError("HTTP 502") for _ in range(3)]
    rig.service.refusals["A"] = failures
    rig.service.lost = 1
    rig.obtain(rig.want_day("A"))
    assert ["A"] == rig.created_types
    assert 4 == len(rig.searched_at)


def test_time_is_left_for_the_report_to_be_listed(
    rig: Rig,
) -> None:
    """Amazon's listing may show it a moment later than it was asked for."""
    rig.service.lost = 1
    rig.service.unlisted_seconds = 20
    rig.obtain(rig.want_day("A"))
    assert ["A"] == rig.created_types
    assert rig.searched_at[0] >= 20


def test_others_are_asked_for_meanwhile(rig: Rig) -> None:
    """A loss blocks nothing."""
    rig.service.lost = 1
    lost, others = rig.want_day("A"), [rig.want_day(name) for name in "BCDE"]
    rig.scheduler.turn()
    assert [0] * 5 == [at for _, at in rig.service.asks]
    rig.obtain(*others)
    assert rig.clock.monotonic() <= 60
    rig.obtain(lost)
    assert list("ABCDE") == rig.created_types


@dataclass(frozen=True)
class _Other:
    """A report that is like the lost one but for something."""

    name: str = "A"
    days_ago: int = 1000
    market: str = ""


@pytest.mark.parametrize(
    "other", [_Other(name="B"), _Other(days_ago=999), _Other(market="ELSEWHERE")]
)
def test_another_report_is_not_taken_for_the_lost_one(rig: Rig, other: _Other) -> None:
    """Type, window and marketplaces have to be those that were asked for."""
    start = NOON - other.days_ago * DAY
    held = ReportRequest(
        report_type=other.name,
        marketplace_ids=(other.market,) if other.market else (),
        data_start=start,
        data_end=start + DAY,
    )
    rig.service.hold(held)
    rig.service.refusals["A"] = [UnavailableError("HTTP 503")]
    (report,) = rig.obtain(rig.want_day("A"))
    assert ["A"] == rig.created_types
    assert "101" == report.report_id


def test_a_report_from_before_is_not_taken_for_the_lost_one(
    rig: Rig,
) -> None:
    """Only what was made since the attempt, or a little before, can be it."""
    pending = rig.want_day("A")
    rig.service.hold(pending.request)
    rig.clock.advance(seconds=600)
    rig.service.refusals["A"] = [UnavailableError("HTTP 503")]
    rig.obtain(pending)
    assert ["A"] == rig.created_types
    assert "101" == pending.report_id


def test_a_report_that_failed_is_not_taken_for_the_lost_one(
    rig: Rig,
) -> None:
    """One that somebody cancelled has nothing to be read."""
    pending = rig.want_day("A")
    rig.service.status = ReportStatus.CANCELLED
    rig.service.ripening_seconds = lambda _request: 0
    rig.service.hold(pending.request)
    rig.service.status = ReportStatus.DONE
    rig.service.refusals["A"] = [UnavailableError("HTTP 503")]
    rig.obtain(pending)
    assert "101" == pending.report_id


def test_what_another_one_holds_is_not_taken(
    rig: Rig,
) -> None:
    """Two streams that want the same report each have their own, asked or adopted."""
    first = rig.want_day("A")
    rig.obtain(first)
    rig.service.refusals["A"] = [UnavailableError("HTTP 503")]
    second = rig.want_day("A")
    rig.obtain(second)
    known = rig.service.hold(first.request)
    third = PendingReport(first.request, rig.service, "C", rig.remembered.append)
    rig.scheduler.want(third, known_id=known)
    rig.service.refusals["A"] = [UnavailableError("HTTP 503")]
    fourth = rig.want_day("A")
    rig.obtain(third, fourth)
    ids = [one.report_id for one in (first, second, third, fourth)]
    assert ["100", "101", "102", "103"] == ids
    assert 3 == len(rig.created_types)


def test_two_that_are_lost_are_two(rig: Rig) -> None:
    """Each finds one of its own, by one search."""
    rig.service.lost = 2
    first, second = rig.want_day("A"), rig.want_day("A")
    rig.obtain(first, second)
    assert {"100", "101"} == {first.report_id, second.report_id}
    assert 1 == len(rig.searched_at)
    assert 2 == len(rig.created_types)


def test_a_report_that_no_listing_tells_apart_is_asked_for_again(
    rig: Rig,
) -> None:
    """Where nobody tells its options, it cannot be found among those of others."""
    rig.service.lost = 1
    pending = rig.want_day("A", option="yes")
    pending.is_listable = False
    rig.obtain(pending)
    assert ["A", "A"] == rig.created_types
    assert [] == rig.searched_at
    assert rig.service.asks[1][1] <= 2


def test_a_service_that_knows_a_repeated_ask_is_not_searched(
    rig: Rig,
) -> None:
    """Amazon Pay makes no second report for the same key."""
    rig.service.types_per_listing = 0
    rig.service.lost = 1
    rig.obtain(rig.want_day("A"))
    assert [] == rig.searched_at
    assert rig.service.asks[1][1] <= 2


def test_what_is_lost_together_is_searched_for_together(
    rig: Rig,
) -> None:
    """After a break in the line fifteen answers cost two searches: ten types each."""
    rig.service.lost = 15
    names = [f"T{number:02d}" for number in range(13)]
    pendings = [rig.want_day(name) for name in names]
    pendings += [rig.want_day("T00", day=n) for n in (98, 99)]
    rig.obtain(*pendings)
    assert [10, 3] == [len(types) for types, _ in rig.service.searches]
    assert 15 == len(rig.created_types) == len({one.report_id for one in pendings})


def test_searches_keep_to_their_quota(rig: Rig) -> None:
    """When it is used up they wait for it, and everybody else goes on."""
    for _ in range(LIST_BURST):
        rig.service.list_newest((), NOON, NOON)
    rig.service.lost = 1
    lost, others = rig.want_day("A"), [rig.want_day(name) for name in "BC"]
    rig.obtain(*others)
    assert rig.clock.monotonic() <= 40
    rig.obtain(lost)
    assert ["A", "B", "C"] == rig.created_types
    assert 45 <= rig.searched_at[-1] <= 47


@pytest.mark.parametrize(
    "error", [ThrottledError("HTTP 429", status=429), UnavailableError("HTTP 503")]
)
def test_a_search_that_fails_is_tried_again(rig: Rig, error: AmazonError) -> None:
    """The report is not asked for before Amazon has said whether it is made."""
    rig.service.lost = 1
    rig.service.search_refusals = [error] * 3
    rig.obtain(rig.want_day("A"))
    assert ["A"] == rig.created_types
    assert 4 == len(rig.searched_at)


def test_a_search_that_is_refused_is_given_up(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    """Who may not list reports gets them all the same, as if nothing was found."""
    rig.service.lost = 1
    rig.service.search_refusals = [AccessDeniedError("no role for that")]
    rig.obtain(rig.want_day("A"))
    assert ["A", "A"] == rig.created_types
    assert "was not confirmed could not be listed: no role for that" in caplog.text


def test_who_is_never_answered_is_told(rig: Rig) -> None:
    """The error of the search is that of the stream; the others of it end as well."""
    rig.service.lost = 2
    rig.service.search_refusals = [UnavailableError("HTTP 503")] * 100
    pendings = [rig.want_day("A"), rig.want_day("B"), rig.want_day("C")]
    rig.obtain(pendings[2])
    for pending in pendings[:2]:
        with pytest.raises(
            UnavailableError, match=r"HTTP 503 .*goes on from the bookmark"
        ):
            obtain(rig.scheduler, pending)
    assert 200 <= rig.clock.monotonic() <= 400


def test_the_log_says_what_became_of_it(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    """The loss, the pause, and the report that was found."""
    caplog.set_level(logging.INFO)
    rig.service.lost = 1
    rig.obtain(rig.want_day("A"))
    assert "the connection was lost; trying again in 30 s" in caplog.text
    assert "2024-02-26T12:00:00Z: report 100" in caplog.text
