"""From where on a run reads: what may still have changed, and nothing that has not."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from itertools import combinations
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_amazon_reports.documents.layout import DocumentFormat, Layout, RecordSet
from tap_amazon_reports.reports.lookback import Lookback
from tap_amazon_reports.reports.plan import newest_data, planned_windows
from tap_amazon_reports.reports.report_types import (
    DateMode,
    Dates,
    Period,
    PeriodRule,
    ReportType,
)
from tests.clock import NOON

if TYPE_CHECKING:
    from tap_amazon_reports.reports.plan import PlannedWindow

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
START = datetime(2026, 3, 3, tzinfo=timezone.utc)
KEYED = RecordSet("sp_x", None, key=("id",), unique=True, schema={"properties": {}})
FRESH = ReportType(
    service="selling_partner",
    report_type="GET_X",
    layout=Layout(DocumentFormat.TSV, (KEYED,)),
    dates=Dates(DateMode.WINDOW, longest_days=30),
)


def _by(period: Period, *, at_most: int = 1) -> Dates:
    rule = PeriodRule(period.value, period, longest=at_most, reach=None)
    return Dates(DateMode.PERIOD, periods=(rule,))


KINDS = {
    "fresh": FRESH,
    "late": replace(FRESH, latency_hours=30),
    "keyless": replace(
        FRESH, layout=Layout(DocumentFormat.TSV, (replace(KEYED, key=()),))
    ),
    "day": replace(FRESH, dates=Dates(DateMode.DAY), latency_hours=6),
    "hours": replace(FRESH, dates=Dates(DateMode.HOURS, longest_hours=100)),
    "week": replace(FRESH, dates=_by(Period.WEEK, at_most=2), latency_hours=48),
    "month": replace(FRESH, dates=_by(Period.MONTH)),
}


@dataclass(frozen=True)
class _Read:
    """A window that was read, and when the report was made that it was read from."""

    start: datetime
    end: datetime
    made: datetime


@dataclass
class _Account:
    """What was read of one type, and what state knows of it."""

    lookback: Lookback
    window_days: int | None
    reads: list[_Read] = field(default_factory=list)
    bookmark: datetime | None = None
    read_at: datetime | None = None

    @property
    def start(self) -> datetime:
        """From where on the next run reads."""
        if self.bookmark is None:
            return START
        return max(START, self.lookback.start(self.bookmark, self.read_at))

    def plan(
        self, now: datetime, *, start: datetime | None = None
    ) -> list[PlannedWindow]:
        """Return the windows of a run."""
        kind = self.lookback.kind
        end = now - timedelta(hours=kind.latency_hours)
        days = self.window_days
        return list(planned_windows(kind, start or self.start, end, days=days))

    def run(self, now: datetime, *, killed_after: int, ages: list[timedelta]) -> None:
        """Read so many windows, each from a report of some age, or of later than now.

        The state is what `Requesting` makes of it.
        """
        made = now
        for number, planned in enumerate(self.plan(now)[:killed_after]):
            window = planned.window
            created = max(window.end, now - ages[number % len(ages)])
            made = min(made, created)
            self.reads.append(_Read(window.start, window.end, created))
            if self.bookmark is None or window.end >= self.bookmark:
                self.bookmark, self.read_at = window.end, made

    def settled_up_to(self) -> datetime:
        """Return up to where each moment was read when it had been there for long."""
        length = self.lookback.length
        settled = START
        for start, end in sorted(
            (read.start, min(read.end, read.made - length)) for read in self.reads
        ):
            if start <= settled:
                settled = max(settled, end)
        return settled


@st.composite
def _accounts(draw: st.DrawFn) -> _Account:
    kind = KINDS[draw(st.sampled_from(sorted(KINDS)))]
    lookback_days = draw(st.sampled_from([0, 1, 3, 7, 30, 100]))
    return _Account(
        Lookback(kind=kind, length=timedelta(days=lookback_days)),
        window_days=draw(st.sampled_from([None, 1, 7, 30])),
    )


SECONDS = st.integers(min_value=0, max_value=40 * 86400)
AGES = st.lists(
    # A report that is adopted is up to a day old, one that waits for quota comes later.
    st.integers(min_value=-5 * 3600, max_value=24 * 3600).map(
        lambda seconds: timedelta(seconds=seconds)
    ),
    min_size=1,
    max_size=8,
)
RUNS = st.lists(
    st.tuples(SECONDS, st.integers(min_value=0, max_value=40), AGES),
    min_size=1,
    max_size=6,
)


@given(_accounts(), RUNS)
def test_whatever_is_killed_no_data_is_left_unsettled(
    account: _Account, runs: list[tuple[int, int, list[timedelta]]]
) -> None:
    """Each moment was read a look-back after it was there, or is read again."""
    now = START + 60 * DAY
    for seconds, killed_after, ages in runs:
        now += timedelta(seconds=seconds)
        account.run(now, killed_after=killed_after, ages=ages)
        assert account.start <= account.settled_up_to()


@given(_accounts(), RUNS)
def test_what_was_settled_when_it_was_read_is_not_read_again(
    account: _Account, runs: list[tuple[int, int, list[timedelta]]]
) -> None:
    """A resumed backfill goes on with the first window that was not read.

    What is left of the day in which a run ended is read with that day.
    """
    now = START + 60 * DAY
    for seconds, killed_after, ages in runs:
        now += timedelta(seconds=seconds)
        account.run(now, killed_after=killed_after, ages=ages)
    earliest = min((read.made for read in account.reads), default=now)
    kind, length = account.lookback.kind, account.lookback.length
    settled = newest_data(kind, min(earliest, START + 60 * DAY)) - length
    for one, other in combinations(account.reads, 2):
        start, end = max(one.start, other.start), min(one.end, other.end)
        assert end - start < DAY or end > settled


@given(_accounts(), SECONDS, SECONDS)
def test_after_a_run_that_was_not_killed_the_bookmark_says_all(
    account: _Account, first: int, second: int
) -> None:
    """Daily runs read from the bookmark, less the look-back, as they always did."""
    now = START + 60 * DAY + timedelta(seconds=first)
    account.run(now, killed_after=10_000, ages=[-HOUR])
    assert account.bookmark is not None
    later = now + timedelta(seconds=second)
    always = max(START, account.bookmark - account.lookback.length)
    assert account.plan(later, start=always) == account.plan(later)


@pytest.mark.parametrize("name", sorted(KINDS))
@given(SECONDS)
def test_the_newest_data_is_where_a_plan_ends(name: str, seconds: int) -> None:
    """What a run can read at a moment is what its last window ends with."""
    kind, now = KINDS[name], NOON + timedelta(seconds=seconds)
    account = _Account(Lookback(kind=kind, length=DAY), window_days=None)
    assert account.plan(now)[-1].window.end == newest_data(kind, now)


WEEK = Lookback(kind=FRESH, length=7 * DAY)


def test_a_backfill_goes_on_at_its_bookmark() -> None:
    """What is months old was settled when it was read."""
    bookmark = NOON - 100 * DAY
    assert bookmark == WEEK.start(bookmark, NOON)


def test_what_was_young_when_it_was_read_is_read_again() -> None:
    """However long ago: then it has changed since."""
    assert NOON - 57 * DAY == WEEK.start(NOON - 50 * DAY, NOON - 50 * DAY)
    assert NOON - 55 * DAY == WEEK.start(NOON - 50 * DAY, NOON - 48 * DAY)


def test_a_state_that_does_not_say_when_is_read_as_ever() -> None:
    """An older version wrote the bookmark alone: its look-back is a full one."""
    assert NOON - 107 * DAY == WEEK.start(NOON - 100 * DAY, None)


def test_a_longer_look_back_counts_from_the_next_run_on() -> None:
    """Who raises `lookback_days` gets the data that it reaches."""
    longer = replace(WEEK, length=150 * DAY)
    assert NOON - 150 * DAY == longer.start(NOON - 100 * DAY, NOON)


def test_without_a_look_back_nothing_is_read_again() -> None:
    """Even if Amazon's clock says that a report was made before its data."""
    none = replace(WEEK, length=timedelta())
    assert NOON == none.start(NOON, NOON - HOUR)
