"""The private key of Amazon Pay, read from PEM text or from a file."""

from __future__ import annotations

import os
import re
import select
import stat
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tap_amazon_reports.amazon.clock import SystemClock
from tap_amazon_reports.amazon.secret import Secret

_ALLOWED = (
    "allowed: an unencrypted RSA private key in PEM form, PKCS#8 (BEGIN PRIVATE KEY)"
    " or PKCS#1 (BEGIN RSA PRIVATE KEY), as text or as the path of a file"
)
_FEWEST_BITS = 1024
"""The signature does not fit into a key of 512 bits, and such a key hides nothing."""
_MOST_BYTES = 64 * 1024
_PIPE_SECONDS = 5.0
_LABEL = re.compile(r"-----BEGIN ([A-Z0-9 ]{1,40})-----")
_ENCRYPTED = re.compile(r"-----BEGIN ENCRYPTED PRIVATE KEY-----|\nProc-Type:.*ENC")

_NOT_ALLOWED: dict[str, str] = {
    "PUBLIC KEY": "a public key; the private one of the pair is needed",
    "RSA PUBLIC KEY": "a public key; the private one of the pair is needed",
    "CERTIFICATE": "a certificate",
    "EC PRIVATE KEY": "an elliptic-curve key",
    "DSA PRIVATE KEY": "a DSA key",
    "OPENSSH PRIVATE KEY": "a key in OpenSSH's own form",
}


def read_private_key(text_or_path: Secret) -> Secret:
    """Return the PEM text of a key, once it is known to be one.

    Whether its numbers are those of an RSA key takes long to be told, and is left to
    `load_private_key`: who only lists what there is to read signs nothing.

    Raises:
        ValueError: as `load_private_key` does.
    """
    pem = _pem(text_or_path)
    _parsed(pem, trusting=True)
    return Secret(pem)


def load_private_key(text_or_path: Secret) -> RSAPrivateKey:
    r"""Return the key in a PEM text, or in the file that a path leads to.

    A text may carry `\n` as two characters where its line ends were, as environment
    variables often do.

    Raises:
        ValueError: it is not a key that Amazon Pay can take (Amazon Pay API v2 SDKs,
            Client configuration). The text, one line, says what was found and what is
            allowed, and shows nothing of the key, nor of what might be one.
    """
    return _parsed(_pem(text_or_path), trusting=False)


def is_read_by_others(text_or_path: Secret) -> bool:
    """Return whether it is a file that other users of the machine may read."""
    given = text_or_path.reveal().strip()
    if not given or "-----BEGIN" in given:
        return False
    try:
        mode = Path(given).expanduser().stat().st_mode
    except (OSError, RuntimeError, ValueError):
        return False
    return os.name == "posix" and bool(mode & (stat.S_IRGRP | stat.S_IROTH))


def _pem(text_or_path: Secret) -> str:
    given = text_or_path.reveal().strip()
    pem = given if "-----BEGIN" in given else _file_text(given)
    return re.sub(r"\\r\\n|\\n|\r\n", "\n", pem).strip()


def _file_text(path: str) -> str:
    """Return the text of a PEM file; the path is never shown, it may be a bare key."""
    try:
        content = _beginning(path) if path else b""
    except TimeoutError:
        found = f"a pipe to which nobody wrote a key within {_PIPE_SECONDS:.0f} seconds"
        raise _refusal(found) from None
    except (OSError, RuntimeError, ValueError):
        found = "neither PEM text nor the path of a file that can be read"
        raise _refusal(found) from None
    return content.decode(errors="replace")


def _beginning(path: str) -> bytes:
    """Return what a file holds, as far as it can be a key: a device has no end."""
    file = Path(path).expanduser()
    if stat.S_ISFIFO(file.stat().st_mode):
        return _piped(file)
    with file.open("rb") as opened:
        return opened.read(_MOST_BYTES)


def _piped(path: Path) -> bytes:
    """Return what comes out of a pipe: a shell's `<(…)`, or one that has a name.

    Raises:
        TimeoutError: if it does not end in time; to open it may already wait for ever.
    """
    clock, found = SystemClock(), bytearray()
    until = clock.monotonic() + _PIPE_SECONDS
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb", 0) as pipe:
        poll = select.poll()
        poll.register(pipe, select.POLLIN)
        while len(found) < _MOST_BYTES:
            if not poll.poll(max(0.0, until - clock.monotonic()) * 1000):
                raise TimeoutError
            if (piece := pipe.read(_MOST_BYTES)) == b"":
                break
            found += piece or b""
    return bytes(found)


def _parsed(pem: str, *, trusting: bool) -> RSAPrivateKey:
    """Return the RSA key of `pem`, or say what is there instead."""
    if _ENCRYPTED.search(pem):
        found = "an encrypted private key; decrypt it, e.g. with `openssl pkey`"
        raise _refusal(found)
    label = _label(pem)
    if label not in {"PRIVATE KEY", "RSA PRIVATE KEY"}:
        raise _refusal(_NOT_ALLOWED.get(label, "something other than a private key"))
    try:
        key = load_pem_private_key(
            pem.encode(), password=None, unsafe_skip_rsa_key_validation=trusting
        )
    except (ValueError, TypeError, UnsupportedAlgorithm):
        found = "a damaged private key; parts of it may be missing"
        raise _refusal(found) from None
    if not isinstance(key, RSAPrivateKey):
        found = "a private key that is not RSA"
        raise _refusal(found)
    if key.key_size < _FEWEST_BITS:
        found = f"a key of {key.key_size} bits; at least {_FEWEST_BITS} are needed"
        raise _refusal(found)
    return key


def _label(pem: str) -> str:
    """Return what the PEM text says it is; of several blocks the private key counts."""
    labels: list[str] = _LABEL.findall(pem)
    private = [label for label in labels if label.endswith("PRIVATE KEY")]
    return (private or labels or [""])[0]


def _refusal(found: str) -> ValueError:
    """Return the error that names what was found and what is allowed."""
    return ValueError(f"found {found}; {_ALLOWED}")
