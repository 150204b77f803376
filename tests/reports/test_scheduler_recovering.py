"""When an answer of Amazon's is lost, the report is looked for before it is made anew.

A report is made when it is asked for, whoever gets to know of it, and costs quota.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta

import pytest

from tap_amazon_reports.amazon.errors import (
    AccessDeniedError,
    AmazonError,
    ThrottledError,
    UnavailableError,
)
from tap_amazon_reports.amazon.retry import RetryPolicy
from tap_amazon_reports.reports.pending_report import PendingReport
from tap_amazon_reports.reports.polling_policy import PollingPolicy
from tap_amazon_reports.reports.report import Report, ReportRequest
from tap_amazon_reports.reports.scheduler import ReportScheduler
from tap_amazon_reports.reports.status import ReportStatus
from tests.amazon.rig import unchanged
from tests.clock import NOON, ScriptedClock
from tests.reports.scripted_service import LIST_BURST, ScriptedService

DAY = timedelta(days=1)
PATIENT = PollingPolicy(retry=RetryPolicy(jitter=unchanged))


class Office:
    """A scheduler, the service that it asks, and what is remembered of its pendings."""

    def __init__(self) -> None:
        """Begin with nothing wanted."""
        self.clock = ScriptedClock()
        self.service = ScriptedService(self.clock)
        self.scheduler = ReportScheduler(clock=self.clock, policy=PATIENT)
        self.remembered: list[str | None] = []

    def want(
        self, name: str, *, days_ago: int = 100, options: str = ""
    ) -> PendingReport:
        """Want a day of a type, in a queue of the type's name."""
        start = NOON - days_ago * DAY
        request = ReportRequest(
            report_type=name,
            data_start=start,
            data_end=start + DAY,
            options=(("option", options),) if options else (),
        )
        pending = PendingReport(request, self.service, name, self.remembered.append)
        self.scheduler.want(pending)
        return pending

    def obtain(self, *pendings: PendingReport) -> list[Report]:
        """Wait for each in turn."""
        return [self.scheduler.obtain(pending) for pending in pendings]

    @property
    def asked(self) -> list[str]:
        """The types that were asked for, as often as they were."""
        return [request.report_type for request, _ in self.service.asks]

    @property
    def searched(self) -> list[float]:
        """The seconds at which there was a search."""
        return [at for _, at in self.service.searches]


@pytest.fixture(name="office")
def _office() -> Office:
    return Office()


def test_without_a_loss_nothing_is_searched_for(office: Office) -> None:
    """The search costs no call where every answer comes."""
    office.obtain(*(office.want("A", days_ago=n) for n in range(20, 40)))
    assert [] == office.searched


def test_a_lost_report_is_found_and_not_asked_for_again(office: Office) -> None:
    """It is paid for once, remembered in state, and counted as asked for."""
    office.service.lost = 1
    pending = office.want("A")
    (report,) = office.obtain(pending)
    assert ["A"] == office.asked
    assert 1 == len(office.searched)
    assert [report.report_id] == office.remembered
    assert (1, 0) == (pending.tally.created, pending.tally.adopted)
    assert (1, 0) == (office.scheduler.tally.created, office.scheduler.tally.adopted)
    assert not pending.adopted


def test_a_report_that_was_not_made_is_asked_for_again(office: Office) -> None:
    """Then the request was lost, and not the answer."""
    office.service.refusals["A"] = [UnavailableError("HTTP 503")]
    office.obtain(office.want("A"))
    assert ["A"] == office.asked
    assert 1 == len(office.searched)


def test_each_loss_is_searched_for(office: Office) -> None:
    """Refused, lost and not made, lost and made: one report in the end."""
    failures: list[AmazonError] = [UnavailableError("HTTP 502") for _ in range(3)]
    office.service.refusals["A"] = failures
    office.service.lost = 1
    office.obtain(office.want("A"))
    assert ["A"] == office.asked
    assert 4 == len(office.searched)


def test_time_is_left_for_the_report_to_be_listed(office: Office) -> None:
    """Amazon's listing may show it a moment later than it was asked for."""
    office.service.lost = 1
    office.service.unlisted_seconds = 20
    office.obtain(office.want("A"))
    assert ["A"] == office.asked
    assert office.searched[0] >= 20


def test_others_are_asked_for_meanwhile(office: Office) -> None:
    """A loss blocks nothing."""
    office.service.lost = 1
    lost, others = office.want("A"), [office.want(name) for name in "BCDE"]
    office.scheduler.turn()
    assert [0] * 5 == [at for _, at in office.service.asks]
    office.obtain(*others)
    assert office.clock.monotonic() <= 60
    office.obtain(lost)
    assert list("ABCDE") == office.asked


@dataclass(frozen=True)
class _Other:
    """A report that is like the lost one but for something."""

    name: str = "A"
    days_ago: int = 100
    market: str = ""


@pytest.mark.parametrize(
    "other", [_Other(name="B"), _Other(days_ago=99), _Other(market="ELSEWHERE")]
)
def test_another_report_is_not_taken_for_the_lost_one(
    office: Office, other: _Other
) -> None:
    """Type, window and marketplaces have to be those that were asked for."""
    start = NOON - other.days_ago * DAY
    held = ReportRequest(
        report_type=other.name,
        marketplace_ids=(other.market,) if other.market else (),
        data_start=start,
        data_end=start + DAY,
    )
    office.service.hold(held)
    office.service.refusals["A"] = [UnavailableError("HTTP 503")]
    (report,) = office.obtain(office.want("A"))
    assert ["A"] == office.asked
    assert "101" == report.report_id


