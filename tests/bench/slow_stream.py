"""What one slow stream does to a run, and to the rows of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_amazon_reports.reports.schema_files import CATALOGUE
from tests.bench.running import run_tap
from tests.bench.stage import Stage
from tests.bench.table import Line
from tests.bench.waits import TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bench.waits import Waits

SLOW_TIMES = 25
MOST_TIMES = 1.05
MOST_POLLS = 2


def slow_stream_lines(waits: Waits) -> Iterator[Line]:
    """Yield the lines on a run whose first stream in the alphabet is slow."""
    streams = {_stream(name): name for name in TYPES}
    slow, *others = sorted(streams)
    scene = waits.scene(slow_type=streams[slow], slow_times=SLOW_TIMES)
    with Stage(scene) as stage:
        ours = run_tap(waits.settings(stage), watching=True)
        least_seconds = waits.least_seconds(stage, SLOW_TIMES)
        created = stage.tally().created
    ratio = ours.wall_seconds / least_seconds
    yield Line(
        f"wall time, {waits.wanted} reports, the first stream {SLOW_TIMES} times as"
        " slow",
        f"{ours.wall_seconds:.1f} s",
        f"{least_seconds:.1f} s: what the slow reports take",
        f"{ratio:.2f} x",
        f"at most {MOST_TIMES} x",
        reached=ratio <= MOST_TIMES,
    )
    ripe_at = {one: created[streams[one]] + waits.ripening_seconds for one in others}
    late_seconds = max(ours.seen.first_rows[one] - ripe_at[one] for one in others)
    polls = late_seconds / waits.poll_seconds
    yield Line(
        "first row of a ripe report, while the slow ones are not ripe",
        f"{late_seconds:.1f} s after it is ripe, for the last of {len(others)} streams",
        f"{waits.poll_seconds:g} s: the pause between two polls",
        f"{polls:.1f} polls",
        f"within {MOST_POLLS} polls",
        reached=polls <= MOST_POLLS,
    )


def _stream(report_type: str) -> str:
    return CATALOGUE.find("selling_partner", report_type).records[0].stream
