"""The local Amazon under test, and callers with good credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

from tests.clock import ScriptedClock
from tests.local_amazon import LocalAmazon
from tests.local_amazon.callers import Merchant, Seller

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def clock() -> ScriptedClock:
    """Return time as the test scripts it."""
    return ScriptedClock()


@pytest.fixture
def amazon(clock: ScriptedClock) -> Iterator[LocalAmazon]:
    """Yield a running Amazon with its usual holdings."""
    with LocalAmazon(clock=clock) as running:
        yield running


@pytest.fixture
def session() -> Iterator[requests.Session]:
    """Yield a plain session."""
    with requests.Session() as plain:
        yield plain


@pytest.fixture
def seller(amazon: LocalAmazon, session: requests.Session) -> Seller:
    """Return a caller of the Selling Partner API."""
    return Seller(amazon, session)


@pytest.fixture
def merchant(amazon: LocalAmazon, session: requests.Session) -> Merchant:
    """Return a caller of Amazon Pay."""
    return Merchant(amazon, session)