def test_a_report_from_before_is_not_taken_for_the_lost_one(office: Office) -> None:
    """Only what was made since the attempt, or a little before, can be it."""
    pending = office.want("A")
    office.service.hold(pending.request)
    office.clock.advance(seconds=600)
    office.service.refusals["A"] = [UnavailableError("HTTP 503")]
    office.obtain(pending)
    assert ["A"] == office.asked
    assert "101" == pending.report_id


def test_a_report_that_failed_is_not_taken_for_the_lost_one(office: Office) -> None:
    """One that somebody cancelled has nothing to be read."""
    pending = office.want("A")
    office.service.status = ReportStatus.CANCELLED
    office.service.ripening_seconds = lambda _request: 0
    office.service.hold(pending.request)
    office.service.status = ReportStatus.DONE
    office.service.refusals["A"] = [UnavailableError("HTTP 503")]
    office.obtain(pending)
    assert "101" == pending.report_id


def test_what_another_ticket_holds_is_not_taken(office: Office) -> None:
    """Two streams that want the same report each have their own, asked or adopted."""
    first = office.want("A")
    office.obtain(first)
    office.service.refusals["A"] = [UnavailableError("HTTP 503")]
    second = office.want("A")
    office.obtain(second)
    known = office.service.hold(first.request)
    third = PendingReport(first.request, office.service, "C", office.remembered.append)
    office.scheduler.want(third, known_id=known)
    office.service.refusals["A"] = [UnavailableError("HTTP 503")]
    fourth = office.want("A")
    office.obtain(third, fourth)
    ids = [one.report_id for one in (first, second, third, fourth)]
    assert ["100", "101", "102", "103"] == ids
    assert 3 == len(office.asked)


def test_two_that_are_lost_are_two(office: Office) -> None:
    """Each finds one of its own, by one search."""
    office.service.lost = 2
    first, second = office.want("A"), office.want("A")
    office.obtain(first, second)
    assert {"100", "101"} == {first.report_id, second.report_id}
    assert 1 == len(office.searched)
    assert 2 == len(office.asked)


def test_a_report_that_no_listing_tells_apart_is_asked_for_again(
    office: Office,
) -> None:
    """Where nobody tells its options, it cannot be found among those of others."""
    office.service.lost = 1
    pending = office.want("A", options="yes")
    pending.is_listable = False
    office.obtain(pending)
    assert ["A", "A"] == office.asked
    assert [] == office.searched
    assert office.service.asks[1][1] <= 2


def test_a_service_that_knows_a_repeated_ask_is_not_searched(office: Office) -> None:
    """Amazon Pay makes no second report for the same key."""
    office.service.types_per_listing = 0
    office.service.lost = 1
    office.obtain(office.want("A"))
    assert [] == office.searched
    assert office.service.asks[1][1] <= 2


def test_what_is_lost_together_is_searched_for_together(office: Office) -> None:
    """After a break in the line fifteen answers cost two searches: ten types each."""
    office.service.lost = 15
    names = [f"T{number:02d}" for number in range(13)]
    pendings = [office.want(name) for name in names]
    pendings += [office.want("T00", days_ago=n) for n in (98, 99)]
    office.obtain(*pendings)
    assert [10, 3] == [len(types) for types, _ in office.service.searches]
    assert 15 == len(office.asked) == len({one.report_id for one in pendings})


def test_searches_keep_to_their_quota(office: Office) -> None:
    """When it is used up they wait for it, and everybody else goes on."""
    for _ in range(LIST_BURST):
        office.service.list_newest((), NOON, NOON)
    office.service.lost = 1
    lost, others = office.want("A"), [office.want(name) for name in "BC"]
    office.obtain(*others)
    assert office.clock.monotonic() <= 40
    office.obtain(lost)
    assert ["A", "B", "C"] == office.asked
    assert 45 <= office.searched[-1] <= 47


@pytest.mark.parametrize(
    "error", [ThrottledError("HTTP 429", status=429), UnavailableError("HTTP 503")]
)
def test_a_search_that_fails_is_tried_again(office: Office, error: AmazonError) -> None:
    """The report is not asked for before Amazon has said whether it is made."""
    office.service.lost = 1
    office.service.search_refusals = [error] * 3
    office.obtain(office.want("A"))
    assert ["A"] == office.asked
    assert 4 == len(office.searched)


def test_a_search_that_is_refused_is_given_up(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """Who may not list reports gets them all the same, as if nothing was found."""
    office.service.lost = 1
    office.service.search_refusals = [AccessDeniedError("no role for that")]
    office.obtain(office.want("A"))
    assert ["A", "A"] == office.asked
    assert "could not be searched for: no role for that" in caplog.text


def test_who_is_never_answered_is_told(office: Office) -> None:
    """The error of the search is that of the stream; the others of it end as well."""
    office.service.lost = 2
    office.service.search_refusals = [UnavailableError("HTTP 503")] * 100
    pendings = [office.want("A"), office.want("B"), office.want("C")]
    office.obtain(pendings[2])
    for pending in pendings[:2]:
        with pytest.raises(UnavailableError, match=r"HTTP 503 .*goes on from here"):
            office.scheduler.obtain(pending)
    assert 200 <= office.clock.monotonic() <= 400


def test_the_log_says_what_became_of_it(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """The loss, the pause, and the report that was found."""
    caplog.set_level(logging.INFO)
    office.service.lost = 1
    office.obtain(office.want("A"))
    assert "the connection was lost; trying again in 30 s" in caplog.text
    assert "2026-08-14T12:00:00Z is being made: report 100" in caplog.text
