"""JSON values as text and back, every digit of every number kept."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

__all__ = ["json_text", "json_value"]


def json_text(value: Any) -> str:
    """Return the JSON of a value whose decimals are `Decimal`."""
    if isinstance(value, dict):
        members = (f"{_scalar(str(k))}: {json_text(v)}" for k, v in value.items())
        return f"{{{', '.join(members)}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(json_text, value))}]"
    return str(value) if isinstance(value, Decimal) else _scalar(value)


def json_value(text: str) -> Any:
    """Return the value that a JSON text is; decimals are `Decimal`.

    Raises:
        ValueError: it is no JSON.
    """
    try:
        return json.loads(text, parse_float=Decimal)
    except RecursionError as error:
        msg = "JSON that is nested too deeply"
        raise ValueError(msg) from error


def _scalar(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
