"""What it costs to count rows by their key."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.bench.documents import Documents, by_records
from tests.bench.running import ROOT, run
from tests.bench.table import Line

if TYPE_CHECKING:
    from collections.abc import Iterator

MIB = 1 << 20
COUNTER = ("-m", "tests.bench.counted_keys")
MOST_TIMES = 1.1
MOST_MIB = 64


def counting_lines(
    *, total_bytes: int, compared: int, rows: int, repeats: int
) -> Iterator[Line]:
    """Yield the lines on counting.

    Args:
        total_bytes: of the flat file that is read, to know what a row costs.
        compared: how many keys a dict counts as well.
        rows: how many keys are counted for the peak of memory.
        repeats: how often a file is read; the best time counts.
    """
    with Documents(total_bytes) as documents:
        (pace,) = documents.paces({"RECORD": by_records}, repeats).values()
    counted, by_dict = min(_both(compared) for _ in range(repeats))
    ours = pace.cpu_seconds
    ratio = ours / (ours - counted + by_dict)
    yield Line(
        f"processor time for each row of a type that is counted by key, {compared:,}"
        " rows",
        f"{ours * 1e6:.1f} µs, {counted * 1e6:.1f} of them to count",
        f"{by_dict * 1e6:.1f} µs to count with a dict of all keys",
        f"{ratio:.2f} x",
        f"at most {MOST_TIMES} x",
        reached=ratio <= MOST_TIMES,
    )
    none, many = (run([*COUNTER, str(number)]) for number in (0, rows))
    above = (many.peak_bytes - none.peak_bytes) / MIB
    yield Line(
        f"peak memory of counting {rows:,} keys",
        f"{above:.0f} MB",
        "0 MB: counting none",
        f"{above:.0f} MB apart",
        f"within {MOST_MIB} MB",
        reached=above <= MOST_MIB,
    )


def _both(rows: int) -> tuple[float, float]:
    """Return the processor seconds of counting a key: by the tap, and by a dict."""
    command = [sys.executable, *COUNTER, str(rows), "--compare"]
    done = subprocess.run(command, check=True, cwd=ROOT, capture_output=True)
    ours, by_dict = json.loads(done.stdout)
    return float(ours), float(by_dict)
