"""What can go wrong with one report, beside what can go wrong with a request."""

from __future__ import annotations

from tap_amazon_reports.amazon.errors import ServiceError, UnexpectedAnswerError

__all__ = ["ReportFailedError", "ReportStuckError", "WrongReportError"]


class ReportFailedError(ServiceError):
    """Amazon could not make the report, and said why."""


class ReportStuckError(ServiceError):
    """Amazon took longer than `report_timeout`; the next run goes on waiting."""


class WrongReportError(UnexpectedAnswerError):
    """The report is not the one that was asked for."""
