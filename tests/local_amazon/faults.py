"""What a test can make go wrong, operation by operation."""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .wire import Answer, Request


@dataclass(frozen=True)
class Status:
    """Answer with this status and an error in the service's own shape.

    Attributes:
        status: the HTTP status.
        code: the service's word; a fitting one by default.
        message: the service's sentence; a fitting one by default.
        details: the third field of a Selling Partner error.
        body: the whole body instead, for answers of what stands in front of a service.
        headers: more headers.
        after_work: whether the work is done all the same.
    """

    status: int
    code: str = ""
    message: str = ""
    details: str = ""
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    after_work: bool = False


@dataclass(frozen=True)
class ExpiredToken:
    """Answer as if the credential (or, of storage, the URL) had just run out."""


@dataclass(frozen=True)
class Redirect:
    """Answer 302 to another address."""

    to: str


@dataclass(frozen=True)
class ConnectionLost:
    """Close the connection without an answer, before the work is done or after it."""

    after_work: bool = False


@dataclass(frozen=True)
class Slow:
    """Let so many seconds of the handed clock pass, then go on as usual."""

    seconds: float


@dataclass(frozen=True)
class CutShort:
    """Announce the whole body, send so many bytes of it, close the connection."""

    at_byte: int


@dataclass(frozen=True)
class BadJson:
    """Do the work, and answer it with a body that is no JSON."""

    body: bytes = b'{"reports": [{"reportId": '


Fault = Status | ExpiredToken | Redirect | ConnectionLost | Slow | CutShort | BadJson


@dataclass
class Scripted:
    """A fault that waits for its requests."""

    fault: Fault
    times: int
    when: Callable[[Request], bool]


class Faults:
    """The script: which faults the next requests of an operation meet."""

    def __init__(self, operations: Iterable[str]) -> None:
        """Know which operations there are."""
        self._operations = frozenset(operations)
        self._scripted: dict[str, list[Scripted]] = defaultdict(list)
        self._lock = threading.Lock()

    def add(
        self,
        operation: str,
        fault: Fault,
        *,
        times: int = 1,
        when: Callable[[Request], bool] = lambda _request: True,
    ) -> None:
        """Let `fault` meet the next `times` requests of `operation` that fit `when`.

        Raises:
            ValueError: there is no such operation.
        """
        if operation not in self._operations:
            known = ", ".join(sorted(self._operations))
            msg = f"no operation {operation!r}; there are: {known}"
            raise ValueError(msg)
        with self._lock:
            self._scripted[operation].append(Scripted(fault, times, when))

    def take(self, operation: str, request: Request) -> Fault | None:
        """Return the fault that this request meets, and count it."""
        with self._lock:
            for scripted in self._scripted[operation]:
                if scripted.times > 0 and scripted.when(request):
                    scripted.times -= 1
                    return scripted.fault
        return None

    @property
    def pending(self) -> dict[str, int]:
        """How many faults of each operation have not been met yet."""
        with self._lock:
            counts = {
                operation: sum(scripted.times for scripted in waiting)
                for operation, waiting in self._scripted.items()
            }
        return {operation: count for operation, count in counts.items() if count}


def spoil(answer: Answer, fault: Fault | None) -> Answer:
    """Return `answer` as it arrives when `fault` meets it on its way out."""
    if isinstance(fault, CutShort):
        return replace(answer, cut_at=fault.at_byte)
    if isinstance(fault, BadJson):
        return replace(answer, body=fault.body)
    if isinstance(fault, ConnectionLost):
        return replace(answer, lost=True)
    return answer
