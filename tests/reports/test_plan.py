"""Which windows a report type is read in, by what its file says of its dates."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_amazon_reports.documents.layout import DocumentFormat, Layout, RecordSet
from tap_amazon_reports.reports.plan import (
    PlannedWindow,
    created_window,
    oldest_data,
    planned_windows,
    tiled_windows,
)
from tap_amazon_reports.reports.report_types import (
    DateMode,
    Dates,
    Option,
    Period,
    PeriodRule,
    ReportType,
)
from tests.clock import NOON

if TYPE_CHECKING:
    from collections.abc import Mapping


SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
KEYED = RecordSet("sp_x", None, key=("id",), unique=True, schema={"properties": {}})
KEYLESS = replace(KEYED, key=())
PERIODS = tuple(
    PeriodRule(period.value, period, longest=2 if period is Period.WEEK else 1, reach=3)
    for period in Period
)
MOMENTS = st.datetimes(
    min_value=datetime(2024, 1, 1),  # noqa: DTZ001 (the zone is given beside)
    max_value=datetime(2026, 11, 21),  # noqa: DTZ001
    timezones=st.just(timezone.utc),
).map(lambda moment: moment.replace(microsecond=0))


def _kind(dates: Dates, **more: object) -> ReportType:
    plain = ReportType(
        service="selling_partner",
        report_type="GET_X",
        layout=Layout(DocumentFormat.TSV, (KEYED,)),
        dates=dates,
    )
    return replace(plain, **more)  # type: ignore[arg-type]  # any field of it


def _planned(
    kind: ReportType,
    start: datetime,
    end: datetime = NOON,
    *,
    days: int | None = None,
    options: Mapping[str, str] | None = None,
) -> list[PlannedWindow]:
    return list(planned_windows(kind.for_options(options or {}), start, end, days=days))


def _said(planned: list[PlannedWindow]) -> list[tuple[str, str]]:
    """Return each window as it is asked for."""
    return [
        (f"{one.window.start:%Y-%m-%dT%H:%M:%S}", f"{one.data_end:%Y-%m-%dT%H:%M:%S}")
        for one in planned
    ]


def _day(day: int, month: int = 11) -> datetime:
    return datetime(2026, month, day, tzinfo=timezone.utc)


WINDOW = _kind(Dates(DateMode.WINDOW, longest_days=30))


def test_what_is_filtered_by_the_moment_ends_at_now() -> None:
    """Windows touch: one ends with the moment that the next one starts with."""
    assert [
        ("2026-10-15T00:00:00", "2026-11-14T00:00:00"),
        ("2026-11-14T00:00:00", "2026-11-21T12:00:00"),
    ] == _said(_planned(WINDOW, _day(15, 10)))


def test_data_by_day_ends_with_the_last_second_of_a_day() -> None:
    """A type that is late is asked for whole days, the last of them over."""
    kind = replace(WINDOW, latency_hours=3)
    assert [("2026-11-19T00:00:00", "2026-11-20T23:59:59")] == _said(
        _planned(kind, _day(19))
    )


def test_rows_without_a_key_are_read_when_their_day_is_over() -> None:
    """Read again, they would be other rows: so the day of now waits."""
    kind = replace(WINDOW, layout=Layout(DocumentFormat.TSV, (KEYLESS,)))
    assert [("2026-11-19T00:00:00", "2026-11-21T00:00:00")] == _said(
        _planned(kind, _day(19))
    )
    assert [] == _planned(kind, _day(21))


def test_a_window_can_be_shorter() -> None:
    """As the setting `window_days` says."""
    planned = _planned(WINDOW, _day(1), days=1)
    assert 21 == len(planned)
    assert all(one.window.end - one.window.start <= DAY for one in planned)


def test_one_day_at_a_time() -> None:
    """Types whose rows do not say their day are asked for day by day."""
    kind = _kind(Dates(DateMode.DAY))
    assert [
        ("2026-11-19T00:00:00", "2026-11-19T23:59:59"),
        ("2026-11-20T00:00:00", "2026-11-20T23:59:59"),
    ] == _said(_planned(kind, _day(19) + 5 * SECOND))


def test_hours() -> None:
    """Real-time types are asked for whole hours, so many at once."""
    kind = _kind(Dates(DateMode.HOURS, longest_hours=5))
    end = _day(1) + timedelta(hours=11, minutes=59)
    assert [
        ("2026-11-01T00:00:00", "2026-11-01T05:00:00"),
        ("2026-11-01T05:00:00", "2026-11-01T10:00:00"),
        ("2026-11-01T10:00:00", "2026-11-01T11:00:00"),
    ] == _said(_planned(kind, _day(1) + timedelta(minutes=59), end))


def _periodic(word: str | None = None) -> ReportType:
    option = {"reportPeriod": Option(default=word)}
    dates = Dates(DateMode.PERIOD, option="reportPeriod", periods=PERIODS)
    return _kind(dates, options=option)


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("DAY", [("2026-11-20T00:00:00", "2026-11-20T23:59:59")]),
        ("WEEK", []),
        ("MONTH", []),
    ],
)
def test_an_open_period_is_not_asked_for(
    word: str, said: list[tuple[str, str]]
) -> None:
    """Amazon makes no report of a week or month that is not over."""
    options = {"reportPeriod": word}
    assert said == _said(_planned(_periodic(), _day(20), options=options))


def test_weeks_run_from_sunday_to_saturday() -> None:
    """The first is the one that the start lies in; two may be asked for at once."""
    options = {"reportPeriod": "WEEK"}
    assert [
        ("2026-10-18T00:00:00", "2026-10-31T23:59:59"),
        ("2026-11-01T00:00:00", "2026-11-14T23:59:59"),
    ] == _said(_planned(_periodic(), _day(21, 10), options=options))


def test_months_quarters_and_years() -> None:
    """Each is exact, whatever its length."""
    start = datetime(2025, 11, 5, tzinfo=timezone.utc)
    counted = {
        word: _said(_planned(_periodic(), start, options={"reportPeriod": word}))
        for word in ("MONTH", "QUARTER", "YEAR")
    }
    assert ("2025-11-01T00:00:00", "2025-11-30T23:59:59") == counted["MONTH"][0]
    assert ("2026-02-01T00:00:00", "2026-02-28T23:59:59") == counted["MONTH"][3]
    assert 12 == len(counted["MONTH"])
    assert ("2025-10-01T00:00:00", "2025-12-31T23:59:59") == counted["QUARTER"][0]
    assert 4 == len(counted["QUARTER"])
    assert [("2025-01-01T00:00:00", "2025-12-31T23:59:59")] == counted["YEAR"]


def test_the_period_follows_from_the_default() -> None:
    """Without the option it is the one that Amazon takes."""
    planned = _planned(_periodic("MONTH"), _day(1, 9))
    assert [("2026-09-01T00:00:00", "2026-09-30T23:59:59")] == _said(planned)[:1]


def test_a_snapshot_that_wants_dates() -> None:
    """There is one window, and it ends at now."""
    kind = _kind(Dates(DateMode.NONE, trailing_hours=72))
    assert [("2026-11-18T12:00:00", "2026-11-21T12:00:00")] == _said(
        _planned(kind, _day(1, 1))
    )
    assert [] == _planned(_kind(Dates(DateMode.NONE)), _day(1))


@pytest.mark.parametrize(
    ("word", "oldest"),
    [
        ("DAY", _day(18)),
        ("WEEK", _day(25, 10)),
        ("MONTH", _day(1, 8)),
        ("QUARTER", _day(1, 1)),
        ("YEAR", datetime(2023, 1, 1, tzinfo=timezone.utc)),
    ],
)
def test_amazon_has_so_many_periods(word: str, oldest: datetime) -> None:
    """What is older than Amazon has data is not asked for: it would be FATAL."""
    options = {"reportPeriod": word}
    assert oldest == oldest_data(_periodic().for_options(options), NOON)


def test_amazon_has_so_many_days() -> None:
    """With ten minutes to spare, until Amazon reads the request."""
    reach = replace(WINDOW, reach_days=60)
    spared = NOON - 60 * DAY + timedelta(minutes=10)
    assert spared == oldest_data(reach, NOON)
    assert oldest_data(WINDOW, NOON) is None


@given(start=MOMENTS, end=MOMENTS, days=st.integers(1, 60), by_day=st.booleans())
def test_windows_cover_all_and_touch(
    start: datetime, end: datetime, days: int, *, by_day: bool
) -> None:
    """No moment is left out between the first window and the last, none is in two."""
    kind = replace(WINDOW, latency_hours=1 if by_day else 0)
    planned = [one.window for one in _planned(kind, start, end, days=days)]
    for one, following in pairwise(planned):
        assert one.end == following.start
    for one in planned:
        assert timedelta(0) < one.end - one.start <= days * DAY
    if planned:
        assert planned[0].start <= start < planned[0].end + DAY
        assert planned[-1].end <= end < planned[-1].end + DAY


# What an earlier run created


def _tiled(
    kind: ReportType,
    start: datetime,
    end: datetime = NOON,
    *,
    created: list[tuple[datetime, datetime]],
    days: int | None = None,
    oldest: datetime | None = None,
) -> list[tuple[str, str]]:
    windows = [
        PlannedWindow(created_window(kind, first, last), last)
        for first, last in created
    ]
    return _said(
        tiled_windows(kind, start, end, created=windows, days=days, oldest=oldest)
    )


def test_a_created_window_stays_and_the_rest_follows_it() -> None:
    """Cut off on the first at six, and run again on the fourth: no hour is left out."""
    cut = datetime(2026, 11, 18, 6, tzinfo=timezone.utc)
    assert [
        ("2026-11-01T00:00:00", "2026-11-18T06:00:00"),
        ("2026-11-18T06:00:00", "2026-11-21T12:00:00"),
    ] == _tiled(WINDOW, _day(1), created=[(_day(1), cut)])


def test_a_few_minutes_are_left_to_the_next_run() -> None:
    """A run that goes on at once creates no report for what came meanwhile."""
    cut = NOON - timedelta(minutes=59)
    assert 1 == len(_tiled(WINDOW, _day(1), created=[(_day(1), cut)]))
    assert 2 == len(_tiled(WINDOW, _day(1), created=[(_day(1), cut - SECOND * 60)]))


def test_a_gap_between_created_windows_is_planned() -> None:
    """Whatever was created when, windows tile."""
    created = [(_day(10), _day(12)), (_day(3), _day(5))]
    assert [
        ("2026-11-01T00:00:00", "2026-11-03T00:00:00"),
        ("2026-11-03T00:00:00", "2026-11-05T00:00:00"),
        ("2026-11-05T00:00:00", "2026-11-10T00:00:00"),
        ("2026-11-10T00:00:00", "2026-11-12T00:00:00"),
        ("2026-11-12T00:00:00", "2026-11-21T12:00:00"),
    ] == _tiled(WINDOW, _day(1), created=created)


def test_a_created_window_that_was_read_is_left_out() -> None:
    """What ends before the start is nobody's any more."""
    assert [("2026-11-15T00:00:00", "2026-11-21T12:00:00")] == _tiled(
        WINDOW, _day(15), created=[(_day(1), _day(15))]
    )


