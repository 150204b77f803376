"""The static sandbox: a fixed answer to each request that is listed, to others none.

Facts (amzn/selling-partner-api-models, `x-amzn-api-sandbox` in
`models/reports-api-model/reports_2021-06-30.json` and `models/sales-api-model/
sales.json`, read 2026-11-25): a request matches by the listed parameters; its report
never is DONE, no request answers its `nextToken`, and the intervals of its metrics end
before they begin.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.local_amazon.wire import json_answer

from .refusals import invalid
from .responses import SellingPartnerService

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.local_amazon.service import Call
    from tests.local_amazon.wire import Answer

DE, US = "A1PA6795UKMFR9", "ATVPDKIKX0DER"
FEES = "FEE_DISCOUNTS_REPORT"
DOCUMENT = "0356cf79-b8b0-4226-b4b9-0ee058ea5760"
ASIN = "B008OLKVEW"
MOMENT = "2024-03-10T20:11:24.000Z"
REPORT = {
    "reportId": "ReportId1",
    "reportType": FEES,
    "dataStartTime": "2024-03-11T13:47:20.677Z",
    "dataEndTime": "2024-03-12T13:47:20.677Z",
    "createdTime": "2024-03-10T13:47:20.677Z",
    "processingStatus": "IN_PROGRESS",
    "processingStartTime": "2024-03-10T13:47:20.677Z",
    "processingEndTime": "2024-03-12T13:47:20.677Z",
}
SCHEDULES = [
    {
        "reportScheduleId": name,
        "reportType": FEES,
        "marketplaceIds": [US],
        "period": "PT5M",
        "nextReportCreationTime": "2024-03-10T13:47:20.677Z",
    }
    for name in ("ID1", "ID2")
]
REQUESTED = {"dataStartTime": MOMENT, "marketplaceIds": [DE, US]}
SCHEDULED = {
    "reportType": FEES,
    "period": "PT5M",
    "nextReportCreationTime": MOMENT,
    "marketplaceIds": [DE, US],
}
NO_MATCH = "Could not match input arguments"
WRONG = {"errors": [{"code": "400", "message": "Invalid input", "details": ""}]}


@dataclass(frozen=True)
class Case:
    """One request that is listed, and the answer to it.

    Attributes:
        operation: Amazon's name.
        wanted: the parameters, fields and words of the path that it has, at least.
        status: of the answer.
        content: of the answer; None for an empty body.
    """

    operation: str
    wanted: Mapping[str, object] = field(default_factory=dict)
    status: int = 200
    content: Mapping[str, Any] | None = None

    def matches(self, operation: str, given: Mapping[str, object]) -> bool:
        """Tell whether a request is the listed one."""
        return operation == self.operation and all(
            given.get(name) == value for name, value in self.wanted.items()
        )


def _metrics(first: str, last: str, units: int) -> dict[str, Any]:
    amount = "25" if units else "0"
    money = {"currencyCode": "USD", "amount": amount}
    return {
        "interval": f"{first}T00:00-07:00--{last}T00:00-07:00",
        "unitCount": units,
        "orderItemCount": units,
        "orderCount": units,
        "averageUnitPrice": money,
        "totalSales": money,
    }


TOTAL = _metrics("2019-08-01", "2018-08-03", 2)
DAYS = _metrics("2019-08-01", "2018-08-02", 1), _metrics("2019-08-02", "2018-08-03", 1)
NOTHING = _metrics("2019-08-02", "2018-08-03", 0)
BOTH_TYPES = f"{FEES},GET_AFN_INVENTORY_DATA"
TAXES = "GET_FBA_FULFILLMENT_CUSTOMER_TAXES_DATA"
CASES = (
    Case(
        "getReports",
        {"reportTypes": BOTH_TYPES, "processingStatuses": "IN_QUEUE,IN_PROGRESS"},
        content={"nextToken": "VGhpcyB0b2tlbiBpcyBvcGFxdWU=", "reports": [REPORT]},
    ),
    Case(
        "getReports",
        {"reportTypes": BOTH_TYPES, "processingStatuses": "BAD_VALUE,IN_PROGRESS"},
        400,
        WRONG,
    ),
    Case(
        "createReport",
        {**REQUESTED, "reportType": "GET_MERCHANT_LISTINGS_ALL_DATA"},
        202,
        {"reportId": "ID323"},
    ),
    Case("createReport", {**REQUESTED, "reportType": f"BAD_{FEES}"}, 400, WRONG),
    Case("getReport", {"reportId": "ID323"}, content=REPORT),
    Case("getReport", {"reportId": "badReportId1"}, 400, WRONG),
    Case("cancelReport", {"reportId": "ID"}),
    Case(
        "getReportSchedules",
        {"reportTypes": f"{FEES},{TAXES}"},
        content={"reportSchedules": SCHEDULES},
    ),
    Case("createReportSchedule", SCHEDULED, 201, {"reportScheduleId": "ID323"}),
    Case("getReportSchedule", {"reportScheduleId": "ID323"}, content=SCHEDULES[0]),
    Case("getReportSchedule", {"reportScheduleId": "badReportId1"}, 400, WRONG),
    Case("cancelReportSchedule", {"reportScheduleId": "ID"}),
    Case("getReportDocument", {"reportDocumentId": "badDocumentId1"}, 400, WRONG),
    Case(
        "getOrderMetrics",
        {"granularity": "Total", "asin": ASIN},
        content={"payload": [TOTAL]},
    ),
    Case(
        "getOrderMetrics",
        {"granularity": "Day", "asin": ASIN},
        content={"payload": [DAYS[0], NOTHING]},
    ),
    Case(
        "getOrderMetrics",
        {"granularity": "Total", "asin": None},
        content={"payload": [TOTAL]},
    ),
    Case(
        "getOrderMetrics",
        {"granularity": "Day", "asin": None},
        content={"payload": list(DAYS)},
    ),
)
"""`None` is a parameter that is not there. The document of listings is left out: its
URL leads to a public file, which a rehearsal does not fetch."""


class SandboxService(SellingPartnerService):
    """The Selling Partner API's static sandbox: the same headers and tokens."""

    name = "sp-sandbox"

    def operations(self) -> Mapping[str, Callable[[Call], Answer]]:
        """Return what answers each operation: the list."""
        return dict.fromkeys(super().operations(), _listed)


def _listed(call: Call) -> Answer:
    given = _given(call)
    for case in CASES:
        if case.matches(call.operation, given):
            return json_answer(case.status, case.content or {})
    raise invalid(NO_MATCH)


def _given(call: Call) -> dict[str, object]:
    """Return the parameters, the body's fields and the path's words of a request."""
    body = json.loads(call.request.body) if call.request.body else {}
    return {**dict(call.request.query), **body, **call.words}
