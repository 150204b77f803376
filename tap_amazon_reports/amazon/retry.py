"""Whether a request that failed is sent again, and after which pause."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import backoff

if TYPE_CHECKING:
    from tap_amazon_reports.amazon.clock import Clock

Jitter = Callable[[float], float]


class Trouble(enum.Enum):
    """Why an attempt failed in a way that may pass."""

    THROTTLED = "throttled (429)"
    """Amazon said 429: the bucket is empty, by us or by another application."""

    UNAVAILABLE = "unavailable"
    """Amazon answered 5xx, too late, or not at all."""


@dataclass(frozen=True)
class Retry:
    """Send it again, after a pause."""

    delay_seconds: float


@dataclass(frozen=True)
class GiveUp:
    """Stop trying."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class RetryPolicy:
    """How patient a request is.

    The pauses are those of `backoff.expo`, spread by `jitter`. The loop that waits is
    ours and not `backoff.on_exception`, because that one sleeps by itself, out of reach
    of the clock that is handed in.
    """

    pause_first_seconds: float = 1
    pause_longest_seconds: float = 60
    unavailable_seconds: float = 300
    """How long to go on when Amazon fails; the first attempts are all made within."""
    throttled_seconds: float = 900
    """How long to go on when Amazon says 429: some buckets refill once a minute."""
    quota_seconds: float = 7200
    """How long to wait for our own quota before a request is given up unsent."""
    jitter: Jitter = backoff.full_jitter

    def patience_seconds(self, trouble: Trouble) -> float:
        """Return for how long to go on."""
        if trouble is Trouble.THROTTLED:
            return self.throttled_seconds
        return self.unavailable_seconds

    def begin(self, clock: Clock) -> Attempts:
        """Start counting for one request."""
        return Attempts(self, clock)


class Attempts:
    """The attempts of one request: decides, and does nothing."""

    def __init__(self, policy: RetryPolicy, clock: Clock) -> None:
        """Start the count now."""
        self._policy = policy
        self._clock = clock
        self._started_at = clock.monotonic()
        self._pauses = backoff.expo(
            factor=policy.pause_first_seconds, max_value=policy.pause_longest_seconds
        )
        self._pauses.send(None)

    def decide(
        self, trouble: Trouble, *, at_least_seconds: float = 0
    ) -> Retry | GiveUp:
        """Say whether the request is sent again.

        Args:
            trouble: what the last attempt ended with.
            at_least_seconds: a pause that Amazon asked for, in seconds.
        """
        longest_seconds = self._policy.patience_seconds(trouble)
        elapsed = self._clock.monotonic() - self._started_at
        delay = max(self._policy.jitter(next(self._pauses)), at_least_seconds)
        if elapsed + delay >= longest_seconds:
            return GiveUp(f"{trouble.value} for {elapsed:.0f} s")
        return Retry(delay)
