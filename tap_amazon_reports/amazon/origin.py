"""Where credentials may be sent to, and where documents may be fetched from."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tap_amazon_reports.amazon.errors import TapError, UnexpectedAnswerError
from tap_amazon_reports.amazon.secret import DocumentUrl, without_query

if TYPE_CHECKING:
    from urllib.parse import SplitResult

_LABEL_CHARACTERS_MAX = 63
"""Between two points of a host's name (RFC 1035, section 2.3.4)."""
_NOT_ON_THE_INTERNET = frozenset({"localhost", "local", "internal"})
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
"""What ends in one is a short form of an address, such as `127.1`, and no name (URL
Standard, WHATWG, section 3.5, "ends in a number checker"; November 2026)."""
_DEFAULT_PORTS = {"https": 443, "http": 80}


class ForeignHostError(TapError):
    """Credentials were about to leave for a place that is not theirs."""


@dataclass(frozen=True)
class Origin:
    """A scheme, a host and a port: who may see a service's credentials."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, url: str) -> Origin:
        """Return the origin of `url`.

        Raises:
            ValueError: `url` is not a plain http(s) address with a host.
        """
        parts = _plain_parts(url)
        scheme = parts.scheme.lower()
        return cls(
            scheme=scheme,
            host=str(parts.hostname),
            port=_DEFAULT_PORTS[scheme] if parts.port is None else parts.port,
        )

    def guard(self, url: str | None) -> None:
        """Let pass only what leads here, and encrypted unless it stays on this machine.

        Raises:
            ForeignHostError: `url` leads elsewhere, or over plain http to a host that
                is not this machine. The text shows origins alone, never a query.
        """
        try:
            target = Origin.of(url or "")
        except ValueError as problem:
            msg = f"credentials for {self} were not sent: {problem}"
            raise ForeignHostError(msg) from None
        if target != self:
            msg = (
                f"credentials for {self} were not sent to another address, {target};"
                " check the *_base_url settings, and any proxy"
            )
            raise ForeignHostError(msg)
        if not self.is_safe:
            msg = f"credentials were not sent unencrypted to {self}; use https"
            raise ForeignHostError(msg)

    @property
    def is_safe(self) -> bool:
        """Whether what is sent there is encrypted, or stays on this machine."""
        return self.scheme == "https" or self.is_loopback

    @property
    def is_loopback(self) -> bool:
        """Whether it is this very machine."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @property
    def is_public(self) -> bool:
        """Whether its name or number can be of a host on the internet."""
        host = self.host.removesuffix(".")
        try:
            return ipaddress.ip_address(host).is_global
        except ValueError:
            last = host.rpartition(".")[2]
            return last != host and not (
                last in _NOT_ON_THE_INTERNET or _NUMBER.fullmatch(last)
            )

    def __str__(self) -> str:
        """Show it as an address."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


def document_url(found: str, *, base_url: str, asked: str) -> DocumentUrl:
    """Return the presigned URL that a service handed out, if it may be opened.

    Args:
        found: the URL.
        base_url: of the service: one on this machine may hand out what is on this
            machine.
        asked: what the service was asked for, fit to be printed.

    Raises:
        UnexpectedAnswerError: if it is not https, or leads to this machine or into a
            private network.
    """
    try:
        origin = Origin.of(found)
    except ValueError as problem:
        msg = (
            f"{asked}: the answer has a URL that cannot be opened: {problem}; check the"
            " *_base_url settings, and any proxy"
        )
        raise UnexpectedAnswerError(msg) from None
    rehearsal = Origin.of(base_url).is_loopback and origin.is_loopback
    if rehearsal or (origin.scheme == "https" and origin.is_public):
        return DocumentUrl(found)
    msg = (
        f"{asked}: the answer has the URL {without_query(found)}, which was not opened,"
        " because it is not a public https address; check the *_base_url settings, and"
        " any proxy"
    )
    raise UnexpectedAnswerError(msg)


def _plain_parts(url: str) -> SplitResult:
    """Split `url`, refusing what two parsers could read as two different hosts."""
    parts = urlsplit(url)
    if parts.scheme.lower() not in _DEFAULT_PORTS or not parts.hostname:
        msg = "the address is not http(s) with a host"
        raise ValueError(msg)
    is_other_form = "%" in parts.hostname or not parts.hostname.isascii()
    longest = max(map(len, parts.hostname.split(".")))
    if is_other_form or longest > _LABEL_CHARACTERS_MAX:
        # What is too long would be tried in vain, and again; other letters and escapes
        # can become the number of another host on their way.
        msg = "the address has a host that cannot exist"
        raise ValueError(msg)
    if "@" in parts.netloc or not url.isprintable():
        msg = "the address contains credentials or control characters"
        raise ValueError(msg)
    return parts
