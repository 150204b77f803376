"""A number and what it counts, in the singular or the plural."""

from __future__ import annotations

__all__ = ["counted"]


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun: `1 row`, `2 rows`.

    Args:
        number: how many.
        one: what is counted, in the singular.
        many: the plural, where an `s` at the end does not make it.
    """
    return f"{number} {one if number == 1 else many or f'{one}s'}"
