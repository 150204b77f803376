"""What the tap goes by when it reads a report type."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tap_amazon_reports.documents.conventions import Decimals
from tap_amazon_reports.documents.values import DayOrder
from tap_amazon_reports.reports.report_catalogue import ReportCatalogue
from tap_amazon_reports.reports.report_types import (
    DateMode,
    Option,
    Period,
)
from tap_amazon_reports.reports.schema_files import CATALOGUE

SCHEMAS = Path(__file__).parents[2] / "schemas"
SALES = "GET_SALES_AND_TRAFFIC_REPORT"
ALL_ORDERS = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL"


@pytest.fixture(name="catalogue", scope="module")
def _catalogue() -> ReportCatalogue:
    return ReportCatalogue(SCHEMAS)


def test_order_report_is_as_amazon_makes_it(catalogue: ReportCatalogue) -> None:
    """The report that sellers live by: windows of 30 days, two years back, re-read."""
    found = catalogue.find("selling_partner", ALL_ORDERS)
    (records,) = found.records

    assert (DateMode.WINDOW, 30) == (found.dates.mode, found.dates.longest_days)
    assert (730, 1, 30) == (found.reach_days, found.lookback_days, found.retention_days)
    assert found.is_core
    assert found.regional
    assert not found.restricted
    assert "last_updated_date" == found.incremental
    assert ("amazon_order_id", "sku", "asin") == records.key
    assert {
        "type": ["number", "null"],
        "x-name": "item-price",
        "description": "Empty while the order is pending.",
    } == records.schema["properties"]["item_price"]


def test_settlements_are_collected(catalogue: ReportCatalogue) -> None:
    """Settlements cannot be asked for, and are written as the marketplace writes."""
    name = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2"
    found = catalogue.find("selling_partner", name)

    assert not found.requestable
    assert DateMode.NONE is found.dates.mode
    assert Decimals.MARKETPLACE is found.layout.decimals
    assert DayOrder.MARKETPLACE is found.layout.day_order
    assert () == found.records[0].key


def test_pay_settlements_have_a_preamble(catalogue: ReportCatalogue) -> None:
    """The header of a settlement is found by its names, not by counting lines."""
    name = "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_SETTLEMENT_DATA_"
    found = catalogue.find("amazon_pay", name)

    assert ("TransactionPostedDate", "SettlementId", "AmazonTransactionId") == (
        found.layout.landmarks
    )
    assert "pay_settlement_data" == found.records[0].stream


def test_vendor_periods_have_limits(catalogue: ReportCatalogue) -> None:
    """A vendor report spans as many periods as Amazon allows, as far back as it has."""
    found = catalogue.find("selling_partner", "GET_VENDOR_SALES_REPORT")
    week = found.for_options({"reportPeriod": "WEEK"}).period_rule

    assert (Period.WEEK, 7, 8) == (week.period, week.longest, week.reach)


@pytest.mark.parametrize(
    ("service", "name", "options", "period"),
    [
        ("selling_partner", "GET_SALES_AND_TRAFFIC_REPORT", {}, Period.DAY),
        (
            "selling_partner",
            "GET_SALES_AND_TRAFFIC_REPORT",
            {"dateGranularity": "WEEK"},
            Period.WEEK,
        ),
        ("selling_partner", "GET_LEDGER_SUMMARY_VIEW_DATA", {}, Period.MONTH),
        (
            "selling_partner",
            "GET_LEDGER_SUMMARY_VIEW_DATA",
            {"aggregatedByTimePeriod": "DAILY"},
            Period.DAY,
        ),
        ("appstore", "earnings", {}, Period.MONTH),
    ],
)
def test_period_follows_from_the_options(
    catalogue: ReportCatalogue,
    service: str,
    name: str,
    options: dict[str, str],
    period: Period,
) -> None:
    """Windows fit what the options ask for, and what Amazon takes for granted."""
    kind = catalogue.find(service, name).for_options(options)

    assert period is kind.period_rule.period


@pytest.mark.parametrize(
    "name", ["GET_VENDOR_SALES_REPORT", ALL_ORDERS, "GET_NOBODY_KNOWS_DATA"]
)
def test_period_that_nobody_said_is_an_error(
    catalogue: ReportCatalogue, name: str
) -> None:
    """No window is planned by a guess."""
    kind = catalogue.find("selling_partner", name).for_options({})
    with pytest.raises(ValueError, match=f"{name}: report_options do not determine"):
        _ = kind.period_rule


@pytest.mark.parametrize(
    ("name", "options", "problems"),
    [
        ("GET_VENDOR_TRAFFIC_REPORT", {"reportPeriod": "DAY"}, []),
        (
            "GET_VENDOR_TRAFFIC_REPORT",
            {},
            [
                (
                    "reportPeriod: this report option is required; allowed: "
                    "DAY, WEEK, MONTH, QUARTER, YEAR"
                )
            ],
        ),
        (
            "GET_BRAND_ANALYTICS_REPEAT_PURCHASE_REPORT",
            {"reportPeriod": "DAY"},
            ["reportPeriod: 'DAY' is not allowed; allowed: WEEK, MONTH, QUARTER"],
        ),
        (
            "GET_SALES_AND_TRAFFIC_REPORT",
            {"asinGranularty": "SKU"},
            [
                (
                    "asinGranularty: there is no such report option; allowed: "
                    "dateGranularity, asinGranularity"
                )
            ],
        ),
        (
            ALL_ORDERS,
            {"custom": "true"},
            ["custom: there is no such report option; allowed: none"],
        ),
        ("GET_LEDGER_DETAIL_VIEW_DATA", {"MSKU": "any text"}, []),
        (
            "GET_PROMOTION_PERFORMANCE_REPORT",
            {"promotionStartDateFrom": "2026-01-01T00:00:00Z"},
            ["promotionStartDateTo: this report option is required"],
        ),
        ("GET_NOBODY_KNOWS_DATA", {"anything": "goes"}, []),
    ],
)
def test_options_are_checked(
    catalogue: ReportCatalogue,
    name: str,
    options: dict[str, str],
    problems: list[str],
) -> None:
    """A report is not asked for with options that Amazon refuses or ignores."""
    assert problems == catalogue.find("selling_partner", name).check_options(options)


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (("couponStartDateFrom", "couponStartDateTo"), None),
        (("campaignStartDateFrom", "campaignStartDateTo"), None),
        ((), "exactly one of these is required"),
        (
            ("couponStartDateFrom",),
            "couponStartDateTo: this report option is required with couponStart",
        ),
        (
            ("couponStartDateFrom", "couponStartDateTo", "campaignStartDateTo"),
            "exactly one of these is required",
        ),
    ],
)
def test_groups_of_options_exclude_each_other(
    catalogue: ReportCatalogue, given: tuple[str, ...], problem: str | None
) -> None:
    """Sellers and vendors have options of their own for coupons: one set, whole."""
    found = catalogue.find("selling_partner", "GET_COUPON_PERFORMANCE_REPORT")
    problems = found.check_options(dict.fromkeys(given, "2026-01-01T00:00:00Z"))

    assert len(problems) == (problem is not None)
    assert all(text.startswith(problem or "") for text in problems)


def test_days_of_sales_alone_share_a_report() -> None:
    """Rows that say their own day need no report for each; 96 a day is the limit."""
    kind = CATALOGUE.find("selling_partner", SALES)
    both = [records.stream for records in kind.records]
    days = kind.for_options({"dateGranularity": "DAY"})
    weeks = kind.for_options({"dateGranularity": "WEEK"})

    assert 30 == days.for_streams(both[:1]).period_rule.longest
    assert 4 == weeks.for_streams(both[:1]).period_rule.longest
    assert 1 == days.for_streams(both[1:]).period_rule.longest
    assert 1 == days.for_streams(both).period_rule.longest
    assert kind is kind.for_streams([])


@pytest.mark.parametrize(
    "name",
    [
        "GET_FBA_STORAGE_FEE_CHARGES_DATA",
        "GET_FBA_FULFILLMENT_LONGTERM_STORAGE_FEE_CHARGES_DATA",
    ],
)
def test_storage_fees_are_of_whole_months(name: str) -> None:
    """Amazon makes these by the calendar month, whatever else is asked for."""
    rule = CATALOGUE.find("selling_partner", name).for_options({}).period_rule

    assert (Period.MONTH, 1) == (rule.period, rule.longest)


@pytest.mark.parametrize(
    "name", ["GET_LEDGER_DETAIL_VIEW_DATA", "GET_LEDGER_SUMMARY_VIEW_DATA"]
)
def test_ledgers_overlap_by_a_day(name: str) -> None:
    """A ledger's day is that of its marketplace, and none is cut in two."""
    assert 1 == CATALOGUE.find("selling_partner", name).overlap_days


