"""Opening presigned URLs, and what is never shown of them."""

from __future__ import annotations

import gzip
import logging
from typing import TYPE_CHECKING

import pytest

from tap_amazon_reports.amazon.errors import (
    UnavailableError,
    UnexpectedAnswerError,
)
from tap_amazon_reports.amazon.secret import DocumentUrl
from tap_amazon_reports.amazon.storage import Storage, UrlExpiredError
from tests.amazon.rig import retrying_of, transport_of
from tests.local_amazon import LocalAmazon
from tests.local_amazon.faults import (
    ConnectionLost,
    CutShort,
    ExpiredToken,
    Redirect,
    Status,
)
from tests.local_amazon.storage.models import StoredObject

if TYPE_CHECKING:
    from tests.clock import ScriptedClock

CONTENT = b"order-id\tsku\n1\t2\n"
GET = "storage.get"


@pytest.fixture
def storage(clock: ScriptedClock) -> Storage:
    """Return what opens documents."""
    return Storage(transport=transport_of(), retrying=retrying_of(clock))


def stored(amazon: LocalAmazon, document: StoredObject | bytes) -> DocumentUrl:
    """Store a document for five minutes, and return its URL."""
    made = StoredObject(document) if isinstance(document, bytes) else document
    amazon.storage.put("reports/one", made)
    return DocumentUrl(amazon.storage.presign("reports/one", lifetime_seconds=300))


def test_a_document_is_read_as_it_is_stored(
    amazon: LocalAmazon, storage: Storage
) -> None:
    """The bytes, the content type and the ETag arrive unchanged."""
    document = StoredObject(CONTENT, "text/plain; charset=Cp1252")
    found = storage.open(stored(amazon, document))

    assert CONTENT == b"".join(found.pieces())
    assert "text/plain; charset=Cp1252" == found.content_type
    assert found.etag == document.etag
    assert not found.unchanged
    assert not found.partial


def test_nothing_is_unpacked_on_the_way(amazon: LocalAmazon, storage: Storage) -> None:
    """A document whose storage calls it gzip is unpacked once, and not here."""
    packed = gzip.compress(CONTENT)
    url = stored(amazon, StoredObject(packed, content_encoding="gzip"))

    assert b"".join(storage.open(url).pieces()) == packed
    assert "identity" == amazon.seen[-1].headers["accept-encoding"]


def test_an_unchanged_document_is_not_sent_again(
    amazon: LocalAmazon, storage: Storage
) -> None:
    """Who holds the same version is told so, without a byte of it."""
    document = StoredObject(CONTENT)
    url = stored(amazon, document)

    found = storage.open(url, known_etag=document.etag)
    assert found.unchanged
    assert b"" == b"".join(found.pieces())
    other = storage.open(url, known_etag='"another"')
    assert not other.unchanged
    assert CONTENT == b"".join(other.pieces())


def test_unchanged_documents_share_a_connection(
    amazon: LocalAmazon, storage: Storage
) -> None:
    """A hundred months that have not changed do not open a hundred connections."""
    document = StoredObject(CONTENT)
    url = stored(amazon, document)
    found = [storage.open(url, known_etag=document.etag) for _ in range(10)]

    assert all(one.unchanged for one in found)
    assert 1 == amazon.connections


def test_reading_goes_on_from_an_offset(amazon: LocalAmazon, storage: Storage) -> None:
    """Storage that can send a part sends just that."""
    found = storage.open(stored(amazon, CONTENT), offset=9)

    assert found.partial
    assert b"".join(found.pieces()) == CONTENT[9:]


def test_storage_may_send_everything_instead(
    amazon: LocalAmazon, storage: Storage
) -> None:
    """Where parts are not served the answer says that it is the whole."""
    document = StoredObject(lambda: iter([CONTENT]), version="1")
    found = storage.open(stored(amazon, document), offset=9)

    assert not found.partial
    assert CONTENT == b"".join(found.pieces())


@pytest.mark.parametrize("known_length", [True, False])
def test_a_document_that_breaks_off_is_no_whole_document(
    amazon: LocalAmazon, storage: Storage, *, known_length: bool
) -> None:
    """Announced or not, the missing end is noticed, and the message is harmless."""
    length = len(CONTENT) if known_length else None
    document = StoredObject(lambda: iter([CONTENT]), length=length, version="1")
    url = stored(amazon, document)
    amazon.faults.add(GET, CutShort(at_byte=12))

    with pytest.raises(ConnectionError, match="broke off") as caught:
        b"".join(storage.open(url).pieces())
    assert "X-Amz" not in str(caught.value)


