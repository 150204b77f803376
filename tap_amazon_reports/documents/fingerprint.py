"""What two documents are compared by, when neither is held."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Fingerprint"]

_DIGEST_BYTES = 16


class Fingerprint:
    """The size and the digest of what has passed by so far.

    Attributes:
        size: how many bytes.
    """

    def __init__(self) -> None:
        """Have seen nothing yet."""
        self.size = 0
        self._hash = blake2b(digest_size=_DIGEST_BYTES)

    @property
    def digest(self) -> bytes:
        """Sixteen bytes, which no other bytes have by chance."""
        return self._hash.digest()

    def passing(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Yield the chunks as they are, and take notice of each."""
        for chunk in chunks:
            self.size += len(chunk)
            self._hash.update(chunk)
            yield chunk
