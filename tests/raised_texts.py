"""The texts that the package's errors are raised with, read from its source."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

HOLE = "…"
"""What stands in a text where a value is put."""


class RaisedText(NamedTuple):
    """One place where an error is made, with a text that can be read there."""

    place: str
    error: str
    text: str


def raised_texts(source: Path) -> Iterator[RaisedText]:
    """Yield the text of each error that a package makes, where it stands in place."""
    for path in sorted(source.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef):
                place = f"{path.relative_to(source)}:{function.name}"
                yield from _of_function(function, place)


def _of_function(function: ast.FunctionDef, place: str) -> Iterator[RaisedText]:
    assigned: dict[str, str] = {}
    for node in _in_order(function):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            if text := _text(node.value, assigned):
                assigned[node.targets[0].id] = text
        elif isinstance(node, ast.Call) and node.args:
            error = ast.unparse(node.func).rpartition(".")[2]
            text = _text(node.args[0], assigned)
            if error.endswith("Error") and text:
                yield RaisedText(place, error, text)


def _in_order(function: ast.FunctionDef) -> list[ast.Assign | ast.Call]:
    """Return what is set and called in a function, in the order of its lines."""
    nodes = [
        node for node in ast.walk(function) if isinstance(node, ast.Assign | ast.Call)
    ]
    return sorted(nodes, key=lambda node: (node.lineno, node.col_offset))


def _text(node: ast.AST, assigned: Mapping[str, str]) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else HOLE
            for part in node.values
        )
    return assigned.get(node.id) if isinstance(node, ast.Name) else None
