"""JSON values as text and back, every digit of every number kept."""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any

from tap_amazon_reports.documents.values import DIGITS_MAX

__all__ = [
    "DEPTH_MAX",
    "NO_TEXT",
    "is_too_deep",
    "json_decoder",
    "json_text",
    "json_value",
]

DEPTH_MAX = 200
"""How many arrays and objects may be inside one another; XML has the same bound."""

NO_TEXT = re.compile("[\0\ud800-\udfff]")
"""NUL, and half a character, as `\\ud800` alone is: no table has them in a text."""

_EXPONENT_MAX = 300
"""What a reader with binary floating point numbers can still take in."""


def json_decoder(*, strict: bool = True) -> json.JSONDecoder:
    """Return a decoder whose decimals are `Decimal`, with each digit as written.

    `NaN` and the infinities, which JSON does not have and some write, are their words;
    so are numbers beyond `DIGITS_MAX` digits or an exponent of 300, which not every
    reader of what the tap writes can take.

    Args:
        strict: whether control characters in strings are refused.
    """
    return json.JSONDecoder(
        parse_float=_decimal, parse_int=_integer, parse_constant=str, strict=strict
    )


def _decimal(text: str) -> Decimal | str:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    is_readable = len(text) <= DIGITS_MAX and abs(number.adjusted()) <= _EXPONENT_MAX
    return number if is_readable else text


def _integer(text: str) -> int | str:
    return int(text) if len(text) <= DIGITS_MAX else text


def is_too_deep(value: Any, text: str, start: int, end: int) -> bool:
    """Tell whether arrays and objects are nested more than `DEPTH_MAX` deep.

    Args:
        value: what was read.
        text: in which it was.
        start: where it begins there.
        end: where it ends.
    """
    # What has no more brackets than this cannot be: nearly everything.
    if text.count("[", start, end) + text.count("{", start, end) <= DEPTH_MAX:
        return False
    level = [value]
    for _ in range(DEPTH_MAX + 1):
        level = [
            inner
            for item in level
            if isinstance(item, (dict, list))
            for inner in (item.values() if isinstance(item, dict) else item)
        ]
        if not level:
            return False
    return True


_TOO_DEEP = "JSON that is nested too deeply"
_DECODER = json_decoder()


def json_text(value: Any) -> str:
    """Return the JSON of a value whose decimals are `Decimal`."""
    if isinstance(value, dict):
        members = (f"{_scalar(str(k))}: {json_text(v)}" for k, v in value.items())
        return f"{{{', '.join(members)}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(json_text, value))}]"
    return str(value) if isinstance(value, Decimal) else _scalar(value)


def json_value(text: str) -> Any:
    """Return the value that a JSON text is; numbers are as `json_decoder` has them.

    Raises:
        ValueError: it is no JSON, or has a text that is none.
    """
    try:
        value = _DECODER.decode(text)
    except RecursionError as error:
        raise ValueError(_TOO_DEEP) from error
    if is_too_deep(value, text, 0, len(text)):
        raise ValueError(_TOO_DEEP)
    if "\\u" in text and NO_TEXT.search(json_text(value)):
        msg = "JSON with half a character"
        raise ValueError(msg)
    return value


def _scalar(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
