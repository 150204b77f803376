"""Amazon Pay: signatures that are rebuilt from the wire, and what goes with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.local_amazon.callers import V1, Signed
from tests.local_amazon.pay.report_types import REFUND, SETTLEMENT
from tests.local_amazon.pay.signature import canonical_request, string_to_sign
from tests.local_amazon.wire import Request

if TYPE_CHECKING:
    from tests.clock import ScriptedClock
    from tests.local_amazon import LocalAmazon
    from tests.local_amazon.callers import Merchant

REPORTS = "/v2/reports"
EMPTY = b""

# Hashes of canonical requests: the test data of Amazon's Java and .NET SDKs (region EU
# and eu), dated 20180524T223710Z, host pay-api.amazon.eu.
VECTORS = [
    (
        "GET",
        "/",
        "EU",
        "bb49552975c396f1e49d5510e1555b8b0627dc491bc61aaefdb561f202ad8020",
    ),
    (
        "GET",
        "/",
        "eu",
        "13fdf6db844bdfb9e9c0e27a4251ca04e60c29ca2132249c5dd1cb09c26e22f5",
    ),
    (
        "GET",
        "/%E1%88%B4",
        "EU",
        "77f6544c8fb336d430895659da1e30415a1558b4b013f4d7926bb3a6275f701d",
    ),
    (
        "GET",
        "///foo//",
        "eu",
        "d8e13e1857bc9b5056cc8ccb2699812faa2c68960e00483b1390fdaf4a991cc4",
    ),
    (
        "GET",
        "/?%E1%88%B4=bar",
        "eu",
        "f0597d2fdcf97baf28002461796e916a74e35073b44042296d2ed45bacf6ecf0",
    ),
    (
        "POST",
        "/",
        "eu",
        "322307b5dae22c3d59350c3de9202a488f337f674c8f430b186282008264bd2b",
    ),
    (
        "POST",
        "/?foo=bar",
        "EU",
        "cc82525870b2d03666c287fd8b2c0d2fc6fa1693d9f357d27f7cac8cbcc12832",
    ),
    (
        "GET",
        "/?foo=b&foo=a",
        "EU",
        "a33266ec31c7f0ca8a0738eb49fb8c81319f14374a0b86d52e6911a9748a6d42",
    ),
    (
        "GET",
        "/?b=foo&a=foo",
        "eu",
        "457de2535eedbd6ef25f5c8ec4653ee885b99838d722189928f4fdf8d3c3ef4f",
    ),
    (
        "GET",
        "/?A.1=foo&A.2=foo&A.10=foo",
        "EU",
        "29d908d70c4bb50d62272976787245b52ed52e569fdae56ef3aa6d8979978ee7",
    ),
    (
        "GET",
        "/?foo=aha&foo=Zoo",
        "eu",
        "7a4d89bd832cb93f2102f66bc8d3a0bc5f224c0bb758eab261dcd34a8ed2f117",
    ),
    (
        "POST",
        "/?f%20oo=b%20ar",
        "EU",
        "99be3aeb19b5a1aebafc807d59f3740d3e604ae31cf928592fa70739ea64bb32",
    ),
]


@pytest.mark.parametrize(("method", "target", "region", "digest"), VECTORS)
def test_the_canonical_request_is_that_of_the_sdks(
    clock: ScriptedClock, method: str, target: str, region: str, digest: str
) -> None:
    """What the server rebuilds from the wire has the hash of Amazon's own tests."""
    headers = {
        "accept": "application/json",
        "content-type": "application/json",
        "x-amz-pay-date": "20180524T223710Z",
        "x-amz-pay-host": "pay-api.amazon.eu",
        "x-amz-pay-region": region,
    }
    request = Request(method, target, tuple(headers.items()), EMPTY, clock.now())
    canonical = canonical_request(request, sorted(headers))

    assert f"{V1}\n{digest}" == string_to_sign(V1, canonical)


@pytest.mark.parametrize(
    "signed",
    [
        Signed(),
        Signed(algorithm=V1, salt_bytes=20),
        Signed(region="NA"),
        Signed(idempotency_key="0" * 32),
        Signed(more_headers={"user-agent": "node"}),
    ],
    ids=["v2", "v1", "upper-case-region", "needless-key", "signed-user-agent"],
)
def test_good_signatures_are_taken(
    amazon: LocalAmazon, merchant: Merchant, signed: Signed
) -> None:
    """Both algorithms, and all that the SDKs do, are good."""
    query = {"reportTypes": f"{SETTLEMENT},{REFUND}", "pageSize": "5"}
    answer = merchant.call("GET", REPORTS, query=query, signed=signed)

    assert (200, []) == (answer.status_code, amazon.refused)
    assert "x-amz-pay-request-id" in answer.headers


