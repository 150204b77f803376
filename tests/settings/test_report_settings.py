"""The report types that are wanted: what may be said of each, and what is refused."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from tap_amazon_reports.settings.reader import SettingsError, read_settings
from tap_amazon_reports.settings.report_entries import Source
from tests.clock import NOON
from tests.local_amazon.families.layout import known_types, layout_of
from tests.local_amazon.pay.models import merchant_key_pem
from tests.local_amazon.pay.report_types import CAPTURE, REFUND
from tests.report_types import LISTINGS, ORDERS, RETURNS, SETTLEMENT, SHIPPING

if TYPE_CHECKING:
    from tap_amazon_reports.settings.report_entries import ReportEntry

Entry = str | dict[str, Any]

LEDGER = "GET_LEDGER_SUMMARY_VIEW_DATA"
SEARCH_TERMS = "GET_BRAND_ANALYTICS_SEARCH_TERMS_REPORT"
SALES = "GET_SALES_AND_TRAFFIC_REPORT"
VAT = "GET_VAT_TRANSACTION_DATA"
SETTINGS: dict[str, Any] = {
    "sp_client_id": "client",
    "sp_client_secret": "secret",
    "sp_refresh_token": "token",
    "sp_marketplaces": ["US", "CA"],
    "pay_public_key_id": "LIVE-AFVX7ULWSGBZ5535PCUQOY7B",
    "pay_private_key": merchant_key_pem(),
    "pay_region": "na",
}


def wanted(*entries: Entry, **more: Any) -> tuple[ReportEntry, ...]:
    """Return what entries of `sp_report_types` are read as."""
    config = {**SETTINGS, "sp_report_types": list(entries), **more}
    settings = read_settings(config, now=NOON).selling_partner
    assert settings is not None
    return settings.report_entries


def refusal(*entries: Entry, **more: Any) -> str:
    """Return the only line with which entries of `sp_report_types` are refused."""
    with pytest.raises(SettingsError) as raised:
        wanted(*entries, **more)
    (line,) = raised.value.problems
    return line


def test_a_name_is_enough() -> None:
    """A plain name takes all from the type's file."""
    (entry,) = wanted(ORDERS)
    assert Source.REQUEST is entry.source
    assert ("US", "CA") == tuple(market.country for market in entry.marketplaces)
    assert timedelta(days=1) == entry.lookback
    assert (None, None, None) == (entry.start, entry.window_days, entry.name)
    assert not entry.restricted
    assert ("sp_flat_file_all_orders_data_by_last_update_general",) == (
        entry.stream_names
    )


def test_an_object_says_more() -> None:
    """Each type has a start, a window, a look-back, marketplaces and a name."""
    (entry,) = wanted(
        {
            "report_type": RETURNS,
            "start_date": "2026-01-02T03:00:00+03:00",
            "window_days": 7,
            "lookback_days": 0,
            "source": "collect",
            "marketplaces": ["A2EUQ1WTGCTBG2"],
            "restricted": True,
            "name": "returns_of_canada",
        }
    )
    assert datetime(2026, 1, 2, tzinfo=timezone.utc) == entry.start
    assert (7, timedelta(0)) == (entry.window_days, entry.lookback)
    assert Source.COLLECT is entry.source
    assert ["CA"] == [market.country for market in entry.marketplaces]
    assert entry.restricted
    assert ("returns_of_canada",) == entry.stream_names


def test_what_cannot_be_asked_for_is_collected() -> None:
    """Settlements are made by Amazon: without a word they are collected."""
    (entry,) = wanted(SETTLEMENT)
    assert Source.COLLECT is entry.source


def test_personal_data_needs_a_restricted_token() -> None:
    """A type that the file marks as restricted is opened as one."""
    (entry,) = wanted(SHIPPING)
    assert entry.restricted


def test_a_type_of_some_countries_is_asked_for_there() -> None:
    """A European tax report is wanted of those countries alone that have it."""
    countries = ["DE", "SE", "FR"]
    (entry,) = wanted(VAT, sp_marketplaces=countries)
    assert ["DE", "FR"] == [market.country for market in entry.marketplaces]


def test_rows_without_a_key_are_not_read_again() -> None:
    """To a target, a row without a key that is read again is another row."""
    keyless = "GET_XML_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL"
    (entry,) = wanted(keyless)
    assert timedelta(0) == entry.lookback
    (entry,) = wanted({"report_type": keyless, "lookback_days": 2})
    assert timedelta(days=2) == entry.lookback


def test_a_type_that_nobody_knows_takes_any_options() -> None:
    """A new type of Amazon's is wanted by its name, before there is a file for it."""
    options = {"anything": "at all"}
    (entry,) = wanted({"report_type": "GET_NEXT_YEARS_DATA", "report_options": options})
    assert ("sp_next_years_data",) == entry.stream_names
    assert (("anything", "at all"),) == entry.options


def test_arrays_share_a_name() -> None:
    """A name of one's own stands before what tells the arrays apart."""
    (entry,) = wanted({"report_type": SALES, "name": "by_week"})
    assert ("by_week_date", "by_week_asin") == entry.stream_names


