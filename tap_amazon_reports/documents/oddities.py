"""What to say of a document, or of an answer, that is not as it should be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.counted import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["oddities"]


def oddities(
    misfits: Mapping[str, int], unknown: Iterable[str] = (), replaced: int = 0
) -> Iterator[str]:
    """Yield a sentence for each thing that is odd.

    Args:
        misfits: how many values did not fit their column, by its name.
        unknown: names of columns that nobody knows.
        replaced: how many bytes are no text.
    """
    if misfits:
        counts = ", ".join(f"{name} ({many})" for name, many in sorted(misfits.items()))
        yield f"values that do not fit their column were kept in _extra: {counts}"
    if names := ", ".join(unknown):
        yield f"unknown columns were kept in _extra: {names}"
    if replaced:
        bytes_were = counted(replaced, "undecodable byte was", "undecodable bytes were")
        yield f"{bytes_were} replaced by U+FFFD"
