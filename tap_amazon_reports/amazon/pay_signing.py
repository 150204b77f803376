"""The signature that each request to Amazon Pay carries.

Facts (Amazon Pay API v2, Signing requests; its PHP, Java and .NET SDKs; 2026):

- RSASSA-PSS over the string to sign, digest and mask SHA-256; the two algorithm names
  differ in the length of the salt alone.
- Signed are accept, content-type, the date, the host, the region, and the idempotency
  key where there is one. A user agent is left out: proxies rewrite it.
- An idempotency key has at most 32 characters; it is needed on POST, and is the same
  for every attempt of one call.
"""

from __future__ import annotations

import re
from base64 import b64encode
from datetime import timezone
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.hashes import SHA256

from tap_amazon_reports.amazon.http import Authenticator, encoded_query
from tap_amazon_reports.amazon.origin import Origin
from tap_amazon_reports.amazon.pay_canonical import (
    canonical_request,
    canonical_uri,
    signed_headers,
    string_to_sign,
)

if TYPE_CHECKING:
    import requests
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from tap_amazon_reports.amazon.clock import Clock
    from tap_amazon_reports.amazon.pay_account import PayRegion, SignatureAlgorithm

__all__ = ["PaySigner", "explain_refused_signature"]

IDEMPOTENCY_KEY = "x-amz-pay-idempotency-key"

_SIGNED = (
    "accept",
    "content-type",
    "x-amz-pay-date",
    "x-amz-pay-host",
    "x-amz-pay-region",
    IDEMPOTENCY_KEY,
)
_SERVERS_DIGEST = re.compile(r"AMZN-PAY-RSASSA-PSS(?:-V2)?(?:\\n|\s)+([0-9a-f]{64})\b")


class PaySigner(Authenticator):
    """Signs each attempt anew, over the very path, query and body that are sent."""

    def __init__(
        self,
        *,
        public_key_id: str,
        private_key: RSAPrivateKey,
        algorithm: SignatureAlgorithm,
        region: PayRegion,
        base_url: str,
        clock: Clock,
    ) -> None:
        """Remember what to sign with, and where signatures may go.

        Args:
            public_key_id: names the public key to Amazon Pay.
            private_key: the other half of that pair.
            algorithm: decides the salt.
            region: of the account.
            base_url: of the service; no other origin gets to see a signature.
            clock: dates each signature.

        Raises:
            ValueError: `base_url` is not an http(s) address.
        """
        self._public_key_id = public_key_id
        self._private_key = private_key
        self._algorithm = algorithm
        self._region = region
        self._origin = Origin.of(base_url)
        self._clock = clock

    def __repr__(self) -> str:
        """Show whose signatures these are, nothing that makes them."""
        return f"PaySigner({self._public_key_id}, {self._algorithm.value})"

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Date and sign `request`, whose URL is put into its canonical form.

        The idempotency key is the call's, so that all its attempts carry the same.

        Raises:
            ForeignHostError: `request` does not go to the service, or not encrypted.
            TypeError: the body is a stream, which cannot be hashed before it is sent.
        """
        self._origin.guard(request.url)
        request.url = _canonical_url(str(request.url))
        request.body = _body_bytes(request) or None
        request.headers.update(self._unsigned_headers())
        request.headers["authorization"] = self._authorization(request)
        return request

    def string_to_sign(self, request: requests.PreparedRequest) -> str:
        """Return what was signed of a request that went through here.

        Fit to be shown: a name and a digest.
        """
        url = urlsplit(str(request.url))
        text = canonical_request(
            method=str(request.method),
            path=url.path,
            query=url.query,
            headers=_headers_to_sign(request),
            body=_body_bytes(request),
        )
        return string_to_sign(self._algorithm.value, text)

    def _unsigned_headers(self) -> dict[str, str]:
        """Return the headers that say when, where and in which form."""
        now = self._clock.now().astimezone(timezone.utc)
        return {
            "accept": "application/json",
            "content-type": "application/json",
            "x-amz-pay-date": now.strftime("%Y%m%dT%H%M%SZ"),
            "x-amz-pay-host": self._origin.host,
            "x-amz-pay-region": self._region.value,
        }

    def _authorization(self, request: requests.PreparedRequest) -> str:
        """Return the authorization header for what `request` holds now."""
        signature = self._private_key.sign(
            self.string_to_sign(request).encode(),
            PSS(mgf=MGF1(SHA256()), salt_length=self._algorithm.salt_bytes),
            SHA256(),
        )
        return (
            f"{self._algorithm.value} PublicKeyId={self._public_key_id},"
            f" SignedHeaders={signed_headers(_headers_to_sign(request))},"
            f" Signature={b64encode(signature).decode()}"
        )


def explain_refused_signature(message: str, local_string_to_sign: str) -> str:
    """Return one line on why a signature was refused, and what to check.

    Args:
        message: Amazon Pay's, which quotes the string to sign that it worked out.
        local_string_to_sign: ours, as `PaySigner.string_to_sign` gives it.
    """
    theirs = _SERVERS_DIGEST.search(message)
    if theirs is None:
        return (
            "the answer does not quote a string to sign; check pay_private_key,"
            " pay_region and the clock of this machine"
        )
    if theirs.group(1) == local_string_to_sign.rpartition("\n")[2]:
        return (
            "both sides worked out the same string to sign, so the key is at fault:"
            " check that pay_private_key belongs to pay_public_key_id, and that"
            " pay_region and pay_signature_algorithm match the key"
        )
    return (
        "Amazon Pay worked out another string to sign, so the request was changed on"
        " its way: check whether a proxy changes paths, queries, headers or bodies"
    )


def _headers_to_sign(request: requests.PreparedRequest) -> list[tuple[str, str]]:
    """Return those headers of `request` that are signed."""
    headers = request.headers
    return [(name, headers[name]) for name in _SIGNED if name in headers]


def _canonical_url(url: str) -> str:
    """Return `url` with path and query written as they are signed."""
    parts = urlsplit(url)
    path = canonical_uri(parts.path)
    query = encoded_query(parse_qsl(parts.query, keep_blank_values=True))
    return f"{parts.scheme}://{parts.netloc}{path}" + (f"?{query}" if query else "")


def _body_bytes(request: requests.PreparedRequest) -> bytes:
    """Return the bytes of the body, none for no body."""
    body: object = request.body or b""
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, bytes):
        return body
    msg = "a request to Amazon Pay needs a body of bytes, not a stream"
    raise TypeError(msg)
