"""The Selling Partner API: Reports 2021-06-30 and Sales v1."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from tap_amazon_reports.amazon.errors import (
    AccessDeniedError,
    AmazonError,
    CredentialsError,
    RequestRefusedError,
)
from tap_amazon_reports.amazon.http import json_object, list_of_objects, text_of
from tap_amazon_reports.amazon.operation import Operation
from tap_amazon_reports.amazon.restricted import RestrictedAuth
from tap_amazon_reports.amazon.secret import DocumentUrl, Secret

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import requests

    from tap_amazon_reports.amazon.connection import ServiceConnection
    from tap_amazon_reports.amazon.http import Json, Query

# Facts (SP-API models, reports_2021-06-30.json and sales.json): paths, limits, and the
# usage plans, as (requests a second, burst).

GET_REPORTS = Operation(
    name="getReports",
    method="GET",
    path="/reports/2021-06-30/reports",
    rate_per_second=0.0222,
    burst=10,
)
GET_REPORT_SCHEDULES = Operation(
    name="getReportSchedules",
    method="GET",
    path="/reports/2021-06-30/schedules",
    rate_per_second=0.0222,
    burst=10,
)
CREATE_REPORT_SCHEDULE = Operation(
    name="createReportSchedule",
    method="POST",
    path="/reports/2021-06-30/schedules",
    rate_per_second=0.0222,
    burst=10,
)
GET_REPORT_SCHEDULE = Operation(
    name="getReportSchedule",
    method="GET",
    path="/reports/2021-06-30/schedules/{reportScheduleId}",
    rate_per_second=0.0222,
    burst=10,
)
CANCEL_REPORT_SCHEDULE = Operation(
    name="cancelReportSchedule",
    method="DELETE",
    path="/reports/2021-06-30/schedules/{reportScheduleId}",
    rate_per_second=0.0222,
    burst=10,
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
CANCEL_REPORT = Operation(
    name="cancelReport",
    method="DELETE",
    path="/reports/2021-06-30/reports/{reportId}",
    rate_per_second=0.0222,
    burst=10,
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

TYPES_PER_CALL = 10
"""The most report types that getReports and getReportSchedules take in one call."""

_PAGE_SIZE = "100"


class SellingPartnerDialect:
    """How the Selling Partner API says what is wrong."""

    service = "Selling Partner API"
    request_id_header = "x-amzn-RequestId"

    def error(self, response: requests.Response, asked: str) -> AmazonError:
        """Return the error that `response` stands for."""
        status = response.status_code
        request_id = response.headers.get(self.request_id_header)
        fault = _fault(response)
        code = str(fault.get("code") or f"HTTP {status}")
        words = [str(fault[name]) for name in ("message", "details") if fault.get(name)]
        said = f"{code} {' '.join(' '.join(words).split())[:300]!r}"
        kind, advice = _advice(status, said)
        return kind(
            f"{asked}: {said} (HTTP {status}, request id {request_id}){advice}",
            status=status,
            code=code,
            request_id=request_id,
        )


def _fault(response: requests.Response) -> Json:
    """Return the first of Amazon's errors; empty when it died in front of the API."""
    faults = (json_object(response) or {}).get("errors")
    if isinstance(faults, list) and faults and isinstance(faults[0], dict):
        return faults[0]
    return {}


def _advice(status: int, said: str) -> tuple[type[AmazonError], str]:
    if status == HTTPStatus.UNAUTHORIZED or (
        status == HTTPStatus.FORBIDDEN and "token" in said.lower()
    ):
        return CredentialsError, (
            ". Check that sp_refresh_token is still authorised for sp_client_id, and"
            " that sp_base_url is the address of its region"
        )
    if status == HTTPStatus.FORBIDDEN:
        return AccessDeniedError, (
            ". Check that the application has the role for this, that its authorisation"
            " was renewed since the role was added, and that sp_marketplaces are of the"
            " region in which sp_refresh_token was granted"
        )
    return RequestRefusedError, ""


def token_is_spent(response: requests.Response) -> bool:
    """Tell whether `response` says that the access token has expired.

    Amazon says so with 403 and not 401 (SP-API documentation, "Errors").
    """
    if response.status_code == HTTPStatus.UNAUTHORIZED:
        return True
    words = " ".join(str(word) for word in _fault(response).values()).lower()
    return response.status_code == HTTPStatus.FORBIDDEN and "expired" in words


def _listing(report_types: Sequence[str], since: str, until: str) -> Query:
    return [
        ("reportTypes", ",".join(report_types)),
        ("createdSince", since),
        ("createdUntil", until),
        ("pageSize", _PAGE_SIZE),
    ]


