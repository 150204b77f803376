"""One token bucket for each operation, so that a run never asks faster than it may."""

from __future__ import annotations

import threading
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tap_amazon_reports.amazon.clock import Clock

# Facts (SP-API developer guide, "Usage plans and rate limits"; 2026): each operation
# has a bucket of `burst` tokens, refilled at `rate` tokens a second; rate and burst are
# two numbers. The rate in force is told in `x-amzn-RateLimit-Limit`, rounded.

_CAUTION = 0.98
"""How much of the published rate is spent: a request that travels faster than the one
before it, or a rate that Amazon rounded up in print, must not earn a 429."""


_SLOWEST_PER_SECOND = 1 / 3600
_FASTEST_PER_SECOND = 1e6
"""No plan of Amazon's is slower or faster; a rate beyond is a mistake, not news."""


class TokenBucket:
    """The right to call one operation, which refills with time.

    Tokens are handed out in the order of asking, also under threads: whoever asks when
    the bucket is empty owes a token, and sleeps until it is paid.
    """

    def __init__(self, *, rate_per_second: float, burst: int, clock: Clock) -> None:
        """Start full, with `burst` tokens."""
        self._rate = rate_per_second * _CAUTION
        self._burst = burst
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens = float(burst)
        self._counted_at = clock.monotonic()

    def owe(self, *, at_most_seconds: float = inf) -> float | None:
        """Pay one token; return how long the caller has to sleep before it is used.

        Nothing is paid, and None returned, if that would be more than
        `at_most_seconds`.
        """
        with self._lock:
            self._refill()
            wait_seconds = max(0.0, (1 - self._tokens) / self._rate)
            if wait_seconds > at_most_seconds:
                return None
            self._tokens -= 1
            return wait_seconds

    def wait_seconds(self, count: int = 1) -> float:
        """Return how long the last of the next `count` calls would wait."""
        with self._lock:
            self._refill()
            return max(0.0, (count - self._tokens) / self._rate)

    def learn(self, rate_per_second: float) -> None:
        """Believe what Amazon says about the rate; the burst is never told.

        A rate that no usage plan has (0, 1e-9, infinity, no number) is not believed.
        """
        if not _SLOWEST_PER_SECOND <= rate_per_second <= _FASTEST_PER_SECOND:
            return
        with self._lock:
            self._refill()
            self._rate = rate_per_second * _CAUTION

    def drain(self) -> None:
        """Believe a 429: whatever we counted, there is no token now."""
        with self._lock:
            self._refill()
            self._tokens = min(self._tokens, 0.0)

    def _refill(self) -> None:
        moment = self._clock.monotonic()
        earned = (moment - self._counted_at) * self._rate
        self._tokens = min(float(self._burst), self._tokens + earned)
        self._counted_at = moment
