"""Bytes to text, piece by piece, with every undecodable byte replaced and counted.

Facts:
    - No field of an API says the charset; the `Content-Type` of the download does:
      `text/plain; charset=Cp1252` in Europe, `utf8` in North America
      (github.com/jrl84/amazon-sp-api, issue 144, July 2022), `windows-31j` or
      `Shift_JIS` in Japan, which is read as cp932 (github.com/saleweaver/
      python-amazon-sp-api, pull request 244, September 2021).
    - Some say none (github.com/amzn/selling-partner-api-docs, issue 2338, June 2022):
      then UTF-8 strictly, then cp1252, or cp932 for Japan.
    - Settlement files of Amazon Pay begin with a byte order mark
      (github.com/wikimedia/wikimedia-fundraising-SmashPig, Amazon audit files of 2015
      and 2018).
"""

from __future__ import annotations

import codecs
from email.message import Message
from itertools import chain
from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.errors import DocumentDamagedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = [
    "LOOK_AHEAD_BYTES",
    "DecodedText",
    "charset_of",
    "fallback_charset",
    "is_beyond_ascii_only",
]

LOOK_AHEAD_BYTES = 64 * 1024
"""How much text beyond ASCII is looked at to tell UTF-8 from something else."""

_REPLACEMENT = "\ufffd"
_ASCII = bytes(range(128))
# ASCII that is other letters in ISO 2022 and in HZ.
_SHIFTS = b"\x1b$B!!\x1b(B\x1b$)C\x0e!!\x0f~{!!~}"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    # Before the shorter mark with which this one begins.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MARK_BYTES = 4
_READ_AS = {
    # Java's and the web's names for what Microsoft writes in Japan: a superset.
    "windows-31j": "cp932",
    "ms932": "cp932",
    "ms_kanji": "cp932",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    # As browsers do: the bytes 80 to 9F are letters in cp1252, and nothing in Latin 1.
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    # As browsers do; with a byte order mark it is the mark that decides.
    "utf-16": "utf-16-le",
    "utf16": "utf-16-le",
    "utf-32": "utf-32-le",
    "utf-8-sig": "utf-8",
}
# A server's default, and no news: where it is true, UTF-8 is true as well.
_NO_NEWS = frozenset({"us-ascii", "ascii"})
# What Python decodes by escapes, to characters that no text may have, too.
_NO_CHARSETS = frozenset(
    {"utf-7", "unicode-escape", "unicode_escape", "raw-unicode-escape"}
    | {"raw_unicode_escape", "punycode", "idna"}
)


def charset_of(content_type: str | None) -> str | None:
    """Return Python's name of the charset in a `Content-Type` header.

    Shift_JIS is read as cp932 and ISO-8859-1 as cp1252, their supersets. None means
    that the header gives no charset, `us-ascii`, or one that Python does not know.
    """
    message = Message()
    message["Content-Type"] = content_type or "text/plain"
    try:
        name = (message.get_content_charset() or "").strip()
    except TypeError:
        # A charset in parts, of which some have a number and some have none.
        return None
    if not name or name in _NO_NEWS:
        return None
    return _known(_READ_AS.get(name, name))


def fallback_charset(country: str | None) -> str:
    """Return the charset of a text that declares none and is not UTF-8.

    Args:
        country: two letters, in capitals, of the marketplace.
    """
    return "cp932" if country == "JP" else "cp1252"


def is_beyond_ascii_only(charset: str) -> bool:
    """Tell whether a charset, by Python's name, has all of ASCII as its bytes are."""
    plain = _ASCII + _SHIFTS
    return plain.decode(charset, "replace") == plain.decode("ascii")


def _known(name: str) -> str | None:
    try:
        "-".encode(name)
        codecs.getincrementaldecoder(name)
    except (LookupError, ValueError):
        return None
    found = codecs.lookup(name).name
    is_none = found in _NO_CHARSETS or found in _NO_NEWS
    return None if is_none else _READ_AS.get(found, found)


