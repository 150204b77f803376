"""JSON values to the values of typed columns, every digit kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tap_amazon_reports.documents import values
from tap_amazon_reports.documents.json_text import json_text
from tap_amazon_reports.documents.typed import column_kind

if TYPE_CHECKING:
    from tap_amazon_reports.documents.columns import Parser
    from tap_amazon_reports.documents.conventions import Conventions

__all__ = ["Typed", "value_types"]

_EXPONENT_MAX = 30

Typed = Callable[[Any], object]
"""Turns a JSON value, not null, into a column's."""


def value_types(conventions: Conventions) -> Callable[[Mapping[str, Any]], Typed]:
    """Return what tells how the values of a column are read.

    What it returns raises `TypeError` or `ValueError` for what does not fit. Numbers in
    strings are read, as documents have them; so is all text, by `conventions`.
    """
    by_kind = _by_kind(conventions)

    def typed(column: Mapping[str, Any]) -> Typed:
        kind = column_kind(column)
        items = column.get("items", {}).get("type", ())
        if kind == "array" and "string" in items:
            return _texts if "null" in items else _whole_texts
        members = column.get("additionalProperties")
        if kind == "object" and isinstance(members, dict):
            return _object_of_texts
        return by_kind[kind]

    return typed


def _by_kind(conventions: Conventions) -> dict[str, Typed]:
    cells = conventions.parsers()
    return {
        "string": _text,
        "integer": _integer,
        "boolean": _boolean,
        "number": _number_type(cells["number"]),
        "date": _text_type(cells["date"]),
        "date-time": _text_type(cells["date-time"]),
        "object": _object,
        "array": _array,
    }


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value if value and not value.isspace() else None
    return json_text(_scalar(value))


def _scalar(value: Any) -> Any:
    if isinstance(value, (dict, list)):
        raise TypeError
    return value


def _integer(value: Any) -> int | None:
    if isinstance(value, Decimal) and _modest(value) == int(value):
        return values.integer(str(int(value)))
    return values.integer(_as_cell(value))


def _number_type(parse: Parser) -> Typed:
    def typed(value: Any) -> object:
        if isinstance(value, int) and not isinstance(value, bool):
            _modest(Decimal(value))
            return value
        if isinstance(value, Decimal):
            return _modest(value)
        return parse(_as_cell(value))

    return typed


def _modest(value: Decimal) -> Decimal:
    # `1E+31` is refused as it is in a table; forty digits that are all written are not.
    _, digits, exponent = value.as_tuple()
    too_long = len(digits) > values.DIGITS_MAX
    if too_long or max(int(exponent), -value.adjusted()) > _EXPONENT_MAX:
        msg = "a decimal beyond all measure"
        raise ValueError(msg)
    return value


def _text_type(parse: Parser) -> Typed:
    def typed(value: Any) -> object:
        return parse(_as_cell(value))

    return typed


def _as_cell(value: Any) -> str:
    if isinstance(value, bool):
        raise TypeError
    return value if isinstance(value, str) else str(_scalar(value))


def _boolean(value: Any) -> bool | None:
    return value if isinstance(value, bool) else values.boolean(_as_cell(value))


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError
    return value


def _array(value: Any) -> list[Any]:
    # In XML, what could repeat and does not is no list.
    return value if isinstance(value, list) else [value]


def _texts(value: Any) -> list[str | None]:
    return [item if item is None else _text(item) for item in _array(value)]


def _whole_texts(value: Any) -> list[str | None]:
    found = _texts(value)
    if None in found:
        raise ValueError
    return found


def _object_of_texts(value: Any) -> dict[str, str]:
    items = _object(value).items()
    return {
        name: item if isinstance(item, str) else json_text(_scalar(item))
        for name, item in items
        if item is not None
    }
