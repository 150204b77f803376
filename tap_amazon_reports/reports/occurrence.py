"""How often a key has come by now, counted in memory that does not grow with the rows.

A key is counted by a digest of 63 bits. That any two keys share one among ten million
has a probability of 5 in a million (n² / 2⁶⁴): one row in 180,000 reports of this size
would be numbered as if its key had come before. The digest is Python's own hash of a
tuple of texts: SipHash, which no one can steer who does not know the key that each
process draws, with a secret of this module's in front, for where `PYTHONHASHSEED` has
set that key to one that is known.

Counts are held in memory up to `HELD_KEYS`, and then written to a temporary file that
has no name: digests and counts, never a text. From then on one bit in memory for each
digest says of most new keys that they are new; the others are looked up. So a report
that is sorted by its key, or has few repetitions, costs hardly more than a dict of all
keys.
"""

from __future__ import annotations

import secrets
import tempfile
import weakref
from array import array
from itertools import repeat
from operator import and_
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

__all__ = ["HELD_KEYS", "OccurrenceCounter"]

HELD_KEYS = 128 * 1024
"""How many counts are in memory, at about a hundred bytes each."""

_FILTER_BYTES = 16 * 1024 * 1024
_FILTER_MASK = 8 * _FILTER_BYTES - 1
_BITS = tuple(1 << n for n in range(8))
_PARTS = 4096
"""A part of the file is read to look one key up: 20 KB of it at ten million keys."""
_PART_MASK = _PARTS - 1
_PAGE_BYTES = 4096
_NUMBER_BYTES = 8
_DIGEST_MASK = 2**63 - 1


class OccurrenceCounter:
    """Numbers the rows that share a key, in the order in which they come."""

    def __init__(self, *, held_keys: int = HELD_KEYS) -> None:
        """Have seen no key; hold at most about `held_keys` in memory."""
        self._held_keys = held_keys
        self._held: dict[int, int] = {}
        self._stored: _StoredCounts | None = None
        self._secret = secrets.token_hex(8)

    def count(self, columns: Sequence[Sequence[Any]]) -> list[int]:
        """Return for each row how often its key has come by then.

        Args:
            columns: the values of each column of the key, one for each row. Numbers
                that are equal are the same key, however they are written.
        """
        texts = map(_texts, columns)
        keys = zip(repeat(self._secret), *texts)
        digests = list(map(and_, map(hash, keys), repeat(_DIGEST_MASK)))
        once = dict.fromkeys(digests, 1)
        if self._stored:
            self._stored.fetch(once, self._held)
        counted = _counted(digests, once, self._held)
        if len(self._held) > self._held_keys:
            self._stored = self._stored or _StoredCounts(self._held)
            self._stored.write(self._held)
            self._held = {}
        return counted


def _texts(values: Sequence[Any]) -> Sequence[str]:
    """Return a text for each value, the same for those that are equal."""
    if set(map(type, values)) <= {str}:
        return values
    return list(map(_text, values))


def _text(value: Any) -> str:
    # 1.50 and 1.5 are one value to a database; the ratio is exact.
    ratio = getattr(value, "as_integer_ratio", None)
    return str(ratio() if ratio else value)


def _counted(
    digests: Sequence[int], once: dict[int, int], held: dict[int, int]
) -> list[int]:
    """Count digests, which are told with each `once` as well."""
    if len(once) == len(digests) and held.keys().isdisjoint(once):
        held.update(once)
        return [1] * len(digests)
    counted = []
    for digest in digests:
        held[digest] = count = held.get(digest, 0) + 1
        counted.append(count)
    return counted


class _StoredCounts:
    """Counts in a file, in parts by digest, each part a chain of pages.

    An entry is a digest, and behind it its count as a negative number if it is not 1. A
    digest can have several entries, and the last is true: there are never more of them
    than rows.
    """

    def __init__(self, held: Collection[int]) -> None:
        """Hold nothing, and know the digests that are held in memory."""
        self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 (closed with this)
        weakref.finalize(self, self._file.close)
        self._filter = bytearray(_FILTER_BYTES)
        self._pages: list[list[int]] = [[] for _ in range(_PARTS)]
        self._used_bytes = [0] * _PARTS
        self._next_page = 0
        self._met_before(held)

    def fetch(self, digests: Collection[int], held: dict[int, int]) -> None:
        """Put into `held` the counts of those digests, no two alike, that it lacks."""
        for digest in self._met_before(digests):
            if digest not in held and (count := self._count(digest)):
                held[digest] = count

    def _met_before(self, digests: Collection[int]) -> list[int]:
        """Return those that may have been met before; from now on all of them may.

        To look a bit up and to set it is one way to memory and not two, and that is
        most of what a key costs.
        """
        bits, met = self._filter, []
        places = map(and_, digests, repeat(_FILTER_MASK))
        for digest, place in zip(digests, places, strict=True):
            bit, byte = _BITS[place & 7], bits[place >> 3]
            if byte & bit:
                met.append(digest)
            else:
                bits[place >> 3] = byte | bit
        return met

    def write(self, counts: Mapping[int, int]) -> None:
        """Write all counts down."""
        parts: list[list[int]] = [[] for _ in range(_PARTS)]
        adds = [part.append for part in parts]
        numbers = map(and_, counts, repeat(_PART_MASK))
        for (digest, count), number in zip(counts.items(), numbers, strict=True):
            adds[number](digest)
            if count > 1:
                adds[number](-count)
        for part, entries in enumerate(parts):
            if entries:
                self._append(part, array("q", entries).tobytes())

    def _append(self, part: int, data: bytes) -> None:
        while data:
            inside = self._used_bytes[part] % _PAGE_BYTES
            if not inside:
                self._pages[part].append(self._next_page)
                self._next_page += _PAGE_BYTES
            piece = data[: _PAGE_BYTES - inside]
            self._file.seek(self._pages[part][-1] + inside)
            self._file.write(piece)
            self._used_bytes[part] += len(piece)
            data = data[len(piece) :]

    def _count(self, digest: int) -> int:
        """Return the count of a digest; 0 if it is not here."""
        entries = self._entries(digest & _PART_MASK)
        needle = array("q", (digest,)).tobytes()
        at = entries.rfind(needle)
        while at > 0 and at % _NUMBER_BYTES:
            at = entries.rfind(needle, 0, at + _NUMBER_BYTES - 1)
        if at < 0:
            return 0
        behind = array("q", entries[at + _NUMBER_BYTES : at + 2 * _NUMBER_BYTES])
        return -behind[0] if behind and behind[0] < 0 else 1

    def _entries(self, part: int) -> bytes:
        pages = []
        for page in self._pages[part]:
            self._file.seek(page)
            pages.append(self._file.read(_PAGE_BYTES))
        return b"".join(pages)[: self._used_bytes[part]]
