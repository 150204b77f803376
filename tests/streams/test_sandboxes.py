"""The core streams work against the sandboxes of both services."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.tap_run import sync

if TYPE_CHECKING:
    from tests.clock import ScriptedClock
    from tests.local_amazon import LocalAmazon

STREAMS = (
    "appstore_sales",
    "sp_reports",
    "sp_report_schedules",
    "sp_order_metrics",
    "pay_reports",
    "pay_disbursements",
)


def test_the_core_streams_read_the_sandboxes(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """Each asks in the words that the static sandbox has answers for."""
    settings = {
        **amazon.sandbox_settings(),
        "sp_marketplaces": ["US"],
        "sp_order_metrics": {"granularity": "Day"},
    }
    output = sync(settings, clock=clock, only=STREAMS)

    assert 0 == output.status
    assert {"ReportId1"} == {row["report_id"] for row in output.records("sp_reports")}
    assert {"ID1", "ID2"} == {
        row["report_schedule_id"] for row in output.records("sp_report_schedules")
    }
    assert 2 == len({row["interval"] for row in output.records("sp_order_metrics")})
    assert ["_GET_FLAT_FILE_OFFAMAZONPAYMENTS_SANDBOX_SETTLEMENT_DATA_"] == [
        row["report_type"] for row in output.records("pay_reports")
    ]
    assert [] == amazon.refused
