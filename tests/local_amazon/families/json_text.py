"""JSON with every digit of its numbers, and the records that are in it."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .content import ExpectedRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .content import Json


def json_text(value: Json, *, indent: int | None = None, level: int = 0) -> str:
    """Return the text of a value; a `Decimal` is written as it is."""
    if isinstance(value, Decimal):
        return str(value)
    if not isinstance(value, (dict, list)) or not value:
        return json.dumps(value, ensure_ascii=False)
    inner = level + 1
    if isinstance(value, list):
        parts = [json_text(item, indent=indent, level=inner) for item in value]
        return f"[{_joined(parts, indent, level)}]"
    parts = [
        f"{json.dumps(name)}:{'' if indent is None else ' '}"
        f"{json_text(item, indent=indent, level=inner)}"
        for name, item in value.items()
    ]
    return f"{{{_joined(parts, indent, level)}}}"


def _joined(parts: list[str], indent: int | None, level: int) -> str:
    if indent is None:
        return ",".join(parts)
    margin = "\n" + " " * indent * (level + 1)
    between = f",{margin}"
    return f"{margin}{between.join(parts)}\n{' ' * indent * level}"


def json_records(
    value: dict[str, Json], paths: Sequence[str]
) -> dict[str, list[ExpectedRow]]:
    """Return the records of each path, in their order.

    `*` stands for each array of objects at the top that no other path names.
    """
    found: dict[str, list[ExpectedRow]] = {path: [] for path in paths}
    named = {path.partition("[]")[0] for path in paths if path != "*"}
    for path in paths:
        if path != "*":
            found[path] += _at(value, path.split("."), path, paths, ())
            continue
        for name, array in value.items():
            if name not in named and isinstance(array, list):
                records = [one for one in array if isinstance(one, dict)]
                found[path] += [ExpectedRow(path, record) for record in records]
    return found


def _at(
    around: dict[str, Json],
    steps: list[str],
    path: str,
    paths: Sequence[str],
    parents: tuple[dict[str, Any], ...],
) -> Iterator[ExpectedRow]:
    name = steps[0].removesuffix("[]")
    here = ".".join(path.split(".")[: len(path.split(".")) - len(steps) + 1])
    for record in around.get(name) or []:
        bare = _without_inner(record, here, paths)
        if len(steps) == 1:
            yield ExpectedRow(path, bare, parents=parents)
        else:
            yield from _at(record, steps[1:], path, paths, (*parents, bare))


def _without_inner(
    record: dict[str, Json], here: str, paths: Sequence[str]
) -> dict[str, Json]:
    """Return a record without the arrays inside it that are wanted themselves."""
    inner = {
        path[len(here) + 1 :].split(".")[0].removesuffix("[]")
        for path in paths
        if path.startswith(f"{here}.")
    }
    return {
        name: value
        for name, value in record.items()
        if name not in inner or not isinstance(value, (list, dict))
    }
