"""The operations of the Selling Partner API, and how often each can be asked for.

Facts: paths and usage plans, as requests a second and burst, are those of the models
reports_2021-06-30.json, sales.json and tokens_2021-03-01.json (github.com/amzn/
selling-partner-api-models, November 2026).
"""

from __future__ import annotations

from tap_amazon_reports.amazon.operation import Operation


def _seldom(name: str, method: str, path: str) -> Operation:
    """Return an operation of the Reports API with the plan that most of them have."""
    return Operation(
        name=name,
        method=method,
        path=path,
        rate_per_second=0.0222,
        burst=10,
    )


GET_REPORTS = _seldom("getReports", "GET", "/reports/2021-06-30/reports")
GET_REPORT_SCHEDULES = _seldom(
    "getReportSchedules", "GET", "/reports/2021-06-30/schedules"
)
CREATE_REPORT_SCHEDULE = _seldom(
    "createReportSchedule", "POST", "/reports/2021-06-30/schedules"
)
GET_REPORT_SCHEDULE = _seldom(
    "getReportSchedule", "GET", "/reports/2021-06-30/schedules/{reportScheduleId}"
)
CANCEL_REPORT_SCHEDULE = _seldom(
    "cancelReportSchedule", "DELETE", "/reports/2021-06-30/schedules/{reportScheduleId}"
)
CANCEL_REPORT = _seldom(
    "cancelReport", "DELETE", "/reports/2021-06-30/reports/{reportId}"
)
GET_ORDER_METRICS = Operation(
    name="getOrderMetrics",
    method="GET",
    path="/sales/v1/orderMetrics",
    rate_per_second=0.5,
    burst=15,
)
CREATE_REPORT = Operation(
    name="createReport",
    method="POST",
    path="/reports/2021-06-30/reports",
    rate_per_second=0.0167,
    burst=15,
)
GET_REPORT = Operation(
    name="getReport",
    method="GET",
    path="/reports/2021-06-30/reports/{reportId}",
    rate_per_second=2,
    burst=15,
)
GET_REPORT_DOCUMENT = Operation(
    name="getReportDocument",
    method="GET",
    path="/reports/2021-06-30/documents/{reportDocumentId}",
    rate_per_second=0.0167,
    burst=15,
)
CREATE_RESTRICTED_DATA_TOKEN = Operation(
    name="createRestrictedDataToken",
    method="POST",
    path="/tokens/2021-03-01/restrictedDataToken",
    rate_per_second=1,
    burst=10,
)
