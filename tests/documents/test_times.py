"""Times: every shape and zone that a document has, in UTC, and none guessed."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tap_amazon_reports.documents.times import utc_text
from tap_amazon_reports.documents.values import DayOrder
from tap_amazon_reports.documents.zones import (
    UnknownZoneError,
    country_of,
    utc_offset,
)


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2022-03-01 00:00:00 CET", "2022-02-28T23:00:00Z"),
        ("2022-03-31 00:00:00 CEST", "2022-03-30T22:00:00Z"),
        ("2022/03/01 00:00:00 JST", "2022-02-28T15:00:00Z"),
        ("2022-03-01T00:00:00Z", "2022-03-01T00:00:00Z"),
        ("2022-03-01T00:00:00+00:00", "2022-03-01T00:00:00Z"),
        ("2022-03-01 00:00:00Z", "2022-03-01T00:00:00Z"),
        ("2022-03-01 00:00:00 UTC", "2022-03-01T00:00:00Z"),
        ("2022-03-01T00:00:00.000Z", "2022-03-01T00:00:00Z"),
        ("2022-03-01T00:00:00.25Z", "2022-03-01T00:00:00.250000Z"),
        ("2022-03-01T00:00:00.123456+01:00", "2022-02-28T23:00:00.123456Z"),
        ("2022-03-01T00:00:00-07:00", "2022-03-01T07:00:00Z"),
        ("05/21/18 14:39 PST", "2018-05-21T22:39:00Z"),
        ("05/21/2018 14:39 PDT", "2018-05-21T21:39:00Z"),
        ("5/1/2018 4:39:07 GMT", "2018-05-01T04:39:07Z"),
        ("2015-10-01T11:10:34 -0700", "2015-10-01T18:10:34Z"),
        ("2015-10-01T11:10:34-0700", "2015-10-01T18:10:34Z"),
        ("2021-09-07 15:04:05 PDT", "2021-09-07T22:04:05Z"),
        ("2021-09-07 15:04:05 pdt", "2021-09-07T22:04:05Z"),
        ("22.08.2021 00:20:15 UTC", "2021-08-22T00:20:15Z"),
        ("2021-09-07 15:04:05 MEST", "2021-09-07T13:04:05Z"),
        ("2021-09-07 15:04:05 -03", "2021-09-07T18:04:05Z"),
        ("2021-09-07 15:04:05 GMT+05:30", "2021-09-07T09:34:05Z"),
        (" 2021-09-07 15:04 BST ", "2021-09-07T14:04:00Z"),
        ("20220301T000000Z", "2022-03-01T00:00:00Z"),
        ("20220301T010000.5+0100", "2022-03-01T00:00:00.500000Z"),
        ("", None),
        ("--", None),
    ],
)
def test_every_known_shape_becomes_utc(cell: str, moment: str | None) -> None:
    """Whatever a document writes, the warehouse gets one shape."""
    assert utc_text(cell) == moment


@pytest.mark.parametrize(
    ("zone", "country", "hours"),
    [
        ("CST", None, -6),
        ("CST", "US", -6),
        ("CST", "CN", 8),
        ("EST", None, -5),
        ("EST", "AU", 10),
        ("EDT", "AU", 11),
        ("EDT", "CA", -4),
        ("IST", "IN", 5.5),
        ("IST", None, 5.5),
        ("BST", "GB", 1),
        ("AEDT", "AU", 11),
        ("BRST", "BR", -2),
        ("WEST", None, 1),
        ("z", None, 0),
        ("+0530", None, 5.5),
    ],
)
def test_a_marketplace_decides_what_an_abbreviation_means(
    zone: str, country: str | None, hours: float
) -> None:
    """Shanghai's and Chicago's CST are told apart by where the sale was."""
    assert utc_offset(zone, country) == timedelta(hours=hours)


def test_times_are_read_as_their_marketplace_writes_them() -> None:
    """Australian times have Australian zones, and the day first."""
    assert "2026-01-03T00:00:00Z" == utc_text(
        "03/01/2026 10:00:00 EST", country="AU", order=DayOrder.DAY_FIRST
    )


@pytest.mark.parametrize(
    ("cell", "zone"),
    [
        ("2022-03-01 00:00:00", ""),
        ("2022-03-01T00:00", ""),
        ("2022-03-01 00:00:00 XYZ", "XYZ"),
        ("2022-03-01 00:00:00 +99:00", "+99:00"),
        ("2022-03-01 01:00:00 PM XST", "XST"),
        ("2022-03-01 00:00:00 " + "x" * 99, "X" * 12),
    ],
)
def test_an_unknown_zone_is_an_error_of_its_own(cell: str, zone: str) -> None:
    """A time that could be anywhere is not taken for UTC, and the zone is named."""
    with pytest.raises(UnknownZoneError) as caught:
        utc_text(cell)

    assert caught.value.zone == zone


def test_a_zone_can_be_handed_in() -> None:
    """A report in local time is read in its marketplace's zone, summer and winter."""
    berlin = ZoneInfo("Europe/Berlin")

    assert "2026-06-30T22:00:00Z" == utc_text(
        "2026-07-01 00:00:00", default_zone=berlin
    )
    assert "2025-12-31T23:00:00Z" == utc_text("2026-01-01 00:00", default_zone=berlin)
    assert "2026-01-01T00:00:00Z" == utc_text("2026-01-01 00:00Z", default_zone=berlin)


