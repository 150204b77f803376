"""Secrets: there is no way to see one by accident."""

from __future__ import annotations

import copy
import json
import logging
import pickle
import traceback
from typing import TYPE_CHECKING

import pytest

from tap_amazon_reports.amazon.secret import DocumentUrl, Secret, without_query

if TYPE_CHECKING:
    from collections.abc import Callable

VALUE = "Atzr|very-secret"
URL = (
    "https://somebody:very-secret@bucket.s3.amazonaws.com/a/doc.gz"
    "?X-Amz-Signature=very-secret#very-secret"
)
SHOWN_URL = "https://bucket.s3.amazonaws.com/a/doc.gz"

SECRETS = [Secret(VALUE), DocumentUrl(URL)]
WAYS: dict[str, Callable[[Secret], str]] = {
    "repr": repr,
    "str": str,
    "format": format,
    "f-string": lambda secret: f"{secret} {secret!r} {secret!s}",
    "percent": lambda secret: "%s %r" % (secret, secret),  # noqa: UP031 (a way to leak)
    "in a list": lambda secret: str([secret]),
    "in a dict": lambda secret: repr({"token": secret}),
    "in JSON": lambda secret: json.dumps({"token": secret}, default=str),
    "in an error": lambda secret: str(ValueError("refused", secret)),
    "dir": lambda secret: str(dir(secret)),
    "in a log": lambda secret: logging.LogRecord(
        "tap", logging.INFO, "file", 1, "token %s %r", (secret, secret), None
    ).getMessage(),
}


@pytest.mark.parametrize("secret", SECRETS, ids=["secret", "url"])
@pytest.mark.parametrize("way", WAYS)
def test_no_way_of_writing_shows_it(way: str, secret: Secret) -> None:
    """Whoever prints one sees that there is one, and not which."""
    assert "very-secret" not in WAYS[way](secret)


def test_what_is_shown_instead() -> None:
    """Stars for a secret; for a URL where it leads."""
    assert "***" == f"{Secret(VALUE)}"
    assert SHOWN_URL == f"{DocumentUrl(URL)}"


@pytest.mark.parametrize("secret", SECRETS, ids=["secret", "url"])
def test_a_traceback_with_its_variables_shows_nothing(secret: Secret) -> None:
    """Crash reporters write down every variable of every frame."""

    def fail(token: Secret) -> None:
        held = {"token": token}
        raise RuntimeError(len(held))

    try:
        fail(secret)
    except RuntimeError as error:
        report = traceback.TracebackException.from_exception(error, capture_locals=True)
        told = "".join(report.format())

    assert "held = " in told
    assert "very-secret" not in told


@pytest.mark.parametrize("secret", SECRETS, ids=["secret", "url"])
@pytest.mark.parametrize(
    "write",
    [
        json.dumps,
        pickle.dumps,
        copy.copy,
        copy.deepcopy,
        vars,
        lambda secret: format(secret, "s>20"),
    ],
    ids=["json", "pickle", "copy", "deepcopy", "vars", "format spec"],
)
def test_it_cannot_be_written_into_a_file(
    write: Callable[[Secret], object], secret: Secret
) -> None:
    """State, caches and messages between processes hold none; nor does the error."""
    with pytest.raises(TypeError) as caught:
        write(secret)

    assert "very-secret" not in "".join(traceback.format_exception(caught.value))


def test_who_asks_by_name_gets_it() -> None:
    """The wire needs it."""
    assert VALUE == Secret(VALUE).reveal()
    assert URL == DocumentUrl(URL).reveal()


def test_secrets_are_compared_by_what_they_hide() -> None:
    """Also if they are not ASCII; a text is never equal to a secret."""
    assert Secret("pässword") == Secret("pässword")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert 2 == len({Secret("a"), Secret("a"), Secret("b")})


def test_an_empty_secret_is_no_secret() -> None:
    """A setting that is set to nothing is not set."""
    assert not Secret("")
    assert Secret("a")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (URL, SHOWN_URL),
        ("https://host/a", "https://host/a"),
        ("http://127.0.0.1:80/a?b", "http://127.0.0.1:80/a"),
        ("https://a:b@c@host/?x", "https://host/"),
        ("https://[host/?very-secret", "an unreadable address"),
    ],
)
def test_a_url_is_cut_before_what_opens_it(url: str, shown: str) -> None:
    """Neither query, fragment nor credentials are left."""
    assert without_query(url) == shown
