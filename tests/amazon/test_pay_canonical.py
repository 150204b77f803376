"""What Amazon Pay hashes: the test vectors of its own SDKs, and rules beyond them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl, quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_amazon_reports.amazon.http import encoded_query
from tap_amazon_reports.amazon.pay_canonical import (
    canonical_headers,
    canonical_request,
    canonical_uri,
    signed_headers,
    string_to_sign,
)

if TYPE_CHECKING:
    from random import Random

RESERVED = '@#$%^&+=/,?><`";:\\|][{} '
RESERVED_ENCODED = (
    "%40%23%24%25%5E%26%2B%3D%2F%2C%3F%3E%3C%60%22%3B%3A%5C%7C%5D%5B%7B%7D%20"
)
UNRESERVED = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
PAIRS = st.lists(st.tuples(st.text(), st.text()))


class Vector(NamedTuple):
    """A case of the SDKs' test data: what goes in, and the digests that come out."""

    method: str
    path: str
    parameters: list[tuple[str, str]]
    query: str
    java: str | None
    dotnet: str | None


VECTORS = {
    "plain": Vector(
        "GET",
        "/",
        [],
        "",
        "bb49552975c396f1e49d5510e1555b8b0627dc491bc61aaefdb561f202ad8020",
        "13fdf6db844bdfb9e9c0e27a4251ca04e60c29ca2132249c5dd1cb09c26e22f5",
    ),
    "unreserved path": Vector(
        "GET",
        f"/{UNRESERVED}",
        [],
        "",
        "a0e5dd63e175587f29d51c6b08be5c746a568209ac66ab1f967e0ba515aa80bc",
        "585e034d38ed3d64c0cd77a9f357a4b4a0fc093eebe06f4b06f66845e3543038",
    ),
    "utf-8 path": Vector(
        "GET",
        "/\u1234",
        [],
        "",
        "77f6544c8fb336d430895659da1e30415a1558b4b013f4d7926bb3a6275f701d",
        None,
    ),
    "double slashes": Vector(
        "GET",
        "///foo//",
        [],
        "",
        None,
        "d8e13e1857bc9b5056cc8ccb2699812faa2c68960e00483b1390fdaf4a991cc4",
    ),
    "utf-8 name": Vector(
        "GET",
        "/",
        [("\u1234", "bar")],
        "%E1%88%B4=bar",
        "ef1007307504f2ca9f0b6310b04056f5d3d6d18e7bf3d90663133f19ec132ecc",
        "f0597d2fdcf97baf28002461796e916a74e35073b44042296d2ed45bacf6ecf0",
    ),
    "post": Vector(
        "POST",
        "/",
        [],
        "",
        "54156f5badd6da7fa630b2c334c808ad376530001d334ae9960457215aa626d3",
        "322307b5dae22c3d59350c3de9202a488f337f674c8f430b186282008264bd2b",
    ),
    "post with a query": Vector(
        "POST",
        "/",
        [("foo", "bar")],
        "foo=bar",
        "cc82525870b2d03666c287fd8b2c0d2fc6fa1693d9f357d27f7cac8cbcc12832",
        "9d61b5abddbfdcaf7810a8e83dfffe0a5d5f272d2676c0550d974d5383e94cd5",
    ),
    "values sorted": Vector(
        "GET",
        "/",
        [("foo", "b"), ("foo", "a")],
        "foo=a&foo=b",
        "a33266ec31c7f0ca8a0738eb49fb8c81319f14374a0b86d52e6911a9748a6d42",
        "937de37fb8aed8af4214c373580c72f40c525202d1975df6836ba6ed0062b902",
    ),
    "two names": Vector(
        "GET",
        "/",
        [("a", "foo"), ("b", "foo")],
        "a=foo&b=foo",
        "6615ba7ca3734e97b35013f77c74d111ce2fa63ab52be161ad41bcd4b010120f",
        "457de2535eedbd6ef25f5c8ec4653ee885b99838d722189928f4fdf8d3c3ef4f",
    ),
    "byte order of names": Vector(
        "GET",
        "/",
        [("A.1", "foo"), ("A.2", "foo"), ("A.10", "foo")],
        "A.1=foo&A.10=foo&A.2=foo",
        "29d908d70c4bb50d62272976787245b52ed52e569fdae56ef3aa6d8979978ee7",
        "43ae5290e6742d30e3822b62b6d759afedafbe01534f778175c336b455d632e7",
    ),
    "case order of values": Vector(
        "GET",
        "/",
        [("foo", "Zoo"), ("foo", "aha")],
        "foo=Zoo&foo=aha",
        "f379cbd2e2fc9d5d50667a07ec22996335f731b474bb8bd366647d05d958c9d5",
        "7a4d89bd832cb93f2102f66bc8d3a0bc5f224c0bb758eab261dcd34a8ed2f117",
    ),
    "spaces": Vector(
        "POST",
        "/",
        [("f oo", "b ar")],
        "f%20oo=b%20ar",
        "99be3aeb19b5a1aebafc807d59f3740d3e604ae31cf928592fa70739ea64bb32",
        "79481e4e38a053f7be8bda701c0d302d39df18bf468578b133c3be8e93fea86a",
    ),
    "reserved characters": Vector(
        "POST",
        "/",
        [(RESERVED, RESERVED)],
        f"{RESERVED_ENCODED}={RESERVED_ENCODED}",
        "66bbbf2b5d6d297a9393abbc0b4f9d62e30666bb0ec0dea8f1d4e45551440e4c",
        "50709f5220d06911feee2d6aa8bf8453c8517f44527c0912e62b905d26c7e08f",
    ),
}
CASES = [
    pytest.param(vector, region, digest, id=f"{name}, {region}")
    for name, vector in VECTORS.items()
    for region, digest in (("EU", vector.java), ("eu", vector.dotnet))
    if digest
]


