"""The report types that tests ask for most, by short names."""

from __future__ import annotations

LISTINGS = "GET_MERCHANT_LISTINGS_ALL_DATA"
LISTINGS_IN_ANY_LANGUAGE = {
    "report_type": LISTINGS,
    "report_options": {"preferredReportDocumentLocale": None},
}
"""An entry of them without any option: such a report is known from the listing."""
PLANNING = "GET_FBA_INVENTORY_PLANNING_DATA"
"""A snapshot that has no options, so that one of anybody's may be read."""
ORDERS = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL"
RETURNS = "GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE"
SALES_AND_TRAFFIC = "GET_SALES_AND_TRAFFIC_REPORT"
SETTLEMENT = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2"
SHIPPING = "GET_FLAT_FILE_ORDER_REPORT_DATA_SHIPPING"
