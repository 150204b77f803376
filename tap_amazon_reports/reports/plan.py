"""Which reports a type needs for a stretch of time, oldest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from tap_amazon_reports.reports.windows import Month, Window, day_windows

if TYPE_CHECKING:
    from collections.abc import Iterator

_SECOND = timedelta(seconds=1)
_HOUR = timedelta(hours=1)
_SUNDAY = datetime(1970, 1, 4, tzinfo=timezone.utc)
_MONTHS = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}


@dataclass(frozen=True)
class PlannedWindow:
    """A window, and how Amazon wants it said.

    Attributes:
        window: `end` is where the next one starts: what a bookmark moves to.
        data_end: the last moment to ask for. Types whose data is by day, week or month
            want the last second of the last day; those that filter by the moment want
            `window.end` itself, so that nothing falls between two windows.
    """

    window: Window
    data_end: datetime


def moment_windows(
    start: datetime, end: datetime, *, longest_days: int
) -> Iterator[PlannedWindow]:
    """Yield windows for types that filter by the moment; the last ends at `end`."""
    for window in day_windows(start, end, days=longest_days):
        yield PlannedWindow(window, window.end)


def whole_days(
    start: datetime, end: datetime, *, longest_days: int
) -> Iterator[PlannedWindow]:
    """Yield windows of whole UTC days for types whose data is by day."""
    for window in day_windows(start, _midnight(end), days=longest_days):
        yield PlannedWindow(window, window.end - _SECOND)


def whole_hours(
    start: datetime, end: datetime, *, longest_hours: int
) -> Iterator[PlannedWindow]:
    """Yield windows of whole UTC hours, none longer than `longest_hours`."""
    left = start.replace(minute=0, second=0, microsecond=0)
    last = end.replace(minute=0, second=0, microsecond=0)
    while left < last:
        right = min(left + longest_hours * _HOUR, last)
        yield PlannedWindow(Window(left, right), right)
        left = right


def whole_periods(
    start: datetime, end: datetime, *, period: str, at_most: int
) -> Iterator[PlannedWindow]:
    """Yield windows of closed periods, at most so many of them in one window.

    Args:
        start: the first period is the one that it lies in.
        end: the last period is closed by then.
        period: DAY, WEEK (Sunday to Saturday), MONTH, QUARTER or YEAR.
        at_most: how many periods one report may span.
    """
    left = _period_start(start, period)
    while (right := _period_end(left, period)) <= end:
        for _ in range(at_most - 1):
            if (further := _period_end(right, period)) > end:
                break
            right = further
        yield PlannedWindow(Window(left, right), right - _SECOND)
        left = right


def _period_start(moment: datetime, period: str) -> datetime:
    day = _midnight(moment)
    if period == "DAY":
        return day
    if period == "WEEK":
        return day - (day - _SUNDAY) % timedelta(days=7)
    months = _MONTHS[period]
    return Month(day.year, (day.month - 1) // months * months + 1).start


def _period_end(start: datetime, period: str) -> datetime:
    if period in {"DAY", "WEEK"}:
        return start + timedelta(days=1 if period == "DAY" else 7)
    month = Month.of(start)
    for _ in range(_MONTHS[period]):
        month = month.next()
    return month.start


def _midnight(moment: datetime) -> datetime:
    return moment.astimezone(timezone.utc).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
