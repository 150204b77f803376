"""What a broken or hostile far side can do: bounded, told, and without a secret."""

from __future__ import annotations

import gzip
import itertools
import logging
import threading
import traceback
from typing import TYPE_CHECKING

import pytest
import requests

from tap_amazon_reports.amazon import http
from tap_amazon_reports.amazon.connection import ServiceConnection
from tap_amazon_reports.amazon.errors import (
    ThrottledError,
    UnavailableError,
    UnexpectedAnswerError,
    UnsendableError,
)
from tap_amazon_reports.amazon.exchange import FormPoster, Retrying
from tap_amazon_reports.amazon.http import Anonymous, Transport
from tap_amazon_reports.amazon.operation import Call, Operation
from tap_amazon_reports.amazon.quota import TokenBucket
from tap_amazon_reports.amazon.restricted import RestrictedAuth
from tap_amazon_reports.amazon.secret import DocumentUrl, Secret
from tap_amazon_reports.amazon.selling_partner import SellingPartnerRules
from tap_amazon_reports.amazon.storage import Storage
from tests.amazon.raw_server import raw_server
from tests.amazon.rig import LoggingTransport, response_of, retrying_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from tests.clock import ScriptedClock
    from tests.local_amazon import LocalAmazon

SECRET = "sig-0123456789abcdef0123456789abcdef"
ENDLESS = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n"


