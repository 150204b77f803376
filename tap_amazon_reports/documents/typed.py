"""Readers of typed rows, made from what a report type's file says about its columns.

A column is a property of a JSON schema: its name, its `type`, its `format`, and where
its values are: `x-name`, and other names in `x-aliases`. For a table that is a header;
for a record a path, `salesByDate.unitsOrdered` or `ItemPrice/Amount@currency`, and with
`^` before it, one in the record around (`^^`: in the one around that).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from tap_amazon_reports.documents import values
from tap_amazon_reports.documents.block import RowBlock
from tap_amazon_reports.documents.columns import (
    Column,
    Record,
    TypedBlock,
    cell_name,
    normalise,
    snake_names,
)
from tap_amazon_reports.documents.conventions import (
    Conventions,
    Decimals,
    marketplace_day_order,
)
from tap_amazon_reports.documents.json_text import json_text, json_value
from tap_amazon_reports.documents.json_types import Typed, value_types

if TYPE_CHECKING:
    from tap_amazon_reports.documents.columns import Parser

__all__ = [
    "ROW",
    "Conventions",
    "Decimals",
    "ObjectFields",
    "RowMap",
    "delimited_columns",
    "is_generic",
    "marketplace_day_order",
]

ROW = "row"
"""The only column of a report type whose columns nobody knows: the whole record."""


def is_generic(properties: Mapping[str, Any]) -> bool:
    """Tell whether the whole record is the only column."""
    return set(properties) == {ROW}


def delimited_columns(
    properties: Mapping[str, Mapping[str, Any]], *, conventions: Conventions
) -> list[Column]:
    """Return the columns of a table, for `columns.ColumnMap`.

    Objects and arrays are read from JSON text.
    """
    return [
        Column(name, _parser(kind, conventions), _names(name, kind))
        for name, kind in properties.items()
    ]


def _names(name: str, kind: Mapping[str, Any]) -> tuple[str, ...]:
    return (kind.get("x-name", name), *kind.get("x-aliases", ()))


def _parser(kind: Mapping[str, Any], conventions: Conventions) -> Parser:
    word = _kind(kind)
    if word in _CONTAINERS:
        return _container_parser(_CONTAINERS[word])
    return conventions.parsers()[word]


def _kind(kind: Mapping[str, Any]) -> str:
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
        missing: likewise.
        misfits: likewise.
    """

    unknown: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    def __init__(
        self,
        header: Sequence[str],
        *,
        around: Mapping[str, object] = MappingProxyType({}),
    ) -> None:
        """Name the columns of `header` in snake case; `around` is as in `ColumnMap`."""
        self._names = snake_names(header)
        self._around = around
        self.misfits: Counter[str] = Counter()

    def read_block(self, rows: Sequence[Sequence[str]]) -> TypedBlock:
        """Return some rows, as `read` does each."""
        return TypedBlock(RowBlock([self.read(cells).values for cells in rows]), {})

    def read(self, cells: Sequence[str]) -> Record:
        """Return the row as an object of texts; a blank cell, or none, is None."""
        row: dict[str, object] = dict.fromkeys(self._names)
        row.update(zip(self._names, map(values.text, cells), strict=False))
        beyond = enumerate(cells[len(self._names) :], start=len(self._names) + 1)
        row.update((cell_name(n), cell) for n, cell in beyond if cell.strip())
        return Record({**self._around, ROW: row}, {})


@dataclass
class _Field:
    """A column and how a JSON value becomes its value."""

    column: str
    typed: Typed


@dataclass
class _Branch:
    """The members of an object that lead to columns, by Amazon's name.

    Attributes:
        members: by the exact name.
        alike: by the name as `columns.normalise` has it.
    """

    members: dict[str, _Field | _Branch] = dataclass_field(default_factory=dict)
    alike: dict[str, _Field | _Branch] = dataclass_field(default_factory=dict)

    def plant(self, name: str, known: _Field | _Branch) -> _Field | _Branch:
        """Return what is under `name`, which is `known` if nothing was."""
        if "@" not in name:
            self.alike.setdefault(normalise(name), known)
        return self.members.setdefault(name, known)

    def nearly(self, name: str) -> _Field | _Branch | None:
        """Return what is under a name that is written a little differently."""
        return None if "@" in name else self.alike.get(normalise(name))


