"""One document from its presigned URL to its bytes, mended where it breaks."""

from __future__ import annotations

import hashlib
import threading
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.errors import DocumentDamagedError, UnavailableError
from tap_amazon_reports.amazon.storage import UrlExpiredError
from tap_amazon_reports.documents.container import Member, members
from tap_amazon_reports.documents.soundness import check_sound

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

    from tap_amazon_reports.amazon.secret import DocumentUrl
    from tap_amazon_reports.amazon.storage import Storage, StoredObject
    from tap_amazon_reports.documents.soundness import Unpacked

_UNPACKED_BYTES = 32 * 1024 * 1024
"""What was unpacked to be checked is held up to this length, and not unpacked twice."""

_TRIES = 5
"""How often one document is opened before its stream fails."""

AskForUrl = Callable[[], "DocumentUrl"]


def _nothing() -> None:
    """Do nothing between two pieces."""


class MemoryBudget:
    """How many bytes may be held of documents that nobody reads yet."""

    def __init__(self, most_bytes: int) -> None:
        """Hold nothing."""
        self._left_bytes = most_bytes
        self._lock = threading.Lock()

    @property
    def is_spent(self) -> bool:
        """Whether nothing more is to be held."""
        return self._left_bytes <= 0

    def take(self, count: int) -> None:
        """Hold `count` bytes more; a piece in hand may go beyond what was left."""
        with self._lock:
            self._left_bytes -= count

    def give(self, count: int) -> None:
        """Hold `count` bytes less."""
        with self._lock:
            self._left_bytes += count


class _Beginning:
    """What has been read of a document, to be compared with what comes again."""

    def __init__(self) -> None:
        self._given = hashlib.sha256()
        self._again = hashlib.sha256()

    def again(self) -> None:
        """Expect all of it from the start."""
        self._again = hashlib.sha256()

    def read(self, known: bytes, fresh: bytes) -> None:
        """Take a piece, of which the first bytes may have been there before.

        Raises:
            DocumentDamagedError: if they were others.
        """
        self._again.update(known)
        if fresh:
            self.end()
        self._given.update(fresh)
        self._again.update(fresh)

    def end(self) -> None:
        """Know that all of the beginning has come again.

        Raises:
            DocumentDamagedError: if it was another.
        """
        if self._again.digest() != self._given.digest():
            raise _changed()


