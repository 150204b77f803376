"""What a server says, as it is shown: one line, no codes, no secrets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_amazon_reports.amazon.echo import LONGEST, printable

TOKEN = "Atza|IwEBIJedGXjDqsU-vMsKPLJxuG8wbCuRxL7wJ5"
SECRET = "amzn1.oa2-cs.v1.0123456789abcdef0123456789abcdef"
SIGNATURE = "dGhpcyBpcyBub3QgYSByZWFsIHNpZ25hdHVyZSBhdCBhbGw0Mg=="
URL = f"https://bucket.s3.amazonaws.com/key?X-Amz-Signature={SIGNATURE}&b=c"
MAIL = "jane.doe@example.com"
SHORT = ("Atza|short", "Atzr|a-b", "https://bucket.s3.amazonaws.com/key?Signature=abc")


@pytest.mark.parametrize("secret", [TOKEN, SECRET, SIGNATURE, URL, MAIL, *SHORT])
@pytest.mark.parametrize("around", ["{}", "Access denied: '{}'.", "a={}, b", "({})"])
def test_what_can_be_a_secret_is_hidden(secret: str, around: str) -> None:
    """A token, a signature, a presigned query or an address is not passed on."""
    shown = printable(around.format(secret))

    assert "***" in shown
    assert secret.rpartition("?")[2][:40] not in shown


@pytest.mark.parametrize(
    "said",
    [
        "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL is not allowed",
        "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_SANDBOX_SETTLEMENT_DATA_",
        "5f1c770a-cdf4-5deb-8052-3ff51830c04b",
        "Access to requested resource is denied.",
        "why? because of this",
    ],
)
def test_what_helps_is_shown(said: str) -> None:
    """The name of a report type, an id of a request and a sentence stay."""
    assert said == printable(said)


def test_terminal_codes_do_nothing() -> None:
    """A line cannot be coloured, cleared or forged by whom the tap talks to."""
    said = "\x1b[31mred\x1b[0m\x1b]0;title\x07\r\nERROR all is well\x00\u202e\x9b1m"

    assert "red ERROR all is well 1m" == printable(said)


def test_a_long_sentence_is_cut() -> None:
    """A page of what stands in front of a service does not fill the log."""
    assert LONGEST == len(printable("no " * 9_000_000))


@given(st.text())
def test_it_is_always_one_printable_line(said: str) -> None:
    """Whatever a server says."""
    shown = printable(said)

    assert shown.isprintable()
    assert len(shown) <= LONGEST
