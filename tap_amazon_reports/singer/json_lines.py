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
_PIECE_BYTES = 64 * 1024
_ROWS_A_PIECE = 100
"""Longer texts cost more: the memory for each has to come from the system anew."""


def json_lines(block: Block, *, nulls: bool = True) -> Iterator[bytes]:
    """Yield the rows as JSON objects, some at a time, each with an end of line.

    Args:
        block: the rows.
        nulls: whether properties without a value are in them; two of three have none
            in a report of orders, and targets take twice as long to read them.
    """
    if not isinstance(block, ColumnBlock):
        yield from _row_lines(block.rows() if nulls else without_nulls(block))
        return
    rows = _objects(block, nulls=nulls)
    for start in range(0, len(rows), _ROWS_A_PIECE):
        yield encoder.encode_lines(rows[start : start + _ROWS_A_PIECE])


def _row_lines(rows: list[dict[str, Any]]) -> Iterator[bytes]:
    """Yield pieces by their length: many rows can share one long value."""
    piece = bytearray()
    for row in rows:
        encoder.encode_into(row, piece, -1)
        piece += b"\n"
        if len(piece) >= _PIECE_BYTES:
            yield bytes(piece)
            piece.clear()
    if piece:
        yield bytes(piece)


def without_nulls(block: Block) -> list[dict[str, Any]]:
    """Return each row as a dict, less the properties that have no value."""
    return [
        {name: value for name, value in row.items() if value is not None}
        for row in block.rows()
    ]


def _objects(block: ColumnBlock, *, nulls: bool) -> list[Any]:
    if not block.columns:
        return block.rows()
    row = _row_class(tuple(block.columns), nulls=nulls)
    return list(map(row, *block.columns.values()))


@lru_cache(_CLASSES_MAX)
def _row_class(names: tuple[str, ...], *, nulls: bool) -> Callable[..., object]:
    written = {f"column_{number}": name for number, name in enumerate(names)}
    # Nothing refers back to a row, so the garbage collector need not look at it.
    return msgspec.defstruct(
        "Row",
        [(field, Any, None) for field in written],
        rename=written,
        omit_defaults=not nulls,
        gc=False,
    )
