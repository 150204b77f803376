"""A running Amazon on scripted time, and the tap's own clients of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.amazon.rig import services_of
from tests.clock import ScriptedClock
from tests.local_amazon import LocalAmazon
from tests.local_amazon.population import populate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_amazon_reports.services import Services


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
def services(amazon: LocalAmazon, clock: ScriptedClock) -> Services:
    """Return the clients as the tap wires them."""
    return services_of(amazon, clock)


@pytest.fixture
def full(amazon: LocalAmazon) -> LocalAmazon:
    """Return an Amazon with its usual holdings."""
    populate(
        amazon.appstore, amazon.selling_partner, amazon.pay, now=amazon.clock.now()
    )
    return amazon
