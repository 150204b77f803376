"""Which report types answer a question, in the words of who asks it."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["QUESTIONS", "Question", "questions_of"]

_PAY = "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_"


class Question(NamedTuple):
    """A question, and what answers it.

    Attributes:
        question: as somebody would ask it.
        words: others for the same thing, to be searched by.
        types: of reports, the best answer first.
    """

    question: str
    words: tuple[str, ...]
    types: tuple[str, ...]


QUESTIONS = (
    Question(
        "What did I sell, by order and SKU?",
        ("sku-level orders", "sales", "order lines", "revenue", "units"),
        (
            "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL",
            "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL",
            "GET_FLAT_FILE_ARCHIVED_ORDERS_DATA_BY_ORDER_DATE",
            "GET_XML_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL",
            "GET_XML_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL",
        ),
    ),
    Question(
        "What did I sell, by day or by product, and who looked at it?",
        ("sales", "traffic", "sessions", "page views", "buy box", "conversion", "asin"),
        ("GET_SALES_AND_TRAFFIC_REPORT", "MARKETPLACE_ASIN_PAGE_VIEW_METRICS"),
    ),
    Question(
        "What was shipped to customers?",
        ("shipments", "fulfilled", "tracking", "carrier", "fba"),
        (
            "GET_AMAZON_FULFILLED_SHIPMENTS_DATA_GENERAL",
            "GET_FBA_FULFILLMENT_CUSTOMER_SHIPMENT_SALES_DATA",
            "GET_FBA_FULFILLMENT_CUSTOMER_SHIPMENT_PROMOTION_DATA",
            "GET_FBA_FULFILLMENT_CUSTOMER_SHIPMENT_REPLACEMENT_DATA",
        ),
    ),
    Question(
        "What do I still have to ship?",
        ("unshipped", "pending", "open orders", "merchant fulfilled"),
        (
            "GET_FLAT_FILE_ACTIONABLE_ORDER_DATA_SHIPPING",
            "GET_FLAT_FILE_ORDER_REPORT_DATA_SHIPPING",
            "GET_FLAT_FILE_PENDING_ORDERS_DATA",
        ),
    ),
    Question(
        "What is in stock?",
        ("inventory", "quantity", "warehouse", "fba stock", "available"),
        (
            "GET_FBA_MYI_ALL_INVENTORY_DATA",
            "GET_FBA_MYI_UNSUPPRESSED_INVENTORY_DATA",
            "GET_AFN_INVENTORY_DATA",
            "GET_AFN_INVENTORY_DATA_BY_COUNTRY",
            "GET_RESERVED_INVENTORY_DATA",
            "GET_FLAT_FILE_OPEN_LISTINGS_DATA",
        ),
    ),
    Question(
        "How did the stock change?",
        ("inventory", "ledger", "movements", "receipts", "adjustments", "lost"),
        ("GET_LEDGER_DETAIL_VIEW_DATA", "GET_LEDGER_SUMMARY_VIEW_DATA"),
    ),
    Question(
        "What should I restock or remove?",
        ("inventory", "aged", "excess", "stranded", "replenish", "removals"),
        (
            "GET_RESTOCK_INVENTORY_RECOMMENDATIONS_REPORT",
            "GET_FBA_INVENTORY_PLANNING_DATA",
            "GET_STRANDED_INVENTORY_UI_DATA",
            "GET_STRANDED_INVENTORY_LOADER_DATA",
            "GET_FBA_RECOMMENDED_REMOVAL_DATA",
            "GET_FBA_FULFILLMENT_REMOVAL_ORDER_DETAIL_DATA",
            "GET_FBA_FULFILLMENT_REMOVAL_SHIPMENT_DETAIL_DATA",
            "GET_FBA_FULFILLMENT_INBOUND_NONCOMPLIANCE_DATA",
        ),
    ),
    Question(
        "What was paid out to me?",
        ("payout", "settlement", "disbursement", "deposit", "transfer", "money"),
        (
            "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2",
            "GET_DATE_RANGE_FINANCIAL_TRANSACTION_DATA",
            "GET_DATE_RANGE_FINANCIAL_HOLDS_DATA",
            f"{_PAY}SETTLEMENT_DATA_",
            f"{_PAY}SANDBOX_SETTLEMENT_DATA_",
            "earnings",
        ),
    ),
    Question(
        "What does Amazon charge me?",
        ("fees", "costs", "storage", "referral", "commission", "surcharge"),
        (
            "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2",
            "GET_FBA_ESTIMATED_FBA_FEES_TXT_DATA",
            "GET_REFERRAL_FEE_PREVIEW_REPORT",
            "FEE_DISCOUNTS_REPORT",
            "GET_FBA_STORAGE_FEE_CHARGES_DATA",
            "GET_FBA_FULFILLMENT_LONGTERM_STORAGE_FEE_CHARGES_DATA",
            "GET_FBA_OVERAGE_FEE_CHARGES_DATA",
        ),
    ),
    Question(
        "What came back?",
        ("returns", "returned", "refunds", "rma", "replacements"),
        (
            "GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA",
            "GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE",
            "GET_XML_RETURNS_DATA_BY_RETURN_DATE",
            "GET_CSV_MFN_PRIME_RETURNS_REPORT",
            f"{_PAY}REFUND_DATA_",
        ),
    ),
    Question(
        "What did Amazon reimburse?",
        ("reimbursements", "lost", "damaged", "claims"),
        ("GET_FBA_REIMBURSEMENTS_DATA",),
    ),
    Question(
        "What do I offer, and at which price?",
        ("listings", "catalogue", "prices", "offers", "products", "suppressed"),
        (
            "GET_MERCHANT_LISTINGS_ALL_DATA",
            "GET_MERCHANT_LISTINGS_DATA",
            "GET_MERCHANT_LISTINGS_INACTIVE_DATA",
            "GET_MERCHANT_CANCELLED_LISTINGS_DATA",
            "GET_MERCHANTS_LISTINGS_FYP_REPORT",
            "GET_MERCHANT_LISTINGS_DATA_LITER",
            "GET_XML_BROWSE_TREE_DATA",
        ),
    ),
    Question(
        "What do customers search for, and buy together?",
        ("keywords", "search terms", "brand analytics", "market basket", "loyalty"),
        (
            "GET_BRAND_ANALYTICS_SEARCH_TERMS_REPORT",
            "GET_BRAND_ANALYTICS_SEARCH_QUERY_PERFORMANCE_REPORT",
            "GET_BRAND_ANALYTICS_SEARCH_CATALOG_PERFORMANCE_REPORT",
            "GET_BRAND_ANALYTICS_MARKET_BASKET_REPORT",
            "GET_BRAND_ANALYTICS_REPEAT_PURCHASE_REPORT",
        ),
    ),
    Question(
        "How did promotions and coupons do?",
        ("deals", "discounts", "vouchers", "marketing"),
        ("GET_PROMOTION_PERFORMANCE_REPORT", "GET_COUPON_PERFORMANCE_REPORT"),
    ),
    Question(
        "What could I sell to business customers?",
        ("b2b", "opportunities", "assortment"),
        (
            "GET_B2B_PRODUCT_OPPORTUNITIES_RECOMMENDED_FOR_YOU",
            "GET_B2B_PRODUCT_OPPORTUNITIES_NOT_YET_ON_AMAZON",
        ),
    ),
    Question(
        "Which taxes are due?",
        ("vat", "gst", "sales tax", "invoices"),
        (
            "SC_VAT_TAX_REPORT",
            "GET_VAT_TRANSACTION_DATA",
            "GET_FLAT_FILE_VAT_INVOICE_DATA_REPORT",
            "GET_FLAT_FILE_SALES_TAX_DATA",
            "GET_GST_MTR_B2B_CUSTOM",
            "GET_GST_MTR_B2C_CUSTOM",
        ),
    ),
    Question(
        "How do customers and Amazon rate me?",
        ("feedback", "account health", "defect rate", "performance"),
        ("GET_SELLER_FEEDBACK_DATA", "GET_V2_SELLER_PERFORMANCE_REPORT"),
    ),
    Question(
        "What did Amazon sell of mine, as a vendor?",
        ("vendor", "retail", "ordered revenue", "forecast", "margin"),
        (
            "GET_VENDOR_SALES_REPORT",
            "GET_VENDOR_REAL_TIME_SALES_REPORT",
            "GET_VENDOR_INVENTORY_REPORT",
            "GET_VENDOR_REAL_TIME_INVENTORY_REPORT",
            "GET_VENDOR_TRAFFIC_REPORT",
            "GET_VENDOR_REAL_TIME_TRAFFIC_REPORT",
            "GET_VENDOR_FORECASTING_REPORT",
            "GET_VENDOR_NET_PURE_PRODUCT_MARGIN_REPORT",
        ),
    ),
    Question(
        "Who are my customers, where the law lets me know?",
        ("digital markets act", "consent", "personal data"),
        ("END_USER_DATA_REPORT",),
    ),
    Question(
        "What was paid by Amazon Pay?",
        ("captures", "charges", "payments", "authorisations", "checkout"),
        (
            f"{_PAY}CAPTURE_DATA_",
            f"{_PAY}REFUND_DATA_",
            f"{_PAY}SETTLEMENT_DATA_",
            f"{_PAY}AUTHORIZATION_DATA_",
            f"{_PAY}ORDER_REFERENCE_DATA_",
            f"{_PAY}BILLING_AGREEMENT_DATA_",
        ),
    ),
    Question(
        "What did my apps and games earn?",
        ("appstore", "apps", "games", "subscriptions", "developer"),
        ("earnings", "subscriptions", "subscriptions_overview"),
    ),
)


def questions_of(report_type: str) -> list[Question]:
    """Return the questions that a report type answers, the best answered first."""
    answered = [found for found in QUESTIONS if report_type in found.types]
    return sorted(answered, key=lambda found: found.types.index(report_type))
