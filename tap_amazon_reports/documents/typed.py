"""The columns of a table, made from what a report type's file says about them.

A column is a property of a JSON schema: its name, its `type`, its `format`, and its
headers: `x-name`, and others in `x-aliases`.
"""

from __future__ import annotations

from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from tap_amazon_reports.documents import values
from tap_amazon_reports.documents.block import RowBlock
from tap_amazon_reports.documents.column_names import cell_name, snake_names
from tap_amazon_reports.documents.columns import Column, Record, TypedBlock
from tap_amazon_reports.documents.json_text import json_value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tap_amazon_reports.documents.columns import Parser
    from tap_amazon_reports.documents.conventions import Conventions

__all__ = [
    "ROW",
    "RowMap",
    "column_kind",
    "column_names",
    "delimited_columns",
    "is_generic",
]

ROW = "row"
"""The only column of a report type whose columns nobody knows: the whole record."""


_FILLED_CHARACTERS_MAX = 16 * 1024 * 1024
"""What the names of cells that short rows lack may add to one document."""


def is_generic(properties: Mapping[str, Any]) -> bool:
    """Tell whether the whole record is the only column."""
    return set(properties) == {ROW}


def delimited_columns(
    properties: Mapping[str, Mapping[str, Any]],
    *,
    conventions: Conventions,
    translations: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> list[Column]:
    """Return the columns of a table, for `columns.ColumnMap`.

    Objects and arrays are read from JSON text.

    Args:
        properties: the columns.
        conventions: how the marketplace writes numbers and dates.
        translations: of Amazon's English headers into other languages.
    """
    return [
        Column(
            name,
            _parser(kind, conventions),
            (
                *column_names(name, kind),
                *translations.get(kind.get("x-name", name), ()),
            ),
        )
        for name, kind in properties.items()
    ]


def column_names(name: str, kind: Mapping[str, Any]) -> tuple[str, ...]:
    """Return where a column's values are: Amazon's own name first."""
    return (kind.get("x-name", name), *kind.get("x-aliases", ()))


def _parser(kind: Mapping[str, Any], conventions: Conventions) -> Parser:
    word = column_kind(kind)
    if word in _CONTAINERS:
        return _container_parser(_CONTAINERS[word])
    return conventions.parsers()[word]


def column_kind(kind: Mapping[str, Any]) -> str:
    """Return the one word that says how values are read: a format, or a type."""
    if kind.get("format") in ("date-time", "date"):
        return str(kind["format"])
    types = kind["type"] if isinstance(kind["type"], list) else [kind["type"]]
    return next(str(word) for word in types if word != "null")


_CONTAINERS: dict[str, type] = {"object": dict, "array": list}


def _container_parser(wanted: type) -> Parser:
    def parse(cell: str) -> object:
        if values.is_missing(cell):
            return None
        value = json_value(cell)
        if isinstance(value, wanted):
            return value
        msg = f"a cell of {len(cell)} characters is no {wanted.__name__}"
        raise ValueError(msg)

    return parse


class RowMap:
    """What `ColumnMap` is, where the whole record is the only column.

    Attributes:
        unknown: none; here every column is taken.
        misfits: likewise.
    """

    def __init__(
        self,
        header: Sequence[str],
        *,
        around: Mapping[str, object] = MappingProxyType({}),
    ) -> None:
        """Name the columns of `header` in snake case; `around` is as in `ColumnMap`."""
        self._names = snake_names(header)
        self._name_characters = 1 + sum(map(len, self._names)) // max(1, len(header))
        self._filled_characters = 0
        self._around = around
        self.unknown: Counter[str] = Counter()
        self.misfits: Counter[str] = Counter()

    def read_block(self, rows: Sequence[Sequence[str]]) -> TypedBlock:
        """Return some rows, as `read` does each."""
        return TypedBlock(RowBlock([self.read(cells).values for cells in rows]), {})

    def read(self, cells: Sequence[str]) -> Record:
        """Return the row as an object of texts; a blank cell, or none, is None.

        Behind short rows of a wide table, so many that it would be much longer than it
        is, there is nothing.
        """
        names = self._names
        if len(cells) < len(names) and not self._may_fill(len(names) - len(cells)):
            names = names[: len(cells)]
        row: dict[str, object] = dict.fromkeys(names)
        row.update(zip(self._names, map(values.text, cells), strict=False))
        beyond = enumerate(cells[len(self._names) :], start=len(self._names) + 1)
        row.update((cell_name(n), cell) for n, cell in beyond if cell.strip())
        return Record({**self._around, ROW: row}, {})

    def _may_fill(self, cells: int) -> bool:
        """Tell whether so many cells that a row lacks may be in it, and count them."""
        if self._filled_characters > _FILLED_CHARACTERS_MAX:
            return False
        self._filled_characters += cells * self._name_characters
        return True
