"""Which columns of a table are worth a look, where there is no place for all."""

from __future__ import annotations

TELLING = {
    "appstore_sales": (
        "transaction_time",
        "item_name",
        "units",
        "sales_price",
        "marketplace_currency",
    ),
    "pay_disbursements": (
        "transaction_time",
        "amazon_disbursement_reference_id",
        "amount",
        "currency_code",
    ),
    "pay_report_schedules": (
        "report_type",
        "schedule_frequency",
        "next_report_creation_time",
    ),
    "pay_reports": ("created_time", "report_type", "processing_status", "report_id"),
    "sp_order_metrics": (
        "interval_start",
        "marketplace_id",
        "unit_count",
        "total_sales_amount",
        "total_sales_currency_code",
    ),
    "sp_report_schedules": ("report_type", "period", "next_report_creation_time"),
    "sp_reports": ("created_time", "report_type", "processing_status", "report_id"),
}
