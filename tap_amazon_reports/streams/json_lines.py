"""Blocks of rows to JSON, a line for each row, with the SDK's encoder.

Rows that are held by column never become dicts: of a class that has the columns' names
in its type, objects are made and encoded without a look at any name. That takes a
quarter of the time.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec
from singer_sdk.contrib.msgspec import encoder

from tap_amazon_reports.documents.block import ColumnBlock

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_amazon_reports.documents.block import Block

_CLASSES_MAX = 256


def json_lines(block: Block) -> bytes:
    """Return the rows as JSON objects, each with the end of its line behind it."""
    if isinstance(block, ColumnBlock) and block.columns:
        row = _row_class(tuple(block.columns))
        return encoder.encode_lines(list(map(row, *block.columns.values())))
    return encoder.encode_lines(block.rows())


@lru_cache(_CLASSES_MAX)
def _row_class(names: tuple[str, ...]) -> Callable[..., object]:
    fields = {f"column_{number}": name for number, name in enumerate(names)}
    # Nothing refers back to a row, so the garbage collector need not look at it.
    return msgspec.defstruct("Row", fields, rename=fields, gc=False)
