"""What a service can be asked to do, and one time that it is asked."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field
from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.echo import printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tap_amazon_reports.amazon.answers import Json
    from tap_amazon_reports.amazon.http import Authenticator, Query


_LONGEST = 2_000
"""Characters of a parameter that are shown: ten report types are whole."""


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One operation of a service: Amazon's name for it, and its usage plan."""

    name: str
    method: str
    path: str
    """Below the base URL; `{name}` stands for a path value."""
    rate_per_second: float
    burst: int


@dataclass(frozen=True)
class Call:
    """One call of an operation.

    Attributes:
        operation: what to call.
        path: values for the placeholders of its path.
        query: names and values, unencoded, in the order of sending.
        body: sent as JSON.
        headers: beside those that every request carries.
        auth: instead of the connection's own, for this call only.
        at_once: do not wait for what may pass, but raise it: `ThrottledError` for 429,
            which then says nothing about the quota until `drain` does, and
            `UnavailableError` for 5xx and no answer.
    """

    operation: Operation
    _: KW_ONLY
    path: Mapping[str, str] = field(default_factory=dict)
    query: Query = ()
    body: Json | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    auth: Authenticator | None = None
    at_once: bool = False

    def asked_of(self, service: str) -> str:
        """Return what is asked for, fit to be printed; page tokens are left out."""
        sent = (*self.path.items(), *self.query, *(self.body or {}).items())
        words = [
            f"{name}={printable(value, longest=_LONGEST)}"
            for name, value in sent
            if name != "nextToken"
        ]
        of_what = f"({', '.join(words)})" if words else ""
        return f"{self.operation.name}{of_what} of the {service}"


def joined(name: str, values: Sequence[str]) -> list[tuple[str, str]]:
    """Return a parameter of a query that has several values; none for none."""
    return [(name, ",".join(values))] if values else []
