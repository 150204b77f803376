"""What becomes of a document, cut in one way or another, so that it can be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from tap_amazon_reports.amazon.errors import AmazonError
from tap_amazon_reports.documents.container import members
from tap_amazon_reports.documents.document_rows import DocumentRows
from tap_amazon_reports.documents.layout import DocumentFormat, Layout, RecordSet

if TYPE_CHECKING:
    from collections.abc import Iterable

FORMATS = tuple(kind for kind in DocumentFormat if kind.is_readable)
_PATHS = {
    DocumentFormat.JSON: ("things[]", "things[].parts[]"),
    DocumentFormat.XML: ("Things/Thing", "Things/Thing/Part"),
}


def layout(kind: DocumentFormat, **more: Any) -> Layout:
    """Return a layout with a text, a number, a count, a day and an object."""
    properties: dict[str, Any] = {
        "name": {"type": ["string", "null"]},
        "price": {"type": ["number", "null"]},
        "count": {"type": ["integer", "null"]},
        "about": {"type": ["object", "null"]},
    }
    schema = {"type": "object", "properties": properties}
    paths = _PATHS.get(kind, (None,))
    records = tuple(
        RecordSet(f"stream_{n}", path, key=(), unique=False, schema=schema)
        for n, path in enumerate(paths)
    )
    return Layout(kind, records, **more)


class Outcome(NamedTuple):
    """What came of a document.

    Attributes:
        error: the class of what it ended with; empty if it was read.
        rows: of each stream, with the extra cells; none if it ended with an error.
        counts: misfits, unknown columns and replaced bytes.
    """

    error: str
    rows: dict[str, list[tuple[dict[str, Any], dict[str, str]]]]
    counts: tuple[object, ...]


def read(
    made: Layout,
    pieces: Iterable[bytes],
    *,
    content_type: str | None = None,
    country: str | None = None,
) -> Outcome:
    """Read a document."""
    reader = DocumentRows(made, country=country)
    rows: dict[str, list[tuple[dict[str, Any], dict[str, str]]]] = {}
    try:
        for records, block, extras in reader.blocks(
            members(pieces), content_type=content_type
        ):
            rows.setdefault(records.stream, []).extend(
                (row, extras.get(place, {})) for place, row in enumerate(block.rows())
            )
    except AmazonError as error:
        return Outcome(type(error).__name__, {}, ())
    counts = (dict(reader.misfits), dict(reader.unknown), reader.replaced)
    return Outcome("", rows, counts)
