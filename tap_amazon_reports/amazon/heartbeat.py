"""Long pauses, which say every half minute what is being waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_amazon_reports.amazon.clock import Clock

HEARTBEAT_SECONDS = 30
"""A run that waits says so at least this often."""


def sleep_aloud(clock: Clock, seconds: float, tell: Callable[[float], None]) -> None:
    """Sleep, and tell before each half minute of it how much is left.

    Args:
        clock: to sleep on.
        seconds: how long.
        tell: is given the seconds that are left.
    """
    left_seconds = seconds
    while left_seconds > 0:
        tell(left_seconds)
        pause_seconds = min(left_seconds, HEARTBEAT_SECONDS)
        clock.sleep(pause_seconds)
        left_seconds -= pause_seconds
