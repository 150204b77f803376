"""What must arrive of a document, worked out from its raw cells and the type's file.

Nothing of the tap's own readers is used: each cell is parsed anew, by plain means.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.local_amazon.families.headings import HEADINGS
from tests.streams.document_values import Reading, Unreadable, read_text, read_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.local_amazon.families import Document, ExpectedRow

SCHEMAS = Path(__file__).parents[2] / "schemas"
Row = dict[str, Any]


@dataclass(frozen=True)
class Array:
    """One array of records of a type, or its table.

    Attributes:
        stream: the name of its stream.
        path: where the records are.
        key: its natural key.
        unique: whether no two rows share the key.
        properties: the columns, as the file has them.
    """

    stream: str
    path: str | None
    key: tuple[str, ...]
    unique: bool
    properties: dict[str, Any]

    @property
    def is_generic(self) -> bool:
        """Whether the whole record is the only column."""
        return set(self.properties) == {"row"}

    @property
    def primary_key(self) -> list[str]:
        """The key that its stream must have."""
        if not self.key:
            return ["report_id", "report_row"]
        extra = [] if self.unique else ["occurrence"]
        return [*self.key, "marketplace_id", *extra]


@dataclass(frozen=True)
class TypeFile:
    """One report type, as its file says.

    Attributes:
        name: Amazon's name.
        about: its `x-report`.
        arrays: its arrays of records.
    """

    name: str
    about: dict[str, Any]
    arrays: tuple[Array, ...]


@cache
def type_file(service: str, name: str) -> TypeFile:
    """Return what the file of a report type says."""
    path = SCHEMAS / service / f"{name}.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    about = content["x-report"]
    return TypeFile(name, about, tuple(_arrays(content, about["records"])))


def _arrays(content: Row, records: list[Row]) -> Iterator[Array]:
    for found in records:
        place = content
        for step in found["schema"].split("/")[1:]:
            place = place[step]
        yield Array(
            stream=found["stream"],
            path=found["path"],
            key=tuple(found["key"]),
            unique=found["unique"],
            properties=place["properties"],
        )


def assert_arrived(
    kind: TypeFile,
    document: Document,
    rows: Mapping[str, Sequence[Row]],
    *,
    country: str,
) -> int:
    """Compare what a document holds with the rows that arrived of it.

    Args:
        kind: the report type.
        document: the raw content.
        rows: the records of this report, by stream.
        country: whose habits the document follows.

    Returns:
        How many rows there are.

    Raises:
        AssertionError: if a cell is missing, altered or invented.
    """
    count = 0
    for array in kind.arrays:
        reading = Reading(country, kind.about)
        if document.header:
            wanted = list(_table_rows(document, array, kind.about, reading))
        else:
            wanted = [
                _object_row(row, array, reading)
                for row in document.records[str(array.path)]
            ]
        _compare(array, wanted, rows.get(array.stream, ()))
        count += len(wanted)
    return count


def _compare(
    array: Array, wanted: Sequence[tuple[Row, Counter[str]]], rows: Sequence[Row]
) -> None:
    assert list(range(1, len(wanted) + 1)) == [row["report_row"] for row in rows]
    seen = Counter[tuple[object, ...]]()
    for (values, beside), row in zip(wanted, rows, strict=True):
        for name in array.properties:
            if values.get(name) is None and name in array.key:
                assert row[name] is not None
                continue
            found = row[name]
            assert values.get(name) == found, f"{name}: {values.get(name)!r}, {found!r}"
            assert isinstance(found, bool) == isinstance(values.get(name), bool)
        assert beside == _texts(row["_extra"]), f"{array.stream} {row}"
        if array.key and not array.unique:
            key = tuple(str(row[name]) for name in array.key)
            seen[key] += 1
            assert seen[key] == row["occurrence"]


def _texts(extra: Row | None) -> Counter[str]:
    """Return what is in `_extra` as paths with their texts, lists opened."""
    assert extra != {}, "nothing is null"
    return Counter(
        line
        for name, text in (extra or {}).items()
        for line in _lines(name, _opened(text))
    )


def _opened(text: str) -> Any:
    return json.loads(text, parse_float=Decimal) if text[:1] in {"[", "{"} else text


def _lines(path: str, value: Any) -> Iterator[str]:
    """Yield a line for each leaf: its path, and its text."""
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from _lines(f"{path}.{name}", inner)
    elif isinstance(value, list) and value:
        for inner in value:
            yield from _lines(path, inner)
    elif value is not None and str(value).strip():
        is_text = isinstance(value, (str, Decimal))
        yield f"{path}={value if is_text else json.dumps(value)}"


# Tables


def _table_rows(
    document: Document, array: Array, about: Mapping[str, Any], reading: Reading
) -> Iterator[tuple[Row, Counter[str]]]:
    header = document.header
    columns = _columns(header, array, about)
    names = [*columns, *(f"_cell_{n + 1}" for n in range(len(columns), 200))]
    for cells in document.rows:
        if not any(cell.strip() for cell in cells):
            continue
        if array.is_generic:
            yield _generic_row(header, cells), Counter()
            continue
        values: Row = {}
        beside = Counter[str]()
        for name, cell in zip(names, cells, strict=False):
            if not cell.strip():
                continue
            try:
                values[name] = read_text(cell, array.properties[name], reading)
            except (KeyError, Unreadable):
                beside.update(_lines(name, _opened(cell)))
        yield values, beside


def _columns(
    header: Sequence[str], array: Array, about: Mapping[str, Any]
) -> list[str]:
    """Return the column of each name in the header; its own in snake case if none."""
    if about.get("by_position") and len(header) == len(array.properties):
        return list(array.properties)
    known = {
        letters(spoken): name
        for name, spec in array.properties.items()
        for spoken in (spec.get("x-name", name), *spec.get("x-aliases", ()))
    }
    for headings in HEADINGS.values():
        for english, translated in headings.items():
            if letters(english) in known:
                known.setdefault(letters(translated), known[letters(english)])
    return [known.get(letters(name), snake(name)) for name in header]


def _generic_row(header: Sequence[str], cells: Sequence[str]) -> Row:
    row: Row = dict.fromkeys(map(snake, header))
    for place, cell in enumerate(cells):
        name = snake(header[place]) if place < len(header) else f"_cell_{place + 1}"
        if cell.strip():
            row[name] = cell
    return {"row": row}


def letters(name: str) -> str:
    """Return the letters and digits of a name, in lower case."""
    return re.sub(r"[\W_]", "", name).lower()


def snake(name: str) -> str:
    """Return a header's words joined by underscores."""
    return re.sub(r"\W+", "_", name).strip("_").lower()


