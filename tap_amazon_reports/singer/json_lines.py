"""Blocks of rows to JSON, a line for each row, with the SDK's encoder.

Rows that are held by column never become dicts: of a class that has the columns' names
in its type, objects are made and encoded without a look at any name. That takes a
quarter of the time.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec
from singer_sdk.contrib.msgspec import encoder

from tap_amazon_reports.documents.block import ColumnBlock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tap_amazon_reports.documents.block import Block

_CLASSES_MAX = 256
_ROWS_A_PIECE = 100
"""Longer texts cost more: the memory for each has to come from the system anew."""


def json_lines(block: Block) -> Iterator[bytes]:
    """Yield the rows as JSON objects, some at a time, each with an end of line."""
    rows = _objects(block)
    for start in range(0, len(rows), _ROWS_A_PIECE):
        yield encoder.encode_lines(rows[start : start + _ROWS_A_PIECE])


def _objects(block: Block) -> list[Any]:
    if isinstance(block, ColumnBlock) and block.columns:
        row = _row_class(tuple(block.columns))
        return list(map(row, *block.columns.values()))
    return block.rows()


@lru_cache(_CLASSES_MAX)
def _row_class(names: tuple[str, ...]) -> Callable[..., object]:
    fields = {f"column_{number}": name for number, name in enumerate(names)}
    # Nothing refers back to a row, so the garbage collector need not look at it.
    return msgspec.defstruct("Row", fields, rename=fields, gc=False)
