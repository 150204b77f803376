"""The records of an XML document, from several kinds of elements in one pass.

Facts:
    - Orders are `AmazonEnvelope/Message/OrderReport` with `Item` elements inside;
      the browse tree is `Result/Node`, hundreds of megabytes; elements repeat, and
      carry attributes such as `currency`, `name` and `count`
      (developer-docs.amazon.com, Order report attributes and Browse tree report, 2026).
    - The prologue names the charset; without one it is UTF-8 (Extensible Markup
      Language 1.0, section 4.3.3).
"""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, NoReturn
from xml.parsers import expat

from tap_amazon_reports.amazon.errors import DocumentDamagedError
from tap_amazon_reports.documents.charset import DecodedText, charset_of
from tap_amazon_reports.documents.errors import no_table
from tap_amazon_reports.documents.xml_tree import Place, TreeBuilder, places

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tap_amazon_reports.documents.layout import FoundRecord

__all__ = ["XmlRecords"]

_PROLOGUE_BYTES = 1024
_PIECE_CHARACTERS = 32 * 1024
"""What the parser is given at once: always so much, however the document was cut, for
what it is refused for is measured in between."""
_TOKEN_BYTES_MAX = 4 * 1024 * 1024
"""No tag or comment is longer: the parser begins each again with each piece."""
_SENTENCE_CHARACTERS = 1000
_IS_LAST = True
_ENCODING = re.compile(rb"""\A\s*<\?xml[^>]*?\bencoding\s*=\s*["']([\w.:-]+)["']""")
# The prologue itself, of a document in two bytes a character and without a mark.
_WIDE = ((b"<\0?\0", "utf-16-le"), (b"\0<\0?", "utf-16-be"))


class XmlRecords:
    """The records of one document, to be iterated over once.

    Namespaces are ignored: names are local ones. In a record an element is its text,
    or a dict if it has elements inside, or a list of these if it is there several
    times; an empty element is None. An attribute is a member of its own:
    `Price@currency` beside `Price`, `@count` for one of the record itself; where the
    element repeats it is a list, None standing for those before that lack it. Text
    beside elements is `#text`.

    A record with wanted elements inside comes without these. If it is no longer than
    `xml_tree.HELD_BYTES`, it comes first, then its inner records. A longer one is not
    held: inner records come before it, and the record around them that they carry has
    what was read so far, and in the 32 Ki characters of the document at hand.

    Entities, lists of attributes, and document types that are elsewhere, are refused:
    no report has them.
    """

    @property
    def replaced(self) -> int:
        """How many undecodable bytes were replaced so far."""
        return self.text.replaced

    def __init__(
        self,
        chunks: Iterable[bytes],
        paths: Sequence[str],
        *,
        declared: str | None = None,
        fallback: str = "cp1252",
    ) -> None:
        """Read `chunks`, bytes in pieces of any size; nothing is read until asked.

        Args:
            chunks: the document, unpacked. A byte order mark tells its charset, then
                its prologue, then `declared`, then `DecodedText` finds out.
            paths: which elements are records, from the root on: `Result/Node`; `*` is
                each child of the root.
            declared: Python's name of the charset, if somebody says it.
            fallback: the charset of an undeclared document that is not UTF-8.

        Raises:
            ValueError: a path has another shape.
        """
        self._root: Place = places(paths)
        self._chunks = chunks
        self._declared = declared
        self._fallback = fallback
        self.text = DecodedText(())

    def __iter__(self) -> Iterator[FoundRecord]:
        """Yield `(path, record, parents)`, the path being one of those asked for.

        Raises:
            NotATableError: the document is a sentence, not XML.
            DocumentDamagedError: it is cut short, no XML, of another kind, or has
                something that is refused.
        """
        self.text = self._decoded()
        pieces = _from_first_mark(self.text)
        builder = TreeBuilder(self._root)
        parser = _parser(builder)
        read_bytes = 0
        try:
            for piece in _even(pieces):
                data = piece.encode()
                parser.Parse(data)
                read_bytes += len(data)
                _refuse_long_token(read_bytes - parser.CurrentByteIndex)
                yield from builder.taken()
            parser.Parse("", _IS_LAST)
        except expat.ExpatError as error:
            reason = expat.ErrorString(error.code)
            msg = f"the document is damaged: its XML is broken or cut short ({reason})"
            raise DocumentDamagedError(msg) from error
        yield from builder.taken()

    def _decoded(self) -> DecodedText:
        source = iter(self._chunks)
        start = bytearray()
        for chunk in source:
            start += chunk
            if len(start) >= _PROLOGUE_BYTES:
                break
        charset = _prologue_charset(bytes(start[:_PROLOGUE_BYTES])) or self._declared
        return DecodedText(
            chain((bytes(start),), source), declared=charset, fallback=self._fallback
        )


