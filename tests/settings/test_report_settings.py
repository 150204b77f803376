"""The report types that are wanted: what may be said of each, and what is refused."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from tap_amazon_reports.reports.report_types import DateMode
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


def test_a_marketplace_that_is_named_twice_is_one() -> None:
    """By its country and its id, or twice the same: its rows are read once."""
    named = ["CA", "A2EUQ1WTGCTBG2", "ca", "US"]
    (entry,) = wanted({"report_type": ORDERS, "marketplaces": named})
    assert ["CA", "US"] == [market.country for market in entry.marketplaces]


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
    keyless = "GET_CSV_MFN_PRIME_RETURNS_REPORT"
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
        ({"report_type": ORDERS, "window_days": 0}, "0", "1 or more"),
        ({"report_type": ORDERS, "lookback_days": -1}, "-1", "0 or more"),
        ({"report_type": ORDERS, "start_date": "soon"}, "'soon'", "ISO 8601"),
        ({"report_type": ORDERS, "marketplaces": []}, "[]", "a list of 1 or more"),
        ({"report_type": ORDERS, "marketplaces": ["MX"]}, "'MX'", "sp_marketplaces"),
        ({"report_type": ORDERS, "marketplaces": ["XX"]}, "'XX'", "sp_marketplaces"),
        ({"report_type": ORDERS, "source": "steal"}, "steal", "request, collect"),
        ({"report_type": SETTLEMENT, "source": "request"}, "request", "collect"),
        ({"report_type": ORDERS, "name": "Orders!"}, "'Orders!'", "lower case"),
        ({"report_type": ORDERS, "restricted": "yes"}, "yes", "true or false"),
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
            "asinGranulrity: there is no such report option; allowed: ",
        ),
        (ORDERS, {"custom": "true"}, "custom: there is no such report option"),
        (
            "GET_COUPON_PERFORMANCE_REPORT",
            {"couponStartDateFrom": "2026-01-01T00:00:00Z"},
            "couponStartDateTo: this report option is required with",
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


FILES = ("pdf", "xlsx")


@pytest.mark.parametrize(
    "name",
    [
        one
        for one in known_types("selling_partner")
        if layout_of(one).format in FILES
        and layout_of(one).about["status"] != "removed"
    ],
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
    assert all(
        "another `name` in one of the entries" in line for line in raised.value.problems
    )
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


@pytest.mark.parametrize(
    "name",
    [
        one
        for one in known_types("selling_partner")
        if layout_of(one).about["status"] == "removed"
    ],
)
@pytest.mark.parametrize("source", [None, "collect"])
def test_a_removed_type_is_refused(name: str, source: str | None) -> None:
    """Whoever still asks for a type that Amazon removed is told so at once."""
    line = refusal({"report_type": name, **({"source": source} if source else {})})
    assert f"sp_report_types: found {name}, " in line
    assert "Amazon removed this report type" in line


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (
            "GET_FBA_FULFILLMENT_CURRENT_INVENTORY_DATA",
            f"on 2023-01-31; use {LEDGER} and GET_LEDGER_DETAIL_VIEW_DATA instead",
        ),
        (
            "GET_MERCHANT_LISTINGS_DEFECT_DATA",
            "on 2022-06-15; use GET_MERCHANTS_LISTINGS_FYP_REPORT instead",
        ),
        ("GET_FBA_SNS_FORECAST_DATA", "on 2025-12-11"),
    ],
)
def test_a_removed_type_says_since_when_and_what_replaced_it(
    name: str, words: str
) -> None:
    """The refusal is enough to change the settings by."""
    assert refusal(name).endswith(words)


def notices(*entries: Entry, **more: Any) -> tuple[str, ...]:
    """Return what is said of entries that are read all the same."""
    config = {**SETTINGS, "sp_report_types": list(entries), **more}
    return read_settings(config, now=NOON).notices


EUROPEAN_INVOICES = "GET_FLAT_FILE_ORDER_REPORT_DATA_INVOICING"
AMERICAN_TAX = "GET_FLAT_FILE_ORDER_REPORT_DATA_TAX"


@pytest.mark.parametrize(
    ("name", "countries", "allowed"),
    [
        (EUROPEAN_INVOICES, ["US", "CA"], "BE, DE, ES, FR, GB, IE, IT, NL, PL, SE, TR"),
        (AMERICAN_TAX, ["DE"], "BR, CA, MX, US"),
        (
            "GET_FBA_FULFILLMENT_CUSTOMER_SHIPMENT_REPLACEMENT_DATA",
            ["JP"],
            "BR, CA, IN, MX, US",
        ),
        ("SC_VAT_TAX_REPORT", ["TR"], "BE, DE, ES, FR, GB, IE, IT, NL, PL, SE"),
        ("GET_MFN_PANEU_OFFER_STATUS", ["PL"], "DE, ES, FR, GB, IT"),
    ],
)
def test_a_type_that_exists_nowhere_here_is_refused(
    name: str, countries: list[str], allowed: str
) -> None:
    """Nothing is asked for that cannot exist, and the line says where it does."""
    line = refusal(name, sp_marketplaces=countries)
    assert f"found {name} for {', '.join(countries)}" in line
    assert line.endswith(f"marketplaces where it exists: {allowed}")


def test_an_entry_of_other_marketplaces_is_refused() -> None:
    """The marketplaces of an entry are no way around where a type exists."""
    entry = {"report_type": VAT, "marketplaces": ["SE"]}
    assert "marketplaces where it exists" in refusal(
        entry, sp_marketplaces=["DE", "SE"]
    )


def test_a_type_that_exists_in_some_is_said_once() -> None:
    """Who waits for rows of Sweden learns why there are none."""
    (line,) = notices(VAT, sp_marketplaces=["DE", "SE", "FR", "NL"])
    assert (
        f"sp_report_types: {VAT} does not exist in SE, NL; it is read for DE, FR"
        == line
    )
    assert () == notices(VAT, sp_marketplaces=["DE", "FR"])


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("GET_MERCHANT_LISTING_ALL_DATA", LISTINGS),
        ("GET_MFN_PAN_EU_OFFER_STATUS", "GET_MFN_PANEU_OFFER_STATUS"),
        ("GET_SALES_AND_TRAFIC_REPORT", SALES),
        ("GET_LEDGER_SUMARY_VIEW_DATA", LEDGER),
    ],
)
def test_an_unknown_type_may_have_been_meant_otherwise(
    written: str, known: str
) -> None:
    """A slip of the pen is read as it stands, and told."""
    (line,) = notices(written, sp_marketplaces=["DE"])
    assert line.startswith(f"sp_report_types: {written} is not a report type that")
    assert f"did you mean {known}" in line
    assert line.endswith("?")
    assert not wanted(written)[0].kind.is_known


def test_an_unknown_type_like_no_other_is_told_too() -> None:
    """A type that Amazon adds tomorrow is read, and nobody guesses at it."""
    (line,) = notices("GET_WHOLLY_DIFFERENT_THING")
    assert "did you mean" not in line


@pytest.mark.parametrize(
    ("setting", "name", "place"),
    [
        ("sp_report_types", REFUND, "pay_report_types"),
        (
            "sp_report_types",
            "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_NEW_DATA_",
            "pay_report_types",
        ),
        ("pay_report_types", ORDERS, "sp_report_types"),
    ],
)
def test_a_type_of_another_service_is_refused(
    setting: str, name: str, place: str
) -> None:
    """A type in the wrong setting is not asked for where nobody knows it."""
    with pytest.raises(SettingsError) as raised:
        read_settings({**SETTINGS, setting: [name]}, now=NOON)
    (line,) = raised.value.problems
    assert line.startswith(f"{setting}: found {name}, ")
    assert line.endswith(f"name it in {place}")


@pytest.mark.parametrize(
    "name", ["GET_" + 300 * "A", "get_orders", "GET_ÜBER_DATA", "GET_DATA\n", ""]
)
def test_what_no_type_can_be_called_is_refused(name: str) -> None:
    """A name that no file system and no table takes ends in a sentence."""
    assert refusal(name).startswith("sp_report_types")


def test_a_name_that_no_table_can_have_is_refused() -> None:
    """PostgreSQL cuts names after 63 letters, and two tables would become one."""
    long = {"report_type": ORDERS, "name": 64 * "a"}
    assert "at most 63 characters" in refusal(long)
    (entry,) = wanted({"report_type": ORDERS, "name": 63 * "a"})
    assert (63 * "a",) == entry.stream_names


@pytest.mark.parametrize(
    ("name", "regional"),
    [
        ("GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA", True),
        ("GET_FBA_REIMBURSEMENTS_DATA", True),
        (LEDGER, False),
    ],
)
def test_a_report_of_the_region_is_asked_for_once(name: str, *, regional: bool) -> None:
    """What Amazon gives alike for each marketplace is asked for once, or as is said."""
    (entry,) = wanted(name)
    assert regional is entry.regional
    (entry,) = wanted({"report_type": name, "regional": not regional})
    assert regional is not entry.regional


def test_history_is_kept_of_snapshots_alone() -> None:
    """Rows of a window are history already: the part would say nothing."""
    (kept,) = wanted({"report_type": LISTINGS, "history": True})
    (usual,) = wanted(LISTINGS)
    keys = [entry.kind.records[0].key for entry in (kept, usual)]
    assert [(*keys[1], "snapshot_date"), keys[1]] == keys
    line = refusal({"report_type": ORDERS, "history": True})
    assert f"found history for {ORDERS}, allowed: snapshots only" in line


@pytest.mark.parametrize(
    ("written", "known"),
    [("lookback_day", "lookback_days"), ("marketplace", "marketplaces")],
)
def test_an_unknown_part_of_an_entry_may_have_been_meant_otherwise(
    written: str, known: str
) -> None:
    """Who forgot a letter is told which part it is called."""
    assert f"did you mean {known}?" in refusal({"report_type": ORDERS, written: 3})


def test_listings_are_asked_for_in_english() -> None:
    """The language that Amazon documents is asked for, unless it is taken away."""
    locale = "preferredReportDocumentLocale"
    assert ((locale, "en_US"),) == wanted(LISTINGS)[0].options
    for nothing in (None, ""):
        entry = {"report_type": LISTINGS, "report_options": {locale: nothing}}
        assert () == wanted(entry)[0].options
    entry = {"report_type": LISTINGS, "report_options": {locale: "de_DE"}}
    assert ((locale, "de_DE"),) == wanted(entry)[0].options


def test_invoices_of_all_states_have_dates() -> None:
    """With the option All, VAT invoices are of the days asked for, 30 at most."""
    vat = "GET_FLAT_FILE_VAT_INVOICE_DATA_REPORT"
    (entry,) = wanted(vat, sp_marketplaces=["DE"])
    assert DateMode.NONE is entry.kind.dates.mode
    wished = {"report_type": vat, "report_options": {"All": "true"}}
    (entry,) = wanted(wished, sp_marketplaces=["DE"])
    assert (DateMode.WINDOW, 30, True) == (
        entry.kind.dates.mode,
        entry.kind.dates.longest_days,
        entry.kind.dates.required,
    )


def test_vendor_sales_by_the_hour_want_a_currency() -> None:
    """A required option is missed before Amazon misses it."""
    line = refusal("GET_VENDOR_REAL_TIME_SALES_REPORT")
    assert "currencyCode: this report option is required" in line


def test_pending_orders_are_collected() -> None:
    """What only a schedule makes is collected, and asking for it is refused."""
    pending = "GET_PENDING_ORDERS_DATA"
    (entry,) = wanted(pending, sp_marketplaces=["JP"])
    assert Source.COLLECT is entry.source
    asked = {"report_type": pending, "source": "request"}
    line = refusal(asked, sp_marketplaces=["JP"])
    assert line.endswith("collect, because only a schedule creates it")