@pytest.mark.parametrize(
    "cell",
    [
        "2022-03-01",
        "2022-02-30 00:00:00 UTC",
        "2022-02-30T00:00:00Z",
        "2022-03-01 24:00:00 PST",
        "2022-03-01 00:60 UTC",
        "2022-03/01 00:00:00 UTC",
        "2022-03-01x00:00:00Z",
        "2022-03-01T00+05:00Z",
        "2022-03-01T00:00+05Z",
        "31/12/2021 00:00:00 UTC",
        "0001-01-01 00:00:00 +10:00",
        "9999-12-31 23:59:59 PST",
        "soon",
    ],
)
def test_what_is_no_moment_is_refused(cell: str) -> None:
    """A word or an impossible date goes to extra, never into a time column."""
    with pytest.raises(ValueError, match=r".") as caught:
        utc_text(cell)

    assert not isinstance(caught.value, UnknownZoneError) or cell.endswith("Z")
    assert cell not in str(caught.value)


def test_an_unknown_order_is_refused() -> None:
    """Where nobody knows whether the month is first, a date is not guessed."""
    with pytest.raises(ValueError, match="order"):
        utc_text("01/02/2026 00:00 UTC", order=DayOrder.UNKNOWN)


OFFSETS = st.integers(min_value=-14 * 4, max_value=14 * 4).map(
    lambda quarters: timezone(timedelta(minutes=15 * quarters))
)
SHAPES = [
    "%Y-%m-%dT%H:%M:%S%z",
    "%Y-%m-%d %H:%M:%S %z",
    "%Y/%m/%d %H:%M:%S %z",
    "%m/%d/%Y %H:%M:%S %z",
    "%d.%m.%Y %H:%M:%S%z",
    "%Y-%m-%dT%H:%M:%S.%f%z",
]


@given(
    moment=st.datetimes(
        min_value=datetime(1900, 1, 1),  # noqa: DTZ001 (hypothesis adds the zone)
        timezones=OFFSETS,
    ),
    shape=st.sampled_from(SHAPES),
)
def test_any_moment_comes_back(moment: datetime, shape: str) -> None:
    """Each moment, in each shape and offset, is the same moment in UTC."""
    assume(moment.year < 9999)
    if "%f" not in shape:
        moment = moment.replace(microsecond=0)
    text = utc_text(moment.strftime(shape))

    utc = moment.astimezone(timezone.utc).replace(tzinfo=None)
    assert text == f"{utc.isoformat()}Z"


@given(moment=st.datetimes(timezones=st.just(timezone.utc)))
def test_any_iso_moment_comes_back(moment: datetime) -> None:
    """What is in UTC already stays as it is, but for its Z."""
    expected = moment.replace(tzinfo=None).isoformat() + "Z"

    assert expected == utc_text(moment.isoformat())
    assert expected == utc_text(expected)


@pytest.mark.parametrize(
    ("marketplace", "country"),
    [
        ("Amazon.de", "DE"),
        ("Amazon.com", "US"),
        ("Amazon.com.au", "AU"),
        ("amazon.co.uk", "GB"),
        (" CN ", "CN"),
        ("UK", "GB"),
        ("us", "US"),
        ("Non-Amazon", None),
        ("", None),
    ],
)
def test_a_marketplace_has_a_country(marketplace: str, country: str | None) -> None:
    """A shop's address and a country's code say the same."""
    assert country_of(marketplace) == country


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("Dec 1, 2017 12:38:23 AM PST", "2017-12-01T08:38:23Z"),
        ("Jan 6, 2026 7:21:49 PM PST", "2026-01-07T03:21:49Z"),
        ("1 May 2026 10:00:00 am UTC", "2026-05-01T10:00:00Z"),
        ("12 December 2026 12:00:00 pm UTC", "2026-12-12T12:00:00Z"),
        ("25 Nov 2026 16:19:39 GMT+1", "2026-11-25T15:19:39Z"),
    ],
)
def test_months_by_name_and_halves_of_a_day(cell: str, moment: str) -> None:
    """The transactions of a date range are written for people."""
    assert moment == utc_text(cell)


@pytest.mark.parametrize(
    "cell",
    ["1 Mai 2026 10:00:00 UTC", "Dec 1, 2017 13:00:00 PM PST", "May 32, 2026 1:00 UTC"],
)
def test_what_no_calendar_has_is_refused(cell: str) -> None:
    """A month of another language, an hour of no half day, a day of no month."""
    with pytest.raises(ValueError, match=r"date-time|hour|day"):
        utc_text(cell)
