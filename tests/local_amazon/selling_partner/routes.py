"""Operations of the Selling Partner API: method, path and published usage plan."""

from __future__ import annotations

from tests.local_amazon.quota import UsagePlan
from tests.local_amazon.service import Route

REPORTS = "/reports/2021-06-30"
DOCUMENTS = f"{REPORTS}/documents/"

ROUTES = (
    Route("getReports", "GET", f"{REPORTS}/reports"),
    Route("createReport", "POST", f"{REPORTS}/reports"),
    Route("getReport", "GET", f"{REPORTS}/reports/{{reportId}}"),
    Route("cancelReport", "DELETE", f"{REPORTS}/reports/{{reportId}}"),
    Route("getReportSchedules", "GET", f"{REPORTS}/schedules"),
    Route("createReportSchedule", "POST", f"{REPORTS}/schedules"),
    Route("getReportSchedule", "GET", f"{REPORTS}/schedules/{{reportScheduleId}}"),
    Route(
        "cancelReportSchedule", "DELETE", f"{REPORTS}/schedules/{{reportScheduleId}}"
    ),
    Route("getReportDocument", "GET", f"{DOCUMENTS}{{reportDocumentId}}"),
    Route("getOrderMetrics", "GET", "/sales/v1/orderMetrics"),
    Route(
        "createRestrictedDataToken", "POST", "/tokens/2021-03-01/restrictedDataToken"
    ),
)

PLANS = {
    "getReports": UsagePlan(0.0222, 10),
    "createReport": UsagePlan(0.0167, 15),
    "getReport": UsagePlan(2.0, 15),
    "cancelReport": UsagePlan(0.0222, 10),
    "getReportSchedules": UsagePlan(0.0222, 10),
    "createReportSchedule": UsagePlan(0.0222, 10),
    "getReportSchedule": UsagePlan(0.0222, 10),
    "cancelReportSchedule": UsagePlan(0.0222, 10),
    "getReportDocument": UsagePlan(0.0167, 15),
    "getOrderMetrics": UsagePlan(0.5, 15),
    "createRestrictedDataToken": UsagePlan(1.0, 10),
}
"""(Usage plan tables of the Reports, Sales and Tokens APIs)."""