class ObjectFields:
    """Reads the records of JSON and XML documents into columns.

    Attributes:
        misfits: how many values did not fit their column, by its name, so far.
    """

    def __init__(
        self,
        properties: Mapping[str, Mapping[str, Any]],
        *,
        conventions: Conventions,
    ) -> None:
        """Work out once where each column's values are and how they are read.

        Raises:
            ValueError: two columns are in one place, or one is inside another.
        """
        self.misfits: Counter[str] = Counter()
        self._is_generic = is_generic(properties)
        self._empty: dict[str, object] = dict.fromkeys(properties)
        self._root = _Branch()
        self._around: dict[int, _Branch] = {}
        types = value_types(conventions)
        for column, kind in properties.items():
            field = _Field(column, types[_kind(kind)])
            for path in _names(column, kind):
                self._plant(path, field)

    def read(
        self, record: Mapping[str, Any], parents: Sequence[Mapping[str, Any]] = ()
    ) -> Record:
        """Return a value, or None, for each column, and what is in no column.

        Extra values are named by their path with points, `a.b`; they are texts as they
        are, and JSON for all else. So are values that do not fit their column.

        Args:
            record: one record.
            parents: the records around it, the outermost first.
        """
        if self._is_generic:
            return Record({ROW: dict(record)}, {})
        found = self._empty.copy()
        extra: dict[str, str] = {}
        for level, branch in self._around.items():
            if level <= len(parents):
                self._read_known(branch, parents[-level], found, "^" * level, extra)
        self._read(self._root, record, found, "", extra)
        return Record(found, extra)

    def _plant(self, path: str, field: _Field) -> None:
        bare = path.lstrip("^")
        level = len(path) - len(bare)
        branch = self._around.setdefault(level, _Branch()) if level else self._root
        *steps, last = bare.split("/" if "/" in bare else ".")
        for step in steps:
            inner = branch.plant(step, _Branch())
            if isinstance(inner, _Field):
                raise _overlap(field, inner.column)
            branch = inner
        if branch.plant(last, field) is not field:
            raise _overlap(field, last)

    def _read(
        self,
        branch: _Branch,
        record: Mapping[str, Any],
        found: dict[str, object],
        prefix: str,
        extra: dict[str, str],
    ) -> None:
        members = branch.members
        for name, value in record.items():
            if value is None:
                continue
            known = members.get(name) or branch.nearly(name)
            if known is None:
                _keep(extra, prefix + name, value)
            elif isinstance(known, _Field):
                self._put(known, value, found, prefix + name, extra)
            else:
                self._descend(known, value, found, prefix + name, extra)

    def _read_known(
        self,
        branch: _Branch,
        record: Mapping[str, Any],
        found: dict[str, object],
        prefix: str,
        extra: dict[str, str],
    ) -> None:
        """Read of a record around only what columns name: the rest is its own row's."""
        for name, known in branch.members.items():
            value = record.get(name)
            if isinstance(known, _Field):
                if value is not None:
                    self._put(known, value, found, prefix + name, extra)
            elif isinstance(value, Mapping):
                self._read_known(known, value, found, f"{prefix}{name}.", extra)

    def _put(
        self,
        field: _Field,
        value: Any,
        found: dict[str, object],
        path: str,
        extra: dict[str, str],
    ) -> None:
        if found[field.column] is not None:
            # Another of its names was there: neither may be lost.
            _keep(extra, path, value)
            return
        try:
            found[field.column] = field.typed(value)
        except (TypeError, ValueError):
            _keep(extra, path, value)
            self.misfits[field.column] += 1

    def _descend(
        self,
        branch: _Branch,
        value: Any,
        found: dict[str, object],
        path: str,
        extra: dict[str, str],
    ) -> None:
        if isinstance(value, dict):
            self._read(branch, value, found, f"{path}.", extra)
        elif isinstance(value, list):
            self._descend_each(branch, value, found, path, extra)
        else:
            _keep(extra, path, value)

    def _descend_each(
        self,
        branch: _Branch,
        items: list[Any],
        found: dict[str, object],
        path: str,
        extra: dict[str, str],
    ) -> None:
        """Read elements that repeat as one object, whose members are lists."""
        objects = [item if isinstance(item, dict) else {} for item in items]
        names = dict.fromkeys(name for item in objects for name in item)
        together = {name: [item.get(name) for item in objects] for name in names}
        if len(items) == 1:
            together = objects[0]
        if all(isinstance(item, dict) for item in items):
            self._read(branch, together, found, f"{path}.", extra)
        else:
            _keep(extra, path, items)


def _overlap(field: _Field, other: str) -> ValueError:
    return ValueError(f"the column {field.column} is in the place of {other}")


def _keep(extra: dict[str, str], path: str, value: Any) -> None:
    """Put a value that is not blank under its path, each part of it under its own."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            _keep(extra, f"{path}.{name}", inner)
        return
    while path in extra:
        path += "_2"
    extra[path] = value if isinstance(value, str) else json_text(value)
