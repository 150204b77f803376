"""What comes in over a socket, and what goes back."""

from __future__ import annotations

import enum
import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

Wire = dict[str, Any]
"""An object as Amazon writes it in JSON."""


@dataclass(frozen=True)
class Request:
    """One request, as it came: nothing decoded that a signature could cover.

    Attributes:
        method: the method's word.
        target: path and query, as sent.
        header_list: names in lower case and values, in the order of the wire.
        body: the exact bytes.
        at: when it came, by the clock that the server was handed.
        ignored: the parameters and fields that Amazon does not know and passes over.
    """

    method: str
    target: str
    header_list: tuple[tuple[str, str], ...]
    body: bytes
    at: datetime
    ignored: list[str] = field(default_factory=list, compare=False)

    @cached_property
    def raw_path(self) -> str:
        """The path as sent, with the service's prefix."""
        return self.target.partition("?")[0]

    @cached_property
    def raw_query(self) -> str:
        """The query as sent, without its question mark."""
        return self.target.partition("?")[2]

    @cached_property
    def service(self) -> str:
        """The first segment of the path: whom this is for."""
        return self.raw_path.split("/")[1] if "/" in self.raw_path else ""

    @cached_property
    def path(self) -> str:
        """The path below the service's prefix, decoded: Amazon's own path."""
        return unquote(self.raw_path[len(self.service) + 1 :])

    @cached_property
    def query(self) -> list[tuple[str, str]]:
        """The query's names and values, decoded, in the order of the wire."""
        return parse_qsl(self.raw_query, keep_blank_values=True)

    @cached_property
    def headers(self) -> dict[str, str]:
        """The headers by their name in lower case; repeated ones joined by a comma."""
        headers: dict[str, str] = {}
        for name, value in self.header_list:
            headers[name] = f"{headers[name]},{value}" if name in headers else value
        return headers


class End(enum.Enum):
    """How a connection ends after an answer, or goes on."""

    KEPT = "kept"
    CLOSED = "closed"
    """With a FIN, as a server that is stopped."""
    RESET = "reset"
    """With a RST, as a server that has died."""
    SILENT = "silent"
    """By the caller, to whom nothing is said."""
    DRIPPING_HEADERS = "headers without an end"
    """By the caller, to whom bytes come one at a time."""
    DRIPPING_BODY = "body without an end"
    """Likewise."""


@dataclass(frozen=True)
class Answer:
    """One answer, whole or in pieces.

    Attributes:
        status: the HTTP status.
        headers: without the framing, which the server adds.
        body: the bytes, or a callable that makes their pieces.
        length: how many bytes `body` makes, when it is a callable and this is known;
            without it the answer is chunked.
        cut_at: close the connection after so many bytes of the body.
        lost: close the connection without any answer.
        end: how the connection ends.
    """

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | Callable[[], Iterator[bytes]] = b""
    length: int | None = None
    cut_at: int | None = None
    lost: bool = False
    end: End = End.KEPT


def json_answer(status: int, content: object, **headers: str) -> Answer:
    """Return an answer whose body is `content` in JSON."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = json.dumps(content, ensure_ascii=False).encode()
    return Answer(status, {"content-type": "application/json", **named}, body)


def text_answer(status: int, content: str, content_type: str = "text/plain") -> Answer:
    """Return an answer whose body is `content`, in UTF-8."""
    return Answer(status, {"content-type": content_type}, content.encode())