class Download:
    """A document that is read once, from its first byte to its last.

    A presigned URL lives for minutes or seconds, so it is asked for right before it is
    used, and again when it has died. A body that breaks off is taken up where it broke,
    if storage can do that and the object is still the same.

    Its beginning, or all of it, can be held ahead of the reading: what a budget allows
    is held as storage has it, and the rest is read when it is wanted.

    Attributes:
        etag: of the object, when storage told.
        content_type: of the object, when storage told.
        unchanged: whether the object still is the one of `known_etag`.
        read_bytes: how many bytes have come from storage.
        is_sound: whether all of it is held, and was checked.
        between_pieces: called before each piece that is read; a chance to do else.
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
        self._url: DocumentUrl | None = None
        self._passed: bytes | None = None
        self._object = self._open(known_etag=known_etag)
        self.etag = self._object.etag
        self.content_type = self._object.content_type
        self.unchanged = self._object.unchanged
        self.read_bytes = 0
        self.is_sound = False
        # Without an ETag nothing else tells whether the object is still the same.
        self._beginning = None if self.etag else _Beginning()
        self._length, self._md5 = self._object.length, self._object.md5
        self._is_whole = False
        self._held: deque[bytes] = deque()
        self._unpacked: list[Unpacked] = []
        self._budget: MemoryBudget | None = None
        self._rest = self._stored()
        self.between_pieces: Callable[[], object] = _nothing

    def hold(self, budget: MemoryBudget, *, until: Callable[[], bool]) -> None:
        """Read ahead into memory, as far as `budget` allows; check what is whole then.

        Args:
            budget: what all held documents share.
            until: asked after each piece; true ends it, and the rest waits in storage.

        Raises:
            DocumentDamagedError: if it is damaged.
            AmazonError: as `pieces`.
        """
        self._budget = budget
        while not (self._is_whole or budget.is_spent or until()):
            self._hold_piece()
        if self._is_whole:
            self._check_held()

    def check(self, *, at_most_bytes: int) -> bool:
        """Hold the document and check it as a whole, if it is not too long for that.

        Nothing of it has been given out by then, so that nobody has to take it back.

        Args:
            at_most_bytes: how much to hold, as storage has it; what is held already
                counts.

        Returns:
            Whether all of it is held and sound; else it shows while it is read.

        Raises:
            DocumentDamagedError: if it is damaged.
            AmazonError: as `pieces`.
        """
        if self.is_sound or (self._length or 0) > at_most_bytes:
            return self.is_sound
        while not self._is_whole and self.read_bytes <= at_most_bytes:
            self.between_pieces()
            self._hold_piece()
        if self._is_whole:
            self._unpacked = self._check_held(keep_bytes=_UNPACKED_BYTES)
        return self.is_sound

    def check_passing(self) -> None:
        """Read the document once for its checksums alone, and stand at its start again.

        For one that is too long to be held: it costs a second download.

        Raises:
            DocumentDamagedError: if it is damaged.
            AmazonError: as `pieces`.
        """
        self._check(self.pieces())
        self._tries = self.read_bytes = 0
        self._object = self._open(url=self._url)
        if self._object.etag != self.etag:
            raise _changed()
        self._beginning = None if self.etag else _Beginning()
        self._is_whole = False
        self._rest = self._stored()

    def _check_held(self, *, keep_bytes: int = 0) -> list[Unpacked]:
        unpacked = self._check(self._held, keep_bytes=keep_bytes)
        self.is_sound = True
        return unpacked

    def _check(self, pieces: Iterable[bytes], *, keep_bytes: int = 0) -> list[Unpacked]:
        return check_sound(
            pieces,
            etag=self.etag,
            md5=self._md5,
            between=self.between_pieces,
            keep_bytes=keep_bytes,
        )

    def _hold_piece(self) -> None:
        """Hold one piece more, or know that there is none."""
        piece = next(self._rest, None)
        if piece is None:
            self._is_whole = True
            return
        self._held.append(piece)
        if self._budget:
            self._budget.take(len(piece))

    def release(self) -> None:
        """Let go of what is held, of a document that nobody will read."""
        self._unpacked.clear()
        while self._held:
            self._unhold()
        self._close()

    def pieces(self) -> Iterator[bytes]:
        """Yield the bytes, in pieces of some size: those that are held, then the rest.

        Raises:
            DocumentDamagedError: if the document changed while it was being read.
            UnavailableError: if it kept breaking off.
            AmazonError: if it cannot be opened again.
        """
        try:
            while self._held:
                self.between_pieces()
                yield self._unhold()
            for piece in self._rest:
                self.between_pieces()
                yield piece
        finally:
            self._close()

    def files(self) -> Iterator[Member]:
        """Yield the files in the document, unpacked.

        Raises:
            DocumentDamagedError, UnavailableError, AmazonError: as `pieces`.
        """
        if not self._unpacked:
            yield from members(self.pieces())
            return
        unpacked, self._unpacked = self._unpacked, []
        self.release()
        for name, chunks in unpacked:
            yield Member(name, self._emptied(chunks))

    def _emptied(self, chunks: deque[bytes]) -> Iterator[bytes]:
        while chunks:
            self.between_pieces()
            yield chunks.popleft()

    def _close(self) -> None:
        self._rest.close()
        self._object.close()

    def _unhold(self) -> bytes:
        piece = self._held.popleft()
        if self._budget:
            self._budget.give(len(piece))
        return piece

    def _stored(self) -> Generator[bytes, None, None]:
        """Yield the bytes as they come from storage."""
        digest = hashlib.sha256()
        for piece in self._mended():
            digest.update(piece)
            yield piece
        if self._passed not in {None, digest.digest()}:
            raise _changed()
        self._passed = digest.digest()

    def _mended(self) -> Iterator[bytes]:
        skipped = 0
        is_first = True
        while True:
            try:
                for piece in self._object.pieces():
                    known, fresh = piece[:skipped], piece[skipped:]
                    skipped -= len(known)
                    if self._beginning:
                        self._beginning.read(known, fresh)
                    self.read_bytes += len(fresh)
                    yield fresh
            except ConnectionError as error:
                skipped = self._take_up(self.read_bytes, str(error))
                is_first = False
            else:
                self._check_end(skipped, is_first=is_first)
                return

    def _check_end(self, unread_bytes: int, *, is_first: bool) -> None:
        """Know that the document has ended.

        Args:
            unread_bytes: how many it should have had that were read before.
            is_first: whether it came without a break.

        Raises:
            DocumentDamagedError: if it ended where it did not the first time.
        """
        if self._beginning:
            self._beginning.end()
        is_shorter = self._length is not None and self.read_bytes != self._length
        if unread_bytes or (is_shorter and not is_first):
            raise _changed()

    def _take_up(self, position: int, said: str) -> int:
        """Open the document again at `position`; return how many bytes to skip."""
        if self._tries >= _TRIES:
            msg = f"a document could not be read in {self._tries} tries: {said}"
            raise UnavailableError(msg)
        if self._beginning:
            self._beginning.again()
        self._object = self._open(offset=0 if self._beginning else position)
        if self._object.etag != self.etag:
            raise _changed()
        return 0 if self._object.partial else position

    def _open(
        self,
        *,
        known_etag: str | None = None,
        offset: int = 0,
        url: DocumentUrl | None = None,
    ) -> StoredObject:
        """Open the document, by a new URL unless one is given that is still alive."""
        while True:
            self._tries += 1
            self._url = url or self._ask()
            try:
                return self._storage.open(
                    self._url, known_etag=known_etag, offset=offset
                )
            except UrlExpiredError:
                if self._tries >= _TRIES:
                    raise
                url = None


def _changed() -> DocumentDamagedError:
    return DocumentDamagedError("a document changed while it was being read")