def _prologue_charset(start: bytes) -> str | None:
    for prologue, wide in _WIDE:
        if start.startswith(prologue):
            return wide
    found = _ENCODING.match(start)
    if found is None:
        return None
    charset = charset_of(f"text/xml; charset={found[1].decode('ascii')}")
    # It could not have been read if that were true.
    return None if charset and charset.startswith("utf-16") else charset


def _from_first_mark(text: Iterable[str]) -> Iterator[str]:
    """Return the text from its first `<` on, which is all of it, but for blanks.

    Raises:
        NotATableError: something else is first.
    """
    pieces = iter(text)
    first = next(filter(None, map(str.lstrip, pieces)), "")
    if first and not first.startswith("<"):
        raise no_table("".join((first, *_some(pieces)))[:_SENTENCE_CHARACTERS])
    return chain((first,), pieces)


def _even(pieces: Iterable[str]) -> Iterator[str]:
    """Return the same text in pieces of one length."""
    waiting: list[str] = []
    size = 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size < _PIECE_CHARACTERS:
            continue
        text = "".join(waiting)
        whole = size - size % _PIECE_CHARACTERS
        for at in range(0, whole, _PIECE_CHARACTERS):
            yield text[at : at + _PIECE_CHARACTERS]
        waiting, size = [text[whole:]], size - whole
    yield "".join(waiting)


def _some(pieces: Iterator[str]) -> Iterator[str]:
    size = 0
    for piece in pieces:
        yield piece
        size += len(piece)
        if size >= _SENTENCE_CHARACTERS:
            return


def _parser(builder: TreeBuilder) -> expat.XMLParserType:
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.characters
    parser.StartDoctypeDeclHandler = _refuse_foreign_type
    parser.EntityDeclHandler = _refuse_entity
    parser.AttlistDeclHandler = _refuse_attributes
    parser.ExternalEntityRefHandler = _refuse_reference
    parser.SkippedEntityHandler = _refuse_reference
    builder.position = lambda: parser.CurrentByteIndex
    return parser


def _refuse_long_token(pending_bytes: int) -> None:
    if pending_bytes > _TOKEN_BYTES_MAX:
        msg = (
            "the document is damaged: a tag or a comment of its XML is longer than"
            f" {_TOKEN_BYTES_MAX} bytes"
        )
        raise DocumentDamagedError(msg)


def _refuse_foreign_type(
    _name: str, system_id: str | None, public_id: str | None, *_: object
) -> None:
    if system_id is not None or public_id is not None:
        _refuse("an external document type")


def _refuse_entity(*_: object) -> None:
    _refuse("an entity")


def _refuse_attributes(*_: object) -> None:
    # Their defaults would be in each element, however short the document is.
    _refuse("a list of attributes")


def _refuse_reference(*_: object) -> NoReturn:
    _refuse("a reference to an entity")


def _refuse(what: str) -> NoReturn:
    msg = f"the document is damaged: its XML has {what}, which is refused"
    raise DocumentDamagedError(msg)
