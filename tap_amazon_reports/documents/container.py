"""What a document is packed in, told by its first bytes alone.

Facts:
    - The Appstore's sales are a ZIP with a CSV in it (developer.amazon.com, Reporting
      API); a download of 2022 is plain, and its name ends in the number of a part,
      `earnings-2022-03-00000.csv` (github.com/MiguelCouto-DA/pypayment_v2, raw/amazon).
      So what it is packed in is told by its bytes, and all parts are read.
    - A ZIP may have been written as a stream, with sizes behind the data (APPNOTE.TXT
      6.3.10, section 4.3.9).
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise

from tap_amazon_reports.amazon.echo import printable
from tap_amazon_reports.amazon.errors import DocumentDamagedError

__all__ = ["PIECE_BYTES", "ZIP_BYTES_MAX", "ZIP_FILES_MAX", "Member", "members"]

ZIP_BYTES_MAX = 256 * 1024 * 1024
"""A ZIP is held in memory, compressed: Amazon's are of a few megabytes."""

PIECE_BYTES = 128 * 1024
"""No piece that a member yields is longer, however well it was compressed."""

ZIP_FILES_MAX = 10_000
"""How many files an archive may have: each costs memory before any is read."""

_PACKED_BYTES = 8 * 1024
"""What is behind the end of a gzip member is copied: not more of it than this."""

_GZIP = b"\x1f\x8b"
_GZIP_WINDOW_BITS = 16 + zlib.MAX_WBITS
# "PK" alone would take a table whose first column is named PK for an archive.
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_SIGNATURE_BYTES = 4
_ENCRYPTED = 0x1
# What begins each entry of the directory of an archive.
_ENTRY = b"PK\x01\x02"
# The record at the end of an archive, with a comment of at most 64 KiB behind it.
_END = b"PK\x05\x06"
_END_BYTES_MAX = 22 + 0xFFFF
_END_ENTRIES_AT = 10
_HEADER_BYTES = 30
"""Before the content of each file, and before its name."""
_MANY = 0xFFFF
"""Instead of a number: it stands in a record of its own, as in large archives."""
# The two methods that zipfile can undo in bounded pieces.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ZIP_TROUBLES = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    OverflowError,
    ValueError,
)


@dataclass(frozen=True)
class Member:
    """One file inside a document.

    Attributes:
        name: its name in the archive; None outside of one.
        chunks: its bytes, unpacked, in pieces of at most `PIECE_BYTES`, to be read
            once. Reading raises `DocumentDamagedError` where the damage shows, so
            nothing counts as read before the end.
    """

    name: str | None
    chunks: Iterator[bytes]


def members(chunks: Iterable[bytes]) -> Iterator[Member]:
    """Unpack a document and yield the files in it.

    Gzip and plain documents are one member and pass through as a stream. A ZIP is
    held in memory as it came, compressed, because its directory stands at its end;
    its files follow in the order of their names, without directories and `__MACOSX`.

    Args:
        chunks: the document as it was stored, in pieces of any size.

    Raises:
        DocumentDamagedError: it is cut short, fails a checksum, or is encrypted.
    """
    source = _Source(chunks)
    head = source.peek(_SIGNATURE_BYTES)
    if _is_zip(head):
        yield from _unzipped(source)
    elif head and _GZIP.startswith(head[: len(_GZIP)]):
        yield Member(None, _gunzipped(_Source(source, piece_bytes=_PACKED_BYTES)))
    else:
        yield Member(None, source)


def _is_zip(head: bytes) -> bool:
    # A head of two or three bytes is all that is left of a document cut short.
    return len(head) > 1 and any(signature.startswith(head) for signature in _ZIP)


class _Source(Iterator[bytes]):
    """Non-empty pieces of bounded size, which can be put back."""

    def __init__(
        self, chunks: Iterable[bytes], *, piece_bytes: int = PIECE_BYTES
    ) -> None:
        self._piece_bytes = piece_bytes
        self._chunks = _bounded(chunks, piece_bytes)
        self._waiting: list[bytes] = []

    def __next__(self) -> bytes:
        return self._waiting.pop() if self._waiting else next(self._chunks)

    def put_back(self, data: bytes) -> None:
        self._waiting.extend(reversed(list(_bounded((data,), self._piece_bytes))))

    def peek(self, size: int) -> bytes:
        """Return the first `size` bytes, or all of them, without taking them."""
        head = b""
        for piece in self:
            head += piece
            if len(head) >= size:
                break
        self.put_back(head)
        return head[:size]


