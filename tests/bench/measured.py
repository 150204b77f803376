"""Runs one command, and writes down what it took: time, memory, and lines written.

`python -m tests.bench.measured FILE COMMAND…`; with `--watch` before the file it looks
at the lines too, which takes a turn from what is measured where the lines are many.

It is a process of its own, and a small one: a child counts as its peak what its parent
had when it was made, and the process that measures is large.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.watching import Watch

if TYPE_CHECKING:
    from collections.abc import Iterator

PIECE_BYTES = 1 << 20


def main() -> None:
    """Run what comes after the name of the file to write to."""
    given = sys.argv[1:]
    watch = Watch() if given[0] == "--watch" else None
    path, *command = given[1:] if watch else given
    lines = 0
    started = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        for piece in _pieces(process):
            lines += piece.count(b"\n")
            if watch:
                watch.see(piece)
    wall_seconds = time.monotonic() - started
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    unit = 1 if sys.platform == "darwin" else 1024
    measure = {
        "status": process.returncode,
        "lines": lines,
        "wall_seconds": wall_seconds,
        "cpu_seconds": used.ru_utime + used.ru_stime,
        "peak_bytes": used.ru_maxrss * unit,
        "watched": watch and watch.told(),
    }
    Path(path).write_text(json.dumps(measure), encoding="utf-8")


def _pieces(process: subprocess.Popen[bytes]) -> Iterator[bytes]:
    """Yield what the process writes, as a target would take it: from a pipe."""
    while process.stdout and (piece := os.read(process.stdout.fileno(), PIECE_BYTES)):
        yield piece


if __name__ == "__main__":
    main()
