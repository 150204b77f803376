"""Windows of days and months: nothing left out, nothing twice, always the same."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_amazon_reports.reports.windows import (
    Month,
    Window,
    day_windows,
    midnight,
    months,
)

UTC = timezone.utc
DAY = timedelta(days=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOMENTS = st.datetimes(
    min_value=datetime(2015, 1, 1),  # noqa: DTZ001 (the zone is drawn beside it)
    max_value=datetime(2030, 1, 1),  # noqa: DTZ001 (likewise)
    timezones=st.just(UTC),
)
SPANS = st.timedeltas(timedelta(seconds=1), timedelta(days=800))
DAYS = st.integers(1, 400)


class TestDayWindows:
    """Windows of so many days."""

    @given(MOMENTS, SPANS, DAYS)
    def test_every_moment_is_in_one_window(
        self, start: datetime, span: timedelta, days: int
    ) -> None:
        """Oldest first, without a gap or an overlap, from the start to the end."""
        windows = list(day_windows(start, start + span, days=days))

        assert start == windows[0].start
        assert start + span == windows[-1].end
        assert all(left.end == right.start for left, right in pairwise(windows))
        assert all(window.start < window.end for window in windows)

    @given(MOMENTS, SPANS, DAYS)
    def test_none_is_too_long(
        self, start: datetime, span: timedelta, days: int
    ) -> None:
        """Amazon refuses a window that is longer than it allows."""
        windows = day_windows(start, start + span, days=days)

        assert all(window.end - window.start <= days * DAY for window in windows)

    @given(MOMENTS, SPANS, DAYS)
    def test_there_are_as_few_as_can_be(
        self, start: datetime, span: timedelta, days: int
    ) -> None:
        """Each report costs a minute of quota: 80 days by 30 are three, not four."""
        windows = list(day_windows(start, start + span, days=days))

        assert -(-span // (days * DAY)) == len(windows)

    @given(MOMENTS, DAYS, DAYS)
    def test_from_midnight_all_but_the_newest_end_with_a_day(
        self, start: datetime, span: int, days: int
    ) -> None:
        """A day is in one report wherever that costs none more."""
        start = midnight(start)
        end = start + span * DAY + timedelta(hours=5)
        *full, newest = day_windows(start, end, days=days)

        assert all(window.end == midnight(window.end) for window in full)
        assert end == newest.end

    @given(MOMENTS)
    def test_nothing_is_planned_before_it_begins(self, start: datetime) -> None:
        """An end at the start, or before it, leaves nothing to read."""
        assert [] == list(day_windows(start, midnight(start), days=3))

    def test_a_start_in_another_zone_is_one_in_utc(self) -> None:
        """Days are Greenwich's, whoever asks."""
        start = datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=9)))
        end = datetime(2026, 1, 1, tzinfo=UTC)

        assert [Window(end - timedelta(hours=8), end)] == list(
            day_windows(start, end, days=1)
        )

    def test_windows_sort_by_time(self) -> None:
        """The oldest comes first wherever windows are sorted."""
        windows = list(day_windows(EPOCH, EPOCH + 5 * DAY, days=2))

        assert windows[0] < windows[1] < windows[2]


class TestMonth:
    """Calendar months."""

    @given(MOMENTS, SPANS)
    def test_months_cover_what_is_asked_for(
        self, start: datetime, span: timedelta
    ) -> None:
        """Each month that shares a moment with it, once and in order."""
        end = start + span
        found = list(months(start, end))

        assert found[0].start <= start < found[0].next().start
        assert found[-1].start < end <= found[-1].next().start
        assert all(left.next() == right for left, right in pairwise(found))

    def test_an_end_on_the_first_does_not_open_a_month(self) -> None:
        """The end is not part of what is asked for."""
        start, end = Month(2025, 11).start, Month(2026, 2).start

        assert [
            "2025-11",
            "2025-12",
            "2026-01",
        ] == [month.label for month in months(start, end)]

    @given(MOMENTS)
    def test_a_label_is_read_back(self, moment: datetime) -> None:
        """The bookmark is a label, and sorts as time does."""
        month = Month.of(moment)

        assert Month.parse(month.label) == month
        assert month.label < month.next().label
        assert month.start <= moment < month.next().start

    @pytest.mark.parametrize("label", ["", "2026", "2026-13", "26-01", "2026-01-01"])
    def test_another_label_is_refused(self, label: str) -> None:
        """State of another shape is not misread."""
        with pytest.raises(ValueError, match=r"format|remains"):
            Month.parse(label)

    def test_a_month_is_final_two_days_after_its_end(self) -> None:
        """Rows come up to 48 hours late."""
        october = Month(2026, 10)
        final = datetime(2026, 11, 3, tzinfo=UTC)

        assert not october.is_final(
            final - timedelta(seconds=1), after=timedelta(hours=48)
        )
        assert october.is_final(final, after=timedelta(hours=48))

    def test_a_moment_elsewhere_is_in_the_month_of_utc(self) -> None:
        """New Year's Eve in Tokyo is December in Greenwich."""
        moment = datetime(2026, 1, 1, 3, tzinfo=timezone(timedelta(hours=9)))

        assert "2025-12" == Month.of(moment).label
