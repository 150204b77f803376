"""The SDK's own standard tests of a tap, against the local Amazon."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from singer_sdk.testing import get_tap_test_class

from tap_amazon_reports.tap import TapAmazonReports
from tests.clock import ScriptedClock
from tests.local_amazon import LocalAmazon

if TYPE_CHECKING:
    from collections.abc import Iterator

CLOCK = ScriptedClock()
CONFIG: dict[str, Any] = {"request_timeout": 30, "null_values": "write"}
"""Without credentials while tests are collected: enough to know every stream.

The suite wants each column in some record, and `_extra` seldom has a value.
"""

# The suite says so of columns that are null throughout, as `_extra` mostly is.
pytestmark = pytest.mark.filterwarnings("ignore:No records were available to test")


@pytest.fixture(scope="module", autouse=True)
def _running() -> Iterator[None]:
    """Run an Amazon, and tell the tap where it is: the suite keeps CONFIG itself."""
    with LocalAmazon(clock=CLOCK) as amazon:
        CONFIG.update(amazon.settings())
        yield
        # Several runs in a row may come too early, but never ask what is forbidden.
        assert [] == amazon.refused


TestTapAmazonReports = get_tap_test_class(
    TapAmazonReports, config=CONFIG, clock=CLOCK, parse_env_config=False
)
