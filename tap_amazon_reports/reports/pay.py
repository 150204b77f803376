"""Amazon Pay as a maker of reports."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from tap_amazon_reports.amazon.errors import ThrottledError, UnavailableError
from tap_amazon_reports.amazon.pay import (
    CREATE_REPORT,
    GET_REPORT,
    GET_REPORT_DOCUMENT,
    GET_REPORTS,
    PayDialect,
)
from tap_amazon_reports.amazon.wire_time import basic_text
from tap_amazon_reports.reports.report import Report, read_report

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from tap_amazon_reports.amazon.http import Json
    from tap_amazon_reports.amazon.pay import PayClient
    from tap_amazon_reports.amazon.secret import DocumentUrl
    from tap_amazon_reports.reports.report import ReportRequest


class PayReportMaker:
    """The reports of Amazon Pay API v2, in the scheduler's words."""

    name = PayDialect.service
    types_per_listing = 0

    def __init__(self, client: PayClient) -> None:
        """Speak through `client`."""
        self._client = client
        self._keys: dict[str, str] = {}

    def create(self, request: ReportRequest) -> str:
        """Ask for a report, and return its id."""
        body: Json = {"reportType": request.report_type}
        if request.data_start and request.data_end:
            body["startTime"] = basic_text(request.data_start)
            body["endTime"] = basic_text(request.data_end)
        key = self._keys.pop(request.digest, uuid4().hex)
        try:
            return self._client.create_report(body, idempotency_key=key, at_once=True)
        except (ThrottledError, UnavailableError):
            # A try that got no answer may have come through all the same.
            self._keys[request.digest] = key
            raise

    def create_wait_seconds(self, count: int = 1) -> float:
        """Return how long the last of the next `count` asks would wait for quota."""
        return self._client.connection.wait_seconds(CREATE_REPORT, count)

    def drain_create_quota(self) -> None:
        """Believe that the quota of `ask` is used up now, for all types."""
        self._client.connection.drain(CREATE_REPORT)

    def get(self, report_id: str) -> Report:
        """Return what is known of a report."""
        try:
            return _report(self._client.get_report(report_id, at_once=True))
        except ThrottledError:
            self._client.connection.drain(GET_REPORT)
            raise

    def get_wait_seconds(self) -> float:
        """Return how long the next `look` would wait for its quota."""
        return self._client.connection.wait_seconds(GET_REPORT)

    def list_reports(
        self, report_types: Sequence[str], since: datetime, until: datetime
    ) -> Iterator[Report]:
        """Yield the reports of these types created from `since` to `until`."""
        for wire in self._client.get_reports(
            report_types,
            created_since=basic_text(since),
            created_until=basic_text(until),
        ):
            yield _report(wire)

    def list_newest(
        self, report_types: Sequence[str], since: datetime, until: datetime
    ) -> list[Report]:
        """Return none: what is asked for again has the key of the first try."""
        return []

    def list_wait_seconds(self) -> float:
        """Return how long the next `listed` would wait for its quota."""
        return self._client.connection.wait_seconds(GET_REPORTS)

    def document_wait_seconds(self, count: int = 1) -> float:
        """Return how long the last of the next `count` URLs would wait for quota."""
        return self._client.connection.wait_seconds(GET_REPORT_DOCUMENT, count)

    def document_url(self, document_id: str, *, restricted: bool) -> DocumentUrl:
        """Return where a document lies, for 30 seconds; none of them is restricted."""
        return self._client.get_report_document(document_id)


def _report(wire: Json) -> Report:
    return read_report(
        wire, start="startTime", end="endTime", said_by="the Amazon Pay API"
    )
