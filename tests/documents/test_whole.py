"""A document that is checked as a whole before a row of it is read."""

from __future__ import annotations

import gzip
import io
import zipfile
from typing import TYPE_CHECKING, Any, cast

import pytest

from tap_amazon_reports.amazon.errors import DocumentDamagedError, UnexpectedAnswerError
from tap_amazon_reports.documents.whole import fetch_whole
from tests.documents.scripted_urls import ScriptedUrls
from tests.local_amazon.faults import CutShort, Status
from tests.local_amazon.storage.models import StoredObject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_amazon_reports.amazon.storage import Storage
    from tests.local_amazon import LocalAmazon

ROWS = b"a,b\n" + b"1,2\n" * 5000


def zipped(content: bytes = ROWS) -> bytes:
    """Return a ZIP that holds `content`."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("sales.csv", content)
    return packed.getvalue()


def spoilt(packed: bytes) -> bytes:
    """Return `packed` with one byte of its checksum changed."""
    return packed[:-8] + bytes([packed[-8] ^ 1]) + packed[-7:]


GZIPPED = gzip.compress(ROWS, mtime=0)
DAMAGED = {
    "gzip cut short": GZIPPED[:-20],
    "gzip of another checksum": spoilt(GZIPPED),
    "ZIP cut short": zipped()[:-30],
    "nothing at all": b"",
}


@pytest.mark.parametrize("content", [ROWS, GZIPPED, zipped()])
def test_a_sound_document_is_returned_as_storage_holds_it(
    amazon: LocalAmazon, storage: Storage, content: bytes
) -> None:
    """Still compressed, with what storage tells of it, after one request."""
    document = StoredObject(content, "binary/octet-stream")
    found = fetch_whole(ask=ScriptedUrls(amazon, document), storage=storage)

    assert found == (content, document.etag, "binary/octet-stream")
    assert 1 == len(amazon.seen)


def test_an_unchanged_document_is_none(amazon: LocalAmazon, storage: Storage) -> None:
    """A month that was read and has not changed costs no download."""
    scheduler = ScriptedUrls(amazon, GZIPPED)
    etag = StoredObject(GZIPPED).etag

    assert fetch_whole(ask=scheduler, storage=storage, known_etag=etag) is None
    assert [304] == [seen.status for seen in amazon.seen]


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_document_is_fetched_again(
    amazon: LocalAmazon,
    storage: Storage,
    damage: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The second copy is good: a warning tells of the first, and its rows are none."""
    scheduler = ScriptedUrls(amazon, DAMAGED[damage], GZIPPED)
    found = fetch_whole(ask=scheduler, storage=storage)

    assert found is not None
    assert GZIPPED == found.content
    assert 2 == scheduler.asked
    assert "fetching it again" in caplog.text


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_document_that_stays_damaged_is_an_error(
    amazon: LocalAmazon, storage: Storage, damage: str
) -> None:
    """Twice the same is no accident: nothing of it counts as read."""
    scheduler = ScriptedUrls(amazon, DAMAGED[damage])
    with pytest.raises(DocumentDamagedError):
        fetch_whole(ask=scheduler, storage=storage)

    assert 2 == scheduler.asked


def test_what_breaks_off_is_mended_and_not_damaged(
    amazon: LocalAmazon, storage: Storage, caplog: pytest.LogCaptureFixture
) -> None:
    """A lost connection is taken up; the document is sound at the first try."""
    amazon.faults.add("storage.get", CutShort(at_byte=50))
    found = fetch_whole(ask=ScriptedUrls(amazon, GZIPPED), storage=storage)

    assert found is not None
    assert GZIPPED == found.content
    assert "fetching it again" not in caplog.text


class _Endless:
    """Storage with an object that tells no length and has no end."""

    etag = length = md5 = None
    content_type = "text/csv"
    unchanged = partial = False

    def __init__(self) -> None:
        self.given_bytes = 0

    def open(self, *_: object, **__: object) -> Any:
        return self

    def pieces(self) -> Iterator[bytes]:
        while True:
            self.given_bytes += 1000
            yield b"x" * 999 + b"\n"

    def close(self) -> None:
        """Hold nothing."""


@pytest.mark.parametrize("is_long", [True, False], ids=["long", "without an end"])
def test_a_document_that_is_too_long_to_be_held_is_refused(
    amazon: LocalAmazon,
    storage: Storage,
    monkeypatch: pytest.MonkeyPatch,
    *,
    is_long: bool,
) -> None:
    """In a sentence, when that shows, and not once more: it would be as long again."""
    monkeypatch.setattr("tap_amazon_reports.documents.whole.WHOLE_BYTES_MAX", 100_000)
    urls, endless = ScriptedUrls(amazon, b"a,b\n" * 25_001), _Endless()

    with pytest.raises(UnexpectedAnswerError, match="longer than 100000 bytes, and is"):
        fetch_whole(ask=urls, storage=storage if is_long else cast("Any", endless))

    assert 1 == urls.asked if is_long else endless.given_bytes < 110_000
    assert (b"a,b\n" * 25_000) == _content(
        ScriptedUrls(amazon, b"a,b\n" * 25_000), storage
    )


def _content(urls: ScriptedUrls, storage: Storage) -> bytes:
    document = fetch_whole(ask=urls, storage=storage)
    assert document is not None
    return document.content


def test_a_missing_document_is_missing(amazon: LocalAmazon, storage: Storage) -> None:
    """A month without a file is for the caller to judge."""
    amazon.faults.add("storage.get", Status(404))
    with pytest.raises(UnexpectedAnswerError):
        fetch_whole(ask=ScriptedUrls(amazon, GZIPPED), storage=storage)
