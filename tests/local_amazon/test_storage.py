"""Storage: URLs that die, parts, entity tags, and credentials that do not belong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

from tests.local_amazon import CutShort, ExpiredToken, StoredObject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.clock import ScriptedClock
    from tests.local_amazon import LocalAmazon

BODY = bytes(range(256)) * 40


@pytest.fixture
def url(amazon: LocalAmazon) -> str:
    """Return a URL that opens ten kilobytes for a minute."""
    amazon.storage.put("a b/ü.txt", StoredObject(BODY, "text/plain; charset=Cp1252"))
    return amazon.storage.presign("a b/ü.txt", lifetime_seconds=60)


def _get(url: str, **headers: str) -> requests.Response:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return requests.get(url, headers=named, timeout=10)


def test_a_url_opens_its_object(url: str) -> None:
    """The body, its charset and its entity tag arrive."""
    answer = _get(url)

    assert (200, BODY) == (answer.status_code, answer.content)
    assert "text/plain; charset=Cp1252" == answer.headers["content-type"]
    assert str(len(BODY)) == answer.headers["content-length"]
    assert 304 == _get(url, if_none_match=answer.headers["etag"]).status_code
    assert 200 == _get(url, if_none_match='"another"').status_code


def test_a_url_dies(amazon: LocalAmazon, url: str, clock: ScriptedClock) -> None:
    """After its time a URL is refused in XML, and nobody is blamed."""
    clock.advance(seconds=59)
    alive = _get(url)
    clock.advance(seconds=1)
    dead = _get(url)

    assert (200, 403) == (alive.status_code, dead.status_code)
    assert "<Message>Request has expired</Message>" in dead.text
    assert [] == amazon.refused


def test_death_can_be_scripted(amazon: LocalAmazon, url: str) -> None:
    """A URL can die before its time."""
    amazon.faults.add("storage.get", ExpiredToken())

    assert "Request has expired" in _get(url).text
    assert 200 == _get(url).status_code


@pytest.mark.parametrize(
    "header", ["authorization", "x-amz-access-token", "x-amz-pay-date"]
)
def test_credentials_are_refused(amazon: LocalAmazon, url: str, header: str) -> None:
    """Whoever sends a credential of a service to storage is written down."""
    answer = _get(url, **{header: "Bearer me"})

    assert 400 == answer.status_code
    assert [True] == [header in amazon.refused[0].why]


def test_an_altered_url_is_refused(amazon: LocalAmazon, url: str) -> None:
    """A URL is good to the letter only."""
    longer = url.replace("X-Amz-Expires=60", "X-Amz-Expires=600")

    assert [403, 403] == [_get(longer).status_code, _get(url[:-1]).status_code]
    assert "SignatureDoesNotMatch" in _get(longer).text
    assert 3 == len(amazon.refused)


def test_a_missing_object_is_404(amazon: LocalAmazon) -> None:
    """A good URL of an object that is gone says so."""
    gone = amazon.storage.presign("gone", lifetime_seconds=60)

    assert 404 == _get(gone).status_code


@pytest.mark.parametrize(
    ("wanted", "start", "end"),
    [
        ("bytes=100-", 100, len(BODY)),
        ("bytes=100-199", 100, 200),
        ("bytes=-10", len(BODY) - 10, len(BODY)),
        ("bytes=0-999999", 0, len(BODY)),
    ],
)
def test_parts_can_be_asked_for(url: str, wanted: str, start: int, end: int) -> None:
    """A range is answered with just its bytes."""
    answer = _get(url, range=wanted)

    assert (206, BODY[start:end]) == (answer.status_code, answer.content)
    assert f"bytes {start}-{end - 1}/{len(BODY)}" == answer.headers["content-range"]


def test_parts_of_another_version_are_not_given(url: str) -> None:
    """If-Range with another entity tag gives the whole object."""
    etag = _get(url).headers["etag"]
    same = _get(url, range="bytes=5-", if_range=etag)
    other = _get(url, range="bytes=5-", if_range='"another"')

    assert (206, 200) == (same.status_code, other.status_code)
    assert 416 == _get(url, range=f"bytes={len(BODY)}-").status_code


def _pieces() -> Iterator[bytes]:
    for number in range(100):
        yield bytes([number]) * 100


@pytest.mark.parametrize("length", [None, 10_000])
def test_pieces_are_made_on_the_way(amazon: LocalAmazon, length: int | None) -> None:
    """A document can be generated: chunked when its length is not known."""
    amazon.storage.put("big", StoredObject(_pieces, length=length))
    big = amazon.storage.presign("big", lifetime_seconds=60)
    whole = _get(big)
    part = _get(big, range="bytes=150-349")

    assert b"".join(_pieces()) == whole.content
    assert (length is None) == ("transfer-encoding" in whole.headers)
    assert (206 if length else 200) == part.status_code
    if length:
        assert b"".join(_pieces())[150:350] == part.content


@pytest.mark.parametrize("length", [None, 10_000])
def test_a_download_can_break_off(amazon: LocalAmazon, length: int | None) -> None:
    """A body that is cut short is an error for who reads it, never a short body."""
    amazon.storage.put("big", StoredObject(_pieces, length=length))
    big = amazon.storage.presign("big", lifetime_seconds=60)
    amazon.faults.add("storage.get", CutShort(at_byte=250))
    received = bytearray()
    with (  # noqa: PT012 (what came before the end counts)
        requests.get(big, timeout=10, stream=True) as answer,
        pytest.raises(requests.RequestException),
    ):
        for piece in answer.iter_content(50):
            received += piece

    assert b"".join(_pieces())[: len(received)] == bytes(received)
    assert 0 < len(received) <= 250
