"""Moments as Amazon writes them, and as it wants them written."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_amazon_reports.amazon.wire_time import basic_text, parse_instant, utc_text

NOON = datetime(2022, 11, 18, 15, 6, 30, tzinfo=timezone.utc)
OFFSETS = st.integers(-14 * 60, 14 * 60).map(
    lambda minutes: timezone(timedelta(minutes=minutes))
)
MOMENTS = st.datetimes(
    min_value=datetime(1970, 1, 2),  # noqa: DTZ001 (the zone is drawn beside it)
    max_value=datetime(9998, 1, 1),  # noqa: DTZ001 (likewise)
    timezones=OFFSETS,
)


@pytest.mark.parametrize(
    "text",
    [
        "2022-11-18T15:06:30Z",
        "2022-11-18T15:06:30+00:00",
        "2022-11-18T15:06:30.000Z",
        "2022-11-18T07:06:30-08:00",
        "2022-11-18T20:36:30+0530",
        "2022-11-18T16:06:30+01",
        "20221118T150630Z",
        "2022-11-18T15-06-30Z",
        " 2022-11-18T15:06:30Z\n",
    ],
)
def test_each_form_of_amazon_s_is_read(text: str) -> None:
    """The extended, the basic and the hyphenated form are one moment."""
    assert NOON == parse_instant(text)
    assert timedelta() == parse_instant(text).utcoffset()


@pytest.mark.parametrize(
    ("text", "microsecond"),
    [
        ("15:06:30.5", 500_000),
        ("15:06:30,123456", 123_456),
        ("15:06:30.123456789", 123_456),
    ],
)
def test_fractions_of_seconds_are_kept(text: str, microsecond: int) -> None:
    """As far as a microsecond; what is finer is cut off, never rounded up."""
    moment = parse_instant(f"2022-11-18T{text}Z")

    assert moment == NOON.replace(microsecond=microsecond)


def test_intervals_of_the_sales_api_have_no_seconds() -> None:
    """`2019-08-01T00:00-07:00` is a moment."""
    found = parse_instant("2019-08-01T00:00-07:00")

    assert found == datetime(2019, 8, 1, 7, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2022-11-18",
        "2022-11-18T15:06:30",
        "2022-11-18 15:06:30Z",
        "2022-13-18T15:06:30Z",
        "2022-11-18T25:06:30Z",
        "2022-02-30T00:00:00Z",
        "2022-11-18T15:06:30ZZ",
        "18/11/2022T15:06:30Z",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
    ],
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    """Without an offset nobody knows which moment it is: it is never guessed."""
    with pytest.raises(ValueError, match=r"month|hour|day|not a date-time"):
        parse_instant(text)


@given(MOMENTS)
def test_what_is_written_is_read_back(moment: datetime) -> None:
    """To the microsecond, whatever the zone it came in."""
    assert parse_instant(utc_text(moment)) == moment
    assert utc_text(moment).endswith("Z")


@given(MOMENTS)
def test_the_basic_form_has_whole_seconds(moment: datetime) -> None:
    """Amazon Pay takes sixteen characters, and no fraction."""
    text = basic_text(moment)

    assert 16 == len(text)
    assert timedelta() <= moment - parse_instant(text) < timedelta(seconds=1)


@given(MOMENTS, MOMENTS)
def test_bookmarks_sort_as_their_moments_do(one: datetime, other: datetime) -> None:
    """Bookmarks are compared as texts: whole seconds sort the way time runs."""
    first, second = (moment.replace(microsecond=0) for moment in (one, other))

    assert (utc_text(first) < utc_text(second)) == (first < second)
