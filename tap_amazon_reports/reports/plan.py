"""Which reports a type needs for a stretch of time, oldest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from tap_amazon_reports.reports.reach import SLACK
from tap_amazon_reports.reports.report_types import DateMode, Dates, Period
from tap_amazon_reports.reports.windows import Month, Window, day_windows, midnight

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tap_amazon_reports.reports.report_types import ReportType

_DEFAULT_DAYS = 30
_SECOND = timedelta(seconds=1)
_HOUR = timedelta(hours=1)
_TAIL = _HOUR
"""What a run leaves to the next one, behind a window that an earlier run created."""
_SUNDAY = datetime(1970, 1, 4, tzinfo=timezone.utc)
_MONTHS = {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: 12}


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


def tiled_windows(
    kind: ReportType,
    start: datetime,
    end: datetime,
    *,
    oldest: datetime | None = None,
    created: Iterable[PlannedWindow] = (),
    days: int | None,
) -> list[PlannedWindow]:
    """Return the windows in which a type is read from `start` to `end`, without a gap.

    What an earlier run created keeps its window. A gap before it is planned, and so is
    the rest, from where the last of them ends. A created window that does not fit
    between the others is left out: it would be read for nothing.

    Args:
        kind: the type, with the dates that its options choose.
        start: UTC; where reading resumes.
        end: UTC, whole seconds.
        oldest: from when on Amazon has data; nothing before it is planned.
        created: windows of reports that were created and not read.
        days: how long a window is to be, if not as long as the type allows.
    """

    def planned(left: datetime, right: datetime) -> list[PlannedWindow]:
        left = max(left, oldest) if oldest else left
        return list(planned_windows(kind, left, right, days=days))

    tiles: list[PlannedWindow] = []
    reached = _first_start(kind, start, end, days=days)
    within = [one for one in created if one.window.end <= end]
    for one in sorted(within, key=lambda one: (one.window.start, one.window.end)):
        gap = planned(reached, one.window.start)
        if _fits(one.window, reached, gap, kind=kind, oldest=oldest):
            tiles += [*gap, one]
            reached = one.window.end
    is_tail = bool(tiles) and end - reached < _TAIL
    return tiles if is_tail else [*tiles, *planned(reached, end)]


def _first_start(
    kind: ReportType,
    start: datetime,
    end: datetime,
    *,
    days: int | None,
) -> datetime:
    """Return where the window that `start` lies in begins."""
    first = next(planned_windows(kind, start, end, days=days), None)
    return first.window.start if first else start


def _fits(
    window: Window,
    reached: datetime,
    gap: list[PlannedWindow],
    *,
    kind: ReportType,
    oldest: datetime | None,
) -> bool:
    """Tell whether a created window continues what is planned up to `reached`.

    One that begins earlier does where rows that are read again are the same rows.
    """
    if window.end <= reached:
        return False
    if window.start <= reached:
        return kind.has_keys or window.start == reached
    if oldest and window.start <= oldest:
        return True
    return bool(gap) and gap[-1].window.end == window.start


def created_window(kind: ReportType, start: datetime, data_end: datetime) -> Window:
    """Return the window of a report that was created with these dates."""
    dates = kind.dates
    by_day = dates.mode in {DateMode.DAY, DateMode.PERIOD} or (
        dates.mode is DateMode.WINDOW and kind.latency_hours
    )
    return Window(start, data_end + _SECOND if by_day else data_end)


def planned_windows(
    kind: ReportType,
    start: datetime,
    end: datetime,
    *,
    days: int | None,
) -> Iterator[PlannedWindow]:
    """Yield the windows in which a type is read from `start` to `end`.

    Args:
        kind: the type, with the dates that its options choose.
        start: UTC.
        end: UTC, whole seconds.
        days: how long a window is to be, if not as long as the type allows.
    """
    dates = kind.dates
    if dates.mode is DateMode.WINDOW:
        longest = days or dates.longest_days or _DEFAULT_DAYS
        longest = max(1, longest - kind.overlap_days)
        if kind.latency_hours:
            return whole_days(start, end, longest_days=longest)
        # A type that is fresh to the minute may end within a day, if that day can be
        # read again: rows without a key of their own are read when it is over.
        if not kind.has_keys:
            start, end = midnight(start), midnight(end)
        return moment_windows(start, end, longest_days=longest)
    if dates.mode is DateMode.DAY:
        return whole_days(start, end, longest_days=days or 1)
    if dates.mode is DateMode.HOURS:
        return whole_hours(start, end, longest_hours=dates.longest_hours or 24)
    if dates.mode is DateMode.PERIOD:
        rule = kind.period_rule
        return whole_periods(start, end, period=rule.period, at_most=rule.longest)
    return _trailing(dates, end)


def newest_data(kind: ReportType, now: datetime) -> datetime:
    """Return up to where the windows of a plan that is made at `now` reach.

    Args:
        kind: the type.
        now: UTC.
    """
    end = now - timedelta(hours=kind.latency_hours)
    mode = kind.dates.mode
    if mode is DateMode.PERIOD:
        return _period_start(end, kind.period_rule.period)
    if mode is DateMode.HOURS:
        return _whole_hour(end)
    if mode is DateMode.DAY or kind.latency_hours or not kind.has_keys:
        return midnight(end)
    return end


def first_data(kind: ReportType, start: datetime) -> datetime:
    """Return when the first data from `start` on can be asked for, UTC.

    Args:
        kind: the type, which says how late its data is.
        start: UTC.
    """
    end, mode = start, kind.dates.mode
    if mode is DateMode.PERIOD:
        period = kind.period_rule.period
        end = _period_end(_period_start(start, period), period)
    elif mode is DateMode.HOURS:
        end = _whole_hour(start) + _HOUR
    elif mode is DateMode.DAY or kind.latency_hours or not kind.has_keys:
        end = midnight(start) + timedelta(days=1)
    return end + timedelta(hours=kind.latency_hours)


def oldest_data(kind: ReportType, now: datetime) -> datetime | None:
    """Return from when on Amazon has data; None where nobody knows.

    Args:
        kind: the type.
        now: UTC.
    """
    if kind.reach_days is not None:
        return now - timedelta(days=kind.reach_days) + SLACK
    if kind.dates.mode is not DateMode.PERIOD:
        return None
    rule = kind.period_rule
    if rule.reach is None:
        return None
    oldest = _period_start(now, rule.period)
    for _ in range(rule.reach):
        oldest = _period_start(oldest - _SECOND, rule.period)
    return oldest


def _trailing(dates: Dates, end: datetime) -> Iterator[PlannedWindow]:
    """Yield the one window of a snapshot that wants dates all the same."""
    if dates.trailing_hours is not None:
        yield PlannedWindow(Window(end - dates.trailing_hours * _HOUR, end), end)


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
    for window in day_windows(midnight(start), midnight(end), days=longest_days):
        yield PlannedWindow(window, window.end - _SECOND)


def whole_hours(
    start: datetime, end: datetime, *, longest_hours: int
) -> Iterator[PlannedWindow]:
    """Yield windows of whole UTC hours, none longer than `longest_hours`."""
    left, last = _whole_hour(start), _whole_hour(end)
    while left < last:
        right = min(left + longest_hours * _HOUR, last)
        yield PlannedWindow(Window(left, right), right)
        left = right


def whole_periods(
    start: datetime, end: datetime, *, period: Period, at_most: int
) -> Iterator[PlannedWindow]:
    """Yield windows of closed periods, at most so many of them in one window.

    Args:
        start: the first period is the one that it lies in.
        end: the last period is closed by then.
        period: of the calendar.
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


def _whole_hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _period_start(moment: datetime, period: Period) -> datetime:
    day = midnight(moment)
    if period is Period.DAY:
        return day
    if period is Period.WEEK:
        return day - (day - _SUNDAY) % timedelta(days=7)
    months = _MONTHS[period]
    return Month(day.year, (day.month - 1) // months * months + 1).start


def _period_end(start: datetime, period: Period) -> datetime:
    if period in {Period.DAY, Period.WEEK}:
        return start + timedelta(days=1 if period is Period.DAY else 7)
    month = Month.of(start)
    for _ in range(_MONTHS[period]):
        month = month.next()
    return month.start
