"""Chance that always falls the same way for the same key."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")
_LOW = 1 << 64
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"


class Dice:
    """Throws that depend on the key and on nothing else."""

    def __init__(self, *key: object) -> None:
        """Begin the throws that belong to `key`."""
        self._seed = "\x1f".join(map(str, key)).encode()
        self._pool = 0
        self._refills = 0

    def below(self, sides: int) -> int:
        """Return a number from 0 up to and without `sides`."""
        if self._pool < _LOW:
            seed = b"%d %s" % (self._refills, self._seed)
            self._pool = int.from_bytes(hashlib.sha256(seed).digest(), "big")
            self._refills += 1
        self._pool, thrown = divmod(self._pool, sides)
        return thrown

    def once_in(self, times: int) -> bool:
        """Tell whether it is the one time in so many."""
        return self.below(times) == 0

    def pick(self, items: Sequence[T]) -> T:
        """Return one of the items."""
        return items[self.below(len(items))]

    def digits(self, length: int) -> str:
        """Return so many decimal digits; the first may be a zero."""
        return f"{self.below(10**length):0{length}d}"

    def code(self, length: int) -> str:
        """Return so many digits and capital letters."""
        return "".join(_ALPHABET[self.below(len(_ALPHABET))] for _ in range(length))

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """Return the items in another order."""
        order = list(items)
        for last in range(len(order) - 1, 0, -1):
            other = self.below(last + 1)
            order[last], order[other] = order[other], order[last]
        return order
