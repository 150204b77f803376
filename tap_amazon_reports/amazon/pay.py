"""The Amazon Pay API v2: reports, report schedules, disbursements."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import uuid4

from tap_amazon_reports.amazon.errors import (
    AccessDeniedError,
    AmazonError,
    CredentialsError,
    RequestRefusedError,
)
from tap_amazon_reports.amazon.http import json_object, list_of_objects, text_of
from tap_amazon_reports.amazon.operation import Operation
from tap_amazon_reports.amazon.pay_signing import (
    IDEMPOTENCY_KEY,
    explain_refused_signature,
)
from tap_amazon_reports.amazon.secret import DocumentUrl

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import requests

    from tap_amazon_reports.amazon.connection import ServiceConnection
    from tap_amazon_reports.amazon.http import Json, Query
    from tap_amazon_reports.amazon.pay_signing import PaySigner

# Facts (Amazon Pay API v2, "Reports" and "Disbursements"): paths and parameters. Amazon
# publishes no limits for these operations, so the tap keeps to one call a second.

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


class PayDialect:
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
        code = said = str(answer.get("reasonCode") or f"HTTP {status}")
        told = " ".join(str(answer.get("message") or "").split())
        if code == "InvalidRequestSignature":
            # The message quotes the signature: it is not passed on.
            signed = self._signer.string_to_sign(response.request)
            advice = f": {explain_refused_signature(told, signed)}"
            kind: type[AmazonError] = CredentialsError
        else:
            kind, advice = _advice(status)
            said = f"{code} {told[:300]!r}" if told else code
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
            " pay_region and pay_sandbox fit the key"
        )
    return RequestRefusedError, ""


class PayClient:
    """The Amazon Pay API, one method for each operation."""

    def __init__(self, connection: ServiceConnection) -> None:
        """Speak over `connection`."""
        self.connection = connection

    def get_reports(
        self, report_types: Sequence[str], *, created_since: str, created_until: str
    ) -> Iterator[Json]:
        """Yield the reports of these types, or of all, page after page.

        Args:
            report_types: none of them means all.
            created_since: basic ISO 8601 in UTC, at most 90 days back.
            created_until: basic ISO 8601 in UTC.

        Raises:
            AmazonError: if Amazon refuses or cannot answer.
        """
        query: Query = [
            *_types(report_types),
            ("createdSince", created_since),
            ("createdUntil", created_until),
            ("pageSize", _PAGE_SIZE),
        ]
        while query:
            answer = self.connection.call_json(GET_REPORTS, query=query)
            yield from list_of_objects(answer, "reports", GET_REPORTS.name)
            token = answer.get("nextToken")
            # Beside a token no other parameter is allowed ("Reports", Get Reports).
            query = [("nextToken", str(token))] if token else []

    def create_report(
        self, body: Json, *, idempotency_key: str | None = None, at_once: bool = False
    ) -> str:
        """Ask for a report, and return its id.

        Args:
            body: as Amazon names it: `reportType`, `startTime`, `endTime`.
            idempotency_key: of an earlier call that may have come through: of all calls
                with one key Amazon makes one report ("Idempotency").
            at_once: as `ServiceConnection.call` has it.

        Raises:
            AmazonError: if Amazon refuses or cannot answer.
        """
        answer = self.connection.call_json(
            CREATE_REPORT,
            body=body,
            headers={IDEMPOTENCY_KEY: idempotency_key or uuid4().hex},
            at_once=at_once,
        )
        return text_of(answer, "reportId", CREATE_REPORT.name)

    def get_report(self, report_id: str, *, at_once: bool = False) -> Json:
        """Return what is known of a report (Get Report By Id).

        Args:
            report_id: of the report.
            at_once: as `ServiceConnection.call` has it.

        Raises:
            AmazonError: if Amazon does not know it, or cannot answer.
        """
        return self.connection.call_json(
            GET_REPORT, path={"reportId": report_id}, at_once=at_once
        )

    def get_report_document(self, document_id: str) -> DocumentUrl:
        """Return where a document lies, for 30 seconds.

        Raises:
            AmazonError: if Amazon refuses or cannot answer.
        """
        answer = self.connection.call_json(
            GET_REPORT_DOCUMENT, path={"reportDocumentId": document_id}
        )
        return DocumentUrl(text_of(answer, "url", GET_REPORT_DOCUMENT.name))

    def get_report_schedules(self, report_types: Sequence[str]) -> list[Json]:
        """Return the schedules of these report types, or all.

        Raises:
            AmazonError: if Amazon refuses or cannot answer.
        """
        answer = self.connection.call_json(
            GET_REPORT_SCHEDULES, query=_types(report_types)
        )
        return list_of_objects(answer, "reportSchedules", GET_REPORT_SCHEDULES.name)

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
        response = self.connection.call(
            CREATE_REPORT_SCHEDULE, body=body, headers={IDEMPOTENCY_KEY: uuid4().hex}
        )
        if response.status_code != HTTPStatus.CREATED:
            return None
        answer = json_object(response) or {}
        return text_of(answer, "reportScheduleId", CREATE_REPORT_SCHEDULE.name)

    def get_report_schedule(self, schedule_id: str) -> Json:
        """Return what is known of a schedule (Get Report Schedule By Id).

        Raises:
            AmazonError: if Amazon does not know it, or cannot answer.
        """
        return self.connection.call_json(
            GET_REPORT_SCHEDULE, path={"reportScheduleId": schedule_id}
        )

    def cancel_report_schedule(self, schedule_id: str) -> None:
        """End a schedule; the reports that it has made stay.

        Raises:
            AmazonError: if Amazon does not know it, or cannot answer.
        """
        self.connection.call(
            CANCEL_REPORT_SCHEDULE, path={"reportScheduleId": schedule_id}
        )

    def get_disbursements(self, *, start_time: str, end_time: str) -> Iterator[Json]:
        """Yield the payouts settled from `start_time` to `end_time`, page after page.

        Args:
            start_time: basic ISO 8601 in UTC.
            end_time: basic ISO 8601 in UTC.

        Raises:
            AmazonError: if Amazon refuses or cannot answer.
        """
        window = [("startTime", start_time), ("endTime", end_time)]
        first: Query = [*window, ("pageSize", _PAGE_SIZE)]
        answer = self.connection.call_json(GET_DISBURSEMENTS, query=first)
        while True:
            yield from list_of_objects(answer, "disbursements", GET_DISBURSEMENTS.name)
            if not (token := answer.get("nextToken")):
                return
            answer = self._next_disbursements(first, str(token))

    def _next_disbursements(self, first: Query, token: str) -> Json:
        """Return the page of `token`.

        Amazon's samples send the token beside the other parameters, but the reports of
        the same API want it alone, and no page says which it is here.
        """
        beside = [*first, ("nextToken", token)]
        try:
            return self.connection.call_json(GET_DISBURSEMENTS, query=beside)
        except RequestRefusedError:
            return self.connection.call_json(
                GET_DISBURSEMENTS, query=[("nextToken", token)]
            )


def _types(report_types: Sequence[str]) -> Query:
    return [("reportTypes", ",".join(report_types))] if report_types else []
