"""Which family makes the documents of which type."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.local_amazon.pay.report_types import REFUND, SANDBOX_SETTLEMENT, SETTLEMENT

from . import (
    analytics,
    browse_tree,
    inventory,
    objects,
    orders,
    pay,
    performance,
    returns,
    settlements,
    tables,
    tax,
    vendor,
)

if TYPE_CHECKING:
    from .asked import Asked
    from .content import Content

Maker = Callable[["Asked"], "Content"]
BY_TYPE: dict[str, Maker] = {
    "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL": orders.table,
    "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL": orders.table,
    "GET_FLAT_FILE_ARCHIVED_ORDERS_DATA_BY_ORDER_DATE": orders.table,
    "GET_XML_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL": orders.xml,
    "GET_XML_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL": orders.xml,
    "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE": settlements.table,
    "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2": settlements.table,
    "GET_V2_SETTLEMENT_REPORT_DATA_XML": settlements.xml,
    "GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE": returns.of_seller,
    "GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA": returns.of_amazon,
    "GET_SALES_AND_TRAFFIC_REPORT": analytics.sales_and_traffic,
    "GET_BRAND_ANALYTICS_SEARCH_TERMS_REPORT": analytics.search_terms,
    "GET_BRAND_ANALYTICS_MARKET_BASKET_REPORT": analytics.market_basket,
    "GET_VENDOR_SALES_REPORT": vendor.by_period,
    "GET_VENDOR_INVENTORY_REPORT": vendor.by_period,
    "GET_VENDOR_TRAFFIC_REPORT": vendor.by_period,
    "GET_VENDOR_NET_PURE_PRODUCT_MARGIN_REPORT": vendor.by_period,
    "GET_VENDOR_REAL_TIME_INVENTORY_REPORT": vendor.by_hour,
    "GET_VENDOR_REAL_TIME_SALES_REPORT": vendor.by_hour,
    "GET_VENDOR_REAL_TIME_TRAFFIC_REPORT": vendor.by_hour,
    "GET_V2_SELLER_PERFORMANCE_REPORT": performance.performance,
    "GET_LEDGER_DETAIL_VIEW_DATA": inventory.ledger_detail,
    "GET_LEDGER_SUMMARY_VIEW_DATA": inventory.ledger_summary,
    "GET_FBA_MYI_ALL_INVENTORY_DATA": inventory.stock,
    "GET_FBA_MYI_UNSUPPRESSED_INVENTORY_DATA": inventory.stock,
    "GET_AFN_INVENTORY_DATA": inventory.stock,
    "GET_MERCHANT_LISTINGS_ALL_DATA": inventory.listings,
    "GET_MERCHANT_LISTINGS_DATA": inventory.listings,
    "GET_MERCHANT_LISTINGS_INACTIVE_DATA": inventory.listings,
    "GET_SELLER_FEEDBACK_DATA": inventory.feedback,
    "SC_VAT_TAX_REPORT": tax.calculation,
    "GET_VAT_TRANSACTION_DATA": tax.transactions,
    "GET_XML_BROWSE_TREE_DATA": browse_tree.browse_tree,
    SETTLEMENT: pay.settlement,
    SANDBOX_SETTLEMENT: pay.settlement,
    REFUND: pay.refunds,
}
"""The families made by hand."""
BY_FORMAT: dict[str, Maker] = {
    "json": objects.json_content,
    "xml": objects.xml_content,
}
"""What the type files alone make; all else is a table."""
CANCELLED_WHEN_EMPTY = ("ALL_ORDERS_DATA", "STRANDED", "FYP_REPORT", "CSV_CUSTOM")
"""Types that say CANCELLED where others have a header only (Report types, notes)."""


def content_of(asked: Asked) -> Content:
    """Return what is in the document of a request."""
    layout = asked.layout
    maker = BY_TYPE.get(layout.report_type) or BY_FORMAT.get(
        layout.format, tables.table
    )
    return maker(asked)


def is_cancelled(asked: Asked) -> bool:
    """Tell whether there is nothing to report, and this type then says CANCELLED."""
    name = asked.layout.report_type
    if not any(word in name for word in CANCELLED_WHEN_EMPTY):
        return False
    if "ALL_ORDERS_DATA" in name:
        return not orders.orders(asked, by_update="LAST_UPDATE" in name)
    return next(tables.events(asked), None) is None
