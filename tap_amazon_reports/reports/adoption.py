"""Which reports that exist already may stand for one that is wanted."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from tap_amazon_reports.documents.layout import DocumentFormat
from tap_amazon_reports.reports.status import ReportStatus

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta

    from tap_amazon_reports.reports.report import Report, ReportRequest
    from tap_amazon_reports.reports.report_types import ReportType

# Facts: the listing of getReports does not tell the options of a report (Reports API
# v2021-06-30 model, `Report`); a JSON document does, as `reportSpecification` with
# `reportOptions` (amzn/selling-partner-api-models, schemas/reports, 2026).

USELESS = frozenset({ReportStatus.CANCELLED, ReportStatus.FATAL, ReportStatus.FAILED})
"""How reports end that stand for none that is wanted."""


class OtherOptionsError(Exception):
    """A report was made with other options than those that are wanted."""


class Known:
    """Reports that were listed, made by whomever."""

    def __init__(self) -> None:
        """Know none."""
        self._reports: defaultdict[str, list[Report]] = defaultdict(list)

    def add(self, report: Report) -> None:
        """Know one more."""
        self._reports[report.report_type].append(report)

    def find(
        self,
        request: ReportRequest,
        *,
        kind: ReportType,
        now: datetime,
        fresh: timedelta,
    ) -> str | None:
        """Return the id of the newest report that may stand for `request`, or None.

        It has the same type, marketplaces and window to the second, was made after the
        window had ended, and is no older than `fresh`. Of a snapshot any window will do
        that ended no longer ago than that. Its options are to be checked
        when its document is read; where no document tells them, none is found.
        """
        if not tells_options(kind):
            return None
        any_window = kind.is_snapshot
        fit = [
            report
            for report in self._reports.get(request.report_type, ())
            if not (any_window and _ends_before(report, request, now - fresh))
            and is_same(report, request, any_window=any_window)
            and may_stand_for(
                report, request, now=now, fresh=fresh, any_window=any_window
            )
        ]
        newest = max(fit, key=lambda report: report.created, default=None)
        return newest.report_id if newest else None


def tells_options(kind: ReportType) -> bool:
    """Tell whether one can know with which options a listed report was made."""
    if kind.layout.format is DocumentFormat.JSON:
        return True
    return kind.is_known and not kind.options


def check_options(
    kind: ReportType, request: ReportRequest, head: Mapping[str, object]
) -> None:
    """Compare what a document says of itself with what was wanted.

    Args:
        kind: the type, which says what Amazon takes an option for that is left out.
        request: what was wanted.
        head: what stands at the head of the document.

    Raises:
        OtherOptionsError: if the options differ, or the document does not tell them.
    """
    specification = head.get("reportSpecification")
    if not isinstance(specification, dict):
        if kind.options or request.options:
            msg = "the document of a listed report does not state its report_options"
            raise OtherOptionsError(msg)
        return
    made = specification.get("reportOptions") or {}
    wanted = _with_defaults(kind, dict(request.options))
    found = _with_defaults(kind, made if isinstance(made, dict) else {})
    if wanted != found:
        msg = f"a listed report was created with other report_options, {found}"
        raise OtherOptionsError(msg)


def _with_defaults(kind: ReportType, options: Mapping[str, object]) -> dict[str, str]:
    defaults = {
        name: option.default
        for name, option in kind.options.items()
        if option.default is not None
    }
    given = {name: str(value) for name, value in options.items() if value is not None}
    return {**defaults, **given}


def may_stand_for(
    report: Report,
    request: ReportRequest,
    *,
    now: datetime,
    fresh: timedelta,
    any_window: bool = False,
) -> bool:
    """Tell whether a report of the same request is worth reading.

    It has not failed, was made after its window had ended, is no older than `fresh`,
    and is not done without a document. One of `any_window` need not have been made
    after its window.
    """
    is_hollow = report.status.is_done and not report.document_id
    return (
        report.status not in USELESS
        and not is_hollow
        and now - report.created <= fresh
        and (
            any_window or request.data_end is None or report.created >= request.data_end
        )
    )


def is_same(
    report: Report, request: ReportRequest, *, any_window: bool = False
) -> bool:
    """Tell whether a report is of the same type, marketplaces and window.

    A listing does not tell its options, so they are not compared.
    """
    if report.report_type != request.report_type:
        return False
    if set(report.marketplace_ids) != set(request.marketplace_ids):
        return False
    # A snapshot has no window, whatever the service says of its data.
    return (
        any_window
        or request.data_start is None
        or (
            _whole(report.data_start) == request.data_start
            and _whole(report.data_end) == request.data_end
        )
    )


def _ends_before(report: Report, request: ReportRequest, moment: datetime) -> bool:
    """Tell whether a snapshot that wants dates was asked for with dates of long ago."""
    end = report.data_end
    return request.data_end is not None and end is not None and end < moment


def _whole(moment: datetime | None) -> datetime | None:
    return moment and moment.replace(microsecond=0)
