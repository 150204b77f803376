"""Choices that look arbitrary and are always the same."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")


def digits(*key: object, length: int = 16) -> str:
    """Return hexadecimal digits that belong to `key`."""
    seed = " ".join(str(part) for part in key).encode()
    return hashlib.sha256(seed).hexdigest()[:length]


def number(below: int, *key: object) -> int:
    """Return a number from 0 up to and without `below` that belongs to `key`."""
    return int(digits(*key), 16) % below


def pick(items: Sequence[T], *key: object) -> T:
    """Return the item that belongs to `key`."""
    return items[number(len(items), *key)]
