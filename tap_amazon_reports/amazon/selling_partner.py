"""The Selling Partner API: Reports 2021-06-30 and Sales v1."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.answers import json_object, listed, pages
from tap_amazon_reports.amazon.by_type import each_type
from tap_amazon_reports.amazon.echo import printable
from tap_amazon_reports.amazon.errors import (
    AccessDeniedError,
    AmazonError,
    CredentialsError,
    DocumentGoneError,
    RequestRefusedError,
)
from tap_amazon_reports.amazon.operation import Call, joined
from tap_amazon_reports.amazon.reports_client import ReportOperations, ReportsClient
from tap_amazon_reports.amazon.restricted import RestrictedAuth
from tap_amazon_reports.amazon.secret import Secret
from tap_amazon_reports.amazon.selling_partner_operations import (
    CANCEL_REPORT,
    CANCEL_REPORT_SCHEDULE,
    CREATE_REPORT,
    CREATE_REPORT_SCHEDULE,
    CREATE_RESTRICTED_DATA_TOKEN,
    GET_ORDER_METRICS,
    GET_REPORT,
    GET_REPORT_DOCUMENT,
    GET_REPORT_SCHEDULE,
    GET_REPORT_SCHEDULES,
    GET_REPORTS,
)
from tap_amazon_reports.amazon.shapes import (
    CreatedReport,
    OrderMetrics,
    ReportSchedule,
    RestrictedDataToken,
    SpReport,
)
from tap_amazon_reports.amazon.wire_time import utc_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    import requests

    from tap_amazon_reports.amazon.answers import Answer, Entry, Json, Shape
    from tap_amazon_reports.amazon.connection import ServiceConnection
    from tap_amazon_reports.amazon.http import Query
    from tap_amazon_reports.amazon.secret import DocumentUrl


_PAGE_SIZE = "100"

# Facts (reports_2021-06-30.json, `x-amzn-api-sandbox`; November 2026): the static
# sandbox answers a request that names these, and refuses every other; its `nextToken`
# leads nowhere.
_SANDBOX_REPORTS: Query = [
    ("reportTypes", "FEE_DISCOUNTS_REPORT,GET_AFN_INVENTORY_DATA"),
    ("processingStatuses", "IN_QUEUE,IN_PROGRESS"),
]
_SANDBOX_SCHEDULES: Query = [
    ("reportTypes", "FEE_DISCOUNTS_REPORT,GET_FBA_FULFILLMENT_CUSTOMER_TAXES_DATA")
]


class SellingPartnerRules:
    """How the Selling Partner API says what is wrong."""

    service = "Selling Partner API"
    request_id_header = "x-amzn-RequestId"

    def error(self, response: requests.Response, asked: str) -> AmazonError:
        """Return the error that `response` stands for."""
        status = response.status_code
        request_id = response.headers.get(self.request_id_header)
        fault = _fault(response)
        code = printable(fault.get("code") or f"HTTP {status}", longest=64)
        words = [str(fault[name]) for name in ("message", "details") if fault.get(name)]
        said = f"{code} {printable(' '.join(words))!r}"
        kind, advice = _advice(status, said)
        if status == HTTPStatus.NOT_FOUND and fault.get("code"):
            kind = DocumentGoneError
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


class SellingPartnerClient(ReportsClient[SpReport]):
    """The Selling Partner API, one method for each operation."""

    operations = ReportOperations(
        create_report=CREATE_REPORT,
        get_report=GET_REPORT,
        get_reports=GET_REPORTS,
        get_report_document=GET_REPORT_DOCUMENT,
        get_report_schedule=GET_REPORT_SCHEDULE,
        cancel_report_schedule=CANCEL_REPORT_SCHEDULE,
    )
    report_shape = SpReport

    def __init__(self, connection: ServiceConnection, *, sandbox: bool = False) -> None:
        """Speak over `connection`.

        Args:
            connection: to the region.
            sandbox: list what the static sandbox has, whatever is asked for.
        """
        super().__init__(connection)
        self._sandbox = sandbox

    def get_reports(
        self,
        report_types: Sequence[str],
        *,
        shape: type[Shape],
        created_since: datetime,
        created_until: datetime,
        marketplace_ids: Sequence[str] = (),
        processing_statuses: Sequence[str] = (),
    ) -> Iterator[Entry[Shape]]:
        """Yield the reports of one or more types, newest first.

        Types are asked for ten at a time; where Amazon refuses one of them (403), the
        others are listed all the same. Of marketplaces at most ten can be named.

        Raises:
            AccessDeniedError: at the end, if some types were refused.
            UnexpectedAnswerError: at the end, if some entries were wrong.
            AmazonError: if Amazon refuses or cannot answer.
        """

        def listed_of(types: Sequence[str]) -> Iterator[Entry[Shape]]:
            query = [*self._listing(types, created_since, created_until)]
            if not self._sandbox:
                query += joined("marketplaceIds", marketplace_ids)
                query += joined("processingStatuses", processing_statuses)
            return listed(self._report_pages(query), "reports", shape)

        return each_type(report_types, listed_of)

    def get_newest_reports(
        self,
        report_types: Sequence[str],
        *,
        created_since: datetime,
        created_until: datetime,
    ) -> list[Entry[SpReport]]:
        """Return the first page of `get_reports`: 100, by one call, and at once.

        An entry that is wrong is told and left out.

        Args:
            report_types: 1 to `by_type.TYPES_PER_CALL` of them.
            created_since: as `get_reports` has it.
            created_until: as `get_reports` has it.

        Raises:
            AmazonError: as `ServiceConnection.call` has it for a call at once.
        """
        query = self._listing(report_types, created_since, created_until)
        call = Call(GET_REPORTS, query=query, at_once=True)
        found, _ = self.connection.call_json(call).entries("reports", SpReport)
        return found

    def create_report(self, body: Json, *, at_once: bool = False) -> str:
        """Ask for a report, and return its id.

        Args:
            body: as Amazon names it (reports_2021-06-30.json,
                `CreateReportSpecification`).
            at_once: as `Call` has it.

        Raises:
            AmazonError: if Amazon refuses or cannot answer.
        """
        call = Call(CREATE_REPORT, body=body, at_once=at_once)
        return self.connection.call_json(call).read(CreatedReport).report_id

    def cancel_report(self, report_id: str) -> None:
        """Cancel a report that is still in the queue.

        Raises:
            AmazonError: if Amazon refuses or cannot answer.
        """
        call = Call(CANCEL_REPORT, path={"reportId": report_id})
        self.connection.call_for_nothing(call)

    def get_report_document(
        self, document_id: str, *, restricted_token: Secret | None = None
    ) -> DocumentUrl:
        """Return where a document lies, for five minutes.

        Args:
            document_id: of the document.
            restricted_token: for a document that holds personal data.

        Raises:
            DocumentGoneError: if Amazon says that it does not have the document.
            AmazonError: if Amazon refuses or cannot answer.
        """
        auth = None
        if restricted_token:
            auth = RestrictedAuth(restricted_token, base_url=self.connection.base_url)
        return self._document_url(document_id, auth=auth)

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
        body: Json = {"restrictedResources": resources}
        answer = self.connection.call_json(
            Call(CREATE_RESTRICTED_DATA_TOKEN, body=body)
        )
        # An older guide shows the answer in a `payload`.
        inner = answer.wire.get("payload")
        if isinstance(inner, dict):
            answer = replace(answer, wire=inner)
        found = answer.read(RestrictedDataToken)
        return Secret(found.restricted_data_token)

    def get_report_schedules(
        self, report_types: Sequence[str]
    ) -> Iterator[Entry[ReportSchedule]]:
        """Yield the schedules of these report types, asked for ten at a time.

        Raises:
            AccessDeniedError: at the end, if some types were refused.
            UnexpectedAnswerError: at the end, if some entries were wrong.
            AmazonError: if Amazon refuses or cannot answer.
        """

        def listed_of(types: Sequence[str]) -> Iterator[Entry[ReportSchedule]]:
            wanted = joined("reportTypes", types)
            query = _SANDBOX_SCHEDULES if self._sandbox else wanted
            answer = self.connection.call_json(Call(GET_REPORT_SCHEDULES, query=query))
            return listed([answer], "reportSchedules", ReportSchedule)

        return each_type(report_types, listed_of)

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
        answer = self.connection.call_json(Call(CREATE_REPORT_SCHEDULE, body=body))
        return answer.read(ReportSchedule).report_schedule_id

    def get_order_metrics(self, query: Query) -> Iterator[Entry[OrderMetrics]]:
        """Yield the intervals that answer one query of the Sales API.

        Args:
            query: the parameters as Amazon names them.

        Raises:
            UnexpectedAnswerError: at the end, if some entries were wrong.
            AmazonError: if Amazon refuses or cannot answer.
        """
        call = Call(GET_ORDER_METRICS, query=query)
        return listed([self.connection.call_json(call)], "payload", OrderMetrics)

    def _report_pages(self, query: Query) -> Iterator[Answer]:
        def ask(token: str | None) -> Answer:
            # Beside a token no other parameter is allowed (reports_2021-06-30.json).
            asked = [("nextToken", token)] if token else query
            return self.connection.call_json(Call(GET_REPORTS, query=asked))

        return iter([ask(None)]) if self._sandbox else pages(ask)

    def _listing(
        self, report_types: Sequence[str], since: datetime, until: datetime
    ) -> Query:
        if self._sandbox:
            return _SANDBOX_REPORTS
        return [
            *joined("reportTypes", report_types),
            ("createdSince", utc_text(since)),
            ("createdUntil", utc_text(until)),
            ("pageSize", _PAGE_SIZE),
        ]
