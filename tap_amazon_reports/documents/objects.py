"""JSON objects and XML elements to typed records, by the JSON schema of their columns.

A column is a property of the schema; its values are at `x-name` and at the other names
in `x-aliases`, each a path, `salesByDate.unitsOrdered` or `ItemPrice/Amount@currency`,
and with `^` before it, one in the record around (`^^`: in the one around that). Without
these, they are where Amazon's name is the column's, but for case and underscores.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any

from tap_amazon_reports.documents.column_names import NAME_CHARACTERS_MAX, normalise
from tap_amazon_reports.documents.columns import Record
from tap_amazon_reports.documents.conventions import Conventions
from tap_amazon_reports.documents.json_text import json_text
from tap_amazon_reports.documents.json_types import Typed, value_types
from tap_amazon_reports.documents.typed import ROW, column_names, is_generic

__all__ = ["ObjectReader"]

_PLAIN = Conventions()
_EXTRA_MAX = 10_000
_PLACES_MAX = 1_000_000
"""What may be without measure: extra values of a record that have a name each, and
places of a document in lists of what is in few of an array's objects. Beyond, values
are kept together."""
_PLACES_A_LIST = 500
_PLACES_A_MEMBER = 4
"""How many places are within measure: of each list, and for each member in it."""


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


class ObjectReader:
    """Reads objects into the columns of one schema.

    Attributes:
        misfits: how many values did not fit their column, by its name, so far.
    """

    def __init__(
        self,
        schema: Mapping[str, Any],
        *,
        conventions: Conventions = _PLAIN,
        keys: Collection[str] = (),
    ) -> None:
        """Work out once where each column's values are and how they are read.

        Args:
            schema: of the records. What begins with an underscore is the tap's own.
            conventions: what the text of a value means.
            keys: columns that tell records apart: what does not fit one of them stands
                in it as its own text, and in `extra` as well.

        Raises:
            ValueError: two columns are in one place, or one is inside another.
        """
        self.misfits: Counter[str] = Counter()
        properties = schema["properties"]
        self._is_generic = is_generic(properties)
        self._empty: dict[str, object] = dict.fromkeys(properties)
        self._root = _Branch()
        self._around: dict[int, _Branch] = {}
        self._places_left = _PLACES_MAX
        self._keys = frozenset(keys)
        self._key_texts: dict[str, str] = {}
        types = value_types(conventions)
        for column, kind in properties.items():
            if column.startswith("_"):
                continue
            field = _Field(column, types(kind))
            for path in column_names(column, kind):
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
        if self._key_texts:
            self._put_key_texts(found)
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
            if field.column in self._keys:
                self._key_texts.setdefault(field.column, _as_text(value))

    def _put_key_texts(self, found: dict[str, object]) -> None:
        """Put what does not fit a key into it, unless another of its names did."""
        for column, text in self._key_texts.items():
            if found[column] is None:
                found[column] = text
        self._key_texts.clear()

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
        is_alike = all(isinstance(item, dict) for item in items)
        if not is_alike or not self._has_places(objects, len(names)):
            _keep(extra, path, items)
            return
        together = {name: [item.get(name) for item in objects] for name in names}
        if len(items) == 1:
            together = objects[0]
        self._read(branch, together, found, f"{path}.", extra)

    def _has_places(self, objects: Sequence[Mapping[str, Any]], names: int) -> bool:
        """Tell whether a list of what is in each object may be made for each name."""
        places = names * len(objects)
        if places > _PLACES_A_LIST:
            beyond = places - _PLACES_A_MEMBER * sum(map(len, objects))
            if beyond > self._places_left:
                return False
            self._places_left -= max(0, beyond)
        return True


def _overlap(field: _Field, other: str) -> ValueError:
    return ValueError(f"the column {field.column} is in the place of {other}")


def _keep(extra: dict[str, str], path: str, value: Any) -> None:
    """Put a value that is not blank under its path, each part of it under its own.

    Long paths are not made longer, for each value inside would have all of it.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return
    if isinstance(value, dict) and value and _has_room(extra, path, len(value)):
        for name, inner in value.items():
            _keep(extra, f"{path}.{name}", inner)
        return
    if path in extra:
        path = _numbered(path, extra)
    extra[path] = _as_text(value)


def _numbered(path: str, extra: Mapping[str, str]) -> str:
    """Return `path` with the first number that is free: `a.b_2`, `a.b_3` and so on.

    Thousands of names can be one path, so it is not looked for one by one.
    """
    free = 2
    while f"{path}_{free}" in extra:
        free *= 2
    taken = free // 2
    while free - taken > 1:
        middle = (taken + free) // 2
        if f"{path}_{middle}" in extra:
            taken = middle
        else:
            free = middle
    return f"{path}_{free}"


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json_text(value)


def _has_room(extra: dict[str, str], path: str, members: int) -> bool:
    return len(path) <= NAME_CHARACTERS_MAX and len(extra) + members <= _EXTRA_MAX
