"""All cells of the matrix."""

from __future__ import annotations

from typing import NamedTuple

from tests.fault_matrix.faults import DOCUMENT_TROUBLES, SPENT, TROUBLES, Trouble
from tests.fault_matrix.ways import WAYS, Role, Way


class Cell(NamedTuple):
    """One operation in one way, and one fault."""

    way: Way
    operation: str
    trouble: Trouble

    @property
    def role(self) -> Role:
        """What the operation is for."""
        return self.way.roles[self.operation]

    def __str__(self) -> str:
        """Return it in words, for the name of its test."""
        return f"{self.way}: {self.operation}: {self.trouble}"


def _troubles(operation: str, role: Role) -> tuple[Trouble, ...]:
    if role is Role.STORAGE:
        return (*TROUBLES, SPENT, *DOCUMENT_TROUBLES)
    ages = role is not Role.LOGIN and not operation.startswith("pay.")
    return (*TROUBLES, SPENT) if ages else TROUBLES


CELLS = tuple(
    Cell(way, operation, trouble)
    for way in WAYS
    for operation, role in way.roles.items()
    for trouble in _troubles(operation, role)
)
