"""Counts so many keys, each of which comes once, as in a report of so many rows."""

from __future__ import annotations

import sys

from tap_amazon_reports.reports.occurrence import OccurrenceCounter

BLOCK_ROWS = 1000


def main() -> None:
    """Count as many keys as the only argument says."""
    counter = OccurrenceCounter()
    for start in range(0, int(sys.argv[1]), BLOCK_ROWS):
        numbers = range(start, start + BLOCK_ROWS)
        orders = [f"406-{number:07d}-1234567" for number in numbers]
        counter.count([orders, [f"SKU-{number % 1000}" for number in numbers]])


if __name__ == "__main__":
    main()