def test_without_a_key_no_created_window_may_overlap() -> None:
    """Its rows would come twice under two report ids."""
    kind = replace(WINDOW, layout=replace(WINDOW.layout, records=(KEYLESS,)))
    created = [(_day(1), _day(10))]
    assert "2026-11-01T00:00:00" == _tiled(WINDOW, _day(5), created=created)[0][0]
    assert "2026-11-05T00:00:00" == _tiled(kind, _day(5), created=created)[0][0]


def test_what_was_created_is_read_though_amazon_has_the_data_no_more() -> None:
    """A report that exists outlives the reach of its type."""
    kind = replace(WINDOW, layout=replace(WINDOW.layout, records=(KEYLESS,)))
    created = [(_day(1), _day(10))]
    assert [
        ("2026-11-01T00:00:00", "2026-11-10T00:00:00"),
        ("2026-11-10T00:00:00", "2026-11-21T00:00:00"),
    ] == _tiled(kind, _day(1), created=created, oldest=_day(5))


@given(
    start=MOMENTS,
    hours=st.integers(1, 24 * 400),
    days=st.integers(1, 60),
    cuts=st.lists(st.integers(0, 24 * 400), max_size=8),
    by_day=st.booleans(),
    keyed=st.booleans(),
)
def test_whatever_was_created_windows_tile(
    start: datetime,
    hours: int,
    days: int,
    cuts: list[int],
    *,
    by_day: bool,
    keyed: bool,
) -> None:
    """From where reading resumes to the end, without a gap, and without a key once."""
    kind = replace(WINDOW, latency_hours=1 if by_day else 0)
    if not keyed:
        kind = replace(kind, layout=replace(kind.layout, records=(KEYLESS,)))
    end = start + timedelta(hours=hours)
    moments = sorted(start + timedelta(hours=cut) for cut in set(cuts))
    created = [
        PlannedWindow(created_window(kind, first, last), last)
        for first, last in pairwise(moments)
    ][::2]
    tiles = [
        one.window
        for one in tiled_windows(kind, start, end, created=created, days=days)
    ]
    for one, following in pairwise(tiles):
        assert one.end == following.start or (keyed and one.end > following.start)
        assert one.end < following.end
    if tiles:
        assert tiles[0].start <= start or not keyed
        assert end - DAY < tiles[-1].end <= end
