"""What both services do alike as makers of reports, in the scheduler's words."""

from __future__ import annotations

import abc
from typing import TYPE_CHECKING, Generic

from tap_amazon_reports.amazon.errors import ThrottledError
from tap_amazon_reports.amazon.reports_client import ReportShape

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from tap_amazon_reports.amazon.reports_client import ReportsClient
    from tap_amazon_reports.reports.report import Report


class ReportMaker(abc.ABC, Generic[ReportShape]):
    """The reports of one service, and its quotas for them, as `ReportService` has them.

    What waits for a quota asks the connection, which counts.
    """

    def __init__(self, client: ReportsClient[ReportShape]) -> None:
        """Speak through `client`."""
        self._client = client
        self._connection = client.connection
        self._operations = client.operations

    @staticmethod
    @abc.abstractmethod
    def _report(found: ReportShape) -> Report:
        """Return a report in no service's words."""

    def get(self, report_id: str) -> Report:
        """Return what is known of a report."""
        try:
            return self._report(self._client.get_report(report_id, at_once=True).known)
        except ThrottledError:
            self._connection.drain(self._operations.get_report)
            raise

    def list_reports(
        self, report_types: Sequence[str], since: datetime, until: datetime
    ) -> Iterator[Report]:
        """Yield the reports of these types created from `since` to `until`."""
        for entry in self._client.get_reports(
            report_types,
            shape=self._client.report_shape,
            created_since=since,
            created_until=until,
        ):
            yield self._report(entry.known)

    def create_wait_seconds(self, count: int = 1) -> float:
        """Return how long the last of the next `count` creations would wait."""
        return self._connection.wait_seconds(self._operations.create_report, count)

    def drain_create_quota(self) -> None:
        """Believe that the quota of createReport is used up now, for all types."""
        self._connection.drain(self._operations.create_report)

    def get_wait_seconds(self) -> float:
        """Return how long the next `get` would wait for its quota."""
        return self._connection.wait_seconds(self._operations.get_report)

    def list_wait_seconds(self) -> float:
        """Return how long the next `list_reports` would wait for its quota."""
        return self._connection.wait_seconds(self._operations.get_reports)

    def document_wait_seconds(self, count: int = 1) -> float:
        """Return how long the last of the next `count` URLs would wait for quota."""
        return self._connection.wait_seconds(
            self._operations.get_report_document, count
        )
