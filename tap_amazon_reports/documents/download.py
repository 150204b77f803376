"""One document from its presigned URL to its bytes, mended where it breaks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.errors import DocumentDamagedError, UnavailableError
from tap_amazon_reports.amazon.storage import UrlExpiredError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_amazon_reports.amazon.secret import DocumentUrl
    from tap_amazon_reports.amazon.storage import Storage, StoredObject

_TRIES = 5
"""How often one document is opened before its stream fails."""

AskForUrl = Callable[[], "DocumentUrl"]


class Download:
    """A document that is read once, from its first byte to its last.

    A presigned URL lives for minutes or seconds, so it is asked for right before it is
    used, and again when it has died. A body that breaks off is taken up where it broke,
    if storage can do that and the object is still the same.

    Attributes:
        etag: of the object, when storage told.
        content_type: of the object, when storage told.
        unchanged: whether the object still is the one of `known_etag`.
    """

    def __init__(
        self, *, ask: AskForUrl, storage: Storage, known_etag: str | None = None
    ) -> None:
        """Open the document; its bytes are not read yet.

        Args:
            ask: asks the service for a new URL.
            storage: opens it.
            known_etag: what is held already.

        Raises:
            AmazonError: if it cannot be opened.
        """
        self._ask = ask
        self._storage = storage
        self._tries = 0
        self._object = self._open(known_etag=known_etag)
        self.etag = self._object.etag
        self.content_type = self._object.content_type
        self.unchanged = self._object.unchanged

    def pieces(self) -> Iterator[bytes]:
        """Yield the bytes, in pieces of some size.

        Raises:
            DocumentDamagedError: if the document changed while it was being read.
            UnavailableError: if it kept breaking off.
            AmazonError: if it cannot be opened again.
        """
        position = 0
        skipped = 0
        while True:
            try:
                for piece in self._object.pieces():
                    fresh = piece[skipped:]
                    skipped = max(0, skipped - len(piece))
                    position += len(fresh)
                    yield fresh
            except ConnectionError as error:
                skipped = self._take_up(position, str(error))
            else:
                return

    def _take_up(self, position: int, said: str) -> int:
        """Open the document again at `position`; return how many bytes to skip."""
        if self._tries >= _TRIES:
            msg = f"a document could not be read in {self._tries} tries: {said}"
            raise UnavailableError(msg)
        self._object = self._open(offset=position)
        if self._object.etag != self.etag:
            msg = "a document changed while it was being read"
            raise DocumentDamagedError(msg)
        return 0 if self._object.partial else position

    def _open(self, *, known_etag: str | None = None, offset: int = 0) -> StoredObject:
        while True:
            self._tries += 1
            try:
                return self._storage.open(
                    self._ask(), known_etag=known_etag, offset=offset
                )
            except UrlExpiredError:
                if self._tries >= _TRIES:
                    raise
