"""Why a stream that was read has no rows, in one line: no zero stands unexplained."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.counted import counted
from tap_amazon_reports.reports.report_types import DateMode, Period
from tap_amazon_reports.reports.windows import Month

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tap_amazon_reports.reports.report import Report
    from tap_amazon_reports.reports.report_types import ReportType

__all__ = [
    "Reading",
    "all_empty",
    "clipped",
    "first_data",
    "none_made",
    "none_new",
    "nothing_asked",
    "still_made",
    "unread_arrays",
]

_DAY = timedelta(days=1)
_SUNDAY = datetime(1970, 1, 4, tzinfo=timezone.utc)
_MONTHS = {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: 12}


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What was to be read of a stream in a run.

    Attributes:
        kind: its type.
        start: from where on it was to be read, UTC.
        end: up to where: now, or `end_date`.
        options: of the reports; one of them may choose the period.
    """

    kind: ReportType
    start: datetime
    end: datetime
    options: Mapping[str, str] = field(default_factory=dict)


def nothing_asked(reading: Reading) -> str:
    """Return why no report was asked for."""
    if reading.start >= reading.end:
        return (
            f"no report was created: everything up to {_moment(reading.end)} has been"
            " read, or start_date is not before end_date"
        )
    available = first_data(reading.kind, reading.start, options=reading.options)
    return (
        f"no report was created: Amazon's data after {_moment(reading.start)} is not"
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


def unread_arrays(names: Sequence[str]) -> str | None:
    """Return what to say of arrays in a document that no stream has; None if none.

    Args:
        names: of the arrays, as the document has them.
    """
    if not names:
        return None
    return (
        f"the document has {', '.join(sorted(names))}, which no stream of this type"
        " reads; update the tap, or report this to its maintainers"
    )


def first_data(
    kind: ReportType, start: datetime, *, options: Mapping[str, str]
) -> datetime:
    """Return when the first data from `start` on can be asked for, UTC.

    Args:
        kind: the type, which says how late its data is.
        start: UTC.
        options: of the report; one of them may choose the period.
    """
    return _first_end(kind, start, options) + timedelta(hours=kind.latency_hours)


def _first_end(
    kind: ReportType, start: datetime, options: Mapping[str, str]
) -> datetime:
    """Return the end of the day, hour or period that `start` lies in."""
    mode = kind.dates.mode
    if mode is DateMode.PERIOD:
        return _period_end(kind.period(options).period, start)
    if mode is DateMode.HOURS:
        return start.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    if mode is DateMode.DAY or kind.latency_hours or not kind.has_keys:
        return _midnight(start) + _DAY
    return start


def _period_end(period: Period, start: datetime) -> datetime:
    day = _midnight(start)
    if period is Period.DAY:
        return day + _DAY
    if period is Period.WEEK:
        return day - (day - _SUNDAY) % timedelta(days=7) + timedelta(days=7)
    months = _MONTHS[period]
    month = Month(day.year, (day.month - 1) // months * months + 1)
    for _ in range(months):
        month = month.next()
    return month.start


def _midnight(moment: datetime) -> datetime:
    return moment.astimezone(timezone.utc).replace(
        hour=0, minute=0, second=0, microsecond=0
    )


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}Z"
