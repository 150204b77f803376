"""Windows of the Sales API: whole buckets, on both sides of a change of clocks."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_amazon_reports.amazon.retry import RetryPolicy
from tap_amazon_reports.reports.metric_windows import (
    Calendar,
    FirstDayOfWeek,
    Granularity,
)
from tap_amazon_reports.services import Services
from tap_amazon_reports.settings.reader import read_settings
from tests.clock import ScriptedClock
from tests.local_amazon import LocalAmazon

if TYPE_CHECKING:
    from tap_amazon_reports.reports.windows import Window

UTC = timezone.utc
ZONES = [
    "America/Los_Angeles",
    "Europe/London",
    "Africa/Cairo",
    "Asia/Kolkata",
    "Australia/Sydney",
    "America/Sao_Paulo",
    "UTC",
]
GRID = [found for found in Granularity if found is not Granularity.TOTAL]
CALENDARS = st.builds(
    Calendar,
    st.sampled_from(GRID),
    st.sampled_from(ZONES).map(ZoneInfo),
    st.sampled_from(FirstDayOfWeek),
)
ALL_CALENDARS = st.builds(
    Calendar,
    st.sampled_from(Granularity),
    st.sampled_from(ZONES).map(ZoneInfo),
    st.sampled_from(FirstDayOfWeek),
)
# Brazil and Egypt changed their clocks at midnight, until 2019 and since 2023.
NOWS = st.datetimes(
    min_value=datetime(2010, 1, 1),  # noqa: DTZ001 (the zone is drawn beside it)
    max_value=datetime(2030, 1, 1),  # noqa: DTZ001 (likewise)
    timezones=st.just(UTC),
)
BACK = st.timedeltas(timedelta(minutes=1), timedelta(days=900))


def offset(calendar: Calendar, moment: datetime) -> timedelta | None:
    """Return how far a calendar's clocks are from Greenwich's."""
    return moment.astimezone(calendar.zone).utcoffset()


def planned(calendar: Calendar, now: datetime, back: timedelta) -> list[Window]:
    """Return what a run would read that starts so far back."""
    start = calendar.window_starts(now - back, now)
    return list(calendar.windows(start, now))


class TestCoverage:
    """Every moment from the start to now, once."""

    @given(ALL_CALENDARS, NOWS, BACK)
    def test_every_moment_is_in_one_window(
        self, calendar: Calendar, now: datetime, back: timedelta
    ) -> None:
        """Oldest first, without a gap or an overlap, up to now."""
        start = calendar.window_starts(now - back, now)
        windows = planned(calendar, now, back)

        assert (windows[0].start, windows[-1].end) == (start, now)
        assert all(left.end == right.start for left, right in pairwise(windows))
        assert all(window.start < window.end for window in windows)

    @given(ALL_CALENDARS, NOWS, BACK)
    def test_the_limits_of_amazon_are_kept(
        self, calendar: Calendar, now: datetime, back: timedelta
    ) -> None:
        """Hours reach thirty days back, all else two years, with time for travel."""
        reach = timedelta(days=30 if calendar.granularity is Granularity.HOUR else 730)

        for window in planned(calendar, now, back):
            assert window.start >= now - reach + timedelta(minutes=5)
            assert window.end - window.start <= reach

    @given(ALL_CALENDARS, NOWS, BACK)
    def test_nothing_within_reach_is_left_out(
        self, calendar: Calendar, now: datetime, back: timedelta
    ) -> None:
        """Reading starts at the start, or with the first whole bucket within reach."""
        start = calendar.window_starts(now - back, now)
        earliest = now - calendar.granularity.reach + timedelta(minutes=10)
        grid = calendar
        if calendar.granularity is Granularity.TOTAL:
            grid = Calendar(Granularity.DAY, calendar.zone)
        bucket_before = grid.bucket_start(start - timedelta(microseconds=1))

        assert start <= now - back or bucket_before < earliest


class TestBuckets:
    """Where buckets begin and end."""

    @given(CALENDARS, NOWS)
    def test_every_moment_is_in_its_bucket(
        self, calendar: Calendar, moment: datetime
    ) -> None:
        """It begins at or before the moment, and ends after it."""
        start = calendar.bucket_start(moment)

        assert start <= moment < calendar.bucket_end(start)
        assert calendar.bucket_start(start) == start

    @given(CALENDARS, NOWS)
    def test_one_bucket_follows_the_other(
        self, calendar: Calendar, moment: datetime
    ) -> None:
        """Where one ends the next one begins, also when clocks change."""
        end = calendar.bucket_end(calendar.bucket_start(moment))

        assert calendar.bucket_start(end) == end
        assert calendar.bucket_start(end - timedelta(seconds=1)) < end

    @pytest.mark.parametrize(
        ("granularity", "first_day", "start", "end"),
        [
            ("Hour", "Monday", "2026-11-01T08:00", "2026-11-01T09:00"),
            ("Day", "Monday", "2026-11-01T07:00", "2026-11-02T08:00"),
            ("Week", "Monday", "2026-10-26T07:00", "2026-11-02T08:00"),
            ("Week", "Sunday", "2026-11-01T07:00", "2026-11-08T08:00"),
            ("Month", "Monday", "2026-11-01T07:00", "2026-12-01T08:00"),
            ("Year", "Monday", "2026-01-01T08:00", "2027-01-01T08:00"),
        ],
    )
    def test_buckets_are_those_of_the_marketplace(
        self, granularity: str, first_day: str, start: str, end: str
    ) -> None:
        """On the day on which Los Angeles puts its clocks back."""
        calendar = Calendar(
            Granularity(granularity),
            ZoneInfo("America/Los_Angeles"),
            FirstDayOfWeek(first_day),
        )
        moment = datetime(2026, 11, 1, 8, 30, tzinfo=UTC)
        found = calendar.bucket_start(moment)

        assert found.isoformat() == f"{start}:00+00:00"
        assert calendar.bucket_end(found).isoformat() == f"{end}:00+00:00"

    @pytest.mark.parametrize(
        ("zone", "day", "hours"),
        [
            ("America/Sao_Paulo", datetime(2018, 11, 4, 12, tzinfo=UTC), 23),
            ("America/Sao_Paulo", datetime(2018, 2, 17, 12, tzinfo=UTC), 25),
            ("Africa/Cairo", datetime(2024, 4, 26, 12, tzinfo=UTC), 23),
            ("Africa/Cairo", datetime(2024, 10, 31, 12, tzinfo=UTC), 25),
            ("Europe/London", datetime(2026, 3, 29, 12, tzinfo=UTC), 23),
            ("Asia/Kolkata", datetime(2026, 3, 29, 12, tzinfo=UTC), 24),
        ],
    )
    def test_a_day_has_the_hours_that_it_has(
        self, zone: str, day: datetime, hours: int
    ) -> None:
        """Also where clocks change at midnight, and midnight is missing or twice."""
        calendar = Calendar(Granularity.DAY, ZoneInfo(zone))
        start = calendar.bucket_start(day)

        assert calendar.bucket_end(start) - start == timedelta(hours=hours)


class TestBoundaries:
    """Where windows end."""

    @given(CALENDARS, NOWS, BACK, BACK)
    def test_they_do_not_depend_on_the_start(
        self, calendar: Calendar, now: datetime, back: timedelta, further: timedelta
    ) -> None:
        """A run that starts later plans the windows that an earlier one planned."""
        early = {window.end for window in planned(calendar, now, back + further)}
        late = {window.end for window in planned(calendar, now, back)}

        assert late <= early

    @given(CALENDARS, NOWS, BACK, BACK)
    def test_they_do_not_depend_on_the_end(
        self, calendar: Calendar, now: datetime, back: timedelta, later: timedelta
    ) -> None:
        """The next run plans the same windows, up to the bucket that was open."""
        first, *_ = following = planned(calendar, now + later, back + later)
        before_open = [
            window.end
            for window in planned(calendar, now, back)
            if first.start < window.end < calendar.bucket_start(now)
        ]

        assert set(before_open) <= {window.end for window in following}

    @given(CALENDARS, NOWS, BACK)
    def test_windows_are_made_of_whole_buckets(
        self, calendar: Calendar, now: datetime, back: timedelta
    ) -> None:
        """Only the newest bucket can be one that is not over."""
        windows = planned(calendar, now, back)

        for window in windows:
            assert calendar.bucket_start(window.start) == window.start
        for window in windows[:-1]:
            assert calendar.bucket_start(window.end) == window.end

    @given(CALENDARS, NOWS, BACK)
    def test_two_offsets_are_in_one_bucket_only(
        self, calendar: Calendar, now: datetime, back: timedelta
    ) -> None:
        """An interval has two offsets where the bucket itself spans the change."""
        for window in planned(calendar, now, back):
            if offset(calendar, window.start) != offset(calendar, window.end):
                assert calendar.bucket_end(window.start) >= window.end

    @given(CALENDARS, NOWS, BACK)
    def test_calls_are_few(
        self, calendar: Calendar, now: datetime, back: timedelta
    ) -> None:
        """At most three for each change of clocks in between."""
        windows = planned(calendar, now, back)
        two_offsets = [
            window
            for window in windows
            if offset(calendar, window.start) != offset(calendar, window.end)
        ]

        assert len(windows) <= 2 * len(two_offsets) + 1

    def test_clocks_that_stay_make_one_window(self) -> None:
        """India is read in one call."""
        calendar = Calendar(Granularity.DAY, ZoneInfo("Asia/Kolkata"))
        now = datetime(2026, 11, 21, tzinfo=UTC)

        assert 1 == len(planned(calendar, now, timedelta(days=700)))

    def test_a_change_of_clocks_makes_three(self) -> None:
        """Before it, the day of it, and after it."""
        calendar = Calendar(Granularity.DAY, ZoneInfo("America/Los_Angeles"))
        now = datetime(2026, 11, 21, tzinfo=UTC)

        assert [
            ("2026-10-21T07:00:00+00:00", "2026-11-01T07:00:00+00:00"),
            ("2026-11-01T07:00:00+00:00", "2026-11-02T08:00:00+00:00"),
            ("2026-11-02T08:00:00+00:00", "2026-11-21T00:00:00+00:00"),
        ] == [
            (window.start.isoformat(), window.end.isoformat())
            for window in planned(calendar, now, timedelta(days=30))
        ]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("granularity", Granularity)
def test_amazon_accepts_every_window(zone: str, granularity: Granularity) -> None:
    """The local Amazon checks limits and offsets as the documents tell them."""
    clock = ScriptedClock(datetime(2026, 11, 21, 12, 34, 56, tzinfo=UTC))
    calendar = Calendar(granularity, ZoneInfo(zone))
    with LocalAmazon(clock=clock, populate=False) as amazon:
        settings = read_settings(amazon.settings(), now=clock.now())
        client = Services(settings, clock=clock, retry=RetryPolicy()).selling_partner
        for window in planned(calendar, clock.now(), timedelta(days=900)):
            ends = [
                end.astimezone(calendar.zone).isoformat(timespec="seconds")
                for end in (window.start, window.end)
            ]
            client.get_order_metrics(
                [
                    ("marketplaceIds", "ATVPDKIKX0DER"),
                    ("interval", "--".join(ends)),
                    ("granularity", granularity.value),
                    ("granularityTimeZone", zone),
                ]
            )

        assert [] == amazon.refused
        assert len(amazon.seen) > 1
