"""Whether marketplaces of one region gave the same document, and what to do then.

Amazon makes some reports for the whole region, whichever marketplace is asked for (FBA
reports: github.com/amzn/selling-partner-api-models, issue 2199). Asked for each of n
marketplaces, each row is then there n times, under n keys.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.counted import counted

if TYPE_CHECKING:
    from tap_amazon_reports.reports.windows import Window

__all__ = ["ReadDocument", "SameDocuments"]

_MOST_DOCUMENTS = 1000
"""How many are remembered, 500 bytes each: if marketplaces give the same, they do so
from the first window on."""


@dataclass(frozen=True, kw_only=True)
class ReadDocument:
    """A document that was read to its end.

    Attributes:
        report_type: Amazon's name of the type.
        partition: the marketplace's id.
        window: which data it has; None of a snapshot.
        rows: how many rows it has.
        size: its bytes, as they are inside of any compression.
        digest: of these bytes.
    """

    report_type: str
    partition: str
    window: Window | None
    rows: int
    size: int
    digest: bytes


class SameDocuments:
    """Compares what the marketplaces of a region gave, by size and digest alone."""

    def __init__(self) -> None:
        """Know no document."""
        self._first: dict[tuple[object, ...], ReadDocument] = {}
        self._told: set[str] = set()

    def add(self, document: ReadDocument) -> str | None:
        """Return a warning, once for each type, if another marketplace gave the same.

        A document without rows says nothing: its header is the same everywhere.
        """
        if not document.rows or document.report_type in self._told:
            return None
        first = self._first.get(_looks(document))
        if first is None:
            if len(self._first) < _MOST_DOCUMENTS:
                self._first[_looks(document)] = document
            return None
        if first.partition == document.partition:
            return None
        self._told.add(document.report_type)
        return (
            f"{document.report_type}: the marketplaces {first.partition} and"
            f" {document.partition} gave the same document"
            f" ({counted(document.rows, 'row')}), so Amazon seems to make it for the"
            " whole region, and each row arrives once for each marketplace; set"
            " `regional: true` in the entry of this type in sp_report_types, drop the"
            " table, and run a full refresh of the stream"
        )


def _looks(document: ReadDocument) -> tuple[object, ...]:
    """Return what is equal for two documents that are the same.

    Of the window only its first day: the bookmarks of marketplaces may stand some
    seconds apart, as each moves to the moment at which its reports were planned.
    """
    day = document.window and document.window.start.date()
    return document.report_type, day, document.size, document.digest
