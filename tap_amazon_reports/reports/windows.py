"""Stretches of time that a run reads, oldest first: as few as can be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, order=True)
class Window:
    """A stretch of time: `start` belongs to it, `end` does not. Both in UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month in UTC."""

    year: int
    month: int

    @classmethod
    def of(cls, moment: datetime) -> Month:
        """Return the month that `moment` lies in."""
        utc = moment.astimezone(timezone.utc)
        return cls(utc.year, utc.month)

    @classmethod
    def parse(cls, label: str) -> Month:
        """Return the month that is written `YYYY-MM`.

        Raises:
            ValueError: if `label` is something else.
        """
        parsed = datetime.strptime(label, "%Y-%m").replace(tzinfo=timezone.utc)
        return cls.of(parsed)

    @property
    def label(self) -> str:
        """The month as `YYYY-MM`."""
        return f"{self.year:04d}-{self.month:02d}"

    @property
    def start(self) -> datetime:
        """Its first moment."""
        return datetime(self.year, self.month, 1, tzinfo=timezone.utc)

    def next(self) -> Month:
        """Return the month after it."""
        return Month(self.year + self.month // 12, self.month % 12 + 1)

    def is_final(self, moment: datetime, *, after: timedelta) -> bool:
        """Tell whether at `moment` it has been over for `after`."""
        return moment >= self.next().start + after


def months(start: datetime, end: datetime) -> Iterator[Month]:
    """Yield the months that share a moment with `start` (in) to `end` (out)."""
    month = Month.of(start)
    while month.start < end:
        yield month
        month = month.next()


def day_windows(start: datetime, end: datetime, *, days: int) -> Iterator[Window]:
    """Yield as few windows of at most `days` days as cover `start` to `end`.

    They begin at `start` and touch. Each but the last ends with a UTC day, unless that
    would need one window more than the span does.
    """
    longest = timedelta(days=days)
    left = start.astimezone(timezone.utc)
    while left < end:
        right = min(_last_end(left, end, longest), end)
        yield Window(left, right)
        left = right


def _last_end(left: datetime, end: datetime, longest: timedelta) -> datetime:
    """Return how far the window that begins at `left` reaches at the most."""
    right = left + longest
    day_end = midnight(right)
    windows = -((left - end) // longest)
    would_need = 1 - ((day_end - end) // longest)
    return day_end if day_end > left and would_need <= windows else right


def midnight(moment: datetime) -> datetime:
    """Return the start of the UTC day of a moment."""
    return moment.astimezone(timezone.utc).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
