"""The Appstore Reporting API: where a monthly report lies."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.answers import json_object, read_json
from tap_amazon_reports.amazon.echo import printable
from tap_amazon_reports.amazon.errors import (
    AccessDeniedError,
    AmazonError,
    DocumentMissingError,
    RequestRefusedError,
    UnexpectedAnswerError,
)
from tap_amazon_reports.amazon.operation import Call, Operation
from tap_amazon_reports.amazon.origin import document_url

if TYPE_CHECKING:
    import requests

    from tap_amazon_reports.amazon.connection import ServiceConnection
    from tap_amazon_reports.amazon.secret import DocumentUrl

# Facts (developer.amazon.com, "Reporting API"; 2026): GET …/download/report/<kind>/
# <year>/<month>, month of two digits, with a bearer token of the scope below, answers a
# bare presigned URL that lives five minutes; reports start in January 2018; at most
# three requests a second. A month without a file is a 400 that says "Report not found".

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


_LONGEST_REFUSAL_BYTES = 1000


class AppstoreRules:
    """How the Appstore says what is wrong."""

    service = "Appstore Reporting API"
    request_id_header = "x-amzn-RequestId"

    def error(self, response: requests.Response, asked: str) -> AmazonError:
        """Return the error that `response` stands for."""
        status = response.status_code
        request_id = response.headers.get(self.request_id_header)
        said = (
            f"{asked}: {_message(response)!r} (HTTP {status}, request id {request_id})"
        )
        if _says_no_file(response):
            return DocumentMissingError(said, status=status, request_id=request_id)
        if status == HTTPStatus.FORBIDDEN:
            return AccessDeniedError(
                f"{said}. Check that the security profile of appstore_client_id is"
                " attached to the Reporting API in the developer console, and that the"
                " account of that profile owns the apps",
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
            DocumentMissingError: if Amazon says that there is no file for that month.
            AmazonError: if Amazon refuses, or answers something that is no URL.
        """
        year, month_of_year = month.split("-")
        path = {"kind": kind, "year": year, "month": month_of_year}
        call = Call(GET_REPORT, path=path)
        response = self.connection.call(call)
        asked = self.connection.asked(call)
        if (found := _bare_url(response)) is None:
            request_id = response.headers.get(AppstoreRules.request_id_header)
            msg = (
                f"{asked}: the answer (HTTP {response.status_code}) is not the URL of a"
                f" document (request id {request_id}); check that appstore_base_url is"
                " Amazon's address, and that no proxy answers in its place"
            )
            raise UnexpectedAnswerError(
                msg, status=response.status_code, request_id=request_id
            )
        return document_url(found, base_url=self.connection.base_url, asked=asked)


def _says_no_file(response: requests.Response) -> bool:
    """Tell whether Amazon says, in its own words, that the month has no file."""
    # Facts (public clients of the API; November 2026): a 400 that has these words, bare
    # or in an object. A page of what stands in front of the service is HTML.
    body = response.content.lower()
    return (
        response.status_code == HTTPStatus.BAD_REQUEST
        and len(body) <= _LONGEST_REFUSAL_BYTES
        and b"report not found" in body
        and not body.lstrip().startswith(b"<")
    )


def _message(response: requests.Response) -> str:
    """Return Amazon's own words, one line, short enough for a log."""
    answer = json_object(response) or {}
    said = answer.get("Message") or answer.get("message")
    return printable(said or response.content[:4096].decode(errors="replace"))


def _bare_url(response: requests.Response) -> str | None:
    """Return the URL in an answer, bare, quoted, or wrapped in JSON, or None."""
    try:
        wrapped, _ = read_json(response.content)
    except ValueError:
        wrapped = response.content.decode("utf-8-sig", errors="replace").strip()
    values = wrapped.values() if isinstance(wrapped, dict) else [wrapped]
    urls = [value for value in values if isinstance(value, str)]
    urls = [url for url in urls if url.startswith(("https://", "http://"))]
    return urls[0] if len(urls) == 1 and not re.search(r"\s", urls[0]) else None
