"""Values that must not be printed: secrets, and URLs that open a document."""

from __future__ import annotations

import hmac
from urllib.parse import urlsplit

from tap_amazon_reports.amazon.echo import printable


class Secret:
    """A text that shows itself only to who asks for it by name.

    `repr`, `str`, `format` and every log line show `***`; equality is compared in
    constant time; it cannot be pickled.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        """Hide `value`."""
        self._value = value

    def reveal(self) -> str:
        """Return the hidden text: for the wire, never for a log or an error."""
        return self._value

    def __repr__(self) -> str:
        """Show that there is a secret, not which."""
        return "***"

    def __eq__(self, other: object) -> bool:
        """Compare with another secret, in constant time."""
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        """Hash the hidden text, so that a secret can be a key in memory."""
        return hash(self._value)

    def __bool__(self) -> bool:
        """Tell whether there is anything to hide."""
        return bool(self._value)

    def __reduce__(self) -> str:
        """Refuse to be pickled."""
        msg = "a secret cannot be pickled"
        raise TypeError(msg)


class DocumentUrl(Secret):
    """A presigned URL: whoever holds its query holds the document."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Show where it leads, cut before its query."""
        return without_query(self._value)


def without_query(url: str) -> str:
    """Return `url` up to its query, fit to be printed; no credentials in it either."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "an unreadable address"
    return printable(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}")
