"""The Amazon Pay API v2: reports, report schedules, disbursements."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.connection import Operation
from tap_amazon_reports.amazon.errors import (
    AccessDeniedError,
    AmazonError,
    CredentialsError,
    RequestRefusedError,
)
from tap_amazon_reports.amazon.http import Json, json_object, list_of_objects

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import requests

    from tap_amazon_reports.amazon.connection import ServiceConnection
    from tap_amazon_reports.amazon.http import Query

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
GET_DISBURSEMENTS = _operation("getDisbursements", "GET", "/disbursements")

_PAGE_SIZE = "100"


class PayDialect:
    """How Amazon Pay says what is wrong."""

    service = "Amazon Pay API"
    request_id_header = "x-amz-pay-request-id"

    def error(self, response: requests.Response, asked: str) -> AmazonError:
        """Return the error that `response` stands for."""
        status = response.status_code
        request_id = response.headers.get(self.request_id_header)
        answer = json_object(response) or {}
        code = str(answer.get("reasonCode") or f"HTTP {status}")
        kind, advice = _advice(status, code)
        # The message to a bad signature quotes the signature: it is not passed on.
        told = "" if code == "InvalidRequestSignature" else str(answer.get("message"))
        words = f" {' '.join(told.split())[:300]!r}" if told else ""
        return kind(
            f"{asked}: {code}{words} (HTTP {status}, request id {request_id}){advice}",
            status=status,
            code=code,
            request_id=request_id,
        )


def _advice(status: int, code: str) -> tuple[type[AmazonError], str]:
    if code == "InvalidRequestSignature":
        return CredentialsError, (
            ". Check that pay_private_key is the private half of pay_public_key_id,"
            " that pay_region is the account's, and that this machine's clock is right"
        )
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

    def get_report_schedules(self, report_types: Sequence[str]) -> list[Json]:
        """Return the schedules of these report types, or all.

        Raises:
            AmazonError: if Amazon refuses or cannot answer.
        """
        answer = self.connection.call_json(
            GET_REPORT_SCHEDULES, query=_types(report_types)
        )
        return list_of_objects(answer, "reportSchedules", GET_REPORT_SCHEDULES.name)

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
