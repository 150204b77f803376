"""What is wrong with an address, a clock or an account, and not with one operation."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import ssl
import threading
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.clock import ScriptedClock
from tests.fault_matrix.ways import WAYS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.fault_matrix.ways import Way

NOBODY_LISTENS = "nobody listens"
UNTRUSTED = "a certificate that is not trusted"
AHEAD = "a clock ten minutes ahead"
BEHIND = "a clock ten minutes behind"
FAR_AHEAD = "a clock an hour ahead"
FAR_BEHIND = "a clock an hour behind"
REVOKED = "credentials that were revoked"
_BY_NAME = {way.name: way for way in WAYS}
_PATHS = {
    "lwa_token_url": "/lwa/auth/o2/token",
    "appstore_base_url": "/appstore",
    "sp_base_url": "/sp",
    "pay_base_url": "/pay",
}
STORAGE = "the URL of a document"
PLACES = (
    ("appstore's months", "lwa_token_url"),
    ("appstore's months", "appstore_base_url"),
    ("appstore's months", STORAGE),
    ("seller's index of reports", "lwa_token_url"),
    ("seller's index of reports", "sp_base_url"),
    ("seller's report with personal data", STORAGE),
    ("seller's settlements", STORAGE),
    ("merchant's payouts", "pay_base_url"),
    ("merchant's report", STORAGE),
    ("merchant's settlements", STORAGE),
)
"""Each address of each service, in the ways that need it."""


class AddressCell(NamedTuple):
    """One way, and what is wrong with all that it does.

    Attributes:
        place: the setting of the address; of the clock or the account: "".
        said: what the one line says, a regular expression; "" where nothing is wrong.
    """

    way: Way
    place: str
    trouble: str
    said: str

    def __str__(self) -> str:
        """Return it in words, for the name of its test."""
        return ": ".join(filter(None, (str(self.way), self.place, self.trouble)))


_SAID = {
    NOBODY_LISTENS: r"connection was lost \(ConnectionError\)",
    UNTRUSTED: r"the TLS connection failed \(check the certificate and any proxy\)",
}
_ACCOUNTS = (
    ("appstore's months", AHEAD, ""),
    ("appstore's months", BEHIND, ""),
    ("appstore's months", REVOKED, "check appstore_client_id and appstore_client_secr"),
    ("seller's settlements", AHEAD, ""),
    ("seller's settlements", BEHIND, ""),
    ("seller's settlements", REVOKED, "sp_refresh_token is wrong, was revoked"),
    ("merchant's payouts", AHEAD, ""),
    ("merchant's payouts", BEHIND, ""),
    # Amazon Pay signs the time, and takes what is off by a quarter of an hour.
    ("merchant's payouts", FAR_AHEAD, "clock"),
    ("merchant's payouts", FAR_BEHIND, "clock"),
    ("merchant's payouts", REVOKED, "pay_public_key_id"),
)
ADDRESS_CELLS = (
    *(
        AddressCell(_BY_NAME[name], place, trouble, said)
        for name, place in PLACES
        for trouble, said in _SAID.items()
    ),
    *(
        AddressCell(_BY_NAME[name], "", trouble, said)
        for name, trouble, said in _ACCOUNTS
    ),
)


class SkewedClock(ScriptedClock):
    """The time of a machine whose clock is wrong: seconds pass as they do elsewhere."""

    def __init__(self, right: ScriptedClock, by: timedelta) -> None:
        """Be off by so much."""
        super().__init__()
        self._right = right
        self._by = by

    def now(self) -> datetime:
        """Return the wrong moment."""
        return self._right.now() + self._by

    def monotonic(self) -> float:
        """Return the seconds since the start."""
        return self._right.monotonic()

    def sleep(self, seconds: float) -> None:
        """Let time pass for both."""
        self._right.sleep(seconds)


def address(base: str, place: str) -> str:
    """Return the address of a service below `base`."""
    return base + _PATHS[place]


def closed_port() -> str:
    """Return the address of a port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return f"https://127.0.0.1:{free.getsockname()[1]}"


@contextmanager
def untrusted_server(folder: Path) -> Iterator[str]:
    """Yield the address of a server whose certificate nobody has signed but itself."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certificate(folder))

    def greet(connection: socket.socket) -> None:
        with (
            contextlib.suppress(OSError),
            context.wrap_socket(connection, server_side=True) as secure,
        ):
            secure.recv(1)

    with _listening(greet) as base:
        yield base


@contextmanager
def _listening(greet: Callable[[socket.socket], None]) -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                greet(listener.accept()[0])

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def _certificate(folder: Path) -> Path:
    """Write a certificate of this machine, signed by itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    here = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    now = datetime.now(timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([here]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(pem + certificate.public_bytes(serialization.Encoding.PEM))
    return path
