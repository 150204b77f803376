"""What one document, of any bytes at all, is put through."""

from __future__ import annotations

import gzip
import io
import json
import random
import zipfile
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import orjson

from tap_amazon_reports.documents.block import RowBlock
from tap_amazon_reports.documents.charset import DecodedText, charset_of
from tap_amazon_reports.documents.column_names import normalise
from tap_amazon_reports.documents.layout import DocumentFormat
from tap_amazon_reports.reports.schema_files import CATALOGUE
from tap_amazon_reports.singer.json_lines import json_lines

from . import independent
from .reading import FORMATS, Outcome, layout, read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_amazon_reports.documents.layout import Layout

CONTENT_TYPES = (
    None,
    "text/plain; charset=utf-8",
    "text/plain; charset=Cp1252",
    "text/plain; charset=Shift_JIS",
    "text/plain; charset=utf-16",
    "text/plain; charset=iso-2022-jp",
)
COUNTRIES = (None, "US", "DE", "JP")
TEXT = {"type": ["string", "null"]}
COLUMNS = ("name", "price", "count", "about")
_CHOICE_BYTES = 6
_UNKNOWN = CATALOGUE.find("selling_partner", "GET_WHAT_NOBODY_KNOWS").layout


class Trial(NamedTuple):
    """A document and how it is to be read.

    Attributes:
        made: the layout.
        document: as storage has it.
        content_type: as storage tells it.
        country: of the marketplace.
        seed: of the places where it is cut.
    """

    made: Layout
    document: bytes
    content_type: str | None
    country: str | None
    seed: int

    @classmethod
    def of(cls, data: bytes) -> Trial:
        """Return what the first six bytes choose; the others are the document."""
        choice, content = data[:_CHOICE_BYTES].ljust(_CHOICE_BYTES, b"\0"), data[6:]
        kind = FORMATS[choice[0] % len(FORMATS)]
        more: dict[str, Any] = {}
        if choice[1] & 1 and kind.is_table:
            more["landmarks"] = ("name",)
        if choice[1] & 2 and kind.is_table:
            more["by_position"] = True
        made = _UNKNOWN if choice[1] & 4 else layout(kind, **more)
        return cls(
            made,
            _PACKED[choice[2] % len(_PACKED)](content),
            CONTENT_TYPES[choice[3] % len(CONTENT_TYPES)],
            COUNTRIES[choice[4] % len(COUNTRIES)],
            choice[5],
        )

    def run(self) -> Outcome:
        """Read the document in many ways, and compare.

        Raises:
            AssertionError: its rows depend on how it was cut, cannot be written as
                JSON, or are not what it holds.
            Exception: whatever else reading raises that is not the tap's own error.
        """
        outcome = self._read([self.document])
        for pieces in self._cuts():
            assert outcome == self._read(pieces), f"cut to {list(map(len, pieces))}"
        check_output(outcome)
        self._compare()
        return outcome

    def _read(self, pieces: list[bytes]) -> Outcome:
        return read(
            self.made, pieces, content_type=self.content_type, country=self.country
        )

    def _cuts(self) -> Iterator[list[bytes]]:
        document, dice = self.document, random.Random(self.seed)  # noqa: S311 (no secret)
        yield [document[at : at + 1] for at in range(len(document))]
        for _ in range(3):
            number = dice.randint(1, 4)
            cuts = sorted(dice.randint(0, len(document)) for _ in range(number))
            bounds = zip([0, *cuts], [*cuts, len(document)], strict=True)
            yield [document[start:end] for start, end in bounds]

    def _compare(self) -> None:
        """Compare with an independent reader, where the document is plain UTF-8."""
        if self.made.is_guess or self.content_type:
            return
        if self.document[:2] in {b"PK", b"\x1f\x8b"}:
            return
        made = DecodedText([self.document], declared=charset_of(self.content_type))
        text = "".join(made)
        if made.replaced or made.charset != "utf-8":
            return
        assert_nothing_lost(self.made.format, text)


def assert_nothing_lost(kind: DocumentFormat, text: str) -> None:
    """Fail if the rows of a document are not what another reader finds in it.

    Raises:
        AssertionError: a value is lost, invented, or in another row.
    """
    found = read(as_texts(kind), [text.encode()])
    if found.error:
        return
    text = text.removeprefix("\ufeff")
    if kind.is_table:
        text = text.replace("\0", "\ufffd")
    try:
        expected = independent.records(kind, text)
        has_header = not kind.is_table or _knows_a_column(kind, text)
    except (independent.NotComparableError, RecursionError):
        return
    if has_header:
        assert expected == {stream: _bags(kind, found, stream) for stream in expected}


def _bags(kind: DocumentFormat, found: Outcome, stream: str) -> list[independent.Bag]:
    """Return what each row holds; one of XML that holds nothing may be there or not."""
    bags = [independent.bag(row, extra) for row, extra in found.rows.get(stream, [])]
    return [each for each in bags if each or kind is not DocumentFormat.XML]


def as_texts(kind: DocumentFormat) -> Layout:
    """Return a layout whose columns are all text."""
    made = layout(kind)
    for each in made.records:
        each.schema["properties"].update(dict.fromkeys(COLUMNS, TEXT))
    return made


def _knows_a_column(kind: DocumentFormat, text: str) -> bool:
    header = next(iter(independent.table(kind, text)), [])
    return bool(set(COLUMNS) & {normalise(name) for name in header})


def check_output(outcome: Outcome) -> None:
    """Fail if a row is no JSON that strict readers take, or comes back as another."""
    for rows in outcome.rows.values():
        block = RowBlock([{**row, "_extra": extra} for row, extra in rows])
        written = b"".join(json_lines(block)).splitlines()
        assert len(rows) == len(written)
        for line, row in zip(written, block.rows(), strict=True):
            assert row == json.loads(line, parse_float=Decimal, parse_constant=_refuse)
            json.loads(line)
            msgspec.json.decode(line)
            orjson.loads(line)


def _refuse(word: str) -> None:
    msg = f"{word} is no JSON"
    raise AssertionError(msg)


def _zipped(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", content)
    return out.getvalue()


def _gzipped(content: bytes) -> bytes:
    middle = len(content) // 2
    parts = (content[:middle], content[middle:])
    return b"".join(gzip.compress(part, 1, mtime=0) for part in parts)


_PACKED = (bytes, bytes, _gzipped, _zipped)
