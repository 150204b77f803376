"""Which reports that exist already may stand for one that is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_amazon_reports.reports.status import ReportStatus

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from tap_amazon_reports.reports.report import Report, ReportRequest

USELESS = frozenset({ReportStatus.CANCELLED, ReportStatus.FATAL, ReportStatus.FAILED})
"""How reports end that stand for none that is wanted."""


class Known:
    """Reports that were listed, made by whomever."""

    def __init__(self) -> None:
        """Know none."""
        self._reports: list[Report] = []

    def add(self, report: Report) -> None:
        """Know one more."""
        self._reports.append(report)

    def find(
        self, request: ReportRequest, *, now: datetime, fresh: timedelta
    ) -> str | None:
        """Return the id of the newest report that may stand for `request`, or None.

        It has the same type, marketplaces and window to the second, was made after the
        window had ended, and is no older than `fresh`. A listing does not tell the
        options of a report, so a request with options is never found here.
        """
        if request.options:
            return None
        fit = [
            report
            for report in self._reports
            if is_same(report, request)
            and may_stand_for(report, request, now=now, fresh=fresh)
        ]
        newest = max(fit, key=lambda report: report.created, default=None)
        return newest.report_id if newest else None


def may_stand_for(
    report: Report, request: ReportRequest, *, now: datetime, fresh: timedelta
) -> bool:
    """Tell whether a report of the same request is worth reading.

    It has not failed, was made after its window had ended, and is no older than
    `fresh`.
    """
    return (
        report.status not in USELESS
        and now - report.created <= fresh
        and (request.data_end is None or report.created >= request.data_end)
    )


def is_same(report: Report, request: ReportRequest) -> bool:
    """Tell whether a report is of the same type, marketplaces and window.

    A listing does not tell its options, so they are not compared.
    """
    if report.report_type != request.report_type:
        return False
    if set(report.marketplace_ids) != set(request.marketplace_ids):
        return False
    # A snapshot has no window, whatever the service says of its data.
    return request.data_start is None or (
        _whole(report.data_start) == request.data_start
        and _whole(report.data_end) == request.data_end
    )


def _whole(moment: datetime | None) -> datetime | None:
    return moment and moment.replace(microsecond=0)
