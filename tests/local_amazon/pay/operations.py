"""The nine operations of Amazon Pay, within one environment.

Facts (Amazon Pay API v2, Reports; Requesting disbursement details): `nextToken` stands
alone for reports, pages of 1 to 100, times in the basic form of ISO 8601.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.local_amazon.moments import basic, parse_basic, parse_extended
from tests.local_amazon.paging import Page, Pages
from tests.local_amazon.parameters import Fields, Parameters, json_body
from tests.local_amazon.wire import Answer, json_answer

from . import report_types
from .refusals import invalid, missing, refused

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from tap_amazon_reports.amazon.clock import Clock
    from tests.local_amazon.service import Call
    from tests.local_amazon.wire import Wire

    from .models import Environment

LISTING = (
    "reportTypes",
    "processingStatuses",
    "createdSince",
    "createdUntil",
    "pageSize",
    "nextToken",
)
ASKING = ("reportType", "startTime", "endTime")
PAYING = ("startTime", "endTime", "pageSize", "nextToken")
SCHEDULING = (
    "reportType",
    "scheduleFrequency",
    "nextReportCreationTime",
    "deleteExistingSchedule",
)


class PayOperations:
    """What each operation does to one environment."""

    def __init__(self, model: Environment, clock: Clock) -> None:
        """Answer from `model`."""
        self._model = model
        self._clock = clock
        self._reports = Pages(f"pay {model.name}")
        self._disbursements = Pages(f"disbursements {model.name}")
        self.by_name: dict[str, Callable[[Call], Answer]] = {
            "pay.getReports": self.get_reports,
            "pay.createReport": self.create_report,
            "pay.getReport": self.get_report,
            "pay.getReportDocument": self.get_report_document,
            "pay.getReportSchedules": self.get_schedules,
            "pay.createReportSchedule": self.create_schedule,
            "pay.getReportSchedule": self.get_schedule,
            "pay.cancelReportSchedule": self.cancel_schedule,
            "pay.getDisbursements": self.get_disbursements,
        }

    def get_reports(self, call: Call) -> Answer:
        """Return a page of the reports that were made, newest first."""
        parameters = Parameters.of(call.request, invalid, *LISTING)
        token = parameters.text("nextToken")
        if token is None:
            return _listing("reports", self._first_page(parameters))
        parameters.alone("nextToken")
        return _listing("reports", _following(self._reports, token))

    def _first_page(self, parameters: Parameters) -> Page:
        types = _types(parameters)
        statuses = parameters.words(
            "processingStatuses",
            at_most=len(report_types.STATUSES),
            allowed=report_types.STATUSES,
        )
        since = parameters.moment("createdSince", parse_basic)
        until = parameters.moment("createdUntil", parse_basic)
        size = parameters.whole("pageSize", least=1, most=100) or 10
        found = [
            report
            for report in self._model.look_at_all()
            if (types is None or report["reportType"] in types)
            and (statuses is None or report["processingStatus"] in statuses)
            and _within(parse_basic(report["createdTime"]), since, until)
        ]
        return self._reports.first(found, size)

    def create_report(self, call: Call) -> Answer:
        """Begin to make a report and return its id."""
        fields = _fields(call, *ASKING)
        report_type = self._requestable(fields)
        start = fields.moment("startTime", parse_basic)
        end = fields.moment("endTime", parse_basic)
        if start is None or end is None:
            code, message = (
                "MissingParameterValue",
                "startTime and endTime are required",
            )
            raise refused(code, message)
        if end <= start:
            message = "endTime is not after startTime"
            raise invalid(message)
        report = self._model.ask(
            report_type, startTime=basic(start), endTime=basic(end)
        )
        return json_answer(201, {"reportId": report["reportId"]})

    def _requestable(self, fields: Fields) -> str:
        report_type = fields.required("reportType")
        if report_type not in report_types.REQUESTABLE[self._model.name]:
            message = f"reports of type {report_type} cannot be requested"
            msg = "InvalidRequest"
            raise refused(msg, message)
        return report_type

    def get_report(self, call: Call) -> Answer:
        """Return one report as it is now, without an envelope."""
        Parameters.of(call.request, invalid)
        report = self._model.look(call.words["reportId"])
        if report is None:
            what = f"report {call.words['reportId']}"
            raise missing(what)
        return json_answer(200, report)

    def get_report_document(self, call: Call) -> Answer:
        """Return where a document can be fetched for thirty seconds."""
        Parameters.of(call.request, invalid)
        document_id = call.words["reportDocumentId"]
        if document_id not in self._model.documents:
            what = f"document {document_id}"
            raise missing(what)
        content = {
            "reportDocumentId": document_id,
            "url": self._model.url(document_id),
            "compressionAlgorithm": "N/A",
        }
        return json_answer(200, content)

    def get_schedules(self, call: Call) -> Answer:
        """Return the schedules; there are no pages."""
        parameters = Parameters.of(call.request, invalid, "reportTypes")
        types = _types(parameters)
        found = [
            schedule
            for schedule in self._model.schedules
            if types is None or schedule["reportType"] in types
        ]
        return json_answer(200, {"reportSchedules": found})

    def create_schedule(self, call: Call) -> Answer:
        """Hold a schedule and return its id; one for each type."""
        fields = _fields(call, *SCHEDULING)
        report_type = self._requestable(fields)
        frequency = fields.required("scheduleFrequency")
        if frequency not in report_types.FREQUENCIES:
            message = f"there is no scheduleFrequency {frequency!r}"
            raise invalid(message)
        moment = fields.moment("nextReportCreationTime", parse_basic)
        if moment is None:
            code, message = (
                "MissingParameterValue",
                "nextReportCreationTime is required",
            )
            raise refused(code, message)
        existing = self._of_type(report_type)
        if existing and not _replaces(call, fields):
            return json_answer(200, existing)
        for schedule in existing:
            self._model.schedules.remove(schedule)
        schedule = self._model.add_schedule(
            {
                "reportType": report_type,
                "scheduleFrequency": frequency,
                "nextReportCreationTime": basic(moment),
            }
        )
        return json_answer(201, {"reportScheduleId": schedule["reportScheduleId"]})

    def _of_type(self, report_type: str) -> list[Wire]:
        return [
            schedule
            for schedule in self._model.schedules
            if schedule["reportType"] == report_type
        ]

    def get_schedule(self, call: Call) -> Answer:
        """Return one schedule, without an envelope."""
        Parameters.of(call.request, invalid)
        return json_answer(200, self._schedule(call))

    def cancel_schedule(self, call: Call) -> Answer:
        """End one schedule."""
        self._model.schedules.remove(self._schedule(call))
        return Answer(200)

    def _schedule(self, call: Call) -> Wire:
        schedule = self._model.schedule(call.words["reportScheduleId"])
        if schedule is None:
            what = f"schedule {call.words['reportScheduleId']}"
            raise missing(what)
        return schedule

    def get_disbursements(self, call: Call) -> Answer:
        """Return a page of the payouts, oldest first.

        An empty `nextToken` is a first call (Java SDK); whether a token stands alone is
        not known, so both are taken.
        """
        parameters = Parameters.of(call.request, invalid, *PAYING, empty="nextToken")
        start = parameters.moment("startTime", parse_basic)
        end = parameters.moment("endTime", parse_basic)
        size = parameters.whole("pageSize", least=1, most=100) or 10
        token = parameters.text("nextToken")
        if token is not None:
            return _listing("disbursements", _following(self._disbursements, token))
        found = [
            payout
            for payout in self._model.disbursements
            if _within(parse_extended(payout["transactionTime"]), start, end)
        ]
        found.sort(key=lambda payout: str(payout["transactionTime"]))
        return _listing("disbursements", self._disbursements.first(found, size))


def _types(parameters: Parameters) -> list[str] | None:
    known = report_types.KNOWN
    return parameters.words("reportTypes", at_most=len(known), allowed=known)


def _following(pages: Pages, token: str) -> Page:
    page = pages.following(token)
    if page is None:
        message = "nextToken is none that was handed out"
        raise invalid(message)
    return page


def _listing(name: str, page: Page) -> Answer:
    content: Wire = {name: page.items}
    if page.next_token is not None:
        content["nextToken"] = page.next_token
    return json_answer(200, content)


def _within(
    moment: datetime | None, since: datetime | None, until: datetime | None
) -> bool:
    if moment is None:
        message = "what is held carries a time"
        raise AssertionError(message)
    return (since is None or moment >= since) and (until is None or moment <= until)


def _replaces(call: Call, fields: Fields) -> bool:
    """Tell whether an existing schedule may go: the SDKs say so in body or query."""
    said = fields.content.get("deleteExistingSchedule")
    if isinstance(said, bool):
        return said
    return dict(call.request.query).get("deleteExistingSchedule") == "true"


def _fields(call: Call, *names: str) -> Fields:
    """Return the fields of a body, which are all known (Manage errors)."""
    fields = Fields(json_body(call.request, invalid), invalid)
    for name in fields.keep(*names):
        code, message = "UnrecognizedField", f"there is no field {name}"
        raise refused(code, message)
    return fields
