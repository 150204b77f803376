"""JSON objects to typed records, by the JSON schema of their stream."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from tap_amazon_reports.amazon.wire_time import parse_instant, utc_text
from tap_amazon_reports.documents import values
from tap_amazon_reports.documents.columns import Record, snake_case

if TYPE_CHECKING:
    from decimal import Decimal

_Typed = Callable[[Any], object]


class ObjectReader:
    """Reads objects as Amazon's JSON has them into the columns of one schema.

    Attributes:
        misfits: how many values did not fit their column, by its name, so far.
    """

    def __init__(self, schema: Mapping[str, Any]) -> None:
        """Work out once how each column is read.

        Args:
            schema: of the records; a property is named as Amazon's name in snake case.
        """
        self._typed = {
            name: _typed(kind) for name, kind in schema["properties"].items()
        }
        self.misfits: Counter[str] = Counter()

    def read(self, wire: Mapping[str, Any]) -> Record:
        """Return a value for each column, and what is in no column or does not fit."""
        found: dict[str, object] = dict.fromkeys(self._typed)
        extra: dict[str, str] = {}
        for name, value in wire.items():
            column = snake_case(name)
            if value is None:
                continue
            if column not in self._typed:
                extra[name] = _as_text(value)
                continue
            try:
                found[column] = self._typed[column](value)
            except (TypeError, ValueError):
                extra[name] = _as_text(value)
                self.misfits[column] += 1
        return Record(found, extra)


def _typed(kind: Mapping[str, Any]) -> _Typed:
    """Return what turns a JSON value into one of a schema's `kind`."""
    if kind.get("format") == "date-time":
        return _moment
    types = kind["type"] if isinstance(kind["type"], list) else [kind["type"]]
    return next(_BY_TYPE[name] for name in types if name in _BY_TYPE)


def _moment(value: Any) -> str:
    return utc_text(parse_instant(_text(value)))


def _text(value: Any) -> str:
    if isinstance(value, (bool, dict, list)):
        raise TypeError
    return str(value)


def _whole(value: Any) -> int | None:
    return values.integer(_text(value))


def _exact(value: Any) -> Decimal | None:
    return values.decimal(_text(value))


def _truth(value: Any) -> bool | None:
    return value if isinstance(value, bool) else values.boolean(_text(value))


def _texts(value: Any) -> list[str]:
    if not isinstance(value, list):
        raise TypeError
    return [_text(item) for item in value]


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError
    return value


_BY_TYPE: dict[str, _Typed] = {
    "string": _text,
    "integer": _whole,
    "number": _exact,
    "boolean": _truth,
    "array": _texts,
    "object": _object,
}


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)
