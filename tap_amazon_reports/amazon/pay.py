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
from tap_amazon_reports.amazon.operation import Call, Operation
from tap_amazon_reports.amazon.origin import document_url
from tap_amazon_reports.amazon.pay_signing import (
    IDEMPOTENCY_KEY,
    explain_refused_signature,
)
from tap_amazon_reports.amazon.shapes import (
    CreatedReport,
    Disbursement,
    PayReport,
    ReportDocument,
    ReportSchedule,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import requests

    from tap_amazon_reports.amazon.answers import Answer, Entry, Json, Shape
    from tap_amazon_reports.amazon.connection import ServiceConnection
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


class PayClient:
    """The Amazon Pay API, one method for each operation."""

    def __init__(self, connection: ServiceConnection) -> None:
        """Speak over `connection`."""
        self.connection = connection

    def get_reports(
        self,
        report_types: Sequence[str],
        *,
        shape: type[Shape],
        created_since: str,
        created_until: str,
        processing_statuses: Sequence[str] = (),
    ) -> Iterator[Entry[Shape]]:
        """Yield the reports of these types, or of all, page after page.

        Args:
            report_types: none of them means all.
            shape: what the caller acts on: `PayReport`, or `ReportHead` of it.
            created_since: basic ISO 8601 in UTC, at most 90 days back.
            created_until: basic ISO 8601 in UTC.
            processing_statuses: only reports of these; none means all.

        Raises:
            UnexpectedAnswerError: at the end, if some entries were wrong.
            AmazonError: if Amazon refuses or cannot answer.
        """
        statuses = ",".join(processing_statuses)
        query: Query = [
            *_types(report_types),
            *([("processingStatuses", statuses)] if statuses else []),
            ("createdSince", created_since),
            ("createdUntil", created_until),
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

    def get_report(self, report_id: str, *, at_once: bool = False) -> Entry[PayReport]:
        """Return what is known of a report (Get Report By Id).

        Args:
            report_id: of the report.
            at_once: as `Call` has it.

        Raises:
            AmazonError: if Amazon does not know it, or cannot answer.
        """
        call = Call(GET_REPORT, path={"reportId": report_id}, at_once=at_once)
        return self.connection.call_json(call).entry(PayReport)

    def get_report_document(self, document_id: str) -> DocumentUrl:
        """Return where a document lies, for 30 seconds.

        Raises:
            DocumentGoneError: if Amazon says that it does not have the document.
            AmazonError: if Amazon refuses or cannot answer.
        """
        call = Call(GET_REPORT_DOCUMENT, path={"reportDocumentId": document_id})
        found = self.connection.call_json(call).read(ReportDocument)
        return document_url(
            found.url,
            base_url=self.connection.base_url,
            asked=self.connection.asked(call),
        )

    def get_report_schedules(
        self, report_types: Sequence[str]
    ) -> Iterator[Entry[ReportSchedule]]:
        """Yield the schedules of these report types, or all.

        Raises:
            UnexpectedAnswerError: at the end, if some entries were wrong.
            AmazonError: if Amazon refuses or cannot answer.
        """
        call = Call(GET_REPORT_SCHEDULES, query=_types(report_types))
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

    def get_report_schedule(self, schedule_id: str) -> Entry[ReportSchedule]:
        """Return what is known of a schedule (Get Report Schedule By Id).

        Raises:
            AmazonError: if Amazon does not know it, or cannot answer.
        """
        call = Call(GET_REPORT_SCHEDULE, path={"reportScheduleId": schedule_id})
        return self.connection.call_json(call).entry(ReportSchedule)

    def cancel_report_schedule(self, schedule_id: str) -> None:
        """End a schedule; the reports that it has made stay.

        Raises:
            AmazonError: if Amazon does not know it, or cannot answer.
        """
        path = {"reportScheduleId": schedule_id}
        self.connection.call_for_nothing(Call(CANCEL_REPORT_SCHEDULE, path=path))

    def get_disbursements(
        self, *, start_time: str, end_time: str
    ) -> Iterator[Entry[Disbursement]]:
        """Yield the payouts settled from `start_time` to `end_time`, page after page.

        Args:
            start_time: basic ISO 8601 in UTC.
            end_time: basic ISO 8601 in UTC.

        Raises:
            UnexpectedAnswerError: at the end, if some entries were wrong.
            AmazonError: if Amazon refuses or cannot answer.
        """
        window = [("startTime", start_time), ("endTime", end_time)]
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


def _types(report_types: Sequence[str]) -> Query:
    return [("reportTypes", ",".join(report_types))] if report_types else []
