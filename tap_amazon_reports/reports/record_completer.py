"""Rows of a document made whole: numbered, keyed, with what is in no column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.wire_time import utc_text

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence
    from datetime import datetime
    from typing import Any

    from tap_amazon_reports.documents.block import Block
    from tap_amazon_reports.documents.layout import RecordSet

_STAND_INS: dict[str, object] = {"integer": -1, "number": -1, "boolean": False}


class RecordCompleter:
    """Makes records of the rows of one array in one document.

    It numbers them, puts what is in no column into `_extra`, puts a value where the
    natural key has none, and counts rows that share a key.
    """

    def __init__(self, records: RecordSet, *, moment: datetime) -> None:
        """Work out once what stands for what is missing.

        Args:
            records: the array.
            moment: stands for a missing date.
        """
        properties = records.schema["properties"]
        self._stand_ins = {
            column: _stand_in(properties.get(column, {}), moment)
            for column in records.key
        }
        self._counts_keys = bool(records.key) and not records.unique
        self._seen: dict[Hashable, int] = {}
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
            places = range(len(block))
            block.put("_extra", [extras.get(place) or None for place in places])
        for column, stand_in in self._stand_ins.items():
            values = block.column(column)
            if None in values:
                block.put(column, [stand_in if v is None else v for v in values])
        if self._counts_keys:
            keys = list(zip(*map(block.column, self._stand_ins), strict=True))
            block.put("occurrence", _occurrences(keys, self._seen))


def _occurrences(keys: Sequence[Hashable], seen: dict[Hashable, int]) -> list[int]:
    """Return for each key how often it has come by then, and count it."""
    if seen.keys().isdisjoint(keys):
        once = dict.fromkeys(keys, 1)
        if len(once) == len(keys):
            seen.update(once)
            return [1] * len(keys)
    counted = []
    for key in keys:
        seen[key] = count = seen.get(key, 0) + 1
        counted.append(count)
    return counted


def _stand_in(spec: Mapping[str, Any], moment: datetime) -> object:
    """Return what stands for a missing value: a key is never null."""
    if spec.get("format") == "date-time":
        return utc_text(moment)
    if spec.get("format") == "date":
        return utc_text(moment)[:10]
    types = spec.get("type", ["string"])
    return next((_STAND_INS[kind] for kind in types if kind in _STAND_INS), "Unknown")
