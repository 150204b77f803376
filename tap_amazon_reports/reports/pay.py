"""Amazon Pay as a maker of reports."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from tap_amazon_reports.amazon.errors import ThrottledError, UnavailableError
from tap_amazon_reports.amazon.pay import PayRules
from tap_amazon_reports.amazon.shapes import PayReport
from tap_amazon_reports.amazon.wire_time import basic_text
from tap_amazon_reports.reports.memory import possible_moment
from tap_amazon_reports.reports.report import Report
from tap_amazon_reports.reports.report_maker import ReportMaker
from tap_amazon_reports.reports.status import ReportStatus

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tap_amazon_reports.amazon.answers import Json
    from tap_amazon_reports.amazon.pay import PayClient
    from tap_amazon_reports.amazon.secret import DocumentUrl
    from tap_amazon_reports.reports.report import ReportRequest


class PayReportMaker(ReportMaker[PayReport]):
    """The reports of Amazon Pay API v2, in the scheduler's words."""

    _client: PayClient
    name = PayRules.service
    types_per_listing = 0

    def __init__(self, client: PayClient) -> None:
        """Speak through `client`."""
        super().__init__(client)
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

    def list_newest(
        self, report_types: Sequence[str], since: datetime, until: datetime
    ) -> list[Report]:
        """Return none: what is asked for again has the key of the first try."""
        return []

    def document_url(self, document_id: str, *, restricted: bool) -> DocumentUrl:
        """Return where a document lies, for 30 seconds; none of them is restricted."""
        return self._client.get_report_document(document_id)

    @staticmethod
    def _report(found: PayReport) -> Report:
        """Return a report in no service's words."""
        return Report(
            report_id=found.report_id,
            report_type=found.report_type,
            status=ReportStatus.read(found.processing_status, found.report_id),
            created=possible_moment(found.created_time.moment),
            data_start=found.start_time.moment if found.start_time else None,
            data_end=found.end_time.moment if found.end_time else None,
            document_id=found.report_document_id,
        )