def _bounded(chunks: Iterable[bytes], most: int) -> Iterator[bytes]:
    for chunk in chunks:
        for start in range(0, len(chunk), most):
            yield chunk[start : start + most]


def _gunzipped(source: _Source) -> Iterator[bytes]:
    yield from _gzip_member(source)
    while _skip_padding(source):
        yield from _gzip_member(source)


def _skip_padding(source: _Source) -> bool:
    """Drop the zeros that may follow a member; tell whether another one begins."""
    for piece in source:
        rest = piece.lstrip(b"\0")
        if rest:
            source.put_back(rest)
            return True
    return False


def _gzip_member(source: _Source) -> Iterator[bytes]:
    inflater = zlib.decompressobj(wbits=_GZIP_WINDOW_BITS)
    for packed in source:
        data, more = packed, True
        # Output can be waiting inside the inflater when all input has been taken.
        while more and not inflater.eof:
            try:
                piece = inflater.decompress(data, PIECE_BYTES)
            except zlib.error as error:
                raise _damaged(
                    because=f"its gzip stream is broken ({error})"
                ) from error
            data = inflater.unconsumed_tail
            more = bool(data) or len(piece) == PIECE_BYTES
            if piece:
                yield piece
        if inflater.eof:
            source.put_back(inflater.unused_data)
            return
    raise _damaged(because="it is cut short: its gzip stream has no end")


def _unzipped(chunks: Iterable[bytes]) -> Iterator[Member]:
    content = io.BytesIO()
    for chunk in chunks:
        content.write(chunk)
        if content.tell() > ZIP_BYTES_MAX:
            raise _damaged(because=f"its ZIP is longer than {ZIP_BYTES_MAX} bytes")
    if content.getvalue().count(_ENTRY) > ZIP_FILES_MAX:
        raise _damaged(because=f"its ZIP has more than {ZIP_FILES_MAX} files")
    with _zip_troubles():
        archive = zipfile.ZipFile(content)
    announced = _announced_entries(content)
    if announced not in (len(archive.infolist()), _MANY):
        raise _damaged(because="its ZIP does not have as many files as it announces")
    _refuse_overlaps(archive.infolist())
    entries = [entry for entry in archive.infolist() if _is_document(entry)]
    for entry in entries:
        _check(entry)
    for entry in sorted(entries, key=lambda entry: entry.filename):
        yield Member(entry.filename, _extracted(archive, entry))


def _announced_entries(content: io.BytesIO) -> int:
    """Return the number of entries that the end of the archive tells.

    `zipfile` does not compare it: a directory with a broken length hides files.
    """
    content.seek(max(0, content.getbuffer().nbytes - _END_BYTES_MAX))
    tail = content.read()
    entries = tail.rfind(_END) + _END_ENTRIES_AT
    return int.from_bytes(tail[entries : entries + 2], "little")


def _refuse_overlaps(entries: list[zipfile.ZipInfo]) -> None:
    """Refuse an archive whose files share bytes: they would be read again and again."""
    places = sorted((entry.header_offset, entry.compress_size) for entry in entries)
    for (start, size), (following, _) in pairwise(places):
        if start + _HEADER_BYTES + size > following:
            raise _damaged(because="its ZIP has the same bytes in more than one file")


def _is_document(entry: zipfile.ZipInfo) -> bool:
    *folders, name = entry.filename.split("/")
    # A nameless entry that has content is damage, which shows when it is opened.
    return bool(name or entry.file_size) and "__MACOSX" not in folders


def _check(entry: zipfile.ZipInfo) -> None:
    if entry.flag_bits & _ENCRYPTED:
        raise _damaged(because="a file in its ZIP is encrypted")
    if entry.compress_type not in _METHODS:
        method = entry.compress_type
        raise _damaged(because=f"its ZIP uses the unsupported compression {method}")


def _extracted(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    with _zip_troubles():
        stream = archive.open(entry)
    with stream:
        while True:
            with _zip_troubles():
                piece = stream.read(PIECE_BYTES)
            if not piece:
                return
            yield piece


@contextmanager
def _zip_troubles() -> Iterator[None]:
    try:
        yield
    except _ZIP_TROUBLES as error:
        # It can have the name of a file, 60,000 letters of any kind.
        said = printable(error)
        raise _damaged(because=f"its ZIP is broken or cut short ({said})") from error


def _damaged(*, because: str) -> DocumentDamagedError:
    return DocumentDamagedError(f"the document is damaged: {because}")
