"""Windows of the Sales API: whole buckets of a granularity in a time zone."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from tap_amazon_reports.reports.reach import SLACK
from tap_amazon_reports.reports.windows import Window

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from zoneinfo import ZoneInfo

# Facts (Sales API v1, getOrderMetrics; November 2026): an interval reaches back 30 days
# for Hour and two years for everything coarser; the offsets of its ends must agree with
# the time zone. What Amazon does with two different offsets in one interval is
# documented nowhere, so an interval has two only where a bucket itself spans the change
# of clocks.


class Granularity(enum.Enum):
    """The size of a bucket, in Amazon's words."""

    HOUR = "Hour"
    DAY = "Day"
    WEEK = "Week"
    MONTH = "Month"
    YEAR = "Year"
    TOTAL = "Total"
    """One bucket for all that is asked for."""

    @property
    def reach(self) -> timedelta:
        """How far back from now an interval may start."""
        return timedelta(days=30 if self is Granularity.HOUR else 730)


class FirstDayOfWeek(enum.Enum):
    """The day that a Week starts with, as `datetime.weekday` counts."""

    MONDAY = "Monday"
    SUNDAY = "Sunday"

    @property
    def weekday(self) -> int:
        """Its number, Monday being 0."""
        return 0 if self is FirstDayOfWeek.MONDAY else 6


@dataclass(frozen=True)
class Calendar:
    """Where buckets begin."""

    granularity: Granularity
    zone: ZoneInfo
    first_day_of_week: FirstDayOfWeek = FirstDayOfWeek.MONDAY

    def bucket_start(self, moment: datetime) -> datetime:
        """Return the start, in UTC, of the bucket that `moment` lies in."""
        local = moment.astimezone(self.zone)
        if self.granularity is Granularity.HOUR:
            into = timedelta(
                minutes=local.minute,
                seconds=local.second,
                microseconds=local.microsecond,
            )
            return moment.astimezone(timezone.utc) - into
        return self._midnight(self._first_day(local))

    def bucket_end(self, start: datetime) -> datetime:
        """Return the end, in UTC, of the bucket that starts at `start`."""
        if self.granularity is Granularity.HOUR:
            return start + timedelta(hours=1)
        # Noon, so that no change of clocks moves the day.
        noon = start.astimezone(self.zone).replace(hour=12)
        longest = {
            Granularity.DAY: 1,
            Granularity.WEEK: 7,
            Granularity.MONTH: 31,
            Granularity.YEAR: 366,
        }[self.granularity]
        beyond = (noon.replace(tzinfo=None) + timedelta(days=longest)).replace(
            tzinfo=self.zone
        )
        return self.bucket_start(beyond)

    def compared(
        self, window: Window, starts: Iterable[datetime]
    ) -> tuple[set[datetime], set[datetime]]:
        """Return which buckets of a window are missing, and which are of no part of it.

        Args:
            window: what was asked for.
            starts: of the intervals of the answer.
        """
        if self.granularity is Granularity.TOTAL:
            # One row, whose interval is written without seconds.
            return set(), set()
        buckets = self._buckets(window.start, window.end)
        wanted = {self.bucket_start(one.start) for one in buckets}
        found = {self.bucket_start(one) for one in starts}
        return wanted - found, found - wanted

    def window_starts(self, start: datetime, now: datetime) -> datetime:
        """Return where reading starts: on a boundary, at `start` or a bit before.

        It is never further back than Amazon reaches; then it is the first whole bucket
        within reach.
        """
        earliest = now - self.granularity.reach + SLACK
        if self.granularity is Granularity.TOTAL:
            day = Calendar(Granularity.DAY, self.zone)
            return day.window_starts(max(start, earliest), now)
        floor = self.bucket_start(max(start, earliest))
        return floor if floor >= earliest else self.bucket_end(floor)

    def windows(self, start: datetime, end: datetime) -> Iterator[Window]:
        """Yield windows from `start`, a boundary, to `end`; the last may be partial."""
        if self.granularity is Granularity.TOTAL:
            if start < end:
                yield Window(start, end)
            return
        left = start
        for bucket in self._buckets(start, end):
            if self._offset(bucket.start) == self._offset(bucket.end):
                continue
            if left < bucket.start:
                yield Window(left, bucket.start)
            yield bucket
            left = bucket.end
        if left < end:
            yield Window(left, end)

    def _buckets(self, start: datetime, end: datetime) -> Iterator[Window]:
        while start < end:
            right = self.bucket_end(start)
            yield Window(start, min(right, end))
            start = right

    def _first_day(self, local: datetime) -> datetime:
        if self.granularity is Granularity.WEEK:
            back = (local.weekday() - self.first_day_of_week.weekday) % 7
            return local.replace(tzinfo=None) - timedelta(days=back)
        if self.granularity is Granularity.MONTH:
            return local.replace(day=1)
        if self.granularity is Granularity.YEAR:
            return local.replace(month=1, day=1)
        return local

    def _midnight(self, local: datetime) -> datetime:
        naive = local.replace(
            hour=0, minute=0, second=0, microsecond=0, tzinfo=None, fold=0
        )
        return naive.replace(tzinfo=self.zone).astimezone(timezone.utc)

    def _offset(self, moment: datetime) -> timedelta | None:
        return moment.astimezone(self.zone).utcoffset()
