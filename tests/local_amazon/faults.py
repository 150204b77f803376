"""What a test can make go wrong, operation by operation."""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from .wire import Answer, End

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .wire import Request


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
    """Answer that it is elsewhere; without `to` it is said to be where it is."""

    to: str = ""
    status: int = 302


@dataclass(frozen=True)
class ConnectionLost:
    """Close the connection without an answer, before the work is done or after it.

    Attributes:
        after_work: whether the work is done.
        reset: whether the caller is told with a RST, and not with a FIN.
    """

    after_work: bool = False
    reset: bool = False


@dataclass(frozen=True)
class Slow:
    """Let so many seconds of the handed clock pass, then go on as usual."""

    seconds: float


@dataclass(frozen=True)
class Silent:
    """Do the work and say nothing, until the caller hangs up."""


@dataclass(frozen=True)
class Trickling:
    """Answer byte by byte with pauses and without an end, until the caller hangs up.

    Attributes:
        in_headers: whether it is the headers that have no end, and not the body.
    """

    in_headers: bool = False


@dataclass(frozen=True)
class CutShort:
    """Announce the whole body, send so many bytes of it, close the connection.

    Attributes:
        at_byte: where.
        reset: whether the caller is told with a RST, and not with a FIN.
    """

    at_byte: int
    reset: bool = False


@dataclass(frozen=True)
class BadJson:
    """Do the work, and answer it with a body that is no JSON."""

    body: bytes = b'{"reports": [{"reportId": '


@dataclass(frozen=True)
class Altered:
    """Do the work, and answer with what `alter` makes of the body."""

    alter: Callable[[bytes], bytes]


Fault = (
    Status
    | ExpiredToken
    | Redirect
    | ConnectionLost
    | Slow
    | Silent
    | Trickling
    | CutShort
    | BadJson
    | Altered
)


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
            msg = f"no operation {operation!r}; allowed: {known}"
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


def spoil(  # noqa: PLR0911 (a row for each fault)
    answer: Answer, fault: Fault | None
) -> Answer:
    """Return `answer` as it arrives when `fault` meets it on its way out."""
    match fault:
        case CutShort():
            end = End.RESET if fault.reset else End.CLOSED
            return replace(answer, cut_at=fault.at_byte, end=end)
        case BadJson():
            return replace(answer, body=fault.body, length=len(fault.body))
        case ConnectionLost():
            return lost(fault)
        case Silent():
            return replace(answer, end=End.SILENT)
        case Trickling():
            end = End.DRIPPING_HEADERS if fault.in_headers else End.DRIPPING_BODY
            return replace(answer, end=end)
        case Altered():
            body = fault.alter(_whole(answer))
            return replace(answer, body=body, length=len(body))
    return answer


def lost(fault: ConnectionLost) -> Answer:
    """Return no answer at all."""
    return Answer(0, end=End.RESET if fault.reset else End.CLOSED, lost=True)


def _whole(answer: Answer) -> bytes:
    return b"".join(answer.body()) if callable(answer.body) else answer.body