@pytest.fixture
def retrying(clock: ScriptedClock) -> Retrying:
    """Return the usual retrying on scripted time."""
    return retrying_of(clock)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bound answers to a million bytes, to be quick about it."""
    monkeypatch.setattr(http, "LARGEST_ANSWER_BYTES", 1_000_000)


def post(base: str, retrying: Retrying, *, timeout_seconds: float = 5) -> None:
    """Ask for a token at `base`."""
    transport = Transport(user_agent="T/1", timeout_seconds=timeout_seconds)
    FormPoster(transport=transport, retrying=retrying)(base, {"a": "b"})


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("status", [200, 302, 400])
def test_an_answer_without_an_end_is_given_up(status: int, retrying: Retrying) -> None:
    """A token answer, a redirect or an error page does not fill the memory."""

    def pieces() -> Iterable[bytes]:
        yield ENDLESS.replace(b"200 OK", b"%d Any" % status).replace(
            b"\r\n\r\n", b"\r\nlocation: http://127.0.0.1:1/\r\n\r\n"
        )
        yield from itertools.repeat(b"x" * 65536)

    with (
        raw_server(pieces) as base,
        pytest.raises(UnexpectedAnswerError, match="larger than 1000000 bytes"),
    ):
        post(base, retrying)


def _drops(*beginning: bytes, drop: bytes = b" ") -> Callable[[], Iterator[bytes]]:
    """Return what says `beginning`, and then `drop` now and then, without an end."""

    def pieces() -> Iterator[bytes]:
        yield from beginning
        while True:
            threading.Event().wait(0.02)
            yield drop

    return pieces


@pytest.mark.parametrize("coding", ["gzip, gzip", "gzip,deflate", "br", "zstd"])
def test_an_answer_that_is_packed_otherwise_is_not_unpacked(
    coding: str, retrying: Retrying
) -> None:
    """A few kilobytes can be gigabytes within each other: none of them is looked at."""
    body = gzip.compress(gzip.compress(b"\0" * 10_000_000))
    head = (
        f"HTTP/1.1 200 OK\r\ncontent-encoding: {coding}\r\ncontent-length: {len(body)}"
        "\r\n\r\n"
    )
    with (
        raw_server(lambda: [head.encode(), body]) as base,
        pytest.raises(
            UnexpectedAnswerError, match=f"the answer is packed as '{coding}'"
        ),
    ):
        post(base, retrying)


def test_no_answer_is_larger_than_all_that_amazon_documents(
    retrying: Retrying,
) -> None:
    """31 KB of packed JSON are not read to gigabytes of objects."""
    body = gzip.compress(b'{"x":[' + b"{}," * 2_000_000 + b"0]}")
    head = f"{ENDLESS.decode().strip()}\r\ncontent-encoding: gzip\r\n\r\n".encode()
    with (
        raw_server(lambda: [head, body]) as base,
        pytest.raises(UnexpectedAnswerError, match="larger than 4194304 bytes"),
    ):
        post(base, retrying)


@pytest.mark.parametrize("drop", [b" ", b" " * 500], ids=["slow", "steady"])
def test_an_answer_that_trickles_is_a_time_out(drop: bytes) -> None:
    """No answer takes longer than three time-outs, as a drop or at 25 KB a second."""
    endless = _drops(ENDLESS, drop=drop)
    with raw_server(lambda: itertools.islice(endless(), 200)) as base:
        transport = Transport(user_agent="T/1", timeout_seconds=0.2)
        request = transport.prepare(requests.Request("GET", base), Anonymous())
        with pytest.raises(requests.exceptions.ReadTimeout):
            transport.send(request)


@pytest.mark.parametrize(
    "pieces",
    [
        _drops(),
        _drops(b"HTTP/1.1 200 OK\r\nx: "),
        _drops(drop=b"HTTP/1.1 100 Continue\r\n\r\n"),
        lambda: itertools.repeat(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
    ],
    ids=["status", "header", "continue", "continue at once"],
)
def test_a_head_without_an_end_is_a_time_out(
    pieces: Callable[[], Iterable[bytes]],
) -> None:
    """Headers that come drop by drop, or for ever, keep no request alive."""
    with raw_server(pieces) as base:
        transport = Transport(user_agent="T/1", timeout_seconds=0.15)
        request = transport.prepare(requests.Request("GET", base), Anonymous())
        with pytest.raises(requests.exceptions.ReadTimeout):
            transport.send(request)


def test_a_document_that_trickles_breaks_off(retrying: Retrying) -> None:
    """A byte now and then is no download: below 1,000 a second it is given up."""
    whole = ENDLESS.replace(b"\r\n\r\n", b"\r\ncontent-length: 99999\r\n\r\n")
    with raw_server(_drops(whole)) as base:
        transport = Transport(user_agent="T/1", timeout_seconds=0.15)
        storage = Storage(transport=transport, retrying=retrying)
        found = storage.open(DocumentUrl(f"{base}/key?s={SECRET}"))
        with pytest.raises(ConnectionError, match="broke off"):
            for _ in found.pieces():
                pass


def test_who_reads_slowly_is_not_at_fault(retrying: Retrying) -> None:
    """Only the waiting for bytes is measured, not what is done between two of them."""
    now = itertools.count(step=1000)
    body = b"x" * 500_000
    whole = ENDLESS.replace(b"\r\n\r\n", b"\r\ncontent-length: %d\r\n\r\n" % len(body))
    seconds = 0.0

    def monotonic() -> float:
        return seconds

    with raw_server(lambda: [whole, body]) as base:
        transport = Transport(user_agent="T/1", timeout_seconds=5, monotonic=monotonic)
        storage = Storage(transport=transport, retrying=retrying)
        found = storage.open(DocumentUrl(f"{base}/key?s={SECRET}"))
        read = 0
        for piece in found.pieces():
            read += len(piece)
            seconds = next(now)

    assert len(body) == read


@pytest.mark.parametrize(
    "chunks",
    [b"-5\r\nhello\r\n0\r\n\r\n", b"zz\r\nhello", b"5;", b"f" * 40 + b"\r\nhello"],
)
def test_a_chunk_of_no_length_is_a_lost_connection(
    retrying: Retrying, chunks: bytes
) -> None:
    """What is no chunk is no answer, and no document."""
    chunked = ENDLESS.replace(b"\r\n\r\n", b"\r\ntransfer-encoding: chunked\r\n\r\n")
    with raw_server(lambda: [chunked, chunks]) as base:
        with pytest.raises(UnavailableError, match="the connection was lost"):
            post(base, retrying)
        transport = Transport(user_agent="T/1", timeout_seconds=5)
        storage = Storage(transport=transport, retrying=retrying)
        found = storage.open(DocumentUrl(f"{base}/key?s={SECRET}"))
        with pytest.raises(ConnectionError, match="broke off"):
            b"".join(found.pieces())


def test_an_error_of_storage_without_an_end_is_not_read(retrying: Retrying) -> None:
    """Nobody reads what storage says beside its status."""
    sent = itertools.count()

    def pieces() -> Iterable[bytes]:
        yield ENDLESS.replace(b"200 OK", b"404 Gone")
        while True:
            next(sent)
            yield b"x" * 65536

    with raw_server(pieces) as base:
        transport = Transport(user_agent="T/1", timeout_seconds=5)
        storage = Storage(transport=transport, retrying=retrying)
        with pytest.raises(UnexpectedAnswerError, match="HTTP 404"):
            storage.open(DocumentUrl(f"{base}/key?s={SECRET}"))
    assert next(sent) < 1000


def test_a_malformed_header_gives_no_url_away(
    retrying: Retrying, caplog: pytest.LogCaptureFixture
) -> None:
    """The HTTP client warns with the whole URL; its query does not reach the log."""
    caplog.set_level(logging.DEBUG)
    for name in ("urllib3.connectionpool", "urllib3.connection", "urllib3"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    answer = b"HTTP/1.1 200 OK\r\nno header at all\r\ncontent-length: 2\r\n\r\nok"
    with raw_server(lambda: [answer]) as base:
        transport = Transport(user_agent="T/1", timeout_seconds=5)
        url = DocumentUrl(f"{base}/key?X-Amz-Signature={SECRET}&b=c")
        found = Storage(transport=transport, retrying=retrying).open(url)
        b"".join(found.pieces())

    assert "Failed to parse headers" in caplog.text
    assert "GET /key?***" in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.parametrize(
    ("offset", "content_range", "good"),
    [
        (0, "bytes 0-1/2", False),
        (3, None, False),
        (3, "bytes 3-4/5", True),
        (3, "bytes 3-4/*", True),
        (3, "bytes 0-1/5", False),
        (3, "bytes 3-4/9", False),
        (3, "bytes 4-4/5", False),
        (3, "lines 3-4/5", False),
    ],
)
def test_a_part_is_what_was_asked_for(
    retrying: Retrying, offset: int, content_range: str | None, *, good: bool
) -> None:
    """A 206 is believed only with the range asked for: no row lost or twice."""
    told = f"content-range: {content_range}\r\n" if content_range else ""
    answer = f"HTTP/1.1 206 Partial\r\n{told}content-length: 2\r\n\r\nde".encode()
    with raw_server(lambda: [answer]) as base:
        transport = Transport(user_agent="T/1", timeout_seconds=5)
        storage = Storage(transport=transport, retrying=retrying)
        url = DocumentUrl(f"{base}/key?s={SECRET}")
        if good:
            found = storage.open(url, offset=offset)
            assert (True, b"de") == (found.partial, b"".join(found.pieces()))
        else:
            with pytest.raises(UnexpectedAnswerError, match="another part"):
                storage.open(url, offset=offset)


@pytest.mark.parametrize(
    "url",
    ["http://[::1", "http:///path", "nonsense", "a://b", f"http://{'a' * 64}.com/"],
)
def test_an_address_that_is_none_is_not_tried_again(
    url: str, retrying: Retrying, clock: ScriptedClock
) -> None:
    """It is told at once, and not as a lost connection."""
    with pytest.raises(UnexpectedAnswerError, match="the address cannot be used"):
        post(url, retrying)
    assert [] == clock.sleeps


@pytest.mark.parametrize("end", ["\n", "\r\nx-evil: 1", "\x00", " ", "\u20ac"])
def test_no_header_is_made_of_what_it_cannot_hold(
    amazon: LocalAmazon, clock: ScriptedClock, end: str
) -> None:
    """A token with a line end is refused, and the refusal does not show it."""
    transport = Transport(user_agent="T/1", timeout_seconds=5)
    auth = RestrictedAuth(Secret(SECRET + end), base_url=amazon.url)
    request = requests.Request("GET", f"{amazon.url}/x")
    with pytest.raises(UnsendableError) as caught:
        transport.prepare(request, auth)

    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None
    assert [] == clock.sleeps


def test_a_user_agent_with_a_line_end_is_told_by_its_setting() -> None:
    """The HTTP client's own error would show the value."""
    transport = Transport(user_agent=f"{SECRET}\n", timeout_seconds=5)
    with pytest.raises(UnsendableError, match="check user_agent") as caught:
        transport.prepare(requests.Request("GET", "http://127.0.0.1/"), Anonymous())

    assert SECRET not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    "rate", ["1e-9", "1e-300", "0", "-1", "nan", "inf", "-inf", "1e300", "0.0002"]
)
def test_a_rate_that_no_plan_has_is_not_believed(
    clock: ScriptedClock, rate: str
) -> None:
    """A run does not wait for decades, and does not ask without a pause."""
    bucket = TokenBucket(rate_per_second=0.5, burst=1, clock=clock)
    expected = [bucket.wait_seconds(count) for count in (1, 2, 3)]
    bucket.learn(float(rate))

    assert expected == [bucket.wait_seconds(count) for count in (1, 2, 3)]


