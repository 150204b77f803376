"""The Selling Partner API as a maker of reports."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.by_type import TYPES_PER_CALL
from tap_amazon_reports.amazon.errors import (
    AccessDeniedError,
    AmazonError,
    CredentialsError,
    ThrottledError,
)
from tap_amazon_reports.amazon.selling_partner import SellingPartnerRules
from tap_amazon_reports.amazon.shapes import SpReport
from tap_amazon_reports.amazon.wire_time import utc_text
from tap_amazon_reports.reports.memory import possible_moment
from tap_amazon_reports.reports.report import Report
from tap_amazon_reports.reports.report_maker import ReportMaker
from tap_amazon_reports.reports.status import ReportStatus

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tap_amazon_reports.amazon.answers import Json
    from tap_amazon_reports.amazon.secret import DocumentUrl, Secret
    from tap_amazon_reports.amazon.selling_partner import SellingPartnerClient
    from tap_amazon_reports.reports.report import ReportRequest

logger = logging.getLogger(__name__)


class SellingPartnerReports(ReportMaker[SpReport]):
    """Reports 2021-06-30, in the scheduler's words."""

    _client: SellingPartnerClient
    name = SellingPartnerRules.service
    types_per_listing = TYPES_PER_CALL

    def create(self, request: ReportRequest) -> str:
        """Ask for a report, and return its id."""
        body: Json = {
            "reportType": request.report_type,
            "marketplaceIds": list(request.marketplace_ids),
        }
        if request.options:
            body["reportOptions"] = dict(request.options)
        if request.data_start and request.data_end:
            body["dataStartTime"] = utc_text(request.data_start)
            body["dataEndTime"] = utc_text(request.data_end)
        return self._client.create_report(body, at_once=True)

    def list_newest(
        self, report_types: Sequence[str], since: datetime, until: datetime
    ) -> list[Report]:
        """Return the newest 100 of these types created from `since` to `until`."""
        try:
            found = self._client.get_newest_reports(
                report_types, created_since=since, created_until=until
            )
            return [self._report(entry.known) for entry in found]
        except ThrottledError:
            self._connection.drain(self._operations.get_reports)
            raise

    def document_url(self, document_id: str, *, restricted: bool) -> DocumentUrl:
        """Return where a document lies, for five minutes.

        A type that nobody marked as restricted may be so all the same, as Amazon's list
        changes: on 403 it is tried once more with a token for just this document.
        """
        if not restricted:
            try:
                return self._client.get_report_document(document_id)
            except AccessDeniedError as refusal:
                return self._restricted_url(document_id, refusal)
        return self._restricted_url(document_id, None)

    def _restricted_url(
        self, document_id: str, refusal: AccessDeniedError | None
    ) -> DocumentUrl:
        try:
            return self._opened(document_id, self._token(document_id, refusal))
        except CredentialsError as spent:
            # The quota of documents can be waited for longer than such a token lives.
            logger.info("%s; requesting a new restricted data token", spent)
        return self._opened(document_id, self._token(document_id, refusal))

    def _token(self, document_id: str, refusal: AccessDeniedError | None) -> Secret:
        try:
            return self._client.create_restricted_data_token([document_id])
        except AmazonError as error:
            # Without a right to such tokens, the first refusal is the one to tell.
            raise refusal or error from None

    def _opened(self, document_id: str, token: Secret) -> DocumentUrl:
        return self._client.get_report_document(document_id, restricted_token=token)

    @staticmethod
    def _report(found: SpReport) -> Report:
        """Return a report in no service's words."""
        return Report(
            report_id=found.report_id,
            report_type=found.report_type,
            status=ReportStatus.read(found.processing_status, found.report_id),
            created=possible_moment(found.created_time.moment),
            data_start=found.data_start_time.moment if found.data_start_time else None,
            data_end=found.data_end_time.moment if found.data_end_time else None,
            marketplace_ids=tuple(found.marketplace_ids),
            document_id=found.report_document_id,
        )
