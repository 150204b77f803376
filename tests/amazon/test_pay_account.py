"""Accounts of Amazon Pay: region, environment, and why a signature is refused."""

from __future__ import annotations

import pytest

from tap_amazon_reports.amazon.pay_account import (
    PayRegion,
    SignatureAlgorithm,
    path_prefix,
)
from tap_amazon_reports.amazon.pay_signing import explain_refused_signature

DIGEST = "64d987495a60272af753cf321dbeca3980a26dc81e587f7970fe0c620a1e0d8f"
OTHER = "e49c2019b78356ce70c78cfcce0f3656b0357e2dda6cad29bc817f9abe57b0fd"


@pytest.mark.parametrize(
    ("names", "region", "host"),
    [
        ("na us NA Us", PayRegion.NA, "pay-api.amazon.com"),
        ("eu de uk EU De UK", PayRegion.EU, "pay-api.amazon.eu"),
        ("jp JP Jp", PayRegion.JP, "pay-api.amazon.jp"),
    ],
)
def test_a_region_has_many_names(names: str, region: PayRegion, host: str) -> None:
    """Amazon's codes and its countries are taken, in either case."""
    assert {PayRegion.named(name) for name in names.split()} == {region}
    assert region.host == host


@pytest.mark.parametrize("word", ["", "fe", "france", "e u"])
def test_an_unknown_region_is_refused(word: str) -> None:
    """The message says what was found, and all that is allowed."""
    with pytest.raises(ValueError, match="allowed: na, us, eu, de, uk, jp") as it:
        PayRegion.named(word)

    assert repr(word) in str(it.value)


@pytest.mark.parametrize(
    ("key_id", "sandbox", "prefix"),
    [
        ("LIVE-AFVX7ULWSGBZ5535PCUQOY7B", None, "v2"),
        ("LIVE-AFVX7ULWSGBZ5535PCUQOY7B", False, "v2"),
        ("SANDBOX-AFVX7ULWSGBZ5535PCUQOY7B", None, "v2"),
        ("SANDBOX-AFVX7ULWSGBZ5535PCUQOY7B", True, "v2"),
        ("sandboxAFVX7ULWSGBZ5535PCUQOY7B", None, "v2"),
        ("AFVX7ULWSGBZ5535PCUQOY7B", None, "live/v2"),
        ("AFVX7ULWSGBZ5535PCUQOY7B", False, "live/v2"),
        ("AFVX7ULWSGBZ5535PCUQOY7B", True, "sandbox/v2"),
    ],
)
def test_the_key_or_the_setting_chooses_the_environment(
    *, key_id: str, sandbox: bool | None, prefix: str
) -> None:
    """A prefixed key chooses by itself; any other leaves it to the setting."""
    assert path_prefix(key_id, sandbox=sandbox) == prefix


@pytest.mark.parametrize(
    ("key_id", "sandbox", "text"),
    [
        (
            "LIVE-A",
            True,
            "found true, but pay_public_key_id begins with LIVE,",
        ),
        ("sandbox-A", False, "found false, but .* begins with SANDBOX,"),
    ],
)
def test_a_contradiction_is_refused(*, key_id: str, sandbox: bool, text: str) -> None:
    """Nobody reads live data by mistake, nor the sandbox's."""
    with pytest.raises(ValueError, match=text):
        path_prefix(key_id, sandbox=sandbox)


@pytest.mark.parametrize("gap", ["\n", "\\n", " "])
@pytest.mark.parametrize("algorithm", SignatureAlgorithm)
@pytest.mark.parametrize(
    ("digest", "advice"),
    [
        (DIGEST, "check that pay_private_key belongs to pay_public_key_id"),
        (OTHER, "check whether a proxy changes"),
    ],
)
def test_the_quoted_digest_tells_whose_fault_it_is(
    digest: str, advice: str, algorithm: SignatureAlgorithm, gap: str
) -> None:
    """Equal digests blame the key, different ones blame what lies between."""
    message = (
        f"Unable to verify signature, signing String"
        f" [{algorithm.value}{gap}{digest}], signature [c2VjcmV0]"
    )
    text = explain_refused_signature(message, f"{algorithm.value}\n{DIGEST}")

    assert advice in text
    assert "c2VjcmV0" not in text


def test_a_message_without_a_digest_tells_what_else_to_check() -> None:
    """Where Amazon quotes nothing, the usual suspects are named."""
    text = explain_refused_signature("no", f"AMZN-PAY-RSASSA-PSS\n{DIGEST}")

    assert "check pay_private_key, pay_region and the clock" in text
