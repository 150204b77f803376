"""What a service can be asked to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One operation of a service: Amazon's name for it, and its usage plan."""

    name: str
    method: str
    path: str
    """Below the base URL; `{name}` stands for a path value."""
    rate_per_second: float
    burst: int