class DecodedText:
    """The text of a document, to be iterated over once, in pieces as they come.

    A byte order mark is believed before anything else, then `declared`. With neither,
    ASCII passes as it is, and the first byte beyond it decides: if the 64 KiB that
    begin there are UTF-8 without a fault, the document is UTF-8, else `fallback`.
    So nothing is held back from an ASCII document, and a charset never changes in
    the middle; the price is that one broken character in those 64 KiB of UTF-8 has
    the rest read in the fall-back, where it would be a replacement further down.

    Attributes:
        charset: Python's name of the charset; final when the text has been read.
        replaced: how many times undecodable bytes became U+FFFD so far.
    """

    def __init__(
        self,
        chunks: Iterable[bytes],
        *,
        declared: str | None = None,
        fallback: str = "cp1252",
    ) -> None:
        """Decode `chunks`.

        Args:
            chunks: the bytes, in pieces of any size.
            declared: Python's name of the charset, as `charset_of` returns it.
            fallback: the charset of an undeclared document that is not UTF-8.
        """
        self.charset = declared or "utf-8"
        self.replaced = 0
        self._chunks = chunks
        self._declared = declared
        self._fallback = fallback

    def __iter__(self) -> Iterator[str]:
        """Yield the text; pieces are never empty."""
        source = iter(self._chunks)
        head = _gather(b"", source, _MARK_BYTES)
        mark, charset = _marked(head)
        rest = chain((head[len(mark) :],), source)
        if charset is None and self._declared is None:
            return filter(None, self._detected(rest))
        self.charset = charset or self.charset
        return filter(None, self._decoded(rest))

    def _detected(self, chunks: Iterator[bytes]) -> Iterator[str]:
        for chunk in chunks:
            if chunk.isascii():
                yield chunk.decode("ascii")
                continue
            foreign = chunk.lstrip(_ASCII)
            yield chunk[: len(chunk) - len(foreign)].decode("ascii")
            sample = _gather(foreign, chunks, LOOK_AHEAD_BYTES)
            if not _is_utf8(sample[:LOOK_AHEAD_BYTES]):
                self.charset = self._fallback
            yield from self._decoded(chain((sample,), chunks))
            return

    def _decoded(self, chunks: Iterable[bytes]) -> Iterator[str]:
        decoder = _CountingDecoder(self.charset)
        for chunk in chunks:
            yield decoder.decode(chunk)
            self.replaced = decoder.replaced
        yield decoder.decode(b"", final=True)
        self.replaced = decoder.replaced


def _marked(head: bytes) -> tuple[bytes, str | None]:
    for mark, charset in _MARKS:
        if head.startswith(mark):
            return mark, charset
    return b"", None


def _gather(start: bytes, chunks: Iterator[bytes], size: int) -> bytes:
    """Return `start` and what follows, until there are `size` bytes or no more."""
    gathered = bytearray(start)
    while len(gathered) < size:
        chunk = next(chunks, None)
        if chunk is None:
            break
        gathered += chunk
    return bytes(gathered)


def _is_utf8(sample: bytes) -> bool:
    # A full sample may end within a character; a shorter one is all there is.
    whole = len(sample) < LOOK_AHEAD_BYTES
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample, whole)
    except UnicodeDecodeError:
        return False
    return True


class _CountingDecoder:
    """An incremental decoder that replaces what it cannot decode, and counts it."""

    def __init__(self, charset: str) -> None:
        make = codecs.getincrementaldecoder(charset)
        self.replaced = 0
        self._held = b""
        self._strict: codecs.IncrementalDecoder | None = make()
        self._replacing = make("replace")
        self._ignoring = make("ignore")

    def decode(self, data: bytes, *, final: bool = False) -> str:
        data, self._held = self._held + data, b""
        if self._strict is not None:
            state = self._strict.getstate()
            try:
                return self._strict.decode(data, final)
            except UnicodeDecodeError:
                # What was pending, and a shift to other letters that is in force.
                self._replacing.setstate(state)
                self._ignoring.setstate(state)
                self._strict = None
            except UnicodeError:
                self._strict.setstate(state)
                return self._hold(data, final=final)
        states = self._ignoring.getstate(), self._replacing.getstate()
        try:
            ignoring = self._ignoring.decode(data, final)
            text = self._replacing.decode(data, final)
        except UnicodeError:
            self._ignoring.setstate(states[0])
            self._replacing.setstate(states[1])
            return self._hold(data, final=final)
        # A U+FFFD that Amazon wrote survives both ways, and is no replacement.
        self.replaced += text.count(_REPLACEMENT) - ignoring.count(_REPLACEMENT)
        return text

    def _hold(self, data: bytes, *, final: bool) -> str:
        """Wait for more: an escape of ISO 2022 can be longer than Python's buffer."""
        if final:
            msg = "the document is damaged: its charset cannot be decoded"
            raise DocumentDamagedError(msg)
        self._held = data
        return ""
