"""What it costs to count rows by their key."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tests.bench.documents import STREAM, Documents, tap_settings
from tests.bench.running import run, run_tap
from tests.bench.table import Line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.bench.running import Measure
    from tests.bench.stage import Stage

MIB = 1 << 20
MOST_TIMES = 1.1
MOST_MIB = 64
OURS, DICT = "ours", "dict"


def counting_lines(*, total_bytes: int, rows: int, repeats: int) -> Iterator[Line]:
    """Yield the lines on counting.

    Args:
        total_bytes: of the flat file that is read.
        rows: how many keys are counted for the peak of memory.
        repeats: how often a file is read; the best time counts.
    """
    with Documents(total_bytes) as documents:
        ways = {
            OURS: partial(_by, command=()),
            DICT: partial(_by, command=("-m", "tests.bench.dict_counts")),
        }
        paces = documents.paces(ways, repeats)
    ours, baseline = (paces[name].cpu_seconds for name in (OURS, DICT))
    yield Line(
        f"processor time for each row that is counted by key ({documents.rows:,} rows)",
        f"{ours * 1e6:.1f} µs",
        f"{baseline * 1e6:.1f} µs: with a dict of all keys",
        f"{ours / baseline:.2f} x",
        f"at most {MOST_TIMES} x",
        reached=ours / baseline <= MOST_TIMES,
    )
    none, many = (run(["-m", "tests.bench.counted_keys", str(n)]) for n in (0, rows))
    above = (many.peak_bytes - none.peak_bytes) / MIB
    yield Line(
        f"peak memory of counting {rows:,} keys",
        f"{above:.0f} MB",
        "0 MB: counting none",
        f"{above:.0f} MB apart",
        f"within {MOST_MIB} MB",
        reached=above <= MOST_MIB,
    )


def _by(stage: Stage, *, command: Sequence[str]) -> Measure:
    measure = run_tap(tap_settings(stage), only=[STREAM], command=command)
    measure.check_lines(stage.held[0].rows)
    return measure
