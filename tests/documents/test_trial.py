"""Any bytes at all: what the fuzzer does for minutes, in a few hundred documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tap_amazon_reports.documents.cells import rows_of_cells
from tap_amazon_reports.documents.charset import DecodedText

from .reading import FORMATS
from .test_cuts import BYTES, HEADS, TEXTS
from .trial import Trial

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_amazon_reports.documents.layout import DocumentFormat

DOCUMENTS = "tap_amazon_reports.documents"
CHOICES = st.lists(st.integers(0, 255), min_size=5, max_size=5).map(bytes)


@settings(max_examples=100, deadline=None)
@given(choice=CHOICES, body=BYTES, at=st.integers(0, 200), is_whole=st.booleans())
@pytest.mark.parametrize("place", range(len(FORMATS)))
def test_any_document(
    place: int, choice: bytes, body: bytes, at: int, *, is_whole: bool
) -> None:
    """It ends in the same rows however it was cut, all of them JSON, or in an error."""
    kind = FORMATS[place]
    document = HEADS[kind] + body
    if is_whole:
        text = TEXTS[kind].encode()
        document = text[:at] + body + text[at:]
    Trial.of(bytes([place]) + choice + document).run()


@pytest.mark.parametrize("place", range(len(FORMATS)))
def test_a_good_document(place: int) -> None:
    """The documents from which the fuzzer sets out are read, each way of packing."""
    document = TEXTS[FORMATS[place]].encode()
    for packed in range(4):
        choice = bytes([place, 0, packed, 0, 0, 7])
        outcome = Trial.of(choice + document).run()
        assert ("", True) == (outcome.error, bool(outcome.rows))


def test_a_lost_cell_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The trial can fail: a decoder that drops one cell does not pass it."""

    def forgetful(table: DocumentFormat, pieces: Iterator[str]) -> Iterator[list[str]]:
        return (cells[:2] for cells in rows_of_cells(table, pieces))

    monkeypatch.setattr(f"{DOCUMENTS}.delimited.rows_of_cells", forgetful)
    with pytest.raises(AssertionError):
        test_a_good_document(0)


class _Hasty(DecodedText):
    """Decodes each piece alone."""

    def __iter__(self) -> Iterator[str]:
        for chunk in self._chunks:
            yield chunk.decode(errors="replace")


def test_a_dependence_on_cuts_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does one that takes what is in hand for all there is."""
    monkeypatch.setattr(f"{DOCUMENTS}.document_rows.DecodedText", _Hasty)
    with pytest.raises(AssertionError):
        test_a_good_document(0)
