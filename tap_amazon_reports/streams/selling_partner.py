"""The indexes of the Selling Partner API: its reports and its schedules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.selling_partner import SellingPartnerClient
from tap_amazon_reports.amazon.shapes import ReportHead
from tap_amazon_reports.amazon.wire_time import utc_text
from tap_amazon_reports.streams.report_index import ReportIndex
from tap_amazon_reports.streams.schedule_index import ScheduleIndex

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tap_amazon_reports.amazon.answers import Entry
    from tap_amazon_reports.amazon.shapes import ReportSchedule


class SpReports(ReportIndex[SellingPartnerClient]):
    """One report known to the Reports API."""

    name = "sp_reports"
    service = "selling_partner"

    def listed(self, since: datetime, until: datetime) -> Iterator[Entry[ReportHead]]:
        """Yield the reports created from `since` to `until`, of all types."""
        return self._client().get_reports(
            self._report_types(),
            shape=ReportHead,
            created_since=utc_text(since),
            created_until=utc_text(until),
        )


class SpReportSchedules(ScheduleIndex[SellingPartnerClient]):
    """One schedule of the Reports API."""

    name = "sp_report_schedules"
    service = "selling_partner"

    def listed(self) -> Iterator[Entry[ReportSchedule]]:
        """Yield the schedules of all types."""
        return self._client().get_report_schedules(self._report_types())
