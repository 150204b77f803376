"""Report types by the words that somebody has for what they hold."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tap_amazon_reports.reports.questions import QUESTIONS, questions_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tap_amazon_reports.reports.report_types import ReportType

_WORD = re.compile(r"[a-z0-9]+")
_CORE_BONUS = 0.5
_SHORTEST_PLURAL = 3
_FILLERS = frozenset(
    {"a", "an", "and", "did", "do", "for", "how", "i", "in", "is", "level", "my", "of"}
    | {"or", "the", "to", "was", "what", "which", "with"}
)
"""Words of a question that say nothing about its answer."""


def search(kinds: Iterable[ReportType], text: str) -> list[ReportType]:
    """Return the types that have each word of `text`, the best first.

    Words are compared by what they begin with, so that `return` finds returns, and
    `SKU-level orders` finds what has SKUs and orders.

    Args:
        kinds: the types to look through.
        text: one or more words, in any case.
    """
    wanted = _stems(text)
    if not wanted:
        return []
    ranked = [(_rank(kind, wanted), kind) for kind in kinds]
    found = [(rank, kind) for rank, kind in ranked if rank]
    return [kind for _, kind in sorted(found, key=_by_rank)]


def _by_rank(found: tuple[float, ReportType]) -> tuple[float, int, str]:
    """Return what to sort by: of equals, what is asked for more often is first."""
    rank, kind = found
    asked = [QUESTIONS.index(one) for one in questions_of(kind.report_type)]
    return -rank, min(asked, default=len(QUESTIONS)), kind.report_type


def _stems(text: str) -> list[str]:
    """Return the words that matter, without the `s` of a plural."""
    words = _WORD.findall(text.lower())
    kept = [word for word in words if word not in _FILLERS] or words
    return [
        word[:-1] if word.endswith("s") and len(word) > _SHORTEST_PLURAL else word
        for word in kept
    ]


def _rank(kind: ReportType, wanted: list[str]) -> float:
    """Return how well a type fits; 0 if any word is found nowhere in it."""
    places = [
        (weight, set(_WORD.findall(said.lower()))) for weight, said in _says(kind)
    ]
    rank = 0.0
    for stem in wanted:
        weights = [
            weight
            for weight, words in places
            if any(word.startswith(stem) for word in words)
        ]
        if not weights:
            return 0
        rank += max(weights)
    return rank + _CORE_BONUS * kind.is_core


def _says(kind: ReportType) -> Iterator[tuple[float, str]]:
    """Yield what a type says of itself, with how much it counts."""
    for found in questions_of(kind.report_type):
        # The first answer to a question is a better one than the last.
        place = found.types.index(kind.report_type)
        yield 8 - min(place, 4), " ".join((found.question, *found.words))
    yield 6, kind.report_type.replace("_", " ")
    yield 5, kind.description
    for records in kind.records:
        yield 5, records.stream.replace("_", " ")
        yield 1, " ".join(records.schema["properties"]).replace("_", " ")
    yield 2, " ".join(kind.notes)