def test_the_date_form_of_the_node_sdk(merchant: Merchant) -> None:
    """Amazon's own SDK for Node.js writes the date with dashes and colons."""
    answer = merchant.call(
        "GET", "/v2/reports", signed=Signed(date="2026-11-21T12:00:00Z")
    )

    assert 200 == answer.status_code


@pytest.mark.parametrize(
    ("signed", "status", "code"),
    [
        (Signed(salt_bytes=20), 403, "InvalidRequestSignature"),
        (Signed(algorithm=V1), 403, "InvalidRequestSignature"),
        (Signed(tamper="&pageSize=6"), 403, "InvalidRequestSignature"),
        (Signed(date="20261121T114400Z"), 403, "InvalidRequestSignature"),
        (Signed(date="20261121T121600Z"), 403, "InvalidRequestSignature"),
        (Signed(date="2026-11-21T12:00:00+00:00"), 400, "InvalidHeaderValue"),
        (Signed(date="2026-11-21T11:44:00Z"), 403, "InvalidRequestSignature"),
        (Signed(region="us"), 400, "InvalidHeaderValue"),
        (Signed(more_headers={"accept": "*/*"}), 400, "InvalidHeaderValue"),
        (Signed(more_headers={"x-amz-pay-host": "h"}), 400, "InvalidHeaderValue"),
        (Signed(signed=("accept", "x-amz-pay-date")), 400, "InvalidHeaderValue"),
        (Signed(key_id="LIVE-NOBODY"), 401, "UnauthorizedAccess"),
        (Signed(algorithm="AMZN-PAY-HMAC"), 400, "InvalidHeaderValue"),
        (Signed(idempotency_key="0" * 33), 400, "InvalidHeaderValue"),
    ],
)
def test_wrong_signatures_are_refused(
    amazon: LocalAmazon, merchant: Merchant, signed: Signed, status: int, code: str
) -> None:
    """Any one thing that is not as it was signed, or not as documented, is refused."""
    answer = merchant.call("GET", REPORTS, query={"pageSize": "5"}, signed=signed)

    assert (status, code) == (answer.status_code, answer.json()["reasonCode"])
    assert 1 == len(amazon.refused)


def test_a_bad_signature_is_told_what_should_have_been_signed(
    merchant: Merchant,
) -> None:
    """The message quotes the string to sign that the server computed."""
    signed = Signed(tamper="?pageSize=6")
    message = merchant.call("GET", REPORTS, signed=signed).json()["message"]

    assert "signing String [AMZN-PAY-RSASSA-PSS-V2\\n" in message


def test_a_key_that_is_sent_is_signed(amazon: LocalAmazon, merchant: Merchant) -> None:
    """An idempotency key outside the signature is refused."""
    always = ("accept", "content-type", "x-amz-pay-date", "x-amz-pay-host")
    names = (*always, "x-amz-pay-region")
    signed = Signed(idempotency_key="a", signed=names)

    assert 400 == merchant.call("GET", REPORTS, signed=signed).status_code
    assert "not signed: x-amz-pay-idempotency-key" in amazon.refused[0].why


@pytest.mark.parametrize(
    ("prefix", "path", "status"),
    [
        ("live_key_id", "/v2/reports", 200),
        ("sandbox_key_id", "/v2/reports", 200),
        ("bare_key_id", "/live/v2/reports/", 200),
        ("bare_key_id", "/sandbox/v2/reports", 200),
        ("live_key_id", "/live/v2/reports", 400),
        ("bare_key_id", "/v2/reports", 400),
    ],
)
def test_the_key_decides_the_path(
    amazon: LocalAmazon, merchant: Merchant, prefix: str, path: str, status: int
) -> None:
    """A key with a prefix needs no environment in the path, one without does."""
    signed = Signed(key_id=getattr(amazon.pay, prefix))
    answer = merchant.call("GET", path, query={"pageSize": "100"}, signed=signed)
    sandbox = "sandbox" in prefix + path

    assert status == answer.status_code
    if status == 200:
        assert (1 if sandbox else 100) == len(answer.json()["reports"])
