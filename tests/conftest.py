"""The local Amazon with its usual holdings, and the time that a test scripts."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from tests.amazon import LocalAmazon
from tests.clock import ScriptedClock
from tests.rehearsal import Rehearsal

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def clock() -> ScriptedClock:
    """Return the time of both the tap and Amazon; nobody waits for it."""
    return ScriptedClock()


@pytest.fixture
def amazon(clock: ScriptedClock) -> Iterator[LocalAmazon]:
    """Yield a running Amazon; an unknown request or a crash in it fails the test."""
    with LocalAmazon(clock=clock) as running:
        yield running


@pytest.fixture
def rehearse(
    amazon: LocalAmazon, clock: ScriptedClock, caplog: pytest.LogCaptureFixture
) -> Iterator[Rehearsal]:
    """Yield a rehearsal in which everything is logged, down to DEBUG."""
    caplog.set_level(logging.DEBUG)
    rehearsal = Rehearsal(amazon, clock, caplog)
    yield rehearsal
    rehearsal.check()
    assert rehearsal.outputs, "nothing was rehearsed"
