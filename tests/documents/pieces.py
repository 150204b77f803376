"""The ways in which a network can cut a document into pieces."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Content = TypeVar("Content", str, bytes)


def whole(content: Content) -> list[Content]:
    """Return all of it as one piece."""
    return [content]


def one_by_one(content: Content) -> list[Content]:
    """Return each byte, or character, as a piece of its own."""
    return [content[at : at + 1] for at in range(len(content))]


def with_gaps(content: Content) -> list[Content]:
    """Return three at a time, with empty pieces between."""
    pieces = []
    for at in range(0, len(content), 3):
        pieces += [content[at : at + 3], content[:0]]
    return pieces


ByteCut = Callable[[bytes], list[bytes]]
TextCut = Callable[[str], list[str]]

CUTS: tuple[Callable[[Any], list[Any]], ...] = (whole, one_by_one, with_gaps)
