"""A clock that a test scripts: nobody waits, and every pause is written down."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta, timezone

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=timezone.utc)


class ScriptedClock:
    """Time that moves only when somebody sleeps, or when the test says so.

    Attributes:
        sleeps: the pauses that were asked for, in seconds, in order.
    """

    def __init__(self, start: datetime = NOON) -> None:
        """Start at `start`."""
        self._start = start
        self._elapsed = 0.0
        self._lock = threading.Lock()
        self.sleeps: list[float] = []

    def now(self) -> datetime:
        """Return the scripted moment."""
        with self._lock:
            return self._start + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        """Return the seconds since the start of the script."""
        with self._lock:
            return self._elapsed

    def sleep(self, seconds: float) -> None:
        """Move time forward at once, and remember for how long."""
        with self._lock:
            self.sleeps.append(seconds)
            self._elapsed += max(0.0, seconds)

    def advance(self, *, seconds: float = 0, hours: float = 0, days: float = 0) -> None:
        """Move time forward without anybody having slept."""
        with self._lock:
            self._elapsed += seconds + hours * 3600 + days * 86400
