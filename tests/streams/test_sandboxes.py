"""What works against the sandboxes of both services, and what is said of the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.report_types import LISTINGS, SETTLEMENT
from tests.tap_run import discover, selecting, sync

if TYPE_CHECKING:
    import pytest

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


def test_rows_inside_reports_are_told_to_be_out_of_reach(
    amazon: LocalAmazon, clock: ScriptedClock, caplog: pytest.LogCaptureFixture
) -> None:
    """The sandbox finishes no report: that is a line, no failure and no vain request.

    A rehearsal with the settings of production goes through, and what is collected
    looks for reports of its own type only.
    """
    settings = {
        **amazon.sandbox_settings(),
        "sp_marketplaces": ["US"],
        "sp_report_types": [LISTINGS, SETTLEMENT],
        "start_date": "2026-11-01",
    }
    streams = ["sp_merchant_listings_all_data", f"sp_{SETTLEMENT[4:].lower()}"]
    catalog = selecting(discover(settings, clock=clock), [*streams, "sp_reports"])
    output = sync(settings, clock=clock, catalog=catalog)

    assert 0 == output.status
    assert {*streams, "sp_reports"} == set(output.schemas)
    assert ["ReportId1"] == [row["report_id"] for row in output.records("sp_reports")]
    assert [] == [row for name in streams for row in output.records(name)]
    assert f"{streams[0]}: no report is created, because Amazon's static sandbox" in (
        caplog.text
    )
    assert f"{streams[1]}: no report of this type was created since" in caplog.text
    assert "passed over" not in caplog.text
    assert {"getReports"} == {
        seen.operation for seen in amazon.seen if seen.path.startswith("/reports")
    }
    assert [] == amazon.refused
