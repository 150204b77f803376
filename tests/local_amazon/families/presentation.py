"""How a document is dressed: charset, line ends, order of columns, compression.

Facts (Document formats and encodings): the charset is in the download's Content-Type or
nowhere; Europe is Cp1252, Japan Shift_JIS; the declared compression may be wrong.
"""

from __future__ import annotations

import csv
import gzip
import io
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tests.local_amazon.marketplaces import BY_COUNTRY
from tests.local_amazon.storage.models import StoredObject

from .content import Document, JsonContent, Table, XmlContent
from .dice import Dice
from .json_text import json_records, json_text
from .xml_text import xml_records, xml_text

if TYPE_CHECKING:
    from .asked import Asked
    from .content import Content, Line
    from .layout import Layout

_UTF8 = (
    ("utf-8", "text/plain; charset=UTF-8"),
    ("utf-8", "text/plain;charset=utf8"),
    ("utf-8", "text/plain"),
    ("utf-8-sig", "text/plain; charset=UTF-8"),
)
_CP1252 = (
    ("cp1252", "text/plain; charset=Cp1252"),
    ("cp1252", "text/plain"),
    ("cp1252", "text/plain; charset=ISO-8859-1"),
)
_CP932 = (
    ("cp932", "text/plain; charset=Shift_JIS"),
    ("cp932", "text/plain; charset=windows-31j"),
    ("cp932", "text/plain"),
)


@dataclass(frozen=True)
class Presentation:
    """How one document is dressed.

    Attributes:
        charset: Python's name.
        content_type: what storage says of it.
        line_end: of a table.
        is_shuffled: whether the columns are in another order than usual.
        repeats_header: whether the header comes again in the body.
        members: how many gzip members there are; 0 for plain bytes.
        compression: what getReportDocument declares, which may be wrong.
        indent: of JSON and XML; None for no blanks.
    """

    charset: str = "utf-8"
    content_type: str = "text/plain; charset=UTF-8"
    line_end: str = "\r\n"
    is_shuffled: bool = False
    repeats_header: bool = False
    members: int = 1
    compression: str | None = "GZIP"
    indent: int | None = None


def presentation_of(asked: Asked) -> Presentation:
    """Return how the document of a request is dressed, always the same way."""
    dice = Dice("presentation", *asked.key)
    charset, content_type = _charset(asked, dice)
    by_position = asked.layout.about.get("by_position", False)
    is_pay = asked.layout.service == "amazon_pay"
    members = dice.pick((1, 1, 1, 3, 0))
    declared = bool(members) != dice.once_in(6)
    return Presentation(
        charset=charset,
        content_type=content_type,
        line_end="\n" if is_pay else dice.pick(("\r\n", "\n")),
        is_shuffled=dice.once_in(3) and not (by_position or is_pay),
        repeats_header=dice.once_in(3) and not is_pay,
        members=members,
        compression="GZIP" if declared else None,
        indent=dice.pick((None, 2)),
    )


def plain(presentation: Presentation) -> Presentation:
    """Return the same without any compression."""
    return replace(presentation, members=0, compression=None)


def _charset(asked: Asked, dice: Dice) -> tuple[str, str]:
    layout = asked.layout
    if layout.format == "json":
        return "utf-8", "application/json"
    if layout.format == "xml":
        return "utf-8", dice.pick(("text/xml", "text/xml; charset=UTF-8"))
    if layout.service == "amazon_pay":
        mark = "landmarks" in layout.about.get("header", {})
        return ("utf-8-sig" if mark else "utf-8"), "text/csv"
    if asked.country == "JP":
        return dice.pick(_CP932)
    if BY_COUNTRY[asked.country].region == "eu" and layout.format != "csv":
        return dice.pick(_CP1252)
    return dice.pick(_UTF8)


def stored(
    content: Content, presentation: Presentation, layout: Layout, key: object
) -> StoredObject:
    """Return the bytes of a document, dressed."""
    body = text_of(content, presentation, layout, key).encode(presentation.charset)
    return StoredObject(_packed(body, presentation.members), presentation.content_type)


def _packed(body: bytes, members: int) -> bytes:
    if not members:
        return body
    size = len(body) // members + 1
    pieces = [body[at : at + size] for at in range(0, len(body), size)] or [b""]
    return b"".join(gzip.compress(piece, mtime=0) for piece in pieces)


def text_of(
    content: Content, presentation: Presentation, layout: Layout, key: object
) -> str:
    """Return the text of a document."""
    if isinstance(content, JsonContent):
        return json_text(content.value, indent=presentation.indent)
    if isinstance(content, XmlContent):
        indent = None if presentation.indent is None else " " * presentation.indent
        return xml_text(content.root, indent=indent)
    write = {"tsv": _tabbed, "ledger": _ledger}.get(layout.format, _csv)
    columns = _columns(content, presentation, key)
    header = write([_heading(content, name) for name in columns], content)
    lines = [write(_cells(line, columns), content) for line in content.lines]
    if presentation.repeats_header and len(lines) > 1:
        lines.insert(len(lines) // 2, header)
    top = [*content.preamble, header + content.header_end]
    return "".join(f"{line}{presentation.line_end}" for line in (*top, *lines))


def document_of(
    content: Content, presentation: Presentation, layout: Layout, key: object
) -> Document:
    """Return what is in a document, in order."""
    paths = [str(records.path) for records in layout.records]
    if isinstance(content, JsonContent):
        return Document((), [], json_records(content.value, paths))
    if isinstance(content, XmlContent):
        return Document((), [], xml_records(content.root, paths))
    columns = _columns(content, presentation, key)
    header = tuple(_heading(content, name) for name in columns)
    rows = [_cells(line, columns) for line in content.lines]
    return Document(header, rows, {})


def _columns(content: Table, presentation: Presentation, key: object) -> list[str]:
    if presentation.is_shuffled:
        return Dice("shuffled", key).shuffled(content.columns)
    return content.columns


def _heading(content: Table, name: str) -> str:
    return content.headings.get(name, name)


def _cells(line: Line, columns: list[str]) -> list[str]:
    cells = [line.cells.get(name, "") for name in columns]
    if line.is_short:
        while len(cells) > 1 and not cells[-1]:
            cells.pop()
    return [*cells, *line.beyond]


def _tabbed(cells: list[str], content: Table) -> str:
    del content
    return "\t".join(cells)


def _ledger(cells: list[str], content: Table) -> str:
    """Return cells in quotes; inner ones stay as they are (Document formats)."""
    del content
    return "\t".join(f'"{cell}"' for cell in cells)


def _csv(cells: list[str], content: Table) -> str:
    text = io.StringIO()
    csv.writer(
        text,
        lineterminator="",
        quoting=csv.QUOTE_ALL if content.all_quoted else csv.QUOTE_MINIMAL,
    ).writerow(cells)
    return text.getvalue()
