"""Measures the tap, and prints a table: `python -m tests.bench`.

Everything is measured in one run on one machine, against the local Amazon in a process
of its own and in real time, and told as a ratio to something that was measured beside
it. Quotas refill and reports ripen faster than Amazon's, both by the same factor.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from itertools import chain
from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.clock import SystemClock
from tests.bench.discovery import discovery_lines
from tests.bench.memory import MIB, memory_lines
from tests.bench.table import table
from tests.bench.throughput import throughput_lines
from tests.bench.waiting import Waits, waiting_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.bench.table import Line

PARTS = ("waiting", "throughput", "memory", "discovery")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what the options say; return 1 if something is not reached."""
    options = _parser().parse_args(arguments)
    clock = SystemClock()
    started = clock.monotonic()
    lines: list[Line] = []
    for line in _lines(options):
        lines.append(line)
        sys.stderr.write(f"{line.what}: {line.ours}, {line.ratio or line.baseline}\n")
    minutes = (clock.monotonic() - started) / 60
    sys.stdout.write(f"{table(lines)}\n\n{_machine()}\n")
    sys.stdout.write(
        f"Quotas and ripening {options.speed:g} times as fast as published;"
        f" measured in {minutes:.1f} minutes.\n"
    )
    return 0 if all(line.reached for line in lines) else 1


def _lines(options: argparse.Namespace) -> Iterator[Line]:
    parts = {
        "waiting": lambda: waiting_lines(Waits(options.reports, options.speed)),
        "throughput": lambda: throughput_lines(
            total_bytes=options.rows_mb * MIB, repeats=options.repeats
        ),
        "memory": lambda: memory_lines(large_bytes=options.memory_mb * MIB),
        "discovery": lambda: discovery_lines(repeats=options.repeats),
    }
    return chain.from_iterable(parts[name]() for name in options.only or PARTS)


def _machine() -> str:
    return (
        f"{platform.python_implementation()} {platform.python_version()},"
        f" {platform.system()} {platform.machine()}, {os.cpu_count()} processors."
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench",
        description="Measure the tap against the local Amazon.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument(
        "--only", nargs="+", choices=PARTS, help="measure these parts, and no others"
    )
    parser.add_argument(
        "--reports", type=int, default=24, help="how many reports are waited for"
    )
    parser.add_argument(
        "--speed",
        type=float,
        default=10.0,
        help="how much faster than Amazon quotas refill and reports ripen",
    )
    parser.add_argument(
        "--rows-mb", type=int, default=30, help="size of the flat file, for throughput"
    )
    parser.add_argument(
        "--memory-mb", type=int, default=2000, help="size of the large documents"
    )
    parser.add_argument(
        "--repeats", type=int, default=5, help="how often; the best time counts"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
