"""What a document is, where nobody knows it before: told by how it begins.

Facts:
    - A PDF begins with `%PDF-` (ISO 32000-1, section 7.5.2); an Office file is a ZIP
      with a part `[Content_Types].xml` (ECMA-376, part 2).
    - Amazon S3 says why it refuses as XML whose root is `Error` (Amazon S3 API
      Reference, Error responses).
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from tap_amazon_reports.documents.charset import DecodedText
from tap_amazon_reports.documents.errors import UnreadableFormatError, no_table
from tap_amazon_reports.documents.layout import DocumentFormat

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tap_amazon_reports.documents.container import Member

__all__ = ["format_of"]

_START_CHARACTERS = 1024
_BLANKS_MAX = 64 * 1024
# A comment ends at its first end, or there would be very many ways to read several.
_PAGE = re.compile(
    r"(?:(?:<\?[^>]*>|<!--(?:(?!-->).)*-->)\s*)*"
    r"<(?:(?i:!doctype\s+html|html|head|body)|Error)\b",
    re.DOTALL,
)
_BY_SIGN = {
    "{": DocumentFormat.JSON,
    "[": DocumentFormat.JSON,
    "<": DocumentFormat.XML,
}
_OFFICE_PART = "[Content_Types].xml"


def format_of(
    member: Member, *, otherwise: DocumentFormat, declared: str | None, fallback: str
) -> tuple[DocumentFormat, Member]:
    """Return what a document is, and the document, from its first byte on.

    Args:
        member: the document, of which nothing has been read.
        otherwise: what it is if its first sign says nothing.
        declared: Python's name of its charset, if somebody says it.
        fallback: the charset of an undeclared document that is not UTF-8.

    Raises:
        NotATableError: it is a page, or says why there is no document.
        UnreadableFormatError: nobody reads what it is.
    """
    if member.name == _OFFICE_PART:
        msg = "an Office file (an Excel workbook, for example)"
        raise UnreadableFormatError(msg)
    taken: list[bytes] = []
    text = DecodedText(
        _noted(member.chunks, taken), declared=declared, fallback=fallback
    )
    start = _start(text)
    if start.startswith("%PDF"):
        msg = "a PDF"
        raise UnreadableFormatError(msg)
    if _PAGE.match(start):
        raise no_table(start)
    whole = replace(member, chunks=chain(taken, member.chunks))
    return _BY_SIGN.get(start[:1], otherwise), whole


def _noted(chunks: Iterable[bytes], taken: list[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        taken.append(chunk)
        yield chunk


def _start(text: Iterable[str]) -> str:
    """Return how a text begins, without the blanks before; nothing if they are many."""
    start, blanks = "", 0
    for piece in text:
        bare = piece if start else piece.lstrip()
        blanks += len(piece) - len(bare)
        start += bare
        if len(start) >= _START_CHARACTERS or blanks > _BLANKS_MAX:
            break
    return "" if blanks > _BLANKS_MAX else start[:_START_CHARACTERS]
