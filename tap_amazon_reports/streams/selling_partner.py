"""The indexes of the Selling Partner API: its reports and its schedules."""

from __future__ import annotations

from tap_amazon_reports.streams.report_index import ReportIndex
from tap_amazon_reports.streams.schedule_index import ScheduleIndex


class SpReports(ReportIndex):
    """One report known to the Reports API."""

    name = "sp_reports"
    service = "selling_partner"


class SpReportSchedules(ScheduleIndex):
    """One schedule of the Reports API."""

    name = "sp_report_schedules"
    service = "selling_partner"
