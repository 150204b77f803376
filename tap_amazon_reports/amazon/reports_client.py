"""What both report APIs do alike: reports, their documents and their schedules."""

from __future__ import annotations

import abc
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from tap_amazon_reports.amazon.operation import Call
from tap_amazon_reports.amazon.origin import document_url
from tap_amazon_reports.amazon.shapes import ReportDocument, ReportSchedule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from tap_amazon_reports.amazon.answers import Entry, Shape
    from tap_amazon_reports.amazon.connection import ServiceConnection
    from tap_amazon_reports.amazon.http import Authenticator
    from tap_amazon_reports.amazon.operation import Operation
    from tap_amazon_reports.amazon.secret import DocumentUrl

ReportShape = TypeVar("ReportShape")


@dataclass(frozen=True, kw_only=True)
class ReportOperations:
    """What a service calls the operations in the life of a report."""

    create_report: Operation
    get_report: Operation
    get_reports: Operation
    get_report_document: Operation
    get_report_schedule: Operation
    cancel_report_schedule: Operation


class ReportsClient(abc.ABC, Generic[ReportShape]):
    """A report API, one method for each operation.

    Attributes:
        operations: of the service.
        report_shape: of its reports, with all that the tap acts on.
        connection: to the service.
    """

    operations: ClassVar[ReportOperations]
    report_shape: type[ReportShape]

    def __init__(self, connection: ServiceConnection) -> None:
        """Speak over `connection`."""
        self.connection = connection

    @abc.abstractmethod
    def get_reports(
        self,
        report_types: Sequence[str],
        *,
        shape: type[Shape],
        created_since: datetime,
        created_until: datetime,
        processing_statuses: Sequence[str] = (),
    ) -> Iterator[Entry[Shape]]:
        """Yield the reports of these types, page after page.

        Args:
            report_types: which of them.
            shape: what the caller acts on: `report_shape`, or `ReportHead` of it.
            created_since: at most 90 days back.
            created_until: the end of the span.
            processing_statuses: only reports of these; none means all.

        Raises:
            UnexpectedAnswerError: at the end, if some entries were wrong.
            AmazonError: if Amazon refuses or cannot answer.
        """

    @abc.abstractmethod
    def get_report_schedules(
        self, report_types: Sequence[str]
    ) -> Iterator[Entry[ReportSchedule]]:
        """Yield the schedules of these report types.

        Raises:
            UnexpectedAnswerError: at the end, if some entries were wrong.
            AmazonError: if Amazon refuses or cannot answer.
        """

    def get_report(
        self, report_id: str, *, at_once: bool = False
    ) -> Entry[ReportShape]:
        """Return what is known of a report.

        Args:
            report_id: of the report.
            at_once: as `Call` has it.

        Raises:
            AmazonError: if Amazon does not know it, or cannot answer.
        """
        path = {"reportId": report_id}
        call = Call(self.operations.get_report, path=path, at_once=at_once)
        return self.connection.call_json(call).entry(self.report_shape)

    def get_report_schedule(self, schedule_id: str) -> Entry[ReportSchedule]:
        """Return what is known of a schedule.

        Raises:
            AmazonError: if Amazon does not know it, or cannot answer.
        """
        path = {"reportScheduleId": schedule_id}
        call = Call(self.operations.get_report_schedule, path=path)
        return self.connection.call_json(call).entry(ReportSchedule)

    def cancel_report_schedule(self, schedule_id: str) -> None:
        """End a schedule; the reports that it has made stay.

        Raises:
            AmazonError: if Amazon does not know it, or cannot answer.
        """
        path = {"reportScheduleId": schedule_id}
        call = Call(self.operations.cancel_report_schedule, path=path)
        self.connection.call_for_nothing(call)

    def _document_url(
        self, document_id: str, *, auth: Authenticator | None = None
    ) -> DocumentUrl:
        """Return where a document lies, asked for with `auth` if it is given."""
        path = {"reportDocumentId": document_id}
        call = Call(self.operations.get_report_document, path=path, auth=auth)
        found = self.connection.call_json(call).read(ReportDocument)
        return document_url(
            found.url,
            base_url=self.connection.base_url,
            asked=self.connection.asked(call),
        )
