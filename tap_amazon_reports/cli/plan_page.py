"""A plan as one page: the windows of each stream, and when each can be had."""

from __future__ import annotations

from datetime import datetime, timedelta
from html import escape
from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.counted import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tap_amazon_reports.cli.planning import PlannedReport, PlannedReports, RunPlan

__all__ = ["page"]

_LABEL = 370
_PANEL = 470
_GAP = 40
_ROW = 34
_BAR = 16
_TOP = 46
_WIDTH = _LABEL + 2 * _PANEL + 2 * _GAP
_LEAST = 1.5
_TICKS = 4
_STYLE = """
:root { color-scheme: light dark; --ink: #1d2433; --faint: #8a93a6; --line: #d9dee8;
  --new: #2f6fde; --there: #2f9e63; --page: #ffffff; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf2; --faint: #8a93a6;
  --line: #313a4d; --new: #6ea0ff; --there: #5cc48d; --page: #141926; } }
body { margin: 2rem auto; max-width: 84rem; padding: 0 1rem; color: var(--ink);
  background: var(--page); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.4rem; margin: 0; } p { margin: .4rem 0; }
svg { width: 100%; height: auto; margin: 1.2rem 0; }
text { fill: var(--ink); font-size: 12px; } .faint { fill: var(--faint); }
.head { font-weight: 600; font-size: 13px; }
line { stroke: var(--line); } .new { fill: var(--new); } .there { fill: var(--there); }
.key { display: inline-block; width: .8em; height: .8em; border-radius: 2px;
  margin: 0 .4em 0 1em; } .key.new { background: var(--new); }
.key.there { background: var(--there); }
"""


class _Axis:
    """Where moments stand on a line."""

    def __init__(self, moments: Iterable[datetime], left: float) -> None:
        found = list(moments)
        self.first, self.last = min(found), max(found)
        if self.last <= self.first:
            self.last = self.first + timedelta(minutes=1)
        self._left = left

    def x(self, moment: datetime) -> float:
        """Return the place of a moment, from the left."""
        share = (moment - self.first) / (self.last - self.first)
        return self._left + share * _PANEL

    def ticks(self) -> Iterator[tuple[float, str]]:
        """Yield places and what is written there."""
        span = self.last - self.first
        # Within two days the hour matters, beyond it does not.
        form = "%d %b %H:%M" if span < timedelta(days=5) else "%Y-%m-%d"
        for number in range(_TICKS + 1):
            moment = self.first + span * number / _TICKS
            yield self.x(moment), f"{moment:{form}}"


def page(run: RunPlan) -> str:
    """Return the page: HTML with the drawing in it, which asks for nothing else."""
    said = (
        f"{counted(run.to_create, 'report')} to create; by the quotas the run ends at"
        f" {run.ends_at:%Y-%m-%d %H:%M} UTC at the earliest, plus the time that Amazon"
        " takes to make each report"
    )
    shorter = "".join(f"<li>{escape(sentence)}</li>" for sentence in run.shorter)
    hints = f"<p>To make the run shorter:</p><ul>{shorter}</ul>" if shorter else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>Plan of {run.made_at:%Y-%m-%d %H:%M} UTC</title>"
        f"<style>{_STYLE}</style></head><body>"
        f"<h1>Plan of the next run, made at {run.made_at:%Y-%m-%d %H:%M} UTC</h1>"
        f"<p>{escape(said)}</p>"
        '<p><span class="key new"></span>to be created'
        '<span class="key there"></span>created by an earlier run</p>'
        f"{_drawing(run)}{hints}</body></html>\n"
    )


def _drawing(run: RunPlan) -> str:
    height = _TOP + _ROW * len(run.rows) + 10
    data = _Axis(_data_moments(run), _LABEL)
    time = _Axis([run.made_at, run.ends_at], _LABEL + _PANEL + _GAP)
    parts = [
        *_head(data, "data from … to …", height),
        *_head(time, "ready at the earliest", height),
    ]
    for number, row in enumerate(run.rows):
        parts += _row(row, _TOP + number * _ROW, data, time)
    return (
        f'<svg viewBox="0 0 {_WIDTH} {height}" role="img"'
        f' aria-label="windows and expected ends">{"".join(parts)}</svg>'
    )


def _data_moments(run: RunPlan) -> list[datetime]:
    windows = [
        moment
        for row in run.rows
        for one in row.reports
        for moment in (one.start, one.end)
        if moment
    ]
    return [*windows, run.made_at]


def _head(axis: _Axis, title: str, height: float) -> Iterator[str]:
    yield _text(axis.x(axis.first), 14, title, "head")
    for number, (x, said) in enumerate(axis.ticks()):
        # The outer ones would be cut off, or run into the other panel.
        anchor = {0: "start", _TICKS: "end"}.get(number, "middle")
        yield _text(x, 34, said, "faint", anchor=anchor)
        yield f'<line x1="{x:.1f}" x2="{x:.1f}" y1="40" y2="{height}"/>'


def _row(row: PlannedReports, top: float, data: _Axis, time: _Axis) -> Iterator[str]:
    name = row.streams[0] if len(row.streams) == 1 else f"{row.streams[0]} …"
    yield _text(0, top + 13, _short(f"{name}  {row.marketplace}"), "")
    yield _text(0, top + 26, _short(_count(row)), "faint", title=row.quota)
    for one in row.reports:
        yield _window(one, top + 4, data)
        yield _dot(one, top + 4 + _BAR / 2, time)


def _count(row: PlannedReports) -> str:
    if row.collected:
        return "collected, not created"
    last = f", the last at {row.ends_at:%Y-%m-%d %H:%M}" if row.ends_at else ""
    return f"{counted(len(row.reports), 'report')}{last}"


def _short(text: str) -> str:
    """Return what fits beside the drawing."""
    longest = 56
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _window(one: PlannedReport, top: float, axis: _Axis) -> str:
    left = axis.x(one.start or axis.last) - (0 if one.start else 4)
    right = axis.x(one.end or axis.last)
    # A hair between two windows shows that there are two.
    width = max(_LEAST, right - left - 0.6)
    return (
        f'<rect class="{_kind(one)}" x="{left:.1f}" y="{top}" width="{width:.1f}"'
        f' height="{_BAR}" rx="2"><title>{_says(one)}</title></rect>'
    )


def _dot(one: PlannedReport, middle: float, axis: _Axis) -> str:
    return (
        f'<circle class="{_kind(one)}" cx="{axis.x(one.ready_at):.1f}" cy="{middle}"'
        f' r="3.5"><title>{_says(one)}</title></circle>'
    )


def _kind(one: PlannedReport) -> str:
    return "there" if one.exists else "new"


def _says(one: PlannedReport) -> str:
    when = f"at {one.ready_at:%Y-%m-%d %H:%M} UTC at the earliest"
    if one.start and one.end:
        return f"{one.start:%Y-%m-%d %H:%M} to {one.end:%Y-%m-%d %H:%M}; {when}"
    return f"a snapshot; {when}"


def _text(
    x: float,
    y: float,
    said: str,
    kind: str,
    *,
    anchor: str = "start",
    title: str = "",
) -> str:
    more = f"<title>{escape(title)}</title>" if title else ""
    return (
        f'<text x="{x:.1f}" y="{y}" class="{kind}" text-anchor="{anchor}">'
        f"{escape(said)}{more}</text>"
    )
