"""Which family makes the documents of which type."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from . import objects, tables

if TYPE_CHECKING:
    from .asked import Asked
    from .content import Content

Maker = Callable[["Asked"], "Content"]
MAKERS: dict[str, Maker] = {}
"""The families made by hand; each adds its own below."""
BY_FORMAT: dict[str, Maker] = {
    "json": objects.json_content,
    "xml": objects.xml_content,
}


def content_of(asked: Asked) -> Content:
    """Return what is in the document of a request."""
    layout = asked.layout
    maker = MAKERS.get(layout.report_type) or BY_FORMAT.get(layout.format, tables.table)
    return maker(asked)


def is_empty(content: Content) -> bool:
    """Tell whether a table has no rows; an object or an envelope is always there."""
    lines = getattr(content, "lines", None)
    return lines is not None and not lines
