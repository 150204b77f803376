"""The private key of Amazon Pay is taken in every form that Amazon hands out."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from tap_amazon_reports.amazon import pay_key
from tap_amazon_reports.amazon.pay_key import load_private_key, read_private_key
from tap_amazon_reports.amazon.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CURVE = ec.generate_private_key(ec.SECP256R1())
needs_pipes = pytest.mark.skipif(os.name != "posix", reason="pipes without a path")
PASSWORD = BestAvailableEncryption(b"password")


def pem(
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey,
    form: PrivateFormat,
    encryption: KeySerializationEncryption | None = None,
) -> str:
    """Return the PEM text of `key`."""
    return key.private_bytes(Encoding.PEM, form, encryption or NoEncryption()).decode()


PKCS8 = pem(RSA, PrivateFormat.PKCS8)
PKCS1 = pem(RSA, PrivateFormat.TraditionalOpenSSL)
PUBLIC = (
    RSA.public_key()
    .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    .decode()
)

WRITINGS: dict[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "without the last line end": str.strip,
    "with CRLF": lambda text: text.replace("\n", "\r\n"),
    "with line ends as two characters": lambda text: text.replace("\n", "\\n"),
    "with CRLF as four characters": lambda text: text.replace("\n", "\\r\\n"),
    "below a comment": lambda text: f"# the key of the shop\n{text}",
}


@pytest.mark.parametrize("text", [PKCS8, PKCS1], ids=["PKCS#8", "PKCS#1"])
@pytest.mark.parametrize("writing", WRITINGS.values(), ids=WRITINGS.keys())
def test_a_key_may_be_given_as_text(writing: Callable[[str], str], text: str) -> None:
    """Both PEM forms are read, and survive what environment variables do to them."""
    key = load_private_key(Secret(writing(text)))

    assert key.private_numbers() == RSA.private_numbers()


@pytest.mark.parametrize("text", [PKCS8, PKCS1], ids=["PKCS#8", "PKCS#1"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "with a mark"])
def test_a_key_may_be_given_as_a_path(tmp_path: Path, text: str, mark: bytes) -> None:
    """A file is read, with or without the byte order mark of an editor."""
    path = tmp_path / "key.pem"
    path.write_bytes(mark + text.encode())
    key = load_private_key(Secret(f" {path}\n"))

    assert key.private_numbers() == RSA.private_numbers()


def test_a_path_may_start_at_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tilde means the user's own directory."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "key.pem").write_text(PKCS8)
    key = load_private_key(Secret("~/key.pem"))

    assert key.private_numbers() == RSA.private_numbers()


REFUSED = {
    "encrypted PKCS#8": (pem(RSA, PrivateFormat.PKCS8, PASSWORD), "an encrypted"),
    "encrypted PKCS#1": (
        pem(RSA, PrivateFormat.TraditionalOpenSSL, PASSWORD),
        "an encrypted",
    ),
    "elliptic curve PKCS#8": (pem(CURVE, PrivateFormat.PKCS8), "not RSA"),
    "elliptic curve": (
        pem(CURVE, PrivateFormat.TraditionalOpenSSL),
        "an elliptic-curve key",
    ),
    "OpenSSH": (pem(RSA, PrivateFormat.OpenSSH), "OpenSSH"),
    "public key": (PUBLIC, "a public key"),
    "certificate": (PUBLIC.replace("PUBLIC KEY", "CERTIFICATE"), "a certificate"),
    "a cut-off key": (PKCS8[: len(PKCS8) // 2], "a damaged private key"),
    "a key without its last line": (
        PKCS1.rpartition("-----END")[0],
        "a damaged private key",
    ),
    "an unknown block": (
        PKCS8.replace("PRIVATE KEY", "SOMETHING"),
        "something other than a private key",
    ),
    "the base64 without its first line": (
        "".join(PKCS8.splitlines()[1:-1]),
        "neither PEM text nor the path",
    ),
    "a missing file": ("/no/such/secret/key.pem", "neither PEM text nor the path"),
    "a null byte": ("secret\0key", "neither PEM text nor the path"),
    "nothing": ("", "something other than a private key"),
}


@pytest.mark.parametrize(("given", "found"), REFUSED.values(), ids=REFUSED.keys())
@pytest.mark.parametrize("read", [read_private_key, load_private_key])
def test_anything_else_is_refused(
    read: Callable[[Secret], object], given: str, found: str
) -> None:
    """One line says what was found and what is allowed, and shows none of it."""
    with pytest.raises(ValueError, match=found) as caught:
        read(Secret(given))
    text = str(caught.value)

    assert "\n" not in text
    assert "allowed: an unencrypted RSA private key" in text
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert "secret" not in text
    assert not any(line in text for line in given.splitlines() if len(line) > 8)


@pytest.mark.parametrize(
    "text",
    [PKCS8.encode(), PUBLIC.encode(), b"\x30\x82\xff", b""],
    ids=["private", "public", "DER", "empty"],
)
def test_what_a_file_holds_is_judged_alike(tmp_path: Path, text: bytes) -> None:
    """A file is taken or refused by its content alone, whatever its name."""
    path = tmp_path / "private.key"
    path.write_bytes(text)
    if text == PKCS8.encode():
        assert 2048 == load_private_key(Secret(str(path))).key_size
    else:
        with pytest.raises(ValueError, match="allowed: an unencrypted RSA"):
            load_private_key(Secret(str(path)))


def test_a_directory_is_no_key(tmp_path: Path) -> None:
    """A path that leads to no file is refused like one that leads nowhere."""
    with pytest.raises(ValueError, match="neither PEM text nor the path"):
        load_private_key(Secret(str(tmp_path)))


def test_a_device_without_an_end_is_no_key() -> None:
    """No more is read than a key can have, whatever the path leads to."""
    with pytest.raises(ValueError, match="something other than a private key"):
        load_private_key(Secret("/dev/zero"))


@needs_pipes
def test_a_key_may_come_through_a_pipe(tmp_path: Path) -> None:
    """As a shell's `<(…)`, and as one with a name, to which somebody writes later."""
    out, into = os.pipe()
    with ThreadPoolExecutor() as pool:
        pool.submit(_write_later, into)
        read = read_private_key(Secret(f"/dev/fd/{out}"))
        os.close(out)

        assert PKCS8.strip() == read.reveal()

    named = tmp_path / "key"
    os.mkfifo(named)
    with ThreadPoolExecutor() as pool:
        pool.submit(lambda: _write_later(os.open(named, os.O_WRONLY)))

        assert PKCS8.strip() == read_private_key(Secret(str(named))).reveal()


