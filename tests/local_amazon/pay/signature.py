"""Was this request signed with the merchant's key? Rebuilt from the wire alone.

Facts (Amazon Pay API v2, Signing requests; the official SDKs): the canonical request
has six parts joined by line feeds; RSASSA-PSS with SHA-256, salt of 20 bytes, or of 32
in V2; five headers are always signed, and the idempotency key whenever it is sent.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, unquote

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from .refusals import bad_signature, refused

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    from tests.local_amazon.wire import Request

SALT_BYTES = {"AMZN-PAY-RSASSA-PSS": 20, "AMZN-PAY-RSASSA-PSS-V2": 32}
ALWAYS_SIGNED = frozenset(
    {
        "accept",
        "content-type",
        "x-amz-pay-date",
        "x-amz-pay-host",
        "x-amz-pay-region",
    }
)
IDEMPOTENCY_KEY = "x-amz-pay-idempotency-key"
OWN_HOSTS = "pay-api.amazon."
UNRESERVED = "-_.~"
AUTHORIZATION = re.compile(
    r"(?P<algorithm>\S+) PublicKeyId=(?P<key_id>[^,\s]+), "
    r"SignedHeaders=(?P<signed>[^,\s]+), Signature=(?P<signature>[A-Za-z0-9+/=]+)"
)


class Authorization(NamedTuple):
    """The parts of an authorization header."""

    algorithm: str
    key_id: str
    signed_headers: list[str]
    signature: str


def read_authorization(request: Request) -> Authorization:
    """Return the parts of the header.

    Raises:
        RefusedError: there is none, or it has not the documented shape.
    """
    header = request.headers.get("authorization")
    if header is None:
        code, message = "MissingHeader", "The authorization header is missing."
        raise refused(code, message)
    found = AUTHORIZATION.fullmatch(header)
    if found is None or found["algorithm"] not in SALT_BYTES:
        code, message = "InvalidHeaderValue", "The authorization header is malformed."
        raise refused(code, message)
    signed = found["signed"].split(";")
    return Authorization(
        found["algorithm"], found["key_id"], signed, found["signature"]
    )


def check_signed_headers(request: Request, signed: list[str]) -> None:
    """Refuse a list that is unsorted, leaves out what must be in, or names what is not.

    Raises:
        RefusedError: the list is one of these.
    """
    wanted = set(ALWAYS_SIGNED)
    if IDEMPOTENCY_KEY in request.headers:
        wanted.add(IDEMPOTENCY_KEY)
    unsigned = sorted(wanted - set(signed))
    absent = sorted(set(signed) - set(request.headers))
    if signed != sorted({name.lower() for name in signed}):
        code, message = "InvalidHeaderValue", "SignedHeaders are not sorted lower case."
        raise refused(code, message)
    if absent:
        msg = "MissingHeader"
        raise refused(msg, f"signed, and not sent: {', '.join(absent)}")
    if unsigned:
        msg = "InvalidHeaderValue"
        raise refused(msg, f"not signed: {', '.join(unsigned)}")


def canonical_request(request: Request, signed: list[str]) -> str:
    """Return what the signature covers."""
    headers = [f"{name}:{_folded(request, name)}\n" for name in signed]
    parts = (
        request.method.upper(),
        _canonical_path(_signed_path(request)),
        _canonical_query(request.raw_query),
        "".join(headers),
        ";".join(signed),
        hashlib.sha256(request.body).hexdigest(),
    )
    return "\n".join(parts)


def string_to_sign(algorithm: str, canonical: str) -> str:
    """Return the two lines that the key signs."""
    return f"{algorithm}\n{hashlib.sha256(canonical.encode()).hexdigest()}"


def check_signature(
    request: Request, authorization: Authorization, key: RSAPublicKey
) -> None:
    """Refuse a request whose signature is not of this key and this request.

    Raises:
        RefusedError: the signature is not good.
    """
    canonical = canonical_request(request, authorization.signed_headers)
    text = string_to_sign(authorization.algorithm, canonical)
    salt = SALT_BYTES[authorization.algorithm]
    pss = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=salt)
    try:
        signature = base64.b64decode(authorization.signature, validate=True)
        key.verify(signature, text.encode(), pss, hashes.SHA256())
    except (InvalidSignature, binascii.Error):
        raise bad_signature(text, authorization.signature) from None


def _signed_path(request: Request) -> str:
    """Return the path that was signed.

    It is Amazon's own, without the service's prefix, if the request was meant for
    Amazon's own host and led here on its way.
    """
    if request.headers.get("host", "").startswith(OWN_HOSTS):
        return request.raw_path.removeprefix(f"/{request.service}")
    return request.raw_path


def _canonical_path(raw_path: str) -> str:
    path = re.sub("/+", "/", raw_path) or "/"
    return quote(unquote(path), safe=f"/{UNRESERVED}")


def _canonical_query(raw_query: str) -> str:
    """Return names and values, decoded and encoded anew, in the order of their bytes.

    A bare `+` is a plus here: who means a space writes `%20`.
    """
    pairs = [pair.partition("=") for pair in raw_query.split("&") if pair]
    encoded = sorted((_encoded(name), _encoded(value)) for name, _, value in pairs)
    return "&".join(f"{name}={value}" for name, value in encoded)


def _encoded(raw: str) -> str:
    return quote(unquote(raw), safe=UNRESERVED)


def _folded(request: Request, name: str) -> str:
    values = [value for known, value in request.header_list if known == name]
    return ",".join(" ".join(value.split()) for value in values)
