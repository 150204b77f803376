"""What to say of a document, or of an answer, that is not as it should be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.counted import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["oddities", "some_of"]

_LOST = "are null, because _extra is not selected"
_NAMES = 20


def some_of(names: Iterable[str]) -> str:
    """Return names in one line: a document can have thousands."""
    every = list(names)
    shown = ", ".join(every[:_NAMES])
    others = len(every) - _NAMES
    return shown if others <= 0 else f"{shown} and {counted(others, 'other')}"


def oddities(
    misfits: Mapping[str, int],
    unknown: Iterable[str] = (),
    replaced: int = 0,
    *,
    is_kept: bool = True,
) -> Iterator[str]:
    """Yield a sentence for each thing that is odd.

    Args:
        misfits: how many values did not fit their column, by its name.
        unknown: names of columns that nobody knows.
        replaced: how many bytes are no text.
        is_kept: whether there is an `_extra` in which such values are.
    """
    if misfits:
        counts = ", ".join(f"{name} ({many})" for name, many in sorted(misfits.items()))
        become = "were kept in _extra" if is_kept else _LOST
        yield f"values that do not fit their column {become}: {counts}"
    if names := some_of(unknown):
        yield f"unknown columns were kept in _extra: {names}"
    if replaced:
        bytes_were = counted(replaced, "undecodable byte was", "undecodable bytes were")
        yield f"{bytes_were} replaced by U+FFFD"
