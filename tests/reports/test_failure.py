"""Why Amazon could not make a report, read from whatever document says so."""

from __future__ import annotations

import gzip
import json

import pytest

from tap_amazon_reports.amazon.errors import DocumentDamagedError
from tap_amazon_reports.reports.failure import failure_reason, is_not_yet

REASON = "The report's start and end must be a Sunday and a Saturday."
DETAILS = json.dumps({"errorDetails": REASON}).encode()


@pytest.mark.parametrize(
    "document",
    [
        DETAILS,
        gzip.compress(DETAILS, mtime=0),
        b"\xef\xbb\xbf" + DETAILS,
        REASON.encode(),
        f"  {REASON}\r\n".encode(),
        json.dumps(REASON).encode(),
        json.dumps({"errorCode": "", "errorDetails": REASON}).encode(),
        json.dumps({"errorDetails": REASON.replace(" ", "\n  ")}).encode(),
    ],
)
def test_the_reason_is_one_line_of_amazons_words(document: bytes) -> None:
    """Packed or not, in an object or bare: the words are Amazon's."""
    assert REASON == failure_reason([document[:7], document[7:]])


@pytest.mark.parametrize("document", [b"{}", b"", b"null", b"[]", b'{"a": ""}'])
def test_a_document_without_words_gives_no_reason(document: bytes) -> None:
    """Then that is what is said."""
    assert "Amazon gave no reason" == failure_reason([document])


def test_bytes_that_are_no_text() -> None:
    """They are replaced: a reason is for reading, and better than none."""
    assert "caf\ufffd closed" == failure_reason([b"caf\xe9 closed"])


def test_a_long_reason_is_cut() -> None:
    """A log line is no place for a megabyte."""
    assert 500 == len(failure_reason([b"word " * 400_000]))


def test_what_a_terminal_would_obey_is_not_printed() -> None:
    """Nor half a character, nor what looks like a token, nor a document in brackets."""
    said = json.dumps({"errorDetails": "\x1b[2J" + REASON + "\ud800 Atza|abcdef012"})
    assert f"{REASON}\ufffd ***" == failure_reason([said.encode()])
    assert 500 == len(failure_reason([b"[" * 100_000]))


def test_a_damaged_document_is_told() -> None:
    """A packed document that is cut short is damaged, not empty."""
    with pytest.raises(DocumentDamagedError):
        failure_reason([gzip.compress(DETAILS)[:-9]])


@pytest.mark.parametrize(
    ("reason", "is_late"),
    [
        ("Report data is not yet available. Please try again later.", True),
        ("The report for the requested date is NOT AVAILABLE YET", True),
        ("Data for 2026-11-20 has not been generated", True),
        (REASON, False),
        ("An internal error has occurred", False),
        ("Amazon gave no reason", False),
    ],
)
def test_late_is_no_failure(reason: str, *, is_late: bool) -> None:
    """Only what will succeed some day is late."""
    assert is_late is is_not_yet(reason)
