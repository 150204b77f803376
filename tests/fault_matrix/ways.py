"""The ways in which each operation is reached: a run of one stream, or a command."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.local_amazon.pay.report_types import REFUND
from tests.local_amazon.pay.report_types import SETTLEMENT as PAY_SETTLEMENT
from tests.report_types import PLANNING, SETTLEMENT, SHIPPING

if TYPE_CHECKING:
    from tests.local_amazon.wire import Request

MADE_ANEW = frozenset({"report_id", "report_created_time"})
"""What differs when a report is made once more."""


class Role(enum.Enum):
    """What an operation is for, in a way."""

    LOGIN = "buys the token that all of a service needs"
    LISTING = "answers with what becomes rows, or names the reports that do"
    SAVING = "finds what need not be made; without it all is made"
    MAKING = "has a report made"
    POLLING = "tells how far a report is"
    HANDING = "hands out where a document lies, or what opens it"
    MONTH = "hands out where a month's file lies, or says that there is none"
    STORAGE = "gives the bytes of a document"
    ORDER = "does what somebody asked for at a terminal, and tells it"
    ENDING = "ends what somebody wants ended; there is nothing more to tell"


@dataclass(frozen=True)
class Way:
    """A run of one stream, beside a stream of another service, or a command.

    Attributes:
        name: of the way.
        stream: whose rows are wanted; of a command: "".
        beside: a stream that nothing may happen to.
        settings: of the run.
        roles: of each operation that is called.
        words: of the command.
        volatile: columns that differ from run to run.
    """

    name: str
    roles: dict[str, Role]
    stream: str = ""
    beside: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    volatile: frozenset[str] = frozenset()

    def __str__(self) -> str:
        """Return its name, for the names of the tests."""
        return self.name

    def is_meant(self, operation: str, request: Request) -> bool:
        """Tell whether a request is of this way's stream, and not of the one beside."""
        if operation == "lwa.token":
            return (b"refresh_token" in request.body) == self.is_of_a_seller
        if operation == "storage.get":
            return ("/appstore/" in request.path) == self.name.startswith("appstore")
        return True

    @property
    def is_of_a_seller(self) -> bool:
        """Whether it is one of the Selling Partner API."""
        return self.name.startswith("seller")


WAYS = (
    Way(
        "appstore's months",
        {
            "lwa.token": Role.LOGIN,
            "appstore.getReport": Role.MONTH,
            "storage.get": Role.STORAGE,
        },
        "appstore_sales",
        "sp_report_schedules",
    ),
    Way(
        "seller's index of reports",
        {"lwa.token": Role.LOGIN, "getReports": Role.LISTING},
        "sp_reports",
        "appstore_sales",
    ),
    Way(
        "seller's schedules",
        {"getReportSchedules": Role.LISTING},
        "sp_report_schedules",
        "appstore_sales",
    ),
    Way(
        "seller's metrics",
        {"getOrderMetrics": Role.LISTING},
        "sp_order_metrics",
        "appstore_sales",
        {"sp_order_metrics": {"granularity": "Month"}},
    ),
    Way(
        "seller's report with personal data",
        {
            "createReport": Role.MAKING,
            "getReport": Role.POLLING,
            "createRestrictedDataToken": Role.HANDING,
            "getReportDocument": Role.HANDING,
            "storage.get": Role.STORAGE,
        },
        "sp_flat_file_order_report_data_shipping",
        "appstore_sales",
        {"sp_report_types": [SHIPPING]},
        volatile=MADE_ANEW,
    ),
    Way(
        "seller's snapshot",
        {
            "getReports": Role.SAVING,
            "createReport": Role.MAKING,
            "getReport": Role.POLLING,
            "getReportDocument": Role.HANDING,
            "storage.get": Role.STORAGE,
        },
        "sp_fba_inventory_planning_data",
        "appstore_sales",
        {"sp_report_types": [PLANNING]},
        volatile=MADE_ANEW,
    ),
    Way(
        "seller's settlements",
        {
            "getReports": Role.LISTING,
            "getReportDocument": Role.HANDING,
            "storage.get": Role.STORAGE,
        },
        "sp_v2_settlement_report_data_flat_file_v2",
        "appstore_sales",
        {"sp_report_types": [SETTLEMENT]},
    ),
    Way(
        "merchant's index of reports",
        {"pay.getReports": Role.LISTING},
        "pay_reports",
        "sp_report_schedules",
    ),
    Way(
        "merchant's schedules",
        {"pay.getReportSchedules": Role.LISTING},
        "pay_report_schedules",
        "sp_report_schedules",
    ),
    Way(
        "merchant's payouts",
        {"pay.getDisbursements": Role.LISTING},
        "pay_disbursements",
        "sp_report_schedules",
    ),
    Way(
        "merchant's report",
        {
            "pay.getReports": Role.SAVING,
            "pay.createReport": Role.MAKING,
            "pay.getReport": Role.POLLING,
            "pay.getReportDocument": Role.HANDING,
            "storage.get": Role.STORAGE,
        },
        "pay_refund_data",
        "sp_report_schedules",
        {"pay_report_types": [REFUND]},
        volatile=MADE_ANEW,
    ),
    Way(
        "merchant's settlements",
        {
            "pay.getReports": Role.LISTING,
            "pay.getReportDocument": Role.HANDING,
            "storage.get": Role.STORAGE,
        },
        "pay_settlement_data",
        "sp_report_schedules",
        {"pay_report_types": [PAY_SETTLEMENT]},
    ),
    Way(
        "command: cancel a seller's report",
        {"cancelReport": Role.ENDING},
        words=("reports", "cancel", "50000018782", "--service", "sp", "--yes"),
    ),
    Way(
        "command: make a seller's schedule",
        {"createReportSchedule": Role.ORDER},
        words=(
            *("schedules", "create", SHIPPING, "--marketplace", "US"),
            *("--period", "P1D", "--yes"),
        ),
    ),
    Way(
        "command: show a seller's schedule",
        {"getReportSchedule": Role.ORDER},
        words=("schedules", "get", "50900000001", "--service", "sp"),
    ),
    Way(
        "command: end a seller's schedule",
        {"cancelReportSchedule": Role.ENDING},
        words=("schedules", "cancel", "50900000001", "--service", "sp", "--yes"),
    ),
    Way(
        "command: make a merchant's schedule",
        {"pay.createReportSchedule": Role.ORDER},
        words=("schedules", "create", REFUND, "--period", "P1D", "--yes"),
    ),
    Way(
        "command: show a merchant's schedule",
        {"pay.getReportSchedule": Role.ORDER},
        words=("schedules", "get", "A01LOCALSCHEDULE", "--service", "pay"),
    ),
    Way(
        "command: end a merchant's schedule",
        {"pay.cancelReportSchedule": Role.ENDING},
        words=("schedules", "cancel", "A01LOCALSCHEDULE", "--service", "pay", "--yes"),
    ),
)
