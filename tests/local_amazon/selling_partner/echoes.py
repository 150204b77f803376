"""How getReport may tell other dates than were asked for (suspected, seen by users)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta

Window = tuple[datetime, datetime]
Echo = Callable[[datetime, datetime], Window]


def seconds_later(start: datetime, end: datetime) -> Window:
    """Return a window that ends a second after the one that was asked for."""
    return start, end + timedelta(seconds=1)


def whole_days(start: datetime, end: datetime) -> Window:
    """Return the days that the window touches, to the last second of the last."""
    last = (end - timedelta.resolution).date()
    return (
        datetime.combine(start.date(), time(), tzinfo=start.tzinfo),
        datetime.combine(last, time(23, 59, 59), tzinfo=end.tzinfo),
    )


def another_month(start: datetime, end: datetime) -> Window:
    """Return a window that shares no moment with the one that was asked for."""
    month = timedelta(days=31)
    span = max(end - start, timedelta(days=1))
    return start - month - span, end - month - span