def headers_of(region: str) -> list[tuple[str, str]]:
    """Return the headers that the SDKs' vectors are signed with."""
    return [
        ("x-amz-pay-region", region),
        ("Accept", "application/json"),
        ("content-type", "application/json"),
        ("X-Amz-Pay-Host", "pay-api.amazon.eu"),
        ("x-amz-pay-date", "20180524T223710Z"),
    ]


@pytest.mark.parametrize(("vector", "region", "digest"), CASES)
def test_the_sdk_s_vectors_hold(vector: Vector, region: str, digest: str) -> None:
    """What we sign is what Amazon's Java and .NET clients would sign."""
    query = encoded_query(vector.parameters)
    request = canonical_request(
        method=vector.method,
        path=canonical_uri(quote(vector.path)),
        query=query,
        headers=headers_of(region),
        body=b"",
    )

    assert query == vector.query
    assert string_to_sign("ALGORITHM", request) == f"ALGORITHM\n{digest}"


def test_a_canonical_request_is_six_parts() -> None:
    """A blank line follows the headers, and nothing follows the digest."""
    request = canonical_request(
        method="get",
        path="/v2/reports",
        query="a=b",
        headers=headers_of("eu"),
        body=b"",
    )

    assert (
        "GET\n"
        "/v2/reports\n"
        "a=b\n"
        "accept:application/json\n"
        "content-type:application/json\n"
        "x-amz-pay-date:20180524T223710Z\n"
        "x-amz-pay-host:pay-api.amazon.eu\n"
        "x-amz-pay-region:eu\n"
        "\n"
        "accept;content-type;x-amz-pay-date;x-amz-pay-host;x-amz-pay-region\n"
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    ) == request


@pytest.mark.parametrize(
    ("path", "canonical"),
    [
        ("", "/"),
        ("/", "/"),
        ("//", "/"),
        ("///foo//", "/foo/"),
        ("/ /foo", "/%20/foo"),
        ("/\u1234", "/%E1%88%B4"),
        ("/100%", "/100%25"),
        (f"/{UNRESERVED}", f"/{UNRESERVED}"),
    ],
)
def test_paths_are_normalised(path: str, canonical: str) -> None:
    """Slashes are single, the last one stays, and bytes are encoded once."""
    assert canonical_uri(path) == canonical


@pytest.mark.parametrize(
    ("path", "canonical"),
    [
        ("", "/"),
        ("/v2//reports/", "/v2/reports/"),
        ("/v2/reports/a%2Fb", "/v2/reports/a%2Fb"),
        ("/v2/reports/a%2fb", "/v2/reports/a%2Fb"),
        ("/v2/reports/a:b%7E%20", "/v2/reports/a%3Ab~%20"),
        (
            "/v2/report-documents/amzn1.tortuga.3.0a-1b.T2",
            "/v2/report-documents/amzn1.tortuga.3.0a-1b.T2",
        ),
    ],
)
def test_encoded_paths_are_not_encoded_twice(path: str, canonical: str) -> None:
    """An id that was encoded for the URL stays the same id."""
    assert canonical_uri(path) == canonical


def test_values_are_encoded_for_the_url() -> None:
    """Text with spaces and points comes out as in the SDKs' own test."""
    parameters = [
        ("customInformation", "Information about order"),
        ("amount", "100.50"),
    ]

    assert (
        "amount=100.50&customInformation=Information%20about%20order"
    ) == encoded_query(parameters)


@pytest.mark.parametrize(
    ("headers", "lines", "names"),
    [
        pytest.param([("B", "2"), ("a", "1")], "a:1\nb:2\n", "a;b", id="sorted"),
        pytest.param([("a", " 1 \t 2 ")], "a:1 2\n", "a", id="white space"),
        pytest.param([("A", "2"), ("a", "1")], "a:2,1\n", "a", id="repeated"),
        pytest.param([], "", "", id="none"),
    ],
)
def test_headers_are_normalised(
    headers: list[tuple[str, str]], lines: str, names: str
) -> None:
    """However headers are written, the same lines and names are signed."""
    assert (canonical_headers(headers), signed_headers(headers)) == (lines, names)


@given(PAIRS, st.randoms(use_true_random=False))
def test_the_order_of_parameters_does_not_matter(
    pairs: list[tuple[str, str]], random: Random
) -> None:
    """The same parameters are one query, in whichever order they are given."""
    shuffled = list(pairs)
    random.shuffle(shuffled)

    assert encoded_query(shuffled) == encoded_query(pairs)


@given(PAIRS)
def test_parameters_survive_the_query(pairs: list[tuple[str, str]]) -> None:
    """Whoever reads the query gets the very names and values that were given."""
    query = encoded_query(pairs)

    assert sorted(parse_qsl(query, keep_blank_values=True)) == sorted(pairs)
    assert query.isascii()
    assert " " not in query
    assert "+" not in query