class SellingPartnerClient:
    """The Selling Partner API, one method for each operation."""

    def __init__(self, connection: ServiceConnection) -> None:
        """Speak over `connection`."""
        self.connection = connection

    def get_reports(
        self, report_types: Sequence[str], *, created_since: str, created_until: str
    ) -> Iterator[Json]:
        """Yield the reports of at most ten types, page after page, newest first.

        Args:
            report_types: 1 to `TYPES_PER_CALL` of them.
            created_since: ISO 8601, at most 90 days back.
            created_until: ISO 8601.

        Raises:
            AmazonError: if Amazon refuses or cannot answer.
        """
        query = _listing(report_types, created_since, created_until)
        while query:
            answer = self.connection.call_json(GET_REPORTS, query=query)
            yield from list_of_objects(answer, "reports", GET_REPORTS.name)
            token = answer.get("nextToken")
            # Beside a token no other parameter is allowed (reports_2021-06-30.json).
            query = [("nextToken", str(token))] if token else []

    def get_newest_reports(
        self, report_types: Sequence[str], *, created_since: str, created_until: str
    ) -> list[Json]:
        """Return the first page of `get_reports`: 100, by one call, and at once.

        Raises:
            AmazonError: as `ServiceConnection.call` has it with `at_once`.
        """
        query = _listing(report_types, created_since, created_until)
        answer = self.connection.call_json(GET_REPORTS, query=query, at_once=True)
        return list_of_objects(answer, "reports", GET_REPORTS.name)

    def create_report(self, body: Json, *, at_once: bool = False) -> str:
        """Ask for a report, and return its id.

        Args:
            body: as Amazon names it (reports_2021-06-30.json,
                `CreateReportSpecification`).
            at_once: as `ServiceConnection.call` has it.

        Raises:
            AmazonError: if Amazon refuses or cannot answer.
        """
        answer = self.connection.call_json(CREATE_REPORT, body=body, at_once=at_once)
        return text_of(answer, "reportId", CREATE_REPORT.name)

    def get_report(self, report_id: str, *, at_once: bool = False) -> Json:
        """Return what is known of a report (model `Report`).

        Args:
            report_id: of the report.
            at_once: as `ServiceConnection.call` has it.

        Raises:
            AmazonError: if Amazon does not know it, or cannot answer.
        """
        return self.connection.call_json(
            GET_REPORT, path={"reportId": report_id}, at_once=at_once
        )

    def cancel_report(self, report_id: str) -> None:
        """Cancel a report that is still in the queue.

        Raises:
            AmazonError: if Amazon refuses or cannot answer.
        """
        self.connection.call(CANCEL_REPORT, path={"reportId": report_id})

    def get_report_document(
        self, document_id: str, *, restricted_token: Secret | None = None
    ) -> DocumentUrl:
        """Return where a document lies, for five minutes.

        Args:
            document_id: of the document.
            restricted_token: for a document that holds personal data.

        Raises:
            AmazonError: if Amazon refuses or cannot answer.
        """
        auth = None
        if restricted_token:
            auth = RestrictedAuth(restricted_token, base_url=self.connection.base_url)
        answer = self.connection.call_json(
            GET_REPORT_DOCUMENT, path={"reportDocumentId": document_id}, auth=auth
        )
        return DocumentUrl(text_of(answer, "url", GET_REPORT_DOCUMENT.name))

    def create_restricted_data_token(self, document_ids: Sequence[str]) -> Secret:
        """Return a token that opens these documents, and nothing else, for an hour.

        Args:
            document_ids: 1 to 50 of them (Tokens API 2021-03-01).

        Raises:
            AmazonError: if Amazon refuses or cannot answer.
        """
        path = GET_REPORT_DOCUMENT.path
        resources = [
            {"method": "GET", "path": path.format(reportDocumentId=document_id)}
            for document_id in document_ids
        ]
        answer = self.connection.call_json(
            CREATE_RESTRICTED_DATA_TOKEN, body={"restrictedResources": resources}
        )
        # An older guide shows the answer in a `payload`.
        inner = answer.get("payload", answer)
        found = inner if isinstance(inner, dict) else answer
        name = CREATE_RESTRICTED_DATA_TOKEN.name
        return Secret(text_of(found, "restrictedDataToken", name))

    def get_report_schedules(self, report_types: Sequence[str]) -> list[Json]:
        """Return the schedules of at most ten report types.

        Raises:
            AmazonError: if Amazon refuses or cannot answer.
        """
        answer = self.connection.call_json(
            GET_REPORT_SCHEDULES, query=[("reportTypes", ",".join(report_types))]
        )
        return list_of_objects(answer, "reportSchedules", GET_REPORT_SCHEDULES.name)

    def create_report_schedule(self, body: Json) -> str:
        """Make a schedule, in place of one of the same type and marketplaces.

        Args:
            body: as Amazon names it (reports_2021-06-30.json,
                `CreateReportScheduleSpecification`).

        Returns:
            Its id.

        Raises:
            AmazonError: if Amazon refuses or cannot answer.
        """
        answer = self.connection.call_json(CREATE_REPORT_SCHEDULE, body=body)
        return text_of(answer, "reportScheduleId", CREATE_REPORT_SCHEDULE.name)

    def get_report_schedule(self, schedule_id: str) -> Json:
        """Return what is known of a schedule (model `ReportSchedule`).

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

    def get_order_metrics(self, query: Query) -> list[Json]:
        """Return the intervals that answer one query of the Sales API.

        Args:
            query: the parameters as Amazon names them.

        Raises:
            AmazonError: if Amazon refuses or cannot answer.
        """
        answer: dict[str, Any] = self.connection.call_json(
            GET_ORDER_METRICS, query=query
        )
        return list_of_objects(answer, "payload", GET_ORDER_METRICS.name)
