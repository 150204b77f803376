"""The schema and the key of a stream of rows: the type's columns and the envelope's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_amazon_reports.reports.snapshot_history import SNAPSHOT_DATE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_amazon_reports.documents.layout import RecordSet

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
        "description": "The marketplace's id, or the region's code.",
    },
    "data_start_time": {**_MOMENT, "description": "The start of the report's data."},
    "data_end_time": {**_MOMENT, "description": "The end of the report's data."},
    "report_created_time": {
        "type": "string",
        "format": "date-time",
        "description": "When the report was created, in UTC.",
    },
}
_OCCURRENCE = {
    "type": "integer",
    "description": "1, or n for the n-th row with the same key within one report.",
}
_SNAPSHOT_DATE = {
    "type": "string",
    "format": "date",
    "description": "The day of the snapshot: when the report was created, in UTC.",
}
_EXTRA = {
    "type": ["object", "null"],
    "additionalProperties": {"type": "string"},
    "description": "Values that have no column or do not fit it: the original text of"
    " each, by Amazon's name.",
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
    for name in records.key:
        if name in columns:
            columns[name] = _of_key(columns[name], in_table=records.path is None)
    if SNAPSHOT_DATE in records.key:
        columns.setdefault(SNAPSHOT_DATE, _SNAPSHOT_DATE)
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
    return {name: value for name, value in spec.items() if not name.startswith("x-")}


def _of_key(spec: dict[str, Any], *, in_table: bool) -> dict[str, Any]:
    """Return a column of the natural key.

    A date in a table is written by hand, so to speak: one that cannot be understood
    stands in the key as its own text, and so the column is text. In JSON and XML, dates
    are what Amazon's schemas declare, and columns of the key are dates.
    """
    if not in_table:
        return spec
    return {name: value for name, value in spec.items() if name != "format"}


def _never_null(spec: dict[str, Any]) -> dict[str, Any]:
    types = spec["type"] if isinstance(spec["type"], list) else [spec["type"]]
    return {**spec, "type": [word for word in types if word != "null"]}
