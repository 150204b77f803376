"""Which report types Amazon holds back, and until when, learned from its 429s."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tap_amazon_reports.amazon.clock import Clock

# Facts (SP-API documentation, "Usage plans and rate limits", and
# github.com/amzn/selling-partner-api-models, issue 5210, April 2026): a 429 on
# createReport can mean that the operation's quota is used up, or that this one type is
# limited far below it (sales and traffic: four an hour). The answer does not say which.

_FIRST_PAUSE_SECONDS = 60
_LONGEST_PAUSE_SECONDS = 900
_IN_A_ROW_SECONDS = 60
"""Refusals that lie further apart have nothing to do with each other."""
_EASING = 0.75
"""Each report that is given shortens the pause before the next of its type."""


class Verdict(enum.Enum):
    """What a 429 means."""

    TYPE = "reports of this type are created too often"
    OPERATION = "the quota of all types is used up"
    TOO_LONG = "it has been so for too long"


@dataclass
class _Hold:
    """One type that is held back.

    Attributes:
        since: when it was refused first and not given since; None once it was given.
        until: when it may be asked for again.
        pause_seconds: the last pause.
    """

    since: float | None
    until: float
    pause_seconds: float


class Throttle:
    """What one service's 429s taught: decides, and does nothing."""

    def __init__(self, *, clock: Clock, timeout_seconds: float) -> None:
        """Hold nothing back.

        Args:
            clock: the time.
            timeout_seconds: how long one type may be refused before it is given up.
        """
        self._clock = clock
        self._timeout_seconds = timeout_seconds
        self._holds: dict[str, _Hold] = {}
        self._refused_at: dict[str, float] = {}

    def wait_seconds(self, report_type: str) -> float:
        """Return for how long a type is still held back; 0 for most of them."""
        hold = self._holds.get(report_type)
        return max(0.0, hold.until - self._clock.monotonic()) if hold else 0.0

    def refused(self, report_type: str) -> Verdict:
        """Learn from a 429: hold the type back, and say what else it means."""
        now = self._clock.monotonic()
        hold = self._holds.setdefault(report_type, _Hold(None, now, 0))
        hold.since = now if hold.since is None else hold.since
        if now - hold.since >= self._timeout_seconds:
            return Verdict.TOO_LONG
        hold.pause_seconds = min(
            max(_FIRST_PAUSE_SECONDS, 2 * hold.pause_seconds), _LONGEST_PAUSE_SECONDS
        )
        hold.until = now + hold.pause_seconds
        self._refused_at[report_type] = now
        in_a_row = [
            moment
            for moment in self._refused_at.values()
            if now - moment <= _IN_A_ROW_SECONDS
        ]
        return Verdict.OPERATION if len(in_a_row) > 1 else Verdict.TYPE

    def given(self, report_type: str) -> None:
        """Learn from a success: the quota is not used up, and the pause was enough."""
        self._refused_at.clear()
        hold = self._holds.get(report_type)
        if hold is None:
            return
        hold.since = None
        hold.pause_seconds *= _EASING
        if hold.pause_seconds < _FIRST_PAUSE_SECONDS * _EASING:
            del self._holds[report_type]
        else:
            hold.until = self._clock.monotonic() + hold.pause_seconds

    def progressed(self, report_type: str) -> None:
        """Learn that somebody else was given a report of the type: all goes on."""
        if hold := self._holds.get(report_type):
            hold.since = None
