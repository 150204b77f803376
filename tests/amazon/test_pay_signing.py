"""Amazon Pay's requests: signed over what is sent, afresh on every attempt."""

from __future__ import annotations

import re
import threading
from base64 import b64decode
from contextlib import contextmanager
from datetime import datetime, timezone
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, NamedTuple

import pytest
import requests
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

from tap_amazon_reports.amazon.http import encoded_query
from tap_amazon_reports.amazon.origin import ForeignHostError
from tap_amazon_reports.amazon.pay_account import PayRegion, SignatureAlgorithm
from tap_amazon_reports.amazon.pay_signing import PaySigner
from tests.clock import ScriptedClock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

KEY = generate_private_key(public_exponent=65537, key_size=2048)
KEY_ID = "SANDBOX-AFVX7ULWSGBZ5535PCUQOY7B"
KEY_OF_32 = "0123456789abcdef0123456789abcdef"
MOMENT = datetime(2024, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
SALTS = {SignatureAlgorithm.V2: 32, SignatureAlgorithm.V1: 20}
BODY = (
    b'{"reportType":"_GET_FLAT_FILE_OFFAMAZONPAYMENTS_REFUND_DATA_",'
    b'"startTime":"20240101T000000Z","endTime":"20240102T000000Z"}'
)
HEADER = re.compile(
    r"(?P<algorithm>\S+) PublicKeyId=(?P<key_id>[^,]+),"
    r" SignedHeaders=(?P<names>[^,]+), Signature=(?P<signature>\S+)"
)


def signer(
    *,
    algorithm: SignatureAlgorithm = SignatureAlgorithm.V2,
    region: PayRegion = PayRegion.NA,
    base_url: str | None = None,
    clock: ScriptedClock | None = None,
) -> PaySigner:
    """Return a signer at a fixed moment."""
    return PaySigner(
        public_key_id=KEY_ID,
        private_key=KEY,
        algorithm=algorithm,
        region=region,
        base_url=base_url or f"https://{region.host}",
        clock=clock or ScriptedClock(MOMENT),
    )


def request_to(
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
) -> requests.PreparedRequest:
    """Return a request that carries no signature yet."""
    return requests.Request(method, url, headers=headers, data=body).prepare()


def signature_parts(request: requests.PreparedRequest) -> dict[str, str]:
    """Return the parts of a request's authorization header."""
    found = HEADER.fullmatch(request.headers["authorization"])
    assert found is not None

    return found.groupdict()


def verify(signature: str, text: str, *, salt_bytes: int) -> None:
    """Check a signature as Amazon would.

    Raises:
        InvalidSignature: it is not one of `text` with such a salt.
    """
    scheme = PSS(mgf=MGF1(SHA256()), salt_length=salt_bytes)
    KEY.public_key().verify(b64decode(signature), text.encode(), scheme, SHA256())


class Vector(NamedTuple):
    """A call of this tap, and the digest that was worked out for it by hand."""

    region: PayRegion
    path: str
    digest: str
    query: list[tuple[str, str]]
    body: bytes | None = None


VECTORS = {
    "reports of North America": Vector(
        PayRegion.NA,
        "/v2/reports",
        "64d987495a60272af753cf321dbeca3980a26dc81e587f7970fe0c620a1e0d8f",
        [
            ("processingStatuses", "COMPLETED"),
            ("createdSince", "20240101T000000Z"),
            ("pageSize", "100"),
        ],
    ),
    "two report types of Europe": Vector(
        PayRegion.EU,
        "/live/v2/reports",
        "e49c2019b78356ce70c78cfcce0f3656b0357e2dda6cad29bc817f9abe57b0fd",
        [
            (
                "reportTypes",
                (
                    "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_SETTLEMENT_DATA_,"
                    "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_REFUND_DATA_"
                ),
            )
        ],
    ),
    "a next page of Japan": Vector(
        PayRegion.JP,
        "/v2/reports",
        "60d3a5e1304ab9b830afc28c6c1d3f44071aef5c2382f6283b57c859516ac973",
        [("nextToken", "ab+c/==")],
    ),
    "a new report": Vector(
        PayRegion.NA,
        "/v2/reports",
        "ee5f1c96d9701fc11e026b51c15e15cfac5217f8ea28f791206b3f5a83ec10c2",
        [],
        BODY,
    ),
}


class TestSignature:
    """What is signed, and how."""

    @pytest.mark.parametrize("vector", VECTORS.values(), ids=VECTORS.keys())
    @pytest.mark.parametrize("algorithm", SignatureAlgorithm)
    def test_a_call_is_signed_as_worked_out_by_hand(
        self, vector: Vector, algorithm: SignatureAlgorithm
    ) -> None:
        """The digest of each kind of call is the known one, and its signature holds."""
        auth = signer(region=vector.region, algorithm=algorithm)
        url = f"https://{vector.region.host}{vector.path}"
        if vector.query:
            url += f"?{encoded_query(vector.query)}"
        request = auth(
            request_to(
                url,
                method="POST" if vector.body else "GET",
                headers={"x-amz-pay-idempotency-key": KEY_OF_32} if vector.body else {},
                body=vector.body,
            )
        )
        parts, text = signature_parts(request), auth.string_to_sign(request)

        assert request.url == url
        assert text == f"{algorithm.value}\n{vector.digest}"
        assert (parts["algorithm"], parts["key_id"]) == (algorithm.value, KEY_ID)
        verify(parts["signature"], text, salt_bytes=SALTS[algorithm])

    @pytest.mark.parametrize("algorithm", SignatureAlgorithm)
    def test_the_salt_is_that_of_the_algorithm(
        self, algorithm: SignatureAlgorithm
    ) -> None:
        """Amazon refuses a signature whose salt has the other algorithm's length."""
        auth = signer(algorithm=algorithm)
        request = auth(request_to("https://pay-api.amazon.com/v2/reports"))
        other = next(salt for name, salt in SALTS.items() if name is not algorithm)

        assert algorithm.salt_bytes == SALTS[algorithm]
        with pytest.raises(InvalidSignature):
            verify(
                signature_parts(request)["signature"],
                auth.string_to_sign(request),
                salt_bytes=other,
            )

    def test_a_reading_request_carries_what_amazon_asks_for(self) -> None:
        """Date, host and region are told, JSON is spoken, and no key is wasted."""
        request = signer()(
            request_to(
                "https://pay-api.amazon.com/v2/reports", headers={"user-agent": "tap"}
            )
        )
        authorization = request.headers.pop("authorization")

        assert {
            "user-agent": "tap",
            "accept": "application/json",
            "content-type": "application/json",
            "x-amz-pay-date": "20240102T030405Z",
            "x-amz-pay-host": "pay-api.amazon.com",
            "x-amz-pay-region": "na",
        } == dict(request.headers)
        assert (
            "SignedHeaders=accept;content-type;x-amz-pay-date;x-amz-pay-host;"
            "x-amz-pay-region, Signature=" in authorization
        )

    def test_every_attempt_is_dated_and_signed_anew(self) -> None:
        """A retry is a fresh request of the same call: new date, same key."""
        clock = ScriptedClock(MOMENT)
        auth = signer(clock=clock)
        request = request_to(
            "https://pay-api.amazon.com/v2/reports",
            method="POST",
            headers={"x-amz-pay-idempotency-key": KEY_OF_32},
            body=BODY,
        )
        first = dict(auth(request).headers)
        clock.advance(seconds=61)
        second = dict(auth(request).headers)

        assert "20240102T030405Z" == first["x-amz-pay-date"]
        assert "20240102T030506Z" == second["x-amz-pay-date"]
        assert first["authorization"] != second["authorization"]
        assert KEY_OF_32 == first["x-amz-pay-idempotency-key"]
        assert KEY_OF_32 == second["x-amz-pay-idempotency-key"]

    @pytest.mark.parametrize("method", ["GET", "DELETE"])
    def test_a_key_that_is_sent_is_signed(self, method: str) -> None:
        """Whatever the method, an idempotency key is covered by the signature."""
        request = signer()(
            request_to(
                "https://pay-api.amazon.com/v2/reports/1",
                method=method,
                headers={"X-Amz-Pay-Idempotency-Key": KEY_OF_32},
            )
        )

        assert (
            "x-amz-pay-idempotency-key;x-amz-pay-region"
            in signature_parts(request)["names"]
        )

    def test_what_is_signed_is_what_is_sent(self) -> None:
        """A query that a library wrote in its own way is sent in the signed way."""
        request = requests.Request(
            "GET",
            "https://pay-api.amazon.com/v2//report-documents/a%2Fb",
            params={"reportTypes": "A,B C", "empty": "", "~": "*"},
        ).prepare()
        signer()(request)

        assert (
            "https://pay-api.amazon.com/v2/report-documents/a%2Fb"
            "?empty=&reportTypes=A%2CB%20C&~=%2A"
        ) == request.url

    def test_a_text_body_is_sent_as_it_was_hashed(self) -> None:
        """Text beyond ASCII is turned into bytes once, before it is hashed."""
        request = request_to("https://pay-api.amazon.com/v2/reports", method="POST")
        request.body = '{"reportType":"é"}'
        sent = signer()(request).body

        assert b'{"reportType":"\xc3\xa9"}' == sent

    def test_a_stream_is_refused(self) -> None:
        """What cannot be hashed before it is sent cannot be signed."""
        request = requests.Request(
            "POST", "https://pay-api.amazon.com/v2/reports", data=iter([b"x"])
        ).prepare()

        with pytest.raises(TypeError, match="not a stream"):
            signer()(request)

    def test_a_refused_signature_is_not_tried_again(self) -> None:
        """There is nothing to renew in a key."""
        assert not signer().forget(requests.Response())

    def test_a_signer_shows_no_key(self) -> None:
        """What a log line may show of a signer is public."""
        assert repr(signer()) == f"PaySigner({KEY_ID}, AMZN-PAY-RSASSA-PSS-V2)"


class Wire(BaseHTTPRequestHandler):
    """Keeps what came over the wire, as it came."""

    seen: list[tuple[str, str, dict[str, str], bytes]]

    def _keep(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.seen.append((self.command, self.path, headers, body))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    do_GET = do_POST = do_DELETE = _keep  # noqa: N815 (the names that the base asks for)

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@contextmanager
def listening() -> Iterator[tuple[str, type[Wire]]]:
    """Serve on this machine, and give the address and what was seen."""
    seen = type("SeenWire", (Wire,), {"seen": []})
    with HTTPServer(("127.0.0.1", 0), seen) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        yield f"http://127.0.0.1:{server.server_port}", seen
        server.shutdown()
        serving.join()


@pytest.mark.parametrize(
    ("method", "body"), [("GET", None), ("DELETE", None), ("POST", BODY)]
)
@pytest.mark.parametrize("algorithm", SignatureAlgorithm)
def test_the_signature_covers_what_comes_over_the_wire(
    method: str, body: bytes | None, algorithm: SignatureAlgorithm
) -> None:
    """Rebuilt from the raw request, the signed text is the one that was signed."""
    with listening() as (base_url, wire), requests.Session() as session:
        auth = signer(algorithm=algorithm, base_url=base_url)
        session.request(
            method,
            f"{base_url}/v2/reports?{encoded_query([('a', 'b,c d+~/'), ('é', '')])}",
            data=body,
            auth=auth,
            timeout=10,
        )
    command, target, headers, arrived = wire.seen[0]
    path, _, query = target.partition("?")
    found = HEADER.fullmatch(headers["authorization"])
    assert found is not None

    lines = "".join(f"{name}:{headers[name]}\n" for name in found["names"].split(";"))
    digest = sha256(arrived).hexdigest()
    text = f"{command}\n{path}\n{query}\n{lines}\n{found['names']}\n{digest}"

    assert "127.0.0.1" == headers["x-amz-pay-host"]
    assert arrived == (body or b"")
    verify(
        found["signature"],
        f"{algorithm.value}\n{sha256(text.encode()).hexdigest()}",
        salt_bytes=SALTS[algorithm],
    )


@pytest.mark.parametrize(
    "url",
    [
        "https://tortuga.s3.amazonaws.com/report?X-Amz-Signature=secret",
        "https://pay-api.amazon.eu/v2/reports?x=secret",
        "http://pay-api.amazon.com/v2/reports?x=secret",
        "https://pay-api.amazon.com:444/v2/reports?x=secret",
    ],
)
def test_a_signature_goes_nowhere_else(url: str) -> None:
    """A request to another place is not signed, and its query is not shown."""
    request = request_to(url)
    with pytest.raises(ForeignHostError) as caught:
        signer()(request)

    assert "authorization" not in request.headers
    assert "secret" not in str(caught.value)