def test_a_wait_for_quota_has_a_bound(clock: ScriptedClock) -> None:
    """A wait of hours is told at once, and its token is not spent."""
    slow = Operation(
        name="getThing", method="GET", path="/x", rate_per_second=1e-4, burst=1
    )
    connection = ServiceConnection(
        rules=SellingPartnerRules(),
        base_url="http://127.0.0.1",
        auth=Anonymous(),
        transport=LoggingTransport([], [response_of(200), response_of(200)]),
        clock=clock,
        retrying=retrying_of(clock),
    )
    connection.call(Call(slow))
    with pytest.raises(ThrottledError, match="in 10204 s, longer than the 7200 s"):
        connection.call(Call(slow))

    assert [] == clock.sleeps
    clock.advance(seconds=10_300)
    assert 200 == connection.call(Call(slow)).status_code


def test_certificates_that_are_not_there_are_named(
    retrying: Retrying, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """One line names the variable; a log that shows variables shows no secret."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "nosuch.pem"))
    transport = Transport(user_agent="T/1", timeout_seconds=5)
    form: dict[str, str | Secret] = {"refresh_token": Secret(SECRET)}
    with pytest.raises(UnexpectedAnswerError) as caught:
        FormPoster(transport=transport, retrying=retrying)("https://127.0.0.1:1", form)
    shown = traceback.TracebackException.from_exception(
        caught.value, capture_locals=True
    )

    assert str(caught.value).startswith(
        "Login with Amazon: the TLS certificates cannot be read, so nothing was sent;"
        " check the path in the variable REQUESTS_CA_BUNDLE"
    )
    assert SECRET not in "".join(shown.format())
