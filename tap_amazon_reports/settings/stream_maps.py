"""Whether `stream_maps` can be used, as far as that can be told before a row is read.

The SDK's own declaration of it ends in an `AttributeError` where `__else__` is set to
anything but null, and names no column.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "stream_maps"

_ELSE = "__else__"
_KEYS = "__key_properties__"
_TEXTS = frozenset({"__alias__", "__source__"})
_NOTHING = (None, "__NULL__")
_SHOWN = 80


def stream_map_problems(given: Any) -> Iterator[str]:
    """Yield a line for each part of `stream_maps` that cannot be used."""
    if given is None:
        return
    if not isinstance(given, dict):
        yield _problem(NAME, given, "an object with a part for each stream")
        return
    for stream, found in given.items():
        name = f"{NAME}.{stream}"
        if found in _NOTHING:
            continue
        if stream == _ELSE:
            yield _problem(name, found, "null, which leaves out the other streams")
        elif isinstance(found, dict):
            yield from _column_problems(name, found)
        else:
            yield _problem(
                name,
                found,
                "an object of columns and expressions, or null, which leaves out the"
                " stream",
            )


def _column_problems(stream: str, given: dict[str, Any]) -> Iterator[str]:
    for column, found in given.items():
        name = f"{stream}.{column}"
        if found in _NOTHING:
            continue
        if column == _KEYS:
            if not isinstance(found, list) or not all(
                isinstance(one, str) for one in found
            ):
                yield _problem(name, found, "a list of columns")
        elif column == _ELSE:
            yield _problem(name, found, "null, which leaves out the other columns")
        elif not isinstance(found, str):
            yield _problem(name, found, "an expression, as text, or null")
        elif column not in _TEXTS and (trouble := _trouble(found)):
            yield _problem(name, found, f"an expression; this is none ({trouble})")


def _trouble(expression: str) -> str:
    """Return why an expression cannot be read; empty if it can."""
    try:
        ast.parse(expression.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return error.msg if isinstance(error, SyntaxError) else type(error).__name__
    return ""


def _problem(name: str, found: object, allowed: str) -> str:
    return f"{name}: found {repr(found)[:_SHOWN]}, allowed: {allowed}"
