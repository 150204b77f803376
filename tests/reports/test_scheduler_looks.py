"""How often the scheduler looks at what is being made, and how soon it sees an end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.reports.scheduler_rig import SchedulerRig, obtain
from tests.reports.scripted_service import ScriptedService

if TYPE_CHECKING:
    from tap_amazon_reports.reports.pending_report import PendingReport
    from tests.clock import ScriptedClock

Rig = SchedulerRig[ScriptedService]

HOUR = 3600
POLL_SECONDS = 15


@pytest.fixture(name="office")
def _office(clock: ScriptedClock) -> Rig:
    office = SchedulerRig(ScriptedService(clock))
    office.service.ripening_seconds = lambda _request: HOUR
    return office


def _wait(office: Rig, pendings: list[PendingReport]) -> None:
    for pending in pendings:
        obtain(office.scheduler, pending)


def _places(office: Rig, *names: str, windows: int) -> list[PendingReport]:
    pendings = []
    for name in names:
        for number in range(windows):
            pending = office.pending(name, number)
            pending.place = number
            office.scheduler.want(pending)
            pendings.append(pending)
    return pendings


def test_ten_windows_that_take_an_hour(office: Rig) -> None:
    """They cost hardly more looks than one: only the oldest is looked at."""
    _wait(office, _places(office, "a", windows=1))
    of_one = len(office.polled_at)
    office.service.looks.clear()

    _wait(office, _places(office, "b", windows=10))

    assert 44 == of_one
    assert of_one + 9 == len(office.polled_at)


def test_each_stream_has_an_oldest(office: Rig, clock: ScriptedClock) -> None:
    """A stream whose reports are quick waits for nobody's slow ones."""
    quick = {"QUICK": 60.0}
    office.service.ripening_seconds = lambda request: quick.get(
        request.report_type, HOUR
    )
    slow = _places(office, "slow", windows=3)
    _wait(office, _places(office, "quick", windows=3))

    assert clock.monotonic() <= 60 + 2 * POLL_SECONDS
    assert not any(pending.has_ended for pending in slow)


def test_what_ended_together_is_seen_together(
    office: Rig, clock: ScriptedClock
) -> None:
    """As soon as the oldest has ended, all the others are looked at."""
    pendings = _places(office, "a", windows=10)
    obtain(office.scheduler, pendings[0])

    assert all(pending.has_ended for pending in pendings)
    assert clock.monotonic() <= 1.1 * HOUR


def test_what_is_waited_for_is_looked_at(office: Rig, clock: ScriptedClock) -> None:
    """Whatever is older, and still being made."""
    pendings = _places(office, "a", windows=2)
    office.service.ripening_seconds = lambda request: (
        60 if request == pendings[1].request else HOUR
    )
    obtain(office.scheduler, pendings[1])

    assert clock.monotonic() <= 60 + 2 * POLL_SECONDS
    assert not pendings[0].has_ended


def test_what_others_made_is_looked_at_once_at_first(
    office: Rig,
) -> None:
    """If it is of no use, another is created now, not when the oldest ends."""
    _places(office, "a", windows=1)
    office.scheduler.turn()
    adopted = office.pending("a", 1)
    adopted.place = 1
    office.scheduler.want(adopted, known_id="nobody knows it")
    office.scheduler.turn()

    assert ["a0", "a1"] == office.created


def test_a_dropped_queue_is_looked_at_no_more(
    office: Rig,
) -> None:
    """What failed costs nothing any more, neither its oldest nor what is behind."""
    dropped = _places(office, "a", windows=3)
    office.scheduler.turn()
    office.scheduler.drop("a")
    _wait(office, _places(office, "b", windows=1))
    ids = {pending.report_id for pending in dropped}

    assert not ids & {report_id for report_id, _ in office.service.looks}


def test_the_shortest_wait_moves_the_clock(office: Rig, clock: ScriptedClock) -> None:
    """A rest of a wait that no clock can add to its hours is no endless loop."""
    clock.advance(hours=6)
    before = clock.monotonic()
    office.scheduler.wait_for_any([], at_most_seconds=1e-13)

    assert before < clock.monotonic() < before + 1
