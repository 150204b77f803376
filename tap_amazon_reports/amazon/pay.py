"""The Amazon Pay API v2: reports, report schedules, disbursements."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import uuid4

from tap_amazon_reports.amazon.answers import json_object, listed, pages
from tap_amazon_reports.amazon.echo import printable
from tap_amazon_reports.amazon.errors import (
    AccessDeniedError,
    AmazonError,
    CredentialsError,
    DocumentGoneError,
    RequestRefusedError,
)
from tap_amazon_reports.amazon.operation import Call, Operation, joined
from tap_amazon_reports.amazon.pay_signing import (
    IDEMPOTENCY_KEY,
    explain_refused_signature,
)
from tap_amazon_reports.amazon.reports_client import ReportOperations, ReportsClient
from tap_amazon_reports.amazon.shapes import (
    CreatedReport,
    Disbursement,
    PayReport,
    ReportSchedule,
)
from tap_amazon_reports.amazon.wire_time import basic_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    import requests

    from tap_amazon_reports.amazon.answers import Answer, Entry, Json, Shape
    from tap_amazon_reports.amazon.http import Query
    from tap_amazon_reports.amazon.pay_signing import PaySigner
    from tap_amazon_reports.amazon.secret import DocumentUrl

# Facts (Amazon Pay API v2, "Reports" and "Disbursements"; 2026): paths and parameters.
# Amazon publishes no limits for these operations, so the tap keeps to one call a
# second.

_GENTLE_RATE_PER_SECOND = 1
_GENTLE_BURST = 5


def _operation(name: str, method: str, path: str) -> Operation:
    return Operation(
        name=f"pay.{name}",
        method=method,
        path=path,
        rate_per_second=_GENTLE_RATE_PER_SECOND,
        burst=_GENTLE_BURST,
    )


GET_REPORTS = _operation("getReports", "GET", "/reports")
GET_REPORT_SCHEDULES = _operation("getReportSchedules", "GET", "/report-schedules")
CREATE_REPORT_SCHEDULE = _operation("createReportSchedule", "POST", "/report-schedules")
GET_REPORT_SCHEDULE = _operation(
    "getReportSchedule", "GET", "/report-schedules/{reportScheduleId}"
)
CANCEL_REPORT_SCHEDULE = _operation(
    "cancelReportSchedule", "DELETE", "/report-schedules/{reportScheduleId}"
)
CREATE_REPORT = _operation("createReport", "POST", "/reports")
GET_REPORT = _operation("getReport", "GET", "/reports/{reportId}")
GET_REPORT_DOCUMENT = _operation(
    "getReportDocument", "GET", "/report-documents/{reportDocumentId}"
)
GET_DISBURSEMENTS = _operation("getDisbursements", "GET", "/disbursements")

_PAGE_SIZE = "100"


class PayRules:
    """How Amazon Pay says what is wrong."""

    service = "Amazon Pay API"
    request_id_header = "x-amz-pay-request-id"

    def __init__(self, signer: PaySigner) -> None:
        """Know what was signed, to tell why a signature was refused."""
        self._signer = signer

    def error(self, response: requests.Response, asked: str) -> AmazonError:
        """Return the error that `response` stands for."""
        status = response.status_code
        request_id = response.headers.get(self.request_id_header)
        answer = json_object(response) or {}
        reason = answer.get("reasonCode")
        code = said = printable(reason or f"HTTP {status}", longest=64)
        told = " ".join(str(answer.get("message") or "").split())
        if code == "InvalidRequestSignature":
            # The message quotes the signature: it is not passed on.
            signed = self._signer.string_to_sign(response.request)
            advice = f": {explain_refused_signature(told, signed)}"
            kind: type[AmazonError] = CredentialsError
        else:
            kind, advice = _advice(status)
            said = f"{code} {printable(told)!r}" if told else code
            if status == HTTPStatus.NOT_FOUND and reason:
                kind = DocumentGoneError
        return kind(
            f"{asked}: {said} (HTTP {status}, request id {request_id}){advice}",
            status=status,
            code=code,
            request_id=request_id,
        )


def _advice(status: int) -> tuple[type[AmazonError], str]:
    if status == HTTPStatus.UNAUTHORIZED:
        return CredentialsError, (
            ". Check that pay_public_key_id is still registered in Seller Central"
        )
    if status == HTTPStatus.FORBIDDEN:
        return AccessDeniedError, (
            ". Check that the merchant of pay_public_key_id may use reports, and that"
            " pay_region and pay_sandbox match the key"
        )
    return RequestRefusedError, ""


class PayClient(ReportsClient[PayReport]):
    """The Amazon Pay API, one method for each operation."""

    operations = ReportOperations(
        create_report=CREATE_REPORT,
        get_report=GET_REPORT,
        get_reports=GET_REPORTS,
        get_report_document=GET_REPORT_DOCUMENT,
        get_report_schedule=GET_REPORT_SCHEDULE,
        cancel_report_schedule=CANCEL_REPORT_SCHEDULE,
    )
    report_shape = PayReport

    def get_reports(
        self,
        report_types: Sequence[str],
        *,
        shape: type[Shape],
        created_since: datetime,
        created_until: datetime,
        processing_statuses: Sequence[str] = (),
    ) -> Iterator[Entry[Shape]]:
        """Yield the reports of these types, or of all if there are none."""
        query: Query = [
            *joined("reportTypes", report_types),
            *joined("processingStatuses", processing_statuses),
            ("createdSince", basic_text(created_since)),
            ("createdUntil", basic_text(created_until)),
            ("pageSize", _PAGE_SIZE),
        ]

        def ask(token: str | None) -> Answer:
            # Beside a token no other parameter is allowed ("Reports", Get Reports).
            asked = [("nextToken", token)] if token else query
            return self.connection.call_json(Call(GET_REPORTS, query=asked))

        return listed(pages(ask), "reports", shape)

    def create_report(
        self, body: Json, *, idempotency_key: str | None = None, at_once: bool = False
    ) -> str:
        """Ask for a report, and return its id.

        Args:
            body: as Amazon names it: `reportType`, `startTime`, `endTime`.
            idempotency_key: of an earlier call that may have come through: of all calls
                with one key Amazon makes one report ("Idempotency").
            at_once: as `Call` has it.

        Raises:
            AmazonError: if Amazon refuses or cannot answer.
        """
        headers = {IDEMPOTENCY_KEY: idempotency_key or uuid4().hex}
        call = Call(CREATE_REPORT, body=body, headers=headers, at_once=at_once)
        return self.connection.call_json(call).read(CreatedReport).report_id

    def get_report_document(self, document_id: str) -> DocumentUrl:
        """Return where a document lies, for 30 seconds.

        Raises:
            DocumentGoneError: if Amazon says that it does not have the document.
            AmazonError: if Amazon refuses or cannot answer.
        """
        return self._document_url(document_id)

    def get_report_schedules(
        self, report_types: Sequence[str]
    ) -> Iterator[Entry[ReportSchedule]]:
        """Yield the schedules of these report types, or all if there are none."""
        call = Call(GET_REPORT_SCHEDULES, query=joined("reportTypes", report_types))
        answer = self.connection.call_json(call)
        return listed([answer], "reportSchedules", ReportSchedule)

    def create_report_schedule(self, body: Json) -> str | None:
        """Make a schedule; of each report type there is at most one.

        Args:
            body: as Amazon names it: `reportType`, `scheduleFrequency`,
                `nextReportCreationTime`, `deleteExistingSchedule`.

        Returns:
            Its id; None if one of that type stands already and is to stay, for then
            Amazon answers with that one ("Reports", Create Report Schedule).

        Raises:
            AmazonError: if Amazon refuses or cannot answer.
        """
        headers = {IDEMPOTENCY_KEY: uuid4().hex}
        call = Call(CREATE_REPORT_SCHEDULE, body=body, headers=headers)
        response = self.connection.call(call)
        if response.status_code != HTTPStatus.CREATED:
            return None
        return (
            self.connection.read(call, response).read(ReportSchedule).report_schedule_id
        )

    def get_disbursements(
        self, start: datetime, end: datetime
    ) -> Iterator[Entry[Disbursement]]:
        """Yield the payouts settled from `start` to `end`, page after page.

        Raises:
            UnexpectedAnswerError: at the end, if some entries were wrong.
            AmazonError: if Amazon refuses or cannot answer.
        """
        window = [("startTime", basic_text(start)), ("endTime", basic_text(end))]
        first: Query = [*window, ("pageSize", _PAGE_SIZE)]

        def ask(token: str | None) -> Answer:
            if token:
                return self._next_disbursements(first, token)
            return self.connection.call_json(Call(GET_DISBURSEMENTS, query=first))

        return listed(pages(ask), "disbursements", Disbursement)

    def _next_disbursements(self, first: Query, token: str) -> Answer:
        """Return the page of `token`.

        Amazon's samples send the token beside the other parameters, but the reports of
        the same API want it alone, and no page says which it is here.
        """
        alone = [("nextToken", token)]
        beside = Call(GET_DISBURSEMENTS, query=[*first, *alone])
        try:
            return self.connection.call_json(beside)
        except RequestRefusedError:
            return self.connection.call_json(Call(GET_DISBURSEMENTS, query=alone))
