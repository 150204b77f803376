"""What a job reads in this run: from where, in which windows, and what not."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from tap_amazon_reports.reports.lookback import Lookback
from tap_amazon_reports.reports.plan import (
    PlannedWindow,
    created_window,
    oldest_data,
    planned_windows,
    tiled_windows,
)
from tap_amazon_reports.reports.report import ReportRequest
from tap_amazon_reports.reports.report_types import DateMode
from tap_amazon_reports.reports.resuming import resumed_at
from tap_amazon_reports.reports.silence import clipped, nothing_asked

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from tap_amazon_reports.reports.memory import CreatedReport
    from tap_amazon_reports.reports.report_job import JobStream, WantedReports


@dataclass(frozen=True, kw_only=True)
class WindowPlan:
    """What a job reads in this run.

    Attributes:
        made_at: when the plan was made, UTC, whole seconds.
        windows: oldest first; None stands for a snapshot without dates.
        starts: from where on each stream takes rows, by its name.
        clipped: that the start is before Amazon's first data; None if it is not.
        silence: why nothing is asked for; None if something is.
    """

    made_at: datetime
    windows: tuple[PlannedWindow | None, ...]
    starts: Mapping[str, datetime] = field(default_factory=dict)
    clipped: str | None = None
    silence: str | None = None

    def takes(self, stream: JobStream, window: PlannedWindow | None) -> bool:
        """Tell whether a stream takes the rows of a window, or has them for good."""
        start = self.starts.get(stream.name)
        return start is None or window is None or start < window.window.end


def request_for(wanted: WantedReports, window: PlannedWindow | None) -> ReportRequest:
    """Return the request for a window, or for now."""
    overlap = timedelta(days=wanted.kind.overlap_days)
    return ReportRequest(
        report_type=wanted.kind.report_type,
        marketplace_ids=wanted.partition.marketplace_ids,
        data_start=window.window.start - overlap if window else None,
        data_end=window.data_end if window else None,
        options=wanted.options,
    )


def plan_windows(
    wanted: WantedReports,
    starts: Mapping[str, datetime],
    created: Mapping[str, CreatedReport],
    *,
    now: datetime,
) -> WindowPlan:
    """Return what is read in a run that begins now.

    Args:
        wanted: what is wanted.
        starts: from where on each stream still needs rows, by its name: `resumed`.
        created: what an earlier run created and nobody has read, by digest.
        now: UTC.
    """
    now = now.replace(microsecond=0)
    if wanted.kind.is_snapshot:
        return WindowPlan(made_at=now, windows=(_snapshot(wanted, created, now),))
    start = min(starts.values())
    oldest = oldest_data(wanted.kind, now)
    end = wanted.end.replace(microsecond=0)
    windows = tiled_windows(
        wanted.kind,
        start,
        min(end, now - timedelta(hours=wanted.kind.latency_hours)),
        oldest=oldest,
        created=_created_windows(wanted, created),
        days=wanted.window_days,
    )
    silence = None
    if not windows:
        first = max(filter(None, (start, oldest)))
        silence = nothing_asked(wanted.kind, first, min(end, now))
    return WindowPlan(
        made_at=now,
        windows=tuple(windows),
        starts=starts,
        clipped=clipped(wanted.kind, start, oldest),
        silence=silence,
    )


def resumed(
    wanted: WantedReports, bookmark: datetime | None, read_at: datetime | None
) -> datetime:
    """Return from where on a stream still needs rows, in whole seconds.

    A listing is compared to the second, and Amazon tells when it made a report to the
    millisecond: a window that began at such a moment would be found in no listing.

    Args:
        wanted: what is wanted.
        bookmark: up to where it has been read; None if it has not.
        read_at: when the reports were made that its newest rows are from, if known.
    """
    start = wanted.start
    if bookmark is not None:
        lookback = Lookback(kind=wanted.kind, length=wanted.lookback)
        start = resumed_at(lookback.start(bookmark, read_at), wanted.floor)
    return start.replace(microsecond=0)


def _snapshot(
    wanted: WantedReports, created: Mapping[str, CreatedReport], now: datetime
) -> PlannedWindow | None:
    """Return the window of a snapshot that wants dates all the same, if it does.

    What an earlier run created is as good, as long as it is young enough: one that has
    to be created anew would have its dates.
    """
    if wanted.kind.dates.trailing_hours is None:
        return None
    oldest = now - timedelta(hours=wanted.kind.fresh_hours)
    created_windows = _created_windows(wanted, created)
    windows = [one for one in created_windows if one.window.end >= oldest]
    if windows:
        return max(windows, key=lambda one: one.window.end)
    (window,) = planned_windows(wanted.kind, now, now, days=None)
    return window


def _created_windows(
    wanted: WantedReports, created: Mapping[str, CreatedReport]
) -> list[PlannedWindow]:
    """Return the windows of what was created for these very options."""
    overlap = timedelta(days=wanted.kind.overlap_days)
    windows = [
        PlannedWindow(
            created_window(wanted.kind, one.start + overlap, one.end), one.end
        )
        for one in created.values()
        if one.start and one.end
    ]
    return [
        one
        for one in windows
        if request_for(wanted, one).digest in created and _is_allowed(wanted, one)
    ]


def _is_allowed(wanted: WantedReports, window: PlannedWindow) -> bool:
    """Tell whether a window may be asked for by what is wanted now.

    Rows that do not say their day or period are wanted one of them at a time.
    """
    if wanted.kind.dates.mode not in {DateMode.DAY, DateMode.PERIOD}:
        return True
    planned = planned_windows(
        wanted.kind,
        window.window.start,
        window.window.end,
        days=wanted.window_days,
    )
    return [window] == list(planned)
