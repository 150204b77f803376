"""How long a report service makes one wait: what the scheduler asks of its quotas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tap_amazon_reports.amazon.connection import ServiceConnection
    from tap_amazon_reports.amazon.operation import Operation


@dataclass(frozen=True, kw_only=True)
class ReportOperations:
    """The four operations in the life of a report."""

    create_report: Operation
    get_report: Operation
    get_reports: Operation
    get_report_document: Operation


class ReportQuotas:
    """The quotas of one service's report operations, as `ReportService` has them."""

    operations: ReportOperations

    def __init__(self, connection: ServiceConnection) -> None:
        """Ask `connection`, which counts."""
        self._connection = connection

    def create_wait_seconds(self, count: int = 1) -> float:
        """Return how long the last of the next `count` creations would wait."""
        return self._connection.wait_seconds(self.operations.create_report, count)

    def drain_create_quota(self) -> None:
        """Believe that the quota of createReport is used up now, for all types."""
        self._connection.drain(self.operations.create_report)

    def get_wait_seconds(self) -> float:
        """Return how long the next `get` would wait for its quota."""
        return self._connection.wait_seconds(self.operations.get_report)

    def list_wait_seconds(self) -> float:
        """Return how long the next `list_reports` would wait for its quota."""
        return self._connection.wait_seconds(self.operations.get_reports)

    def document_wait_seconds(self, count: int = 1) -> float:
        """Return how long the last of the next `count` URLs would wait for quota."""
        return self._connection.wait_seconds(self.operations.get_report_document, count)
