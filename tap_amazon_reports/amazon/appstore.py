"""The Appstore Reporting API: where a monthly report lies."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.errors import (
    AccessDeniedError,
    AmazonError,
    DocumentMissingError,
    RequestRefusedError,
    UnexpectedAnswerError,
)
from tap_amazon_reports.amazon.http import json_object
from tap_amazon_reports.amazon.operation import Operation
from tap_amazon_reports.amazon.secret import DocumentUrl

if TYPE_CHECKING:
    import requests

    from tap_amazon_reports.amazon.connection import ServiceConnection

# Facts (developer.amazon.com, "Reporting API"): GET …/download/report/<kind>/<year>/
# <month>, month of two digits, with a bearer token of the scope below, answers a bare
# presigned URL that lives five minutes; reports start in January 2018; at most three
# requests a second. A month without a file is a 400 that says "Report not found".

BASE_URL = "https://developer.amazon.com"
SCOPE = "adx_reporting::appstore:marketer"
FIRST_MONTH = "2018-01"

GET_REPORT = Operation(
    name="appstore.getReport",
    method="GET",
    path="/api/appstore/download/report/{kind}/{year}/{month}",
    # No burst: three requests within any one second.
    rate_per_second=3,
    burst=1,
)


class AppstoreDialect:
    """How the Appstore says what is wrong."""

    service = "Appstore Reporting API"
    request_id_header = "x-amzn-RequestId"

    def error(self, response: requests.Response, asked: str) -> AmazonError:
        """Return the error that `response` stands for."""
        status = response.status_code
        request_id = response.headers.get(self.request_id_header)
        said = f"{asked}: HTTP {status} {_message(response)!r}"
        if status == HTTPStatus.FORBIDDEN:
            return AccessDeniedError(
                f"{said}. Check that the security profile of appstore_client_id is"
                " attached to the Reporting API in the developer console, and that its"
                " account owns the apps",
                status=status,
                request_id=request_id,
            )
        return RequestRefusedError(said, status=status, request_id=request_id)


def token_is_spent(response: requests.Response) -> bool:
    """Tell whether a refusal may be for a spent token: the Appstore does not say."""
    return response.status_code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


class AppstoreClient:
    """The Reporting API, one method for each operation."""

    def __init__(self, connection: ServiceConnection) -> None:
        """Speak over `connection`."""
        self.connection = connection

    def report_url(self, kind: str, month: str) -> DocumentUrl:
        """Return where the report lies.

        Args:
            kind: `sales`, `earnings`, `subscription` or `subscriptions_overview`.
            month: `YYYY-MM`.

        Raises:
            DocumentMissingError: if there is no file for that month.
            AmazonError: if Amazon refuses, or answers something that is no URL.
        """
        missing = f"there is no {kind} report for {month}"
        year, month_of_year = month.split("-")
        try:
            response = self.connection.call(
                GET_REPORT, path={"kind": kind, "year": year, "month": month_of_year}
            )
        except RequestRefusedError as error:
            if _is_quiet_month(error):
                raise DocumentMissingError(missing, status=error.status) from None
            raise
        if not response.content.strip():
            # Not available yet, as one public client has met it.
            raise DocumentMissingError(missing, status=response.status_code)
        return DocumentUrl(_bare_url(response.text))


def _is_quiet_month(error: RequestRefusedError) -> bool:
    return error.status == HTTPStatus.NOT_FOUND or (
        error.status == HTTPStatus.BAD_REQUEST
        and "report not found" in str(error).lower()
    )


def _message(response: requests.Response) -> str:
    """Return Amazon's own words, one line, short enough for a log."""
    answer = json_object(response) or {}
    said = answer.get("Message") or answer.get("message") or response.text
    return " ".join(str(said).split())[:300]


def _bare_url(text: str) -> str:
    """Return the URL in an answer: bare, quoted, or wrapped in JSON.

    Raises:
        UnexpectedAnswerError: if there is none, or more than one.
    """
    found = text.strip()
    try:
        wrapped = json.loads(found)
    except ValueError:
        urls = [found]
    else:
        values = wrapped.values() if isinstance(wrapped, dict) else [wrapped]
        urls = [value for value in values if isinstance(value, str)]
    urls = [url for url in urls if url.startswith(("https://", "http://"))]
    if len(urls) != 1 or any(blank in urls[0] for blank in " \r\n\t"):
        msg = f"{GET_REPORT.name} answered something that is not the URL of a document"
        raise UnexpectedAnswerError(msg)
    return urls[0]
