"""Documents that cannot be had, or are not what they should be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.local_amazon import (
    AppstoreFile,
    BadJson,
    ConnectionLost,
    CutShort,
    ExpiredToken,
    LocalAmazon,
    Member,
    Redirect,
    Status,
    StoredObject,
)
from tests.rehearsal import OPERATIONS, Rehearsal

if TYPE_CHECKING:
    from tests.local_amazon.faults import Fault


def _damaged(amazon: LocalAmazon, month: str) -> None:
    """Let one byte within the file of a month be another one."""
    stored = amazon.appstore.months["sales", month].stored()
    assert isinstance(stored.body, bytes)
    body = bytearray(stored.body)
    body[60] ^= 0xFF
    amazon.appstore.months["sales", month] = _Fixed(bytes(body))


class _Fixed(AppstoreFile):
    """A file of given bytes."""

    def __init__(self, body: bytes) -> None:
        super().__init__([Member("x.csv", [], [])])
        self._body = body

    def stored(self) -> StoredObject:
        """Return those bytes."""
        return StoredObject(self._body, "application/zip")


def test_a_document_that_breaks_off_is_taken_up(rehearse: Rehearsal) -> None:
    """A body cut short is read on from where it broke."""
    expected = rehearse(only=["appstore_sales"]).rows()
    rehearse.amazon.faults.add("storage.get", CutShort(100))
    output = rehearse(only=["appstore_sales"])

    assert (0, expected) == (output.status, output.rows())
    assert ["bytes=100-"] == [
        seen.headers["range"]
        for seen in rehearse.amazon.seen
        if "range" in seen.headers
    ]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (CutShort(0), "tries"),
        (ExpiredToken(), "no longer accepted"),
        (Redirect("https://example.com/file"), "302"),
        (Status(400), "400"),
        (Status(503), "unavailable"),
        (ConnectionLost(), "connection was lost"),
    ],
    ids=["cut", "dead", "redirect", "refused", "unavailable", "lost"],
)
def test_a_document_that_cannot_be_had_ends_the_stream(
    rehearse: Rehearsal, fault: Fault, said: str
) -> None:
    """After a few tries: no row, no bookmark, and the address without its query."""
    rehearse.spoil("storage.get", fault)
    output = rehearse()

    assert 1 == output.status
    assert [] == output.records("appstore_sales")
    assert said in rehearse.failure
    assert output.bookmark("appstore_sales") is None
    assert set(OPERATIONS) - {"appstore_sales"} == {
        str(key[0]) for key in output.rows()
    }


def test_a_dead_url_is_asked_for_again(rehearse: Rehearsal) -> None:
    """A URL that died between the two requests costs one more call."""
    rehearse.amazon.faults.add("storage.get", ExpiredToken(), times=2)
    output = rehearse(only=["appstore_sales"])

    assert 0 == output.status
    assert 2 + 2 == rehearse.asked("appstore.getReport")


def test_a_damaged_document_is_fetched_again(rehearse: Rehearsal) -> None:
    """Damage is found before a row of it is written, and is tried once more."""
    _damaged(rehearse.amazon, "2026-10")
    output = rehearse(only=["appstore_sales"])

    assert 1 == output.status
    assert [] == output.records("appstore_sales")
    assert 2 == rehearse.asked("storage.get")
    assert output.bookmark("appstore_sales") is None


def test_an_empty_answer_is_no_file(rehearse: Rehearsal) -> None:
    """A month is not read by a download of nothing."""
    rehearse.spoil("storage.get", BadJson(b""))
    output = rehearse(only=["appstore_sales"])

    assert (1, []) == (output.status, output.records("appstore_sales"))
    assert "the document is damaged: it is empty" in rehearse.failure
    assert output.bookmark("appstore_sales") is None


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/sales.zip?X-Amz-Signature=abc",
        "http://127.0.0.1.example.com/sales.zip?X-Amz-Signature=abc",
        "https://me:pw@example.com/sales.zip?X-Amz-Signature=abc",
    ],
)
def test_an_address_that_is_not_safe_is_not_followed(
    rehearse: Rehearsal, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    """A document is fetched over https and from a plain address, or not at all."""
    monkeypatch.setattr(rehearse.amazon.appstore, "url", lambda _kind, _month: url)
    output = rehearse(only=["appstore_sales"])

    assert 1 == output.status
    assert 0 == rehearse.asked("storage.get")
    assert "pw@" not in rehearse.caplog.text
    assert "abc" not in rehearse.failure


def test_a_month_that_storage_does_not_have_is_a_failure(rehearse: Rehearsal) -> None:
    """Only Amazon's own words mean "no file": the month is read by the next run."""
    rehearse.amazon.faults.add("storage.get", Status(404))
    first = rehearse(only=["appstore_sales"])

    assert 1 == first.status
    assert "is not in storage (HTTP 404)" in rehearse.failure
    second = rehearse(only=["appstore_sales"], state=first.state)
    assert 0 == second.status
    assert {"2026-10", "2026-11"} == {
        row["report_month"] for row in second.records("appstore_sales")
    }
