"""Whether `stream_maps` can be used, as far as that can be told before a row is read.

The SDK's own declaration of it ends in an `AttributeError` where `__else__` is set to
anything but null, and names no column.
"""

from __future__ import annotations

import ast
import difflib
import fnmatch
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

NAME = "stream_maps"

_ELSE = "__else__"
_KEYS = "__key_properties__"
_SOURCE = "__source__"
_TEXTS = frozenset({"__alias__", _SOURCE})
_NOTHING = (None, "__NULL__")
_SHOWN = 80


def stream_map_problems(given: Any) -> Iterator[str]:
    """Yield a line for each part of `stream_maps` that cannot be used."""
    if given is None:
        return
    if not isinstance(given, dict):
        yield _problem(NAME, given, "an object with a member for each stream")
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


def maps_of_nothing(
    given: Mapping[str, Any] | None, streams: Collection[str]
) -> Iterator[str]:
    """Yield a line for each part of `stream_maps` that is of no stream there is.

    It may be of one that other settings would add, so it is no mistake for certain.
    """
    for name, found in (given or {}).items():
        source = found.get(_SOURCE, name) if isinstance(found, dict) else name
        if name == _ELSE or fnmatch.filter(streams, source):
            continue
        near = difflib.get_close_matches(source, streams, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        yield f"{NAME}.{name} has no effect: there is no stream {source}{hint}"


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
            yield _problem(name, found, f"a valid expression (here: {trouble})")


def _trouble(expression: str) -> str:
    """Return why an expression cannot be read; empty if it can."""
    try:
        ast.parse(expression.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return error.msg if isinstance(error, SyntaxError) else type(error).__name__
    return ""


def _problem(name: str, found: object, allowed: str) -> str:
    return f"{name}: found {repr(found)[:_SHOWN]}, allowed: {allowed}"