# Objects


def _object_row(
    expected: ExpectedRow, array: Array, reading: Reading
) -> tuple[Row, Counter[str]]:
    if array.is_generic:
        return {"row": expected.cells}, Counter()
    values: Row = {}
    beside = Counter(_lines("", expected.cells))
    for name, spec in array.properties.items():
        for spoken in (spec.get("x-name", name), *spec.get("x-aliases", ())):
            path, value, is_own = _at(spoken, expected)
            if value is None or name in values:
                continue
            lines = Counter(_lines(path, value))
            if is_own:
                beside -= Counter({f".{line}": n for line, n in lines.items()})
            try:
                values[name] = read_value(value, spec, reading)
            except Unreadable:
                beside += lines
    return values, Counter({line.removeprefix("."): n for line, n in beside.items()})


def _at(spoken: str, expected: ExpectedRow) -> tuple[str, Any, bool]:
    """Return the path as it is in the record, the value, and whether it is its own."""
    bare = spoken.lstrip("^")
    level = len(spoken) - len(bare)
    if level > len(expected.parents):
        return "", None, False
    value: Any = expected.parents[-level] if level else expected.cells
    steps = []
    for word in bare.split("/" if "/" in bare else "."):
        name = _named(word, value)
        if name is None:
            return "", None, False
        steps.append(name)
        value = _inside(value, name)
    return "^" * level + ".".join(steps), value, not level


def _named(word: str, around: Any) -> str | None:
    """Return how a member is really called; blanks and capitals do not matter."""
    members = around if isinstance(around, dict) else {}
    if isinstance(around, list):
        members = {name: None for one in around if one for name in one}
    if word in members or "@" in word:
        return word if word in members else None
    alike = (name for name in members if letters(name) == letters(word))
    return next((name for name in alike if "@" not in name), None)


def _inside(around: Any, name: str) -> Any:
    """Return a member; of elements that repeat, those of all as a list."""
    if isinstance(around, list):
        return [one.get(name) if isinstance(one, dict) else None for one in around]
    return around[name]
