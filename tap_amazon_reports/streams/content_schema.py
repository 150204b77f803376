"""The schema and the key of a stream of rows: the type's columns and the envelope's."""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from tap_amazon_reports.amazon.wire_time import utc_text

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping
    from datetime import datetime

    from tap_amazon_reports.reports.report_types import RecordSet

_STAND_INS: dict[str, object] = {"integer": -1, "number": -1, "boolean": False}
_MOMENT = {"type": ["string", "null"], "format": "date-time"}
ENVELOPE: dict[str, dict[str, Any]] = {
    "report_id": {"type": "string", "description": "The report that the row is in."},
    "report_row": {
        "type": "integer",
        "description": "Its place in the report, from 1.",
    },
    "report_type": {"type": "string", "description": "Amazon's name of the type."},
    "marketplace_id": {
        "type": "string",
        "description": "The marketplace asked for, or the region's code.",
    },
    "data_start_time": {**_MOMENT, "description": "The start of the report's data."},
    "data_end_time": {**_MOMENT, "description": "The end of the report's data."},
    "report_created_time": {
        "type": "string",
        "format": "date-time",
        "description": "When the report was asked for, in UTC.",
    },
}
_OCCURRENCE = {
    "type": "integer",
    "description": "1, or n for the n-th row with the same key within one report.",
}
_EXTRA = {
    "type": ["object", "null"],
    "additionalProperties": {"type": "string"},
    "description": "What is in no column, or does not fit its column: Amazon's name to"
    " the text as it was.",
}


def content_schema(records: RecordSet, *, title: str) -> dict[str, Any]:
    """Return the schema of a stream of rows.

    Args:
        records: the type's array of records, with its columns and its key.
        title: of the schema.
    """
    columns = {
        name: _published(spec) for name, spec in records.schema["properties"].items()
    }
    if records.key and not records.unique:
        columns["occurrence"] = _OCCURRENCE
    whole = {**ENVELOPE, **columns, "_extra": _EXTRA}
    for name in records.key:
        whole[name] = _never_null(whole[name])
    return {"title": title, "type": "object", "properties": whole}


def content_key(records: RecordSet) -> tuple[str, ...]:
    """Return the key of a stream of rows."""
    if not records.key:
        return ("report_id", "report_row")
    if records.unique:
        return (*records.key, "marketplace_id")
    return (*records.key, "marketplace_id", "occurrence")


def _published(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return a column without what only the tap needs to know of it."""
    return {
        name: deepcopy(value)
        for name, value in spec.items()
        if not name.startswith("x-")
    }


def _never_null(spec: dict[str, Any]) -> dict[str, Any]:
    types = spec["type"] if isinstance(spec["type"], list) else [spec["type"]]
    return {**spec, "type": [word for word in types if word != "null"]}


class KeyCompleter:
    """Makes the keys of one array of records in one document whole.

    It puts a value where the natural key has none, and counts rows that share a key.
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
        # Of one column alone it would be no tuple.
        self._key_of = itemgetter(records.key[0], *records.key) if records.key else None
        self._seen: Counter[Hashable] | None = None if records.unique else Counter()

    def complete(self, records: Iterable[dict[str, Any]]) -> None:
        """Complete the key in each of the next records of the document."""
        key_of, seen = self._key_of, self._seen
        if key_of is None:
            return
        for record in records:
            key = key_of(record)
            if None in key:
                self._fill(record)
                key = key_of(record)
            if seen is not None:
                occurrence = seen[key] = seen.get(key, 0) + 1
                record["occurrence"] = occurrence

    def _fill(self, record: dict[str, Any]) -> None:
        for column, stand_in in self._stand_ins.items():
            if record[column] is None:
                record[column] = stand_in


def _stand_in(spec: Mapping[str, Any], moment: datetime) -> object:
    """Return what stands for a missing value: a key is never null."""
    if spec.get("format") == "date-time":
        return utc_text(moment)
    if spec.get("format") == "date":
        return utc_text(moment)[:10]
    types = spec.get("type", ["string"])
    return next((_STAND_INS[kind] for kind in types if kind in _STAND_INS), "Unknown")
