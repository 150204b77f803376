"""Whether as few reports are asked for as a span can be read in, for any start."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from itertools import pairwise
from typing import TYPE_CHECKING

from tap_amazon_reports.reports.plan import planned_windows
from tap_amazon_reports.reports.report_types import DateMode
from tap_amazon_reports.reports.schema_files import CATALOGUE
from tests.bench.running import BenchError
from tests.bench.table import Line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_amazon_reports.reports.plan import PlannedWindow
    from tap_amazon_reports.reports.report_types import ReportType

DAY = timedelta(days=1)
NOW = datetime(2026, 3, 29, 13, 7, 11, tzinfo=timezone.utc)
FURTHEST = 120 * DAY
STEP = timedelta(hours=7, minutes=13)
"""No part of a day: so starts fall on all hours."""


def fewest_lines() -> Iterator[Line]:
    """Yield the line on how many reports are asked for."""
    kinds = list(_kinds())
    starts = list(_starts())
    planned = least = 0
    for kind in kinds:
        for start in starts:
            windows = list(planned_windows(kind, start, NOW, days=None))
            _check(kind, start, windows)
            planned += len(windows)
            least += _least(kind, windows)
    yield Line(
        f"reports asked for, {len(kinds)} types, {len(starts)} starts",
        f"{planned:,}",
        f"{least:,}: each span through the longest window, rounded up",
        "",
        "equal",
        reached=planned == least,
    )


def _kinds() -> Iterator[ReportType]:
    """Yield the types whose longest window is told in days."""
    for name in CATALOGUE.known("selling_partner"):
        kind = CATALOGUE.find("selling_partner", name)
        if kind.dates.mode is DateMode.WINDOW and kind.dates.longest_days:
            yield kind


def _starts() -> Iterator[datetime]:
    """Yield moments from half a year ago up to now, at all hours of the day."""
    start = NOW - FURTHEST
    while start < NOW - DAY:
        yield start
        start += STEP


def _check(kind: ReportType, start: datetime, windows: list[PlannedWindow]) -> None:
    """Make sure that all of the span is planned: to ask for nothing is cheap.

    Raises:
        BenchError: if some of it is not.
    """
    tiles = [one.window for one in windows]
    touch = all(left.end == right.start for left, right in pairwise(tiles))
    if not touch or tiles[0].start > start or tiles[-1].end < NOW - DAY:
        msg = f"{kind.report_type}: {start} to {NOW} is planned as {tiles}"
        raise BenchError(msg)


def _least(kind: ReportType, windows: list[PlannedWindow]) -> int:
    # Of a type that is asked for with a day before each window, that day is no gain.
    longest = timedelta(days=(kind.dates.longest_days or 0) - kind.overlap_days)
    return -((windows[0].window.start - windows[-1].window.end) // longest)
