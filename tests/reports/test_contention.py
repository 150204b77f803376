"""What a 429 on createReport tells of somebody else, and what is made of that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tap_amazon_reports.amazon.errors import (
    AccessDeniedError,
    ThrottledError,
    UnavailableError,
)
from tests.reports.scheduler_rig import SchedulerRig, obtain
from tests.reports.scripted_service import ScriptedService

if TYPE_CHECKING:
    from tap_amazon_reports.amazon.errors import AmazonError
    from tests.clock import ScriptedClock

Rig = SchedulerRig[ScriptedService]

THROTTLED = ThrottledError("createReport: HTTP 429", status=429)


@pytest.fixture(name="rig")
def _rig(clock: ScriptedClock) -> Rig:
    return SchedulerRig(ScriptedService(clock))


def test_nobody_is_looked_for_without_a_sign(rig: Rig) -> None:
    """A run that is alone lists nothing, however many reports it creates."""
    rig.obtain(*rig.want("a", 30))

    assert [] == rig.service.searches


def test_what_others_create_is_adopted(rig: Rig) -> None:
    """After a 429 the listing is looked at, and what is there is not made again."""
    pendings = rig.want("a", 4)
    rig.service.refusals["A"] = [THROTTLED]
    rig.scheduler.turn()
    theirs = [rig.service.hold(pending.request) for pending in pendings[:3]]
    reports = rig.obtain(*pendings)

    assert theirs == [report.report_id for report in reports[:3]]
    assert ["a3"] == rig.created
    assert 3 == rig.tally.adopted


def test_what_is_adopted_is_checked_when_it_is_read(rig: Rig) -> None:
    """A listing does not tell options, so nobody knows yet whether it is the same."""
    (pending,) = rig.want("a")
    rig.service.refusals["A"] = [THROTTLED]
    rig.scheduler.turn()
    rig.service.hold(pending.request)
    rig.obtain(pending)

    assert pending.is_unchecked
    assert pending.adopted
    assert not pending.is_ours


def test_what_no_listing_tells_is_created(rig: Rig) -> None:
    """Where a document does not tell its options, another's report is not adopted."""
    (pending,) = rig.want("a")
    pending.is_listable = False
    rig.service.refusals["A"] = [THROTTLED]
    rig.scheduler.turn()
    rig.service.hold(pending.request)
    rig.obtain(pending)

    assert ["a0"] == rig.created
    assert [] == rig.service.searches


@pytest.mark.parametrize(
    "error",
    [
        ThrottledError("getReports: HTTP 429", status=429),
        UnavailableError("getReports: HTTP 503", status=503),
        AccessDeniedError("getReports: HTTP 403", status=403),
    ],
    ids=str,
)
def test_what_cannot_be_listed_is_created(rig: Rig, error: AmazonError) -> None:
    """To look is to save; it is no reason to fail."""
    pendings = rig.want("a", 2)
    rig.service.refusals["A"] = [THROTTLED]
    rig.service.search_refusals = [error]
    rig.obtain(*pendings)

    assert ["a0", "a1"] == rig.created


def test_looks_keep_to_their_quota(rig: Rig) -> None:
    """The service fails the test if the listing is asked for too early."""
    pendings = [pending for name in "abcdefghijkl" for pending in rig.want(name, 4)]
    for name in "ABC":
        rig.service.refusals[name] = [THROTTLED, THROTTLED]
    rig.obtain(*pendings)

    assert 48 == len(rig.created)
    assert all(len(types) <= 10 for types, _ in rig.service.searches)


def test_progress_of_another_is_no_reason_to_give_up(rig: Rig) -> None:
    """This run is refused for three hours, and the other creates what both want."""
    pendings = rig.want("a", 40)
    rig.service.refusals["A"] = [THROTTLED] * 400
    rig.scheduler.turn()
    for pending in pendings:
        rig.service.hold(pending.request)
        rig.scheduler.wait_for_any([pending])

        # The next one is created when the other run has a token again.
        rig.clock.advance(seconds=300)

    assert 40 == rig.tally.adopted
    assert not any(pending.error for pending in pendings)
    assert rig.clock.monotonic() > 3 * 3600


def test_without_progress_it_ends(rig: Rig) -> None:
    """Refused for `report_timeout`, and nobody else creates anything: that is told."""
    (pending,) = rig.want("a")
    rig.service.refusals["A"] = [THROTTLED] * 400

    with pytest.raises(ThrottledError, match="for report_timeout"):
        obtain(rig.scheduler, pending)
