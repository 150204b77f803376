"""How long reports are waited for, and what they cost in calls."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tests.bench.running import run_tap
from tests.bench.serial import serial_line
from tests.bench.slow_stream import slow_stream_lines
from tests.bench.stage import Stage
from tests.bench.table import Line
from tests.bench.waits import ASKED, OPENED, TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bench.stage import Tally
    from tests.bench.waits import Waits

MOST_TIMES = 1.05


def waiting_lines(waits: Waits) -> Iterator[Line]:
    """Yield the lines on waiting, calls and quotas; they wait at the same time."""
    few = waits.at_once
    with ThreadPoolExecutor() as pool:
        parts = [
            pool.submit(lambda: list(_quota_lines(waits))),
            pool.submit(lambda: list(slow_stream_lines(few))),
            pool.submit(lambda: [serial_line(few)]),
        ]
        for part in parts:
            yield from part.result()


def _quota_lines(waits: Waits) -> Iterator[Line]:
    with Stage(waits.scene()) as stage:
        ours = run_tap(waits.settings(stage))
        least_seconds = waits.least_seconds(stage)
        first = stage.tally()
        stage.refill()
        run_tap(waits.settings(stage))
        second = stage.tally().since(first)
    ratio = ours.wall_seconds / least_seconds
    yield Line(
        f"wall time, {waits.wanted} reports of {len(TYPES)} types",
        f"{ours.wall_seconds:.1f} s",
        f"{least_seconds:.1f} s: what quota and ripening take",
        f"{ratio:.2f} x",
        f"at most {MOST_TIMES} x",
        reached=ratio <= MOST_TIMES,
    )
    yield _calls_line("calls for each report read", first, waits.wanted, 1)
    yield _calls_line("calls for each report adopted", second, waits.wanted, 0)
    throttled = first.throttled + second.throttled
    calls = first.calls.total() + second.calls.total()
    yield Line(
        "429 at the published plans",
        f"{throttled}",
        f"{calls} calls",
        "",
        "0",
        reached=throttled == 0,
    )


def _calls_line(what: str, tally: Tally, reports: int, asked: int) -> Line:
    """Return a line on the calls; to open a report costs one, whoever asked for it."""
    found = [tally.calls[name] / reports for name in (ASKED, OPENED)]
    return Line(
        what,
        f"{ASKED} {found[0]:g}, {OPENED} {found[1]:g}",
        f"{reports} reports, getReport {tally.calls['getReport'] / reports:.1f} each",
        "",
        f"{asked} and 1",
        reached=found == [asked, 1] and not tally.refused,
    )
