"""The counter that this tap had before: a dict of all keys, fast and not bounded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


class DictCounter:
    """Numbers the rows that share a key, at 280 bytes for each key."""

    def __init__(self) -> None:
        """Have seen no key."""
        self._seen: dict[tuple[Any, ...], int] = {}

    def count(self, columns: Sequence[Sequence[Any]]) -> list[int]:
        """Return for each row how often its key has come by then."""
        keys = list(zip(*columns, strict=True))
        if self._seen.keys().isdisjoint(keys):
            once = dict.fromkeys(keys, 1)
            if len(once) == len(keys):
                self._seen.update(once)
                return [1] * len(keys)
        counted = []
        for key in keys:
            self._seen[key] = count = self._seen.get(key, 0) + 1
            counted.append(count)
        return counted
