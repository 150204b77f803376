"""Why Amazon could not make a report, read from the document that says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.answers import read_json
from tap_amazon_reports.amazon.echo import printable
from tap_amazon_reports.documents.container import members

if TYPE_CHECKING:
    from collections.abc import Iterable

# Facts (SP-API documentation, "Reports API", FATAL reports; November 2026): the
# document is `{"errorDetails": "…"}`, gzip or not, or a sentence.
_LONGEST_BYTES = 64 * 1024
_LONGEST_TEXT = 500
NO_REASON = "Amazon gave no reason"
_NOT_YET = (
    "not yet available",
    "not available yet",
    "data is not available yet",
    "currently unavailable",
    "currently not available",
    "try again later",
    "not been generated",
)


def failure_reason(pieces: Iterable[bytes]) -> str:
    """Return Amazon's words in a failed report's document, one line, fit to be printed.

    Raises:
        DocumentDamagedError: if the document is damaged.
    """
    text = _beginning(pieces)
    try:
        found, _ = read_json(text)
    except ValueError:
        found = text.decode("utf-8-sig", errors="replace")
    if isinstance(found, dict):
        found = next((value for value in found.values() if value), None)
    return printable(found or NO_REASON, longest=_LONGEST_TEXT)


def _beginning(pieces: Iterable[bytes]) -> bytes:
    text = b""
    for member in members(pieces):
        for chunk in member.chunks:
            text += chunk
            if len(text) > _LONGEST_BYTES:
                return text
    return text


def is_not_yet(reason: str) -> bool:
    """Tell whether the data is only late: the same request will succeed some day."""
    words = reason.lower()
    return any(phrase in words for phrase in _NOT_YET)
