"""What is in batch files, read as a target would."""

from __future__ import annotations

import gzip
import json
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

if TYPE_CHECKING:
    from pathlib import Path

GZIP = {"format": "jsonl", "compression": "gzip"}
PLAIN = {"format": "jsonl", "compression": "none"}
PARQUET = {"format": "parquet"}

Row = dict[str, Any]


def rows_in(path: Path) -> list[Row]:
    """Return the rows of a file, as JSON has them."""
    if path.name.endswith(".parquet"):
        return [_as_json(row) for row in pq.read_table(path).to_pylist()]
    opened = gzip.open if path.name.endswith(".gz") else open
    with opened(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line, parse_float=Decimal) for line in lines]


def _as_json(row: Row) -> Row:
    """Return a row of Parquet as a RECORD message has it."""
    return {name: _as_json_value(name, value) for name, value in row.items()}


def _as_json_value(name: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return value.normalize()
    if name in {"_extra", "report_options"} and isinstance(value, str):
        return json.loads(value)
    return value