def test_a_dead_url_is_told_apart(
    amazon: LocalAmazon, storage: Storage, clock: ScriptedClock
) -> None:
    """After five minutes a new URL is needed: nobody tries the old one again."""
    url = stored(amazon, CONTENT)
    clock.advance(seconds=301)
    with pytest.raises(UrlExpiredError, match="403"):
        storage.open(url)

    assert 1 == len(amazon.seen)


def test_a_document_that_is_gone_is_missing(
    amazon: LocalAmazon, storage: Storage
) -> None:
    """A URL can outlive its document."""
    url = stored(amazon, CONTENT)
    amazon.storage.objects.clear()
    with pytest.raises(UnexpectedAnswerError, match="404"):
        storage.open(url)


def test_refusals_share_a_connection(amazon: LocalAmazon, storage: Storage) -> None:
    """Neither a busy storage nor dead URLs use up sockets."""
    url = stored(amazon, CONTENT)
    amazon.faults.add(GET, Status(503), times=2)
    amazon.faults.add(GET, ExpiredToken(), times=3)
    for _ in range(3):
        with pytest.raises(UrlExpiredError):
            storage.open(url)

    assert 5 == len(amazon.seen)
    assert 1 == amazon.connections


@pytest.mark.parametrize("fault", [Status(503), Status(500), ConnectionLost()])
def test_a_passing_trouble_is_tried_again(
    amazon: LocalAmazon, storage: Storage, fault: Status | ConnectionLost
) -> None:
    """Storage is busy for a moment, and the document arrives."""
    amazon.faults.add(GET, fault, times=3)

    found = storage.open(stored(amazon, CONTENT))

    assert CONTENT == b"".join(found.pieces())
    assert 4 == len(amazon.seen)


def test_a_redirect_is_not_followed(
    amazon: LocalAmazon, storage: Storage, clock: ScriptedClock
) -> None:
    """Amazon's storage does not redirect; something else does."""
    url = stored(amazon, CONTENT)
    with LocalAmazon(clock=clock, populate=False) as elsewhere:
        amazon.faults.add(GET, Redirect(f"{elsewhere.url}/storage/x"))
        with pytest.raises(UnexpectedAnswerError, match="302"):
            storage.open(url)

        assert [] == elsewhere.seen


@pytest.mark.parametrize(
    "url",
    [
        "http://bucket.s3.amazonaws.com/doc?X-Amz-Signature=very-secret",
        "ftp://bucket.s3.amazonaws.com/doc?X-Amz-Signature=very-secret",
        "https://name:very-secret@bucket.s3.amazonaws.com/doc",
        "https://[bucket/doc?X-Amz-Signature=very-secret",
        "https://bucket:port/doc?X-Amz-Signature=very-secret",
        "/doc?X-Amz-Signature=very-secret",
        "",
    ],
)
def test_an_address_that_is_not_safe_is_not_opened(storage: Storage, url: str) -> None:
    """Documents travel encrypted, or not at all; the error hides the signature."""
    with pytest.raises(UnexpectedAnswerError, match="not https") as caught:
        storage.open(DocumentUrl(url))

    assert "very-secret" not in str(caught.value)


def test_a_signature_is_shown_nowhere(
    amazon: LocalAmazon, storage: Storage, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever goes wrong, neither log nor error holds what opens the document."""
    caplog.set_level(logging.INFO, "tap_amazon_reports")
    url = stored(amazon, CONTENT)
    amazon.faults.add(GET, Status(503), times=99)
    with pytest.raises(UnavailableError) as caught:
        storage.open(url)

    told = caplog.text + str(caught.value)
    assert "/storage/reports/one" in told
    assert "X-Amz" not in told


def test_no_credentials_are_sent(amazon: LocalAmazon, storage: Storage) -> None:
    """The URL is the only key; storage would refuse a second one."""
    b"".join(storage.open(stored(amazon, CONTENT)).pieces())

    headers = amazon.seen[-1].headers
    assert not {"authorization", "x-amz-access-token", "cookie"} & set(headers)
    assert [] == amazon.refused