def test_a_type_of_india_reaches_back_as_far_as_it_does() -> None:
    """What is older than 45 days is not asked for."""
    kind = CATALOGUE.find("selling_partner", "GET_GST_MTR_B2C_CUSTOM")

    assert 45 == kind.reach_days


@pytest.mark.parametrize(
    "name", ["END_USER_DATA_REPORT", "MARKETPLACE_ASIN_PAGE_VIEW_METRICS"]
)
def test_types_that_a_schedule_can_make(name: str) -> None:
    """Whoever wants a schedule for them is not told that there is none."""
    assert CATALOGUE.find("selling_partner", name).schedulable


def test_removals_are_read_again_as_long_as_they_take() -> None:
    """An order to remove stock is told by when it was placed, and open for months."""
    name = "GET_FBA_FULFILLMENT_REMOVAL_ORDER_DETAIL_DATA"

    assert 90 == CATALOGUE.find("selling_partner", name).lookback_days


@pytest.mark.parametrize("by", ["LAST_UPDATE", "ORDER_DATE"])
def test_the_key_of_orders_does_not_change_with_their_layout(by: str) -> None:
    """`order-item-id` is in files since 2026, and a table keeps the key that it has."""
    name = f"GET_FLAT_FILE_ALL_ORDERS_DATA_BY_{by}_GENERAL"
    (records,) = CATALOGUE.find("selling_partner", name).records

    assert ("amazon_order_id", "sku", "asin") == records.key
    assert "order_item_id" in records.schema["properties"]