def _write_later(into: int) -> None:
    """Write a key in two parts, with a pause before each."""
    for part in (PKCS8[:100], PKCS8[100:]):
        time.sleep(0.1)
        os.write(into, part.encode())
    os.close(into)


@needs_pipes
@pytest.mark.parametrize("is_open", [False, True], ids=["nobody", "somebody silent"])
def test_a_pipe_that_gives_no_key_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_open: bool
) -> None:
    """A run at night does not hang on a pipe to which nobody writes."""
    monkeypatch.setattr(pay_key, "_PIPE_SECONDS", 0.2)
    named = tmp_path / "key"
    os.mkfifo(named)
    held = os.open(named, os.O_RDWR) if is_open else None
    with pytest.raises(ValueError, match="a pipe to which nobody wrote a key within"):
        read_private_key(Secret(str(named)))
    if held is not None:
        os.close(held)


def test_a_mistyped_key_signs_nothing() -> None:
    """A key whose form is right and whose numbers are not is refused before it signs.

    To look at its numbers takes long, so that is left until somebody wants to sign.
    """
    lines = PKCS8.splitlines()
    lines[8] = lines[8][::-1]
    kept = read_private_key(Secret("\n".join(lines)))

    with pytest.raises(ValueError, match="a damaged private key"):
        load_private_key(kept)


@pytest.mark.parametrize(
    "given",
    [PKCS8, PKCS1, PKCS8.replace("\n", r"\n")],
    ids=["PKCS#8", "PKCS#1", "one line"],
)
def test_what_is_read_is_what_signs(given: str) -> None:
    """The text that the settings keep of a key loads as the key, and is not shown."""
    kept = read_private_key(Secret(given))

    assert RSA.private_numbers() == load_private_key(kept).private_numbers()
    assert "BEGIN" not in f"{kept} {kept!r}"
