"""A document that is small enough to be held, checked before a row of it is read."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, NamedTuple

from tap_amazon_reports.amazon.errors import DocumentDamagedError, UnexpectedAnswerError
from tap_amazon_reports.documents.download import Download

if TYPE_CHECKING:
    from tap_amazon_reports.amazon.storage import Storage
    from tap_amazon_reports.documents.download import AskForUrl

logger = logging.getLogger(__name__)

WHOLE_BYTES_MAX = 256 * 1024 * 1024
"""No longer document is held, as storage has it; ZIPs have the same bound."""

_TRIES = 2


class WholeDocument(NamedTuple):
    """A document as storage holds it: still compressed, known to be undamaged."""

    content: bytes
    etag: str | None
    content_type: str | None


def fetch_whole(
    *, ask: AskForUrl, storage: Storage, known_etag: str | None = None
) -> WholeDocument | None:
    """Return the document, or None if it still is the one of `known_etag`.

    A damaged document is fetched once more.

    Args:
        ask: asks the service for a new URL.
        storage: opens it.
        known_etag: what is held already.

    Raises:
        DocumentMissingError: if there is none.
        DocumentDamagedError: if it is damaged again.
        UnexpectedAnswerError: if it is too long to be held.
        AmazonError: if it cannot be fetched.
    """
    for tries_left in reversed(range(_TRIES)):
        download = Download(ask=ask, storage=storage, known_etag=known_etag)
        if download.unchanged:
            return None
        try:
            download.check(at_most_bytes=WHOLE_BYTES_MAX)
            content = _all_of(download)
        except DocumentDamagedError as error:
            if not tries_left:
                raise
            logger.warning("%s; fetching it again", error)
        else:
            return WholeDocument(content, download.etag, download.content_type)
    msg = "a document was not even tried"
    raise AssertionError(msg)


def _all_of(download: Download) -> bytes:
    """Return the bytes of a document.

    Raises:
        DocumentDamagedError: if there is none: a file without rows has a header.
        UnexpectedAnswerError: if there are too many.
    """
    if not download.is_sound:
        download.release()
        msg = (
            f"the document is longer than {WHOLE_BYTES_MAX} bytes, and is not read: no"
            " file of this kind is so long"
        )
        raise UnexpectedAnswerError(msg)
    content = b"".join(download.pieces())
    if not content:
        msg = "the document is damaged: it is empty"
        raise DocumentDamagedError(msg)
    return content
