"""Why a stream that was read has no rows, in one line: no zero stands unexplained."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.counted import counted
from tap_amazon_reports.amazon.echo import printable
from tap_amazon_reports.documents.oddities import some_of
from tap_amazon_reports.reports.plan import first_data

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tap_amazon_reports.reports.report import Report
    from tap_amazon_reports.reports.report_types import ReportType

_NAME_CHARACTERS = 100

__all__ = [
    "all_empty",
    "clipped",
    "none_made",
    "none_new",
    "nothing_asked",
    "still_made",
    "unread_arrays",
]


def nothing_asked(kind: ReportType, start: datetime, end: datetime) -> str:
    """Return why no report was asked for.

    Args:
        kind: the type.
        start: from where on it was to be read, UTC.
        end: up to where: now, or `end_date`.
    """
    if start >= end:
        return (
            f"no report was created: everything up to {_moment(end)} has been"
            " read, or start_date is not before end_date"
        )
    available = first_data(kind, start)
    return (
        f"no report was created: Amazon's data after {_moment(start)} is not"
        f" complete yet; it can be read from {_moment(available)} on"
    )


def all_empty(reports: int, *, where: str) -> str:
    """Return what to say of finished reports without a row.

    Args:
        reports: how many there are.
        where: the partition.
    """
    which = counted(reports, "finished report has", "finished reports have")
    return (
        f"{which} no rows ({where}): if you expect some, check the marketplaces, the"
        " roles of the application, report_options and the dates"
    )


def none_made(kind: ReportType, since: datetime) -> str:
    """Return who has to make the reports of a type, of which there are none.

    Args:
        kind: the type, which is collected.
        since: from when on there are none, UTC.
    """
    none = f"no report of this type was created since {_moment(since)}"
    if kind.schedulable:
        schedules = (
            f"{'pay' if kind.service == 'amazon_pay' else 'sp'}_report_schedules"
        )
        return (
            f"{none}: only a schedule creates them; see the schedules in the stream"
            f" {schedules}, or create one with `amazon-reports schedules create`"
        )
    if kind.requestable:
        return (
            f"{none}: with `source: collect` another application has to create them; to"
            " let the tap do so, set `source: request` in the entry"
        )
    return f"{none}: Amazon creates them itself, when there is something to report"


def none_new(newest: datetime) -> str:
    """Return what to say where all collected reports have been read before.

    Args:
        newest: when the newest of them was made, UTC.
    """
    return (
        f"no report of this type is newer than the one of {_moment(newest)}, which has"
        " already been read"
    )


def still_made(report: Report) -> str:
    """Return what to say where the next collected report is not finished yet."""
    return (
        f"report {report.report_id} is still {report.status.value}; the first run that"
        " finds it finished reads it"
    )


def clipped(kind: ReportType, start: datetime, oldest: datetime | None) -> str | None:
    """Return what to say once of a start before Amazon's first data; None if it is not.

    Args:
        kind: the type.
        start: what was wished for, UTC.
        oldest: from when on Amazon has data; None where nobody knows.
    """
    if oldest is None or start >= oldest:
        return None
    reach = f", which Amazon keeps for {kind.reach_days} days"
    return (
        f"start_date {_moment(start)} is before the oldest data of"
        f" {kind.report_type}{reach if kind.reach_days else ''}; reading starts at"
        f" {_moment(oldest)}"
    )


def unread_arrays(names: Sequence[str]) -> str:
    """Return what to say of arrays in a document that no stream has.

    Args:
        names: of the arrays, as the document has them.
    """
    shown = some_of(sorted(printable(name, longest=_NAME_CHARACTERS) for name in names))
    return (
        f"the document has {shown}, which no stream of this type"
        " reads; update the tap, or report this to its maintainers"
    )


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}Z"
