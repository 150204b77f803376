"""What each of Amazon's services has to be, to stand behind the server."""

from __future__ import annotations

import enum
import re
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .quota import UsagePlan
    from .wire import Answer, Request


class Blame(enum.Enum):
    """Who did something wrong when an answer is not a good one."""

    CALLER = "caller"
    """The request is one that the documents forbid."""
    QUOTA = "quota"
    """The request came too early."""
    NOBODY = "nobody"
    """The documents foresee it: a spent token, a dead URL, a month without a file."""


class RefusedError(Exception):
    """A request that is not answered with what it asked for."""

    def __init__(self, answer: Answer, *, blame: Blame, why: str) -> None:
        """Answer with `answer`; `why` is for the reader of a failed test."""
        super().__init__(why)
        self.answer = answer
        self.blame = blame
        self.why = why


@dataclass(frozen=True)
class Call:
    """A request that a route has recognised.

    Attributes:
        operation: Amazon's name of it.
        request: what came.
        words: the variable parts of the path.
    """

    operation: str
    request: Request
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Route:
    """One operation's method and path; `{word}` stands for one path segment."""

    operation: str
    method: str
    path: str

    @property
    def pattern(self) -> re.Pattern[str]:
        """The path as a regular expression."""
        return re.compile(re.sub(r"\{([A-Za-z]\w*)\}", r"(?P<\1>[^/]+)", self.path))


class Service(ABC):
    """One of Amazon's services: its routes, its refusals and its answers."""

    name: ClassVar[str]
    routes: ClassVar[tuple[Route, ...]]
    plans: ClassVar[Mapping[str, UsagePlan]] = {}

    def __init__(self) -> None:
        """Make the routes ready."""
        self._patterns = [(route, route.pattern) for route in self.routes]

    def recognise(self, request: Request) -> Call | None:
        """Return the call that `request` is, or None when no operation is like it."""
        for route, pattern in self._patterns:
            found = pattern.fullmatch(request.path)
            if found is not None and route.method == request.method:
                return Call(route.operation, request, found.groupdict())
        return None

    def admit(self, call: Call) -> None:  # noqa: B027 (some services admit all)
        """Raise `RefusedError` unless the headers entitle to make this call."""

    def respond(self, call: Call) -> Answer:
        """Return the answer to a call that was admitted and is within its quota."""
        return self.operations()[call.operation](call)

    @abstractmethod
    def operations(self) -> Mapping[str, Callable[[Call], Answer]]:
        """Return what does each operation."""

    @abstractmethod
    def failure(self, status: int, code: str, message: str, details: str) -> Answer:
        """Return an error in this service's own shape."""

    @abstractmethod
    def unknown(self, request: Request) -> Answer:
        """Return what this service says to a route that it does not have."""

    @abstractmethod
    def spent(self) -> Answer:
        """Return what this service says to a credential that has run out."""

    def dressed(self, answer: Answer, number: int, rate: float | None) -> Answer:
        """Return `answer` with the headers that this service puts on all of them."""
        del number, rate
        return answer
