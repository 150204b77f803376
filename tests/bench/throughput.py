"""How fast rows come out: as records, and in batch files."""

from __future__ import annotations

import importlib.util
import tempfile
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench.documents import (
    Documents,
    by_bare_loop,
    by_defaults,
    by_records,
    by_tap,
)
from tests.bench.running import BenchError
from tests.bench.table import Line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bench.documents import Pace, Way
    from tests.bench.running import Measure
    from tests.bench.stage import Stage

RECORD, DEFAULTS, BARE = "RECORD", "SDK defaults, RECORD", "a bare loop"
ENCODINGS: dict[str, dict[str, Any]] = {
    "BATCH, JSONL": {"format": "jsonl", "compression": "gzip"},
    "BATCH, Parquet": {"format": "parquet"},
}
RECORD_TIMES, BARE_TIMES, BATCH_TIMES = 9, 0.4, 10


def throughput_lines(*, total_bytes: int, repeats: int) -> Iterator[Line]:
    """Yield the lines on throughput.

    Args:
        total_bytes: how large the flat file is.
        repeats: how often each is measured; the best time counts.
    """
    with Documents(total_bytes) as documents, ExitStack() as folders:
        ways: dict[str, Way] = {
            DEFAULTS: by_defaults,
            BARE: by_bare_loop,
            RECORD: by_records,
        }
        for name, encoding in ENCODINGS.items():
            if encoding["format"] != "parquet" or _has_parquet():
                folder = folders.enter_context(tempfile.TemporaryDirectory())
                ways[name] = partial(_by_batch, folder=folder, encoding=encoding)
        paces = documents.paces(ways, repeats)
    what = f"{RECORD}, flat file of 28 columns ({documents.rows:,} rows)"
    yield _cpu_line(what, DEFAULTS, paces, RECORD_TIMES)
    yield _cpu_line("the same", BARE, paces, BARE_TIMES)
    for name in ENCODINGS:
        yield _batch_line(name, paces)


def _has_parquet() -> bool:
    return importlib.util.find_spec("pyarrow") is not None


def _by_batch(stage: Stage, *, folder: str, encoding: dict[str, Any]) -> Measure:
    storage = {"root": f"file://{folder}"}
    measure = by_tap(stage, batch_config={"encoding": encoding, "storage": storage})
    if not any(Path(folder).iterdir()):
        msg = f"no {encoding['format']} file was written"
        raise BenchError(msg)
    return measure


def _cpu_line(what: str, than: str, paces: dict[str, Pace], reach: float) -> Line:
    """Hold processor time against processor time: one thread does it all."""
    ours, baseline = paces[RECORD].cpu_seconds, paces[than].cpu_seconds
    return Line(
        what,
        f"{1 / ours:,.0f} rows for each second of processor time",
        f"{1 / baseline:,.0f}: {than}",
        f"{baseline / ours:.2g} x",
        f"at least {reach:g} x",
        reached=baseline / ours >= reach,
    )


def _batch_line(name: str, paces: dict[str, Pace]) -> Line:
    """Hold time against time: files are compressed in a thread of their own."""
    if name not in paces:
        return Line(name, "pyarrow is missing", "", "", "", reached=True)
    ours, baseline = paces[name].wall_seconds, paces[DEFAULTS].wall_seconds
    return Line(
        name,
        f"{1 / ours:,.0f} rows/s",
        f"{1 / baseline:,.0f} rows/s: {DEFAULTS}",
        f"{baseline / ours:.1f} x",
        f"at least {BATCH_TIMES} x",
        reached=baseline / ours >= BATCH_TIMES,
    )
