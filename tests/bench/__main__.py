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
from tests.bench.counting import counting_lines
from tests.bench.discovery import discovery_lines
from tests.bench.fewest import fewest_lines
from tests.bench.into_table import into_table_lines
from tests.bench.many_reports import Size, many_reports_lines
from tests.bench.memory import MIB, memory_lines
from tests.bench.table import table
from tests.bench.throughput import throughput_lines
from tests.bench.waiting import waiting_lines
from tests.bench.waits import Waits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.bench.table import Line

    Part = Callable[[argparse.Namespace], Iterator[Line]]

COMPARED_KEYS = 1_200_000
"""A dict of ten million keys would take three gigabytes."""

PARTS: dict[str, Part] = {
    "waiting": lambda options: waiting_lines(Waits(options.reports, options.speed)),
    "fewest": lambda _: fewest_lines(),
    "many": lambda options: many_reports_lines(
        large=Size(options.types, marketplaces=10, windows=10)
    ),
    "throughput": lambda options: throughput_lines(
        total_bytes=options.rows_mb * MIB, repeats=options.repeats
    ),
    "counting": lambda options: counting_lines(
        total_bytes=options.rows_mb * MIB,
        compared=min(COMPARED_KEYS, options.keys),
        rows=options.keys,
        repeats=options.repeats,
    ),
    "memory": lambda options: memory_lines(large_bytes=options.memory_mb * MIB),
    "table": lambda options: into_table_lines(
        total_bytes=options.rows_mb * MIB, repeats=options.repeats
    ),
    "discovery": lambda options: discovery_lines(repeats=options.repeats),
}


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
    return chain.from_iterable(PARTS[name](options) for name in options.only or PARTS)


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
    for name, number, what in (
        ("--reports", 24, "how many reports are waited for"),
        ("--types", 30, "with 10 marketplaces and 10 windows each, for a large run"),
        ("--rows-mb", 30, "size of the flat file, for throughput"),
        ("--keys", 10_000_000, "how many keys are counted, for its memory"),
        (
            "--memory-mb",
            500,
            "size of the large documents, up to 2000",
        ),
        ("--repeats", 3, "how often; the best time counts"),
    ):
        parser.add_argument(name, type=int, default=number, help=what)
    parser.add_argument(
        "--speed",
        type=float,
        default=5.0,
        help="how much faster than Amazon quotas refill and reports ripen",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
