"""Rows of one array in one document to whole records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.wire_time import utc_text
from tap_amazon_reports.reports.occurrence import OccurrenceCounter
from tap_amazon_reports.reports.snapshot_history import SNAPSHOT_DATE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from tap_amazon_reports.documents.block import Block
    from tap_amazon_reports.documents.layout import RecordSet

__all__ = ["RecordCompleter"]

_STAND_INS: dict[str, object] = {
    "integer": -1,
    "number": -1,
    "boolean": False,
    "date": "0001-01-01",
    "date-time": "0001-01-01T00:00:00Z",
}
"""What fits the column and can be no value of Amazon's, by its type or format."""
_MOMENTS = frozenset({"data_start_time", "data_end_time"})
"""What a key may have of the report, and not of the row."""


class RecordCompleter:
    """Makes records of the rows of one array in one document.

    It numbers them, puts what is in no column into `_extra`, puts a value where the
    natural key has none, and counts rows that share a key. A value of the key that
    cannot be understood is its own text, where that is what the column has: were it the
    time of the run, reading the same row again would make another one.

    Attributes:
        repeated: of rows that should not share a key: how many have an earlier one's.
    """

    def __init__(self, records: RecordSet, *, moment: datetime) -> None:
        """Work out once what stands for what is missing.

        Args:
            records: the array.
            moment: when the report was made, UTC; its day is that of a snapshot.
        """
        properties = records.schema["properties"]
        self._stand_ins = {column: _stand_in(records, column) for column in records.key}
        has_day = SNAPSHOT_DATE in records.key and SNAPSHOT_DATE not in properties
        self._day = utc_text(moment)[:10] if has_day else None
        self.repeated = 0
        self._is_unique = records.unique
        self._counter = OccurrenceCounter() if records.key else None
        self._next_row = 1

    def complete(self, block: Block, extras: Mapping[int, dict[str, str]]) -> None:
        """Complete the next rows of the document.

        Args:
            block: the rows; `_extra` is None in each.
            extras: of a row that has any, by its place in the block.
        """
        after = self._next_row + len(block)
        block.put("report_row", [*range(self._next_row, after)])
        self._next_row = after
        if extras:
            kept: list[object] = [None] * len(block)
            for place, extra in extras.items():
                kept[place] = extra or None
            block.put("_extra", kept)
        if self._day is not None:
            block.put(SNAPSHOT_DATE, [self._day] * len(block))
        for column in self._stand_ins:
            values = block.column(column)
            if None in values:
                block.put(column, self._whole(column, values, extras))
        if self._counter:
            keys = list(map(block.column, self._stand_ins))
            counts = self._counter.count(keys)
            if self._is_unique:
                self.repeated += len(counts) - counts.count(1)
            else:
                block.put("occurrence", counts)

    def _whole(
        self,
        column: str,
        values: Sequence[object],
        extras: Mapping[int, dict[str, str]],
    ) -> list[object]:
        """Return the values of a key column; its text stands where there is none."""
        stand_in = self._stand_ins[column]
        return [
            extras.get(place, {}).get(column, stand_in) if value is None else value
            for place, value in enumerate(values)
        ]


def _stand_in(records: RecordSet, column: str) -> object:
    """Return what stands for a missing value: a key is never null.

    Dates in the key of a table are texts.
    """
    if column in _MOMENTS:
        return _STAND_INS["date-time"]
    spec = records.schema["properties"].get(column, {})
    word = None if records.path is None else spec.get("format")
    words = (*spec.get("type", ()), word)
    return next((_STAND_INS[word] for word in words if word in _STAND_INS), "Unknown")
