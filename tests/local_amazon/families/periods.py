"""The days, weeks, months, quarters, years and hours that reports are made of.

Facts (Report type values, analytics reports; vendor retail analytics): a week runs from
Sunday to Saturday; start and end are the exact limits of periods, both dates counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from .asked import UTC

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .asked import Asked
    from .layout import Layout

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_MONTHS = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}
_WORDS = {"DAILY": "DAY", "WEEKLY": "WEEK", "MONTHLY": "MONTH"}


@dataclass(frozen=True)
class Period:
    """A period by its first and its last day; of hours, also by its moments."""

    first: date
    last: date
    hour: int | None = None

    @property
    def begin(self) -> datetime:
        """Its first moment."""
        return datetime.combine(self.first, time(self.hour or 0), tzinfo=UTC)

    @property
    def close(self) -> datetime:
        """Where the next one begins."""
        if self.hour is not None:
            return self.begin + _HOUR
        return datetime.combine(self.last, time(), tzinfo=UTC) + _DAY


def period_word(layout: Layout, options: Mapping[str, str]) -> str:
    """Return `DAY`, `WEEK`, `MONTH`, `QUARTER` or `YEAR`, as the options choose."""
    dates = layout.about["dates"]
    words: list[str] = list(dates.get("periods", ("DAY",)))
    word = options.get(str(dates.get("option")), words[0])
    return _WORDS.get(word, word)


def period_around(day: date, word: str) -> Period:
    """Return the period that a day lies in."""
    if word == "WEEK":
        first = day - timedelta(days=(day.weekday() + 1) % 7)
        return Period(first, first + 6 * _DAY)
    if word in _MONTHS:
        count = _MONTHS[word]
        first = date(day.year, (day.month - 1) // count * count + 1, 1)
        after = first
        for _ in range(count):
            after = (after + 31 * _DAY).replace(day=1)
        return Period(first, after - _DAY)
    return Period(day, day)


def periods_of(asked: Asked) -> Iterator[Period]:
    """Yield the periods of a request, oldest first."""
    if asked.layout.mode == "hours":
        yield from _hours(asked)
        return
    word = period_word(asked.layout, asked.options)
    period = period_around(asked.start.date(), word)
    while period.first <= asked.end.date():
        yield period
        period = period_around(period.last + _DAY, word)


def _hours(asked: Asked) -> Iterator[Period]:
    begin = asked.start.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    while begin < asked.end:
        yield Period(begin.date(), begin.date(), begin.hour)
        begin += _HOUR
