"""Whether a document, held as a whole, is what was stored."""

from __future__ import annotations

import hashlib
from collections import deque
from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.errors import DocumentDamagedError
from tap_amazon_reports.documents.container import members

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["CHECKED_BYTES", "Unpacked", "check_sound"]

Unpacked = tuple[str | None, deque[bytes]]
"""The name of a file in a document, if it has one, and its pieces."""

CHECKED_BYTES = 16 * 1024 * 1024
"""Documents up to this length, as they are stored, are checked before they are read.

Unpacked they have a hundred megabytes or more, about a million rows.
"""


_EMPTY_ETAG = f'"{hashlib.md5(usedforsecurity=False).hexdigest()}"'


def check_sound(
    pieces: Iterable[bytes],
    *,
    etag: str | None,
    md5: bytes | None,
    between: Callable[[], object],
    keep_bytes: int = 0,
) -> list[Unpacked]:
    """Unpack a document: its checksums are told by that.

    Args:
        pieces: of all of it, as it is stored.
        etag: as storage tells it.
        md5: what they should add up to, if that is known.
        between: called between two pieces; a chance to do else.
        keep_bytes: how much of what is in it may be held.

    Returns:
        What is in it, if it is no more than that; else nothing.

    Raises:
        DocumentDamagedError: if it is cut short, or a checksum is not its own; or if
            it is empty, and storage does not say that it is (Amazon S3 API Reference,
            "Common Response Headers": the ETag is an MD5 then): a report without rows
            has a header.
    """
    kept: list[Unpacked] = []
    left = keep_bytes
    for member in members(_stored(pieces, etag, md5)):
        kept.append((member.name, deque()))
        for chunk in member.chunks:
            between()
            left -= len(chunk)
            if left < 0:
                kept = [(member.name, deque())]
            else:
                kept[-1][1].append(chunk)
    return kept if left >= 0 else []


def _stored(
    pieces: Iterable[bytes], etag: str | None, md5: bytes | None
) -> Iterator[bytes]:
    """Yield a document as it is, and know at its end whether it is that."""
    digest = hashlib.md5(usedforsecurity=False) if md5 else None
    is_empty = True
    for piece in pieces:
        is_empty = is_empty and not piece
        if digest:
            digest.update(piece)
        yield piece
    if is_empty and etag != _EMPTY_ETAG:
        msg = "the document is damaged: it is empty"
        raise DocumentDamagedError(msg)
    if digest and digest.digest() != md5:
        msg = "the document is damaged: its MD5 is not the one that storage states"
        raise DocumentDamagedError(msg)
