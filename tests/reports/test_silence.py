"""A stream without rows says why, in one line."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from tap_amazon_reports.reports.plan import first_data
from tap_amazon_reports.reports.schema_files import CATALOGUE
from tap_amazon_reports.reports.silence import (
    all_empty,
    clipped,
    none_made,
    nothing_asked,
    unread_arrays,
)
from tests.clock import NOON

ORDERS = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL"
RETURNS = "GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA"
SALES = "GET_SALES_AND_TRAFFIC_REPORT"
SEARCHES = "GET_BRAND_ANALYTICS_SEARCH_TERMS_REPORT"
SETTLEMENT = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2"
PENDING = "GET_PENDING_ORDERS_DATA"
BY_COUNTRY = "GET_AFN_INVENTORY_DATA_BY_COUNTRY"
PAY_REFUNDS = "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_REFUND_DATA_"
VENDOR_HOURS = "GET_VENDOR_REAL_TIME_TRAFFIC_REPORT"


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """Return a moment in UTC."""
    return datetime(year, month, day, hour, minute, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("reports", "words"),
    [
        (1, "1 finished report has no rows (ATVPDKIKX0DER)"),
        (4, "4 finished reports have no rows (ATVPDKIKX0DER)"),
    ],
)
def test_reports_without_rows_are_told(reports: int, words: str) -> None:
    """One empty report is as silent as several: what to check is said of it too."""
    line = all_empty(reports, where="ATVPDKIKX0DER")

    assert line.startswith(words)
    assert "check the marketplaces, the roles of the application, report_options" in (
        line
    )


def test_late_data_says_from_when_on() -> None:
    """Who asks for the day before yesterday learns when to come again."""
    kind = CATALOGUE.find("selling_partner", SALES)
    by_day = kind.for_options({"dateGranularity": "DAY"})
    line = nothing_asked(by_day, utc(2026, 11, 20), NOON)

    assert line.endswith("it can be read from 2026-11-24 00:00Z on")


def test_a_span_that_is_none_is_told() -> None:
    """Dates that leave nothing between them are named."""
    kind = CATALOGUE.find("selling_partner", ORDERS)
    line = nothing_asked(kind, NOON, NOON)

    assert "start_date is not before end_date" in line


@pytest.mark.parametrize(
    ("service", "name", "words"),
    [
        (
            "selling_partner",
            PENDING,
            "see the schedules in the stream sp_report_schedules, or create one",
        ),
        (
            "amazon_pay",
            PAY_REFUNDS,
            "see the schedules in the stream pay_report_schedules, or create one",
        ),
        ("selling_partner", SETTLEMENT, "Amazon creates them itself"),
        ("selling_partner", BY_COUNTRY, "another application has to create them"),
    ],
)
def test_what_waits_for_others_says_for_whom(
    service: str, name: str, words: str
) -> None:
    """A stream that waits for a schedule does not look like one without rows."""
    line = none_made(CATALOGUE.find(service, name), utc(2026, 9, 1))

    assert line.startswith(
        "no report of this type was created since 2026-09-01 00:00Z: "
    )
    assert words in line


@pytest.mark.parametrize(
    ("name", "start", "options", "expected"),
    [
        (SALES, utc(2026, 11, 20, 5), {"dateGranularity": "DAY"}, utc(2026, 11, 24)),
        (SALES, utc(2026, 11, 20), {"dateGranularity": "WEEK"}, utc(2026, 11, 25)),
        (SALES, utc(2026, 11, 22), {"dateGranularity": "WEEK"}, utc(2026, 12, 2)),
        (SALES, utc(2026, 12, 9), {"dateGranularity": "MONTH"}, utc(2027, 1, 4)),
        (SEARCHES, utc(2026, 11, 2), {"reportPeriod": "QUARTER"}, utc(2027, 1, 4)),
        (RETURNS, utc(2026, 11, 20, 9), {}, utc(2026, 11, 22)),
        (VENDOR_HOURS, utc(2026, 11, 20, 9, 30), {}, utc(2026, 11, 20, 11)),
        (ORDERS, utc(2026, 11, 20, 9, 30), {}, utc(2026, 11, 20, 9, 30)),
    ],
)
def test_first_data_is_when_its_period_is_over_and_amazon_has_it(
    name: str, start: datetime, options: dict[str, str], expected: datetime
) -> None:
    """Days, weeks, months and hours have to be whole, and then Amazon is late."""
    kind = CATALOGUE.find("selling_partner", name)

    assert expected == first_data(kind.for_options(options), start)


def test_a_start_before_amazons_data_is_told() -> None:
    """Five years of orders are wished for, and two are there: the date is said."""
    kind = CATALOGUE.find("selling_partner", ORDERS)
    oldest = utc(2024, 11, 21, 12)
    line = clipped(kind, utc(2021, 1, 1), oldest)

    assert line is not None
    assert "start_date 2021-01-01 00:00Z is before the oldest data of" in line
    assert "for 730 days; reading starts at 2024-11-21 12:00Z" in line
    assert clipped(kind, oldest, oldest) is None
    assert clipped(kind, utc(2021, 1, 1), None) is None


def test_names_of_arrays_are_made_fit_to_be_printed() -> None:
    """A document writes no line of its own into the log, and no page."""
    line = unread_arrays(["a\x1b[31mred\nERROR forged", *("n" * 5_000,) * 3])

    assert "the document has a red ERROR forged, n" in line
    assert line.isprintable()
    assert len(line) < 1_000
    many = unread_arrays([f"array{n}" for n in range(100)])
    assert "array26 and 80 others, which no stream" in many


def test_arrays_that_no_stream_has_are_named() -> None:
    """What Amazon added to a document is not passed over in silence."""
    line = unread_arrays(["salesByBrand", "adsByAsin"])

    assert line.startswith("the document has adsByAsin, salesByBrand, which no stream")
