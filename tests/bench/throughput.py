"""How fast rows come out: as records, and in batch files."""

from __future__ import annotations

import importlib.util
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench.documents import (
    STREAM,
    Documents,
    by_bare_loop,
    by_defaults,
    by_records,
    tap_settings,
)
from tests.bench.running import BenchError, run_tap
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
    yield _line(what, RECORD, DEFAULTS, paces, RECORD_TIMES)
    yield _line("the same", RECORD, BARE, paces, BARE_TIMES)
    for name in ENCODINGS:
        if name in paces:
            yield _line(name, name, DEFAULTS, paces, BATCH_TIMES)
        else:
            yield Line(name, "pyarrow is missing", "", "", "", reached=True)


def _has_parquet() -> bool:
    return importlib.util.find_spec("pyarrow") is not None


def _by_batch(stage: Stage, *, folder: str, encoding: dict[str, Any]) -> Measure:
    """Have the tap write files; what its main thread took stands for all of it."""
    storage = {"root": f"file://{folder}"}
    settings = {
        **tap_settings(stage),
        "batch_config": {"encoding": encoding, "storage": storage},
    }
    with tempfile.NamedTemporaryFile("r", encoding="utf-8") as took:
        command = ["-m", "tests.bench.main_thread", took.name]
        measure = run_tap(settings, only=[STREAM], command=command)
        main_seconds = float(took.read())
    files = list(Path(folder).iterdir())
    if not files:
        msg = f"no {encoding['format']} file was written"
        raise BenchError(msg)
    for file in files:
        file.unlink()
    return replace(measure, cpu_seconds=main_seconds)


def _line(
    what: str, name: str, than: str, paces: dict[str, Pace], reach: float
) -> Line:
    ours, baseline = paces[name].cpu_seconds, paces[than].cpu_seconds
    return Line(
        what,
        f"{1 / ours:,.0f} rows for each second of processor time",
        f"{1 / baseline:,.0f}: {than}",
        f"{baseline / ours:.2g} x",
        f"at least {reach:g} x",
        reached=baseline / ours >= reach,
    )
