"""Counts keys of which each comes once, as in a report of so many rows.

With `--compare` a dict of all keys counts the same ones, block by block in turn, so
that a machine that is busy is so for both; the processor seconds that each took for a
row are then written as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING

from tap_amazon_reports.reports.occurrence import OccurrenceCounter
from tests.bench.dict_counter import DictCounter

if TYPE_CHECKING:
    from collections.abc import Iterator

BLOCK_ROWS = 400
"""As many as the tap reads at once."""


def main() -> None:
    """Count as many keys as the first argument says."""
    rows, compares = int(sys.argv[1]), "--compare" in sys.argv
    counters: list[OccurrenceCounter | DictCounter] = [OccurrenceCounter()]
    if compares:
        counters.append(DictCounter())
    seconds = [0.0] * len(counters)
    for start in range(0, rows, BLOCK_ROWS):
        for place, counter in enumerate(counters):
            # Texts keep their hash, so each counter has its own.
            columns = list(_columns(start))
            started = time.thread_time()
            counter.count(columns)
            seconds[place] += time.thread_time() - started
    if compares:
        sys.stdout.write(json.dumps([one / rows for one in seconds]) + "\n")


def _columns(start: int) -> Iterator[list[str]]:
    """Yield the two columns of a key."""
    numbers = range(start, start + BLOCK_ROWS)
    yield [f"406-{number:07d}-1234567" for number in numbers]
    yield [f"SKU-{number % 1000}" for number in numbers]


if __name__ == "__main__":
    main()
