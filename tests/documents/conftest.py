"""A running Amazon on scripted time, and what opens its documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tap_amazon_reports.amazon.exchange import Retrying
from tap_amazon_reports.amazon.http import Transport
from tap_amazon_reports.amazon.retry import RetryPolicy
from tap_amazon_reports.amazon.storage import Storage
from tests.clock import ScriptedClock
from tests.local_amazon import LocalAmazon

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def clock() -> ScriptedClock:
    """Return time as the test scripts it."""
    return ScriptedClock()


@pytest.fixture
def amazon(clock: ScriptedClock) -> Iterator[LocalAmazon]:
    """Yield a running Amazon that holds nothing."""
    with LocalAmazon(clock=clock, populate=False) as running:
        yield running


@pytest.fixture
def storage(clock: ScriptedClock) -> Storage:
    """Return what opens documents."""
    transport = Transport(user_agent="Test/1", timeout_seconds=10)
    retrying = Retrying(retry=RetryPolicy(), clock=clock)
    return Storage(transport=transport, retrying=retrying)
