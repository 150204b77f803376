"""What a 429 teaches about one report type, and about all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tap_amazon_reports.reports.throttle import Throttle, Verdict

if TYPE_CHECKING:
    from tests.clock import ScriptedClock

HOUR_SECONDS = 3600


@pytest.fixture(name="throttle")
def _throttle(clock: ScriptedClock) -> Throttle:
    return Throttle(clock=clock, timeout_seconds=2 * HOUR_SECONDS)


def test_nothing_is_held_back_at_first(throttle: Throttle) -> None:
    """A type that was never refused waits for nothing."""
    throttle.given("A")

    assert 0 == throttle.wait_seconds("A")


def test_the_pause_doubles_up_to_a_quarter_of_an_hour(
    throttle: Throttle, clock: ScriptedClock
) -> None:
    """One minute, two, four, eight, and never more than fifteen."""
    pauses = []
    for _ in range(6):
        assert throttle.refused("A") is Verdict.TYPE
        pauses.append(throttle.wait_seconds("A"))
        clock.advance(seconds=pauses[-1])

    assert [60, 120, 240, 480, 900, 900] == pauses


def test_other_types_are_not_held_back(throttle: Throttle) -> None:
    """What is true of one type says nothing of another."""
    throttle.refused("A")

    assert 0 == throttle.wait_seconds("B")


def test_two_types_in_a_row_mean_all(throttle: Throttle, clock: ScriptedClock) -> None:
    """When several are refused at once, it is not about the type."""
    assert throttle.refused("A") is Verdict.TYPE
    clock.advance(seconds=30)

    assert throttle.refused("B") is Verdict.OPERATION


def test_a_success_in_between_breaks_the_row(throttle: Throttle) -> None:
    """Whatever was given proves that the quota of all is not empty."""
    throttle.refused("A")
    throttle.given("C")

    assert throttle.refused("B") is Verdict.TYPE


def test_refusals_far_apart_are_no_row(
    throttle: Throttle, clock: ScriptedClock
) -> None:
    """A refusal an hour ago has nothing to do with one of now."""
    throttle.refused("A")
    clock.advance(hours=1)

    assert throttle.refused("B") is Verdict.TYPE


def test_a_type_is_given_up_after_the_timeout(
    throttle: Throttle, clock: ScriptedClock
) -> None:
    """Two hours of nothing but refusals are enough."""
    throttle.refused("A")
    clock.advance(hours=2)

    assert throttle.refused("A") is Verdict.TOO_LONG


def test_a_success_renews_the_timeout(throttle: Throttle, clock: ScriptedClock) -> None:
    """A type that is slow but moves is never given up."""
    for _ in range(4):
        throttle.refused("A")
        clock.advance(hours=1)
        throttle.given("A")
        clock.advance(hours=1)

    assert throttle.refused("A") is Verdict.TYPE


def test_a_limit_is_remembered_after_a_success(
    throttle: Throttle, clock: ScriptedClock
) -> None:
    """A type limited far below the plan is not asked again at the plan's pace."""
    for _ in range(4):
        throttle.refused("A")
        clock.advance(seconds=throttle.wait_seconds("A"))
    throttle.given("A")

    assert 360 == throttle.wait_seconds("A")


def test_a_limit_is_forgotten_by_and_by(
    throttle: Throttle, clock: ScriptedClock
) -> None:
    """Each report that is given shortens the pause, until there is none."""
    throttle.refused("A")
    pauses = []
    for _ in range(3):
        clock.advance(seconds=throttle.wait_seconds("A"))
        throttle.given("A")
        pauses.append(throttle.wait_seconds("A"))

    assert [45, 0, 0] == pauses
