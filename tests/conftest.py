"""The local Amazon with its usual holdings, and the time that a test scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.amazon import LocalAmazon
from tests.clock import ScriptedClock

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
