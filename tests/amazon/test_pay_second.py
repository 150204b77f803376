"""What Amazon Pay hashes, worked out a second time, in another way, for any request.

Written from the same documents and nothing of the tap's (Amazon Pay API v2, Signing
requests; amzn/amazon-pay-api-sdk-java and amzn/amazon-pay-api-sdk-dotnet,
`CanonicalBuilder`; 2026): byte by byte, where the tap uses the standard library.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode
from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import quote

import requests
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given, settings
from hypothesis import strategies as st

from tap_amazon_reports.amazon.http import encoded_query
from tap_amazon_reports.amazon.pay_account import PayRegion, SignatureAlgorithm
from tap_amazon_reports.amazon.pay_canonical import (
    canonical_request,
    canonical_uri,
    string_to_sign,
)

from .test_pay_signing import KEY, KEY_OF_32, SALTS, signature_parts, signer

if TYPE_CHECKING:
    from collections.abc import Sequence

    Pairs = Sequence[tuple[str, str]]

PLAIN = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~"
SPECIAL = st.sampled_from(
    list(" +%&=/?#:,;@!$'()*[]~\"<>\\^`{|}\u00e4\u1234\U0001f600")
)
LETTERS = SPECIAL | st.characters(codec="utf-8", exclude_categories=["Cc"])
TEXTS = st.text(LETTERS, max_size=12)
PAIRS = st.lists(st.tuples(TEXTS, TEXTS), max_size=5)
HEADERS = st.lists(
    st.tuples(
        st.text(st.sampled_from("abcXYZ-"), min_size=1, max_size=6),
        st.text(st.sampled_from("ab 1\t,;:="), max_size=10),
    ),
    max_size=6,
)
METHODS = st.sampled_from(["GET", "POST", "delete", "Patch"])


def encoded(text: str, *, kept: bytes = PLAIN) -> str:
    """Return each byte that is not kept as `%` and two capital hex digits."""
    return "".join(
        chr(byte) if byte in kept else f"%{byte:02X}" for byte in text.encode()
    )


def second_path(path: str) -> str:
    """Return the path, each run of slashes as one, and at least one."""
    letters = encoded(path, kept=PLAIN + b"/")
    runs = [
        "/" if is_slash else "".join(run)
        for is_slash, run in groupby(letters, key="/".__eq__)
    ]
    return "".join(runs) or "/"


def second_query(pairs: Pairs) -> str:
    """Return the parameters, sorted by encoded name, then by encoded value."""
    names = sorted({encoded(name) for name, _ in pairs})
    return "&".join(
        f"{name}={value}"
        for name in names
        for value in sorted(encoded(v) for n, v in pairs if encoded(n) == name)
    )


def second_headers(headers: Pairs) -> tuple[str, str]:
    """Return the lines of the headers, and the list of their names."""
    lines, names = "", []
    for name in sorted({name.lower() for name, _ in headers}):
        values = [value for other, value in headers if other.lower() == name]
        lines += name + ":" + ",".join(map(_narrow, values)) + "\n"
        names.append(name)
    return lines, ";".join(names)


def _narrow(value: str) -> str:
    value = value.replace("\t", " ").strip(" ")
    while "  " in value:
        value = value.replace("  ", " ")
    return value


def second_request(
    method: str, path: str, pairs: Pairs, headers: Pairs, body: bytes
) -> str:
    """Return the six parts, from decoded ones."""
    lines, names = second_headers(headers)
    digest = hashlib.sha256()
    digest.update(body)
    parts = [method.upper(), second_path(path), second_query(pairs), lines, names]
    return "\n".join([*parts, digest.hexdigest()])


@given(
    METHODS, st.text(LETTERS | st.just("/"), max_size=20), PAIRS, HEADERS, st.binary()
)
def test_any_request_has_one_canonical_form(
    method: str, path: str, pairs: Pairs, headers: Pairs, body: bytes
) -> None:
    """Whatever is asked for, both work out the same text, and so the same digest."""
    ours = canonical_request(
        method=method,
        path=canonical_uri(quote(path)),
        query=encoded_query(pairs),
        headers=headers,
        body=body,
    )
    theirs = second_request(method, path, pairs, headers, body)

    assert theirs == ours
    digest = hashlib.sha256(theirs.encode("utf-8")).hexdigest()
    assert f"AMZN-PAY-RSASSA-PSS-V2\n{digest}" == string_to_sign(
        "AMZN-PAY-RSASSA-PSS-V2", ours
    )


def sent(
    method: str, names: Sequence[str], pairs: Pairs, body: bytes
) -> requests.PreparedRequest:
    """Return a request as the tap sends it, not signed yet."""
    path = "/".join(encoded(name) for name in names)
    query = "&".join(f"{encoded(name)}={encoded(value)}" for name, value in pairs)
    url = f"https://{PayRegion.EU.host}/v2/{path}" + (f"?{query}" if query else "")
    return requests.Request(method, url, data=body or None).prepare()


@settings(deadline=None)
@given(
    st.sampled_from(["GET", "POST", "DELETE"]),
    st.lists(TEXTS.filter(lambda name: name not in {"", ".", ".."}), max_size=3),
    PAIRS,
    st.binary(max_size=40),
    st.sampled_from(list(SignatureAlgorithm)),
)
def test_any_request_that_is_sent_is_signed_right(
    method: str,
    names: list[str],
    pairs: Pairs,
    body: bytes,
    algorithm: SignatureAlgorithm,
) -> None:
    """Its signature is of the second text, which knows nothing of what was sent."""
    request = sent(method, names, pairs, body)
    request.headers["x-amz-pay-idempotency-key"] = KEY_OF_32
    signer(region=PayRegion.EU, algorithm=algorithm)(request)
    headers = [
        ("Accept", "application/json"),
        ("Content-Type", "application/json"),
        ("X-Amz-Pay-Date", "20240102T030405Z"),
        ("X-Amz-Pay-Host", PayRegion.EU.host),
        ("X-Amz-Pay-Region", "eu"),
        ("X-Amz-Pay-Idempotency-Key", KEY_OF_32),
    ]
    names = ["", "v2", *(encoded(name) for name in names)] if names else ["", "v2", ""]
    lines, signed = second_headers(headers)
    parts = [method, "/".join(names), second_query(pairs), lines, signed]
    text = "\n".join([*parts, hashlib.sha256(body).hexdigest()])
    digest = hashlib.sha256(text.encode()).hexdigest()
    found = signature_parts(request)

    assert signed == found["names"]
    KEY.public_key().verify(
        b64decode(found["signature"]),
        f"{algorithm.value}\n{digest}".encode(),
        PSS(mgf=MGF1(SHA256()), salt_length=SALTS[algorithm]),
        SHA256(),
    )
