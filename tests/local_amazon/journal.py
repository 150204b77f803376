"""What was asked of the local Amazon, and what it thought of it."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .service import Blame

if TYPE_CHECKING:
    from datetime import datetime

    from .service import RefusedError
    from .wire import Request

UNKNOWN = "unknown"
"""The operation of a request that no route recognises."""


@dataclass(frozen=True)
class Seen:
    """One request and how it ended.

    Attributes:
        service: `lwa`, `appstore`, `sp`, `pay`, `storage`, or an unknown first segment.
        operation: Amazon's name of it, or `unknown`.
        method: the method's word.
        path: Amazon's own path, decoded, without the service's prefix.
        query: names and values, decoded, in the order of the wire.
        headers: by name in lower case.
        body: the exact bytes.
        status: what it was answered with; 0 when the connection was closed on it.
        at: when it came.
        why: what was wrong with it, or which fault was scripted.
        ignored: the parameters and fields that Amazon passes over.
    """

    service: str
    operation: str
    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    body: bytes
    status: int
    at: datetime
    why: str = ""
    ignored: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Say in one line what was asked and why it went wrong; nothing secret."""
        names = ",".join(name for name, _ in self.query)
        asked = f"{self.service}: {self.method} {self.path}"
        return f"{asked}{'?' if names else ''}{names} -> {self.status} {self.why}"


class Journal:
    """Every request in the order in which it was answered.

    Attributes:
        seen: all of them.
        refused: those that the documents forbid, and that were answered 4xx for it.
        throttled: those that came too early.
        unknown: those that no route recognises.
        crashes: what went wrong in the server itself.
    """

    def __init__(self) -> None:
        """Start with an empty page."""
        self.seen: list[Seen] = []
        self.refused: list[Seen] = []
        self.throttled: list[Seen] = []
        self.unknown: list[Seen] = []
        self.crashes: list[BaseException] = []
        self._lock = threading.Lock()

    def note(
        self, request: Request, operation: str, status: int, why: str = ""
    ) -> Seen:
        """Write down one request and its end."""
        seen = Seen(
            service=request.service,
            operation=operation,
            method=request.method,
            path=request.path,
            query=list(request.query),
            headers=dict(request.headers),
            body=request.body,
            status=status,
            at=request.at,
            why=why,
            ignored=tuple(request.ignored),
        )
        with self._lock:
            self.seen.append(seen)
        return seen

    def note_refusal(
        self, request: Request, operation: str, refused: RefusedError
    ) -> None:
        """Write down a request that did not get what it asked for."""
        seen = self.note(request, operation, refused.answer.status, refused.why)
        if refused.blame is Blame.CALLER:
            self.refused.append(seen)
        elif refused.blame is Blame.QUOTA:
            self.throttled.append(seen)

    def note_unknown(self, request: Request, status: int) -> None:
        """Write down a request that fails the test."""
        self.unknown.append(self.note(request, UNKNOWN, status, "no such operation"))

    def note_crash(self, error: BaseException) -> None:
        """Write down what must not have happened."""
        with self._lock:
            self.crashes.append(error)

    def check(self) -> None:
        """Raise AssertionError when there was an unknown request or a crash."""
        complaints = [f"unknown request: {seen}" for seen in self.unknown]
        complaints += [f"the server failed: {error!r}" for error in self.crashes]
        if complaints:
            raise AssertionError("\n".join(complaints))
