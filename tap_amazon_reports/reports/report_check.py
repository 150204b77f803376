"""Whether the report that Amazon gives is the one that was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.echo import printable

if TYPE_CHECKING:
    from datetime import datetime

    from tap_amazon_reports.reports.report import Report, ReportRequest


def wrong(request: ReportRequest, report: Report) -> str | None:
    """Return how a report is not what was asked for; None if it may be read.

    Dates may be echoed otherwise, to the end of a day or by the marketplace's clock:
    such a report is the right one as long as its span overlaps.
    """
    if report.report_type != request.report_type:
        return _differs(report, "type", report.report_type, request.report_type)
    asked, given = set(request.marketplace_ids), set(report.marketplace_ids)
    if asked and given and asked != given:
        return _differs(
            report,
            "marketplaces",
            ", ".join(sorted(given)),
            ", ".join(sorted(asked)),
        )
    if _spans(request, report) and not _overlaps(request, report):
        return _differs(report, "dates", *_dates(request, report))
    return None


def echoed_otherwise(request: ReportRequest, report: Report) -> str | None:
    """Return how Amazon's dates of a report differ from those asked for, if they do."""
    if not _spans(request, report):
        return None
    given, asked = _dates(request, report)
    if given == asked:
        return None
    return (
        f"report {report.report_id} was created for {asked}, but Amazon says that it"
        f" covers {given}; it is read as it is"
    )


def _spans(request: ReportRequest, report: Report) -> bool:
    return all((request.data_start, request.data_end)) and all(
        (report.data_start, report.data_end)
    )


def _overlaps(request: ReportRequest, report: Report) -> bool:
    given = (_text(report.data_start), _text(report.data_end))
    asked = (_text(request.data_start), _text(request.data_end))
    return given[0] <= asked[1] and asked[0] <= given[1]


def _text(moment: datetime | None) -> str:
    """Return a moment as text that sorts as time does."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}" if moment else ""


def _dates(request: ReportRequest, report: Report) -> tuple[str, str]:
    given = f"{_said(report.data_start)} to {_said(report.data_end)}"
    return given, f"{_said(request.data_start)} to {_said(request.data_end)}"


def _said(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%SZ}" if moment else "nothing"


def _differs(report: Report, part: str, given: str, asked: str) -> str:
    return (
        f"report {report.report_id} has the {part} {printable(given)} instead of"
        f" {asked}; none of its rows are read; report it to this tap's maintainers"
    )
