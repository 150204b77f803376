"""Which report types there are, and what the documents forbid for some of them.

Facts: report type values and the use case guides of the Selling Partner API.
"""

from __future__ import annotations

from tests.local_amazon.families.layout import known_types, layout_of

WITHOUT_FILE = frozenset(
    {
        "FBA_BULK_INVOICE",
        "GET_GST_STR_ADHOC",
        "GET_MFN_PANEU_OFFER_STATUS",
        "GET_FLAT_FILE_ORDERS_RECONCILIATION_DATA_TAX",
        "GET_FLAT_FILE_ORDERS_RECONCILIATION_DATA_INVOICING",
        "GET_FLAT_FILE_ORDERS_RECONCILIATION_DATA_SHIPPING",
    }
)
"""Types that Amazon documents and that had no file when this was written."""


def exists(report_type: str) -> bool:
    """Tell whether Amazon has a report type today."""
    if report_type in known_types("selling_partner"):
        return not layout_of(report_type).is_removed
    return report_type in WITHOUT_FILE


SETTLEMENTS = frozenset(
    {
        "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2",
        "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE",
        "GET_V2_SETTLEMENT_REPORT_DATA_XML",
    }
)
"""Made by Amazon alone; asking for one is answered 429 QuotaExceeded."""

NOT_REQUESTABLE = frozenset(
    {
        "GET_ORDER_REPORT_DATA_SHIPPING",
        "GET_ORDER_REPORT_DATA_INVOICING",
        "GET_ORDER_REPORT_DATA_TAX",
        "GET_DATE_RANGE_FINANCIAL_TRANSACTION_DATA",
        "GET_DATE_RANGE_FINANCIAL_HOLDS_DATA",
        "GET_FLAT_FILE_SALES_TAX_DATA",
        "GST_MTR_B2B",
        "GST_MTR_B2C",
        "GET_EASYSHIP_PICKEDUP",
        "GET_EASYSHIP_WAITING_FOR_PICKUP",
        "GET_EASYSHIP_DOCUMENTS",
    }
)

RESTRICTED = frozenset(
    {
        "GET_AMAZON_FULFILLED_SHIPMENTS_DATA_INVOICING",
        "GET_AMAZON_FULFILLED_SHIPMENTS_DATA_TAX",
        "GET_FLAT_FILE_ACTIONABLE_ORDER_DATA_SHIPPING",
        "GET_FLAT_FILE_ORDER_REPORT_DATA_SHIPPING",
        "GET_FLAT_FILE_ORDER_REPORT_DATA_INVOICING",
        "GET_FLAT_FILE_ORDER_REPORT_DATA_TAX",
        "GET_ORDER_REPORT_DATA_SHIPPING",
        "GET_ORDER_REPORT_DATA_INVOICING",
        "GET_ORDER_REPORT_DATA_TAX",
        "GET_FLAT_FILE_ORDERS_RECONCILIATION_DATA_TAX",
        "GET_FLAT_FILE_ORDERS_RECONCILIATION_DATA_INVOICING",
        "GET_FLAT_FILE_ORDERS_RECONCILIATION_DATA_SHIPPING",
        "GET_EASYSHIP_DOCUMENTS",
        "GET_GST_MTR_B2B_CUSTOM",
        "GET_VAT_TRANSACTION_DATA",
        "SC_VAT_TAX_REPORT",
    }
)
"""Their documents hold personal data (Tokens API use case guide)."""

LONGEST_DAYS = {
    "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL": 30,
    "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL": 30,
    "GET_XML_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL": 30,
    "GET_XML_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL": 30,
    "GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE": 60,
    "GET_XML_RETURNS_DATA_BY_RETURN_DATE": 60,
    "GET_AMAZON_FULFILLED_SHIPMENTS_DATA_GENERAL": 31,
}
"""The longest data window of a type, in days (Report type values)."""

PERIODS = frozenset(
    [
        "PT5M",
        "PT15M",
        "PT30M",
        "PT1H",
        "PT2H",
        "PT4H",
        "PT8H",
        "PT12H",
        "P1D",
        "P2D",
        "P3D",
        "PT84H",
        "P7D",
        "P14D",
        "P15D",
        "P18D",
        "P30D",
        "P1M",
    ]
)
"""(Reports API v2021-06-30 model, CreateReportScheduleSpecification.period)."""

STATUSES = frozenset({"CANCELLED", "DONE", "FATAL", "IN_PROGRESS", "IN_QUEUE"})