@pytest.mark.parametrize(
    "name",
    [
        "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_REFUND_DATA_",
        "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_CAPTURE_DATA_",
    ],
)
def test_rows_that_are_states_say_so(name: str) -> None:
    """Nobody adds up a refund once for each state that it has been in."""
    kind = CATALOGUE.find("amazon_pay", name)

    assert "one row for each state" in " ".join(kind.notes).lower()
    assert "last_update_timestamp" in kind.records[0].key


@pytest.mark.parametrize(
    "name", ["FBA_BULK_INVOICE", "GET_GST_STR_ADHOC", "GET_MFN_PANEU_OFFER_STATUS"]
)
def test_types_of_amazons_list_are_known(name: str) -> None:
    """What Amazon lists is no type that the tap has to guess at."""
    assert CATALOGUE.find("selling_partner", name).is_known
    assert not CATALOGUE.find("selling_partner", "GET_MFN_PAN_EU_OFFER_STATUS").is_known


@pytest.mark.parametrize(
    ("name", "per_hour", "per_day"),
    [
        ("GET_SALES_AND_TRAFFIC_REPORT", 4, 96),
        ("GET_BRAND_ANALYTICS_SEARCH_QUERY_PERFORMANCE_REPORT", None, 20),
    ],
)
def test_types_with_limits_of_their_own(
    name: str, per_hour: int | None, per_day: int
) -> None:
    """A plan counts with what Amazon lets through of a type, hour by hour and day."""
    limits = CATALOGUE.find("selling_partner", name).limits

    assert limits is not None
    assert (per_hour, per_day) == (limits.per_hour, limits.per_day)


@pytest.mark.parametrize(
    ("name", "absent", "present"),
    [
        ("GET_FBA_FULFILLMENT_CUSTOMER_SHIPMENT_REPLACEMENT_DATA", "DE", "IN"),
        ("GET_FLAT_FILE_ORDER_REPORT_DATA_INVOICING", "US", "DE"),
        ("GET_ORDER_REPORT_DATA_INVOICING", "US", "FR"),
        ("GET_FLAT_FILE_ORDER_REPORT_DATA_TAX", "DE", "US"),
        ("GET_ORDER_REPORT_DATA_TAX", "JP", "CA"),
        ("GET_FBA_INVENTORY_PLANNING_DATA", "NL", "DE"),
        ("SC_VAT_TAX_REPORT", "TR", "IE"),
    ],
)
def test_types_that_are_not_everywhere(name: str, absent: str, present: str) -> None:
    """A type is not asked for where Amazon does not make it."""
    marketplaces = CATALOGUE.find("selling_partner", name).marketplaces

    assert absent not in marketplaces
    assert present in marketplaces


@pytest.mark.parametrize(
    ("name", "key"),
    [
        (
            "GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA",
            ("order_id", "sku", "license_plate_number"),
        ),
        (
            "GET_FBA_STORAGE_FEE_CHARGES_DATA",
            ("fnsku", "fulfillment_center", "country_code", "month_of_charge"),
        ),
        (
            "GET_FBA_FULFILLMENT_REMOVAL_SHIPMENT_DETAIL_DATA",
            ("order_id", "shipment_date", "sku", "fnsku", "disposition"),
        ),
    ],
)
def test_keys_hold_nothing_that_moves(name: str, key: tuple[str, ...]) -> None:
    """What Amazon restates, fills in later or drops is no part of a row's name."""
    (records,) = CATALOGUE.find("selling_partner", name).records

    assert key == records.key
    assert not records.unique


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({}, {"language": "en_US"}),
        ({"language": None}, {}),
        ({"language": ""}, {}),
        ({"language": "fr_FR", "depth": "2"}, {"language": "fr_FR", "depth": "2"}),
    ],
)
def test_a_default_is_sent_until_it_is_taken_away(
    given: dict[str, str | None], sent: dict[str, str]
) -> None:
    """An option that Amazon documents is sent for those who say nothing of it."""
    kind = replace(
        CATALOGUE.find("selling_partner", SALES),
        options={"language": Option(sent="en_US"), "depth": Option()},
    )

    assert sent == kind.sent_options(given)