@pytest.mark.parametrize(
    ("entry", "found", "allowed"),
    [
        ({"report_type": LEDGER, "window_days": 400}, "400", "366"),
        ({"report_type": ORDERS, "window_days": 31}, "31", "at most 30"),
        ({"report_type": ORDERS, "window_days": 0}, "0", "minimum 1"),
        ({"report_type": ORDERS, "lookback_days": -1}, "-1", "minimum 0"),
        ({"report_type": ORDERS, "start_date": "soon"}, "'soon'", "ISO 8601"),
        ({"report_type": ORDERS, "marketplaces": []}, "[]", "minItems"),
        ({"report_type": ORDERS, "marketplaces": ["MX"]}, "'MX'", "sp_marketplaces"),
        ({"report_type": ORDERS, "marketplaces": ["XX"]}, "'XX'", "sp_marketplaces"),
        ({"report_type": ORDERS, "source": "steal"}, "steal", "request, collect"),
        ({"report_type": SETTLEMENT, "source": "request"}, "request", "collect"),
        ({"report_type": ORDERS, "name": "Orders!"}, "'Orders!'", "lower case"),
        ({"report_type": ORDERS, "restricted": "yes"}, "yes", "boolean"),
        ({"report_type": ORDERS, "options": {}}, "options", "report_options"),
        ({"report_options": {}}, "report_options", "report_type"),
        ({"report_type": LISTINGS, "report_options": {"custom": True}}, "", "string"),
    ],
)
def test_what_is_wrong_is_refused(
    entry: dict[str, Any], found: str, allowed: str
) -> None:
    """A line names the setting, what was found, and what is allowed."""
    line = refusal(entry)
    assert line.startswith("sp_report_types")
    before, _, after = line.partition("allowed: ")
    assert found in before
    assert allowed in after


@pytest.mark.parametrize(
    ("report_type", "options", "words"),
    [
        (SEARCH_TERMS, {}, "reportPeriod: this report option is required"),
        (SEARCH_TERMS, {"reportPeriod": "HOUR"}, "'HOUR' is not allowed; allowed: DAY"),
        (
            SALES,
            {"dateGranularity": "DAY", "asinGranulrity": "SKU"},
            "asinGranulrity: there is no such report option; there are: ",
        ),
        (ORDERS, {"custom": "true"}, "custom: there is no such report option"),
        (
            "GET_COUPON_PERFORMANCE_REPORT",
            {"couponStartDateFrom": "2026-01-01T00:00:00Z"},
            "couponStartDateTo: this report option is required beside",
        ),
        ("GET_COUPON_PERFORMANCE_REPORT", {}, "exactly one of these is required"),
    ],
)
def test_options_are_checked_before_anything_is_asked(
    report_type: str, options: dict[str, str], words: str
) -> None:
    """An option that is unknown, missing or not allowed is refused, and its type named.

    Amazon would take it, and make a report that fails an hour later.
    """
    line = refusal({"report_type": report_type, "report_options": options})
    assert words in line
    assert f"sp_report_types: {report_type}: " in line


@pytest.mark.parametrize(
    "name",
    [one for one in known_types("selling_partner") if layout_of(one).is_refused],
)
@pytest.mark.parametrize("source", [None, "collect"])
def test_workbooks_and_pdfs_are_refused(name: str, source: str | None) -> None:
    """What has no rows that the tap can read is refused, and the reason is said."""
    entry = {"report_type": name, **({"source": source} if source else {})}
    line = refusal(entry)
    assert "Excel workbook" in line or "PDF" in line


def test_captures_are_collected_only() -> None:
    """Amazon does not offer captures; one that appears all the same is read."""
    with pytest.raises(SettingsError, match="Amazon does not offer it by API"):
        read_settings({**SETTINGS, "pay_report_types": [CAPTURE]}, now=NOON)
    collected = [{"report_type": CAPTURE, "source": "collect"}]
    settings = read_settings({**SETTINGS, "pay_report_types": collected}, now=NOON)
    assert settings.pay is not None
    assert [Source.COLLECT] == [one.source for one in settings.pay.report_entries]


def test_pay_types_have_no_marketplaces_and_no_options() -> None:
    """What only the Selling Partner API has is refused for Amazon Pay."""
    for name in ("marketplaces", "report_options", "restricted"):
        entry = {"report_type": REFUND, name: True}
        with pytest.raises(SettingsError, match=name):
            read_settings({**SETTINGS, "pay_report_types": [entry]}, now=NOON)


def test_the_same_type_twice_needs_names() -> None:
    """Two entries of one type with different options are two streams."""
    days = {"report_type": SALES, "report_options": {"dateGranularity": "DAY"}}
    weeks = {"report_type": SALES, "report_options": {"dateGranularity": "WEEK"}}
    with pytest.raises(SettingsError) as raised:
        wanted(days, weeks)
    assert 2 == len(raised.value.problems)
    assert all("`name` of its own" in line for line in raised.value.problems)
    entries = wanted(days, {**weeks, "name": "weeks"})
    names = [name for entry in entries for name in entry.stream_names]
    assert 4 == len(set(names))


@pytest.mark.parametrize(
    "name", ["sp_reports", "appstore_sales", "pay_refund_data", "sp_order_metrics"]
)
def test_a_name_that_another_stream_has_is_refused(name: str) -> None:
    """No name makes two streams into one table."""
    line = refusal({"report_type": ORDERS, "name": name}, pay_report_types=[REFUND])
    assert name in line
