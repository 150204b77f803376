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
    PayRules,
)
from tap_amazon_reports.amazon.shapes import PayReport
from tap_amazon_reports.amazon.wire_time import basic_text
from tap_amazon_reports.reports.quotas import ReportOperations, ReportQuotas
from tap_amazon_reports.reports.report import Report
from tap_amazon_reports.reports.status import ReportStatus

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from tap_amazon_reports.amazon.answers import Json
    from tap_amazon_reports.amazon.pay import PayClient
    from tap_amazon_reports.amazon.secret import DocumentUrl
    from tap_amazon_reports.reports.report import ReportRequest


class PayReportMaker(ReportQuotas):
    """The reports of Amazon Pay API v2, in the scheduler's words."""

    operations = ReportOperations(
        create_report=CREATE_REPORT,
        get_report=GET_REPORT,
        get_reports=GET_REPORTS,
        get_report_document=GET_REPORT_DOCUMENT,
    )
    name = PayRules.service
    types_per_listing = 0

    def __init__(self, client: PayClient) -> None:
        """Speak through `client`."""
        super().__init__(client.connection)
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

    def get(self, report_id: str) -> Report:
        """Return what is known of a report."""
        try:
            return _report(self._client.get_report(report_id, at_once=True).known)
        except ThrottledError:
            self._connection.drain(GET_REPORT)
            raise

    def list_reports(
        self, report_types: Sequence[str], since: datetime, until: datetime
    ) -> Iterator[Report]:
        """Yield the reports of these types created from `since` to `until`."""
        for entry in self._client.get_reports(
            report_types,
            shape=PayReport,
            created_since=basic_text(since),
            created_until=basic_text(until),
        ):
            yield _report(entry.known)

    def list_newest(
        self, report_types: Sequence[str], since: datetime, until: datetime
    ) -> list[Report]:
        """Return none: what is asked for again has the key of the first try."""
        return []

    def document_url(self, document_id: str, *, restricted: bool) -> DocumentUrl:
        """Return where a document lies, for 30 seconds; none of them is restricted."""
        return self._client.get_report_document(document_id)


def _report(found: PayReport) -> Report:
    """Return a report in no service's words."""
    return Report(
        report_id=found.report_id,
        report_type=found.report_type,
        status=ReportStatus.read(found.processing_status, found.report_id),
        created=found.created_time.moment,
        data_start=found.start_time.moment if found.start_time else None,
        data_end=found.end_time.moment if found.end_time else None,
        document_id=found.report_document_id,
    )
