"""Reads documents back, plainly and apart from the tap: for tests of the families."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .layout import layout_of

if TYPE_CHECKING:
    from tests.local_amazon.storage.models import StoredObject

    from .presentation import Presentation

CHARSET = re.compile(r"charset=(\S+)")
READ_AS = {"shift_jis": "cp932", "windows-31j": "cp932", "iso-8859-1": "cp1252"}


def plain_bytes(stored: StoredObject) -> bytes:
    """Return the bytes of a document without their compression."""
    body = b"".join(stored.pieces())
    return gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body


def text_in(stored: StoredObject, presentation: Presentation) -> str:
    """Return the text, by the declared charset or by the one that is known."""
    declared = CHARSET.search(stored.content_type)
    if declared is None:
        return plain_bytes(stored).decode(presentation.charset)
    name = declared[1].lower()
    return plain_bytes(stored).decode(READ_AS.get(name, name)).removeprefix("\ufeff")


def rows_in(text: str, report_type: str) -> list[list[str]]:
    """Return the cells of all lines of a table, its header too."""
    form = layout_of(report_type).format
    if form == "csv":
        return [row for row in csv.reader(io.StringIO(text, newline="")) if row]
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    rows = [line.split("\t") for line in lines if line]
    if form == "ledger":
        return [[cell[1:-1] for cell in row] for row in rows]
    return rows


def value_in(text: str) -> dict[str, Any]:
    """Return the object of a JSON document, with every digit of its numbers."""
    value = json.loads(text, parse_float=Decimal)
    assert isinstance(value, dict)
    return value
