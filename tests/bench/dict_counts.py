"""The tap with a dict of all keys in place of its counter: fast, and not bounded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_amazon_reports.reports import record_completer
from tap_amazon_reports.tap import TapAmazonReports

if TYPE_CHECKING:
    from collections.abc import Sequence


class DictCounter:
    """Numbers the rows that share a key."""

    def __init__(self) -> None:
        """Have seen no key."""
        self._counts: dict[tuple[Any, ...], int] = {}

    def count(self, columns: Sequence[Sequence[Any]]) -> list[int]:
        """Return for each row how often its key has come by then."""
        counted = []
        counts = self._counts
        for key in zip(*columns, strict=True):
            counts[key] = count = counts.get(key, 0) + 1
            counted.append(count)
        return counted


if __name__ == "__main__":
    vars(record_completer)["OccurrenceCounter"] = DictCounter
    TapAmazonReports.cli()
