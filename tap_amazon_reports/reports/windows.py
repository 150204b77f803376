"""Which stretches of time a run reads, oldest first, on boundaries that do not move."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


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
    """Yield windows of at most `days` whole UTC days that cover `start` to `end`.

    Inner boundaries are those of a grid that starts on 1970-01-01, wherever `start`
    lies, so that every run plans the same ones. The first window starts with the day of
    `start`; only the last one may end within a day, at `end`.
    """
    span = timedelta(days=days)
    left = start.astimezone(timezone.utc).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    while left < end:
        right = _EPOCH + ((left - _EPOCH) // span + 1) * span
        yield Window(left, min(right, end))
        left = right
