"""What columns are called: names that can be compared, and names in snake case.

Facts:
    - Real headers differ from documented ones in case, punctuation and a parenthesised
      part: `Sales Price (Marketplace Currency)` for `Sales Price`
      (github.com/MiguelCouto-DA/pypayment_v2, a sales file of March 2022); `Country` or
      `Country/Region Code` (github.com/amzn/selling-partner-api-models, issue 1068).
"""

from __future__ import annotations

import re
import unicodedata
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = [
    "NAME_CHARACTERS_MAX",
    "bare",
    "cell_name",
    "normalise",
    "snake_case",
    "snake_names",
]

NAME_CHARACTERS_MAX = 250
"""No column of Amazon's has a longer name; to compare longer ones could take hours, for
Unicode puts the accents of a letter in order one by one."""

_PARENTHESISED = re.compile(r"\([^()]*\)")
# "VATRate" is VAT, Rate; the plural in "Order IDs" is no new word.
# Looks back at one letter only, or a long word in capitals is read again and again.
_AFTER_ACRONYM = re.compile(r"(?<=[A-Z])(?=[A-Z](?!s\b)[a-z])")
_AFTER_WORD = re.compile(r"([a-z])([A-Z])|([0-9])(?=[A-Z][a-z])")
_BETWEEN_WORDS = re.compile(r"[\W_]+")


def normalise(name: str) -> str:
    """Return `name` in lower case, letters and digits only, wide letters narrowed.

    What is too long for a name is returned as it is.
    """
    if len(name) > NAME_CHARACTERS_MAX:
        return name
    narrow = unicodedata.normalize("NFKC", name).casefold()
    return "".join(filter(str.isalnum, narrow))


def bare(name: str) -> str:
    """Return `name` as `normalise` does, without what is in parentheses."""
    if len(name) > NAME_CHARACTERS_MAX:
        return name
    narrow = unicodedata.normalize("NFKC", name)
    return normalise(_PARENTHESISED.sub(" ", narrow)) or normalise(name)


def snake_case(name: str) -> str:
    """Return Amazon's own words in snake case; empty when there are none.

    `Country/Region Code` is `country_region_code`, `SellerOrderId` `seller_order_id`,
    `ASIN` `asin`, `unitsOrderedB2B` `units_ordered_b2b`.
    """
    words = _AFTER_ACRONYM.sub("_", name)
    words = _AFTER_WORD.sub(r"\1\3_\2", words)
    return _BETWEEN_WORDS.sub("_", words).strip("_").lower()


def cell_name(number: int) -> str:
    """Return the name of a nameless cell, by its place in the row, counted from 1."""
    return f"_cell_{number}"


def snake_names(header: Sequence[str], *, taken: Iterable[str] = ()) -> list[str]:
    """Return a name of its own for each column: snake case, then `_2`, `_3` and so on.

    Args:
        header: the names in the document; one that is too long for a name is named
            by its place, or it would stand in each row.
        taken: names that none may have.
    """
    used = set(taken)
    numbers: dict[str, Iterator[int]] = {}
    names = []
    for number, words in enumerate(header, start=1):
        # A name that the reader gave keeps its underscore.
        is_name = len(words) <= NAME_CHARACTERS_MAX and words != cell_name(number)
        name = (is_name and snake_case(words)) or cell_name(number)
        if name in used:
            name = _numbered(name, numbers.setdefault(name, count(2)), used)
        used.add(name)
        names.append(name)
    return names


def _numbered(name: str, numbers: Iterator[int], used: set[str]) -> str:
    """Return the first free name; numbers once tried are never tried again."""
    candidates = (f"{name}_{number}" for number in numbers)
    return next(candidate for candidate in candidates if candidate not in used)
