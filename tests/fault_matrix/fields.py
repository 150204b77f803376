"""Each field of each answer: missing, null, and of another type."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.fault_matrix.answers import at, kept, routes
from tests.fault_matrix.ways import WAYS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fault_matrix.answers import Route
    from tests.fault_matrix.ways import Role, Way

MISSING = "missing"
NULL = "null"
ITEMS = "items of another type"
WORD = "a word that is in no document"
_OTHERS: dict[type, tuple[Any, ...]] = {
    str: (7, ["text"], {"a": "b"}),
    int: ("text", ["text"]),
    list: (7, "text", {"a": "b"}),
    dict: (7, "text", ["text"]),
    type(None): (7, ["text"]),
}


class FieldCell(NamedTuple):
    """One field of the answer to one operation in one way, and what is done to it.

    Attributes:
        change: `missing`, `null`, or a value in JSON.
    """

    way: Way
    operation: str
    route: Route
    change: str

    @property
    def role(self) -> Role:
        """What the operation is for."""
        return self.way.roles[self.operation]

    @property
    def name(self) -> str:
        """The name of the field."""
        return str(self.route[-1])

    @property
    def is_of_another_type(self) -> bool:
        """Whether there is a value, and of a type that is not documented."""
        return self.change not in {MISSING, NULL, WORD}

    def alter(self, body: bytes) -> bytes:
        """Return an answer in which this field is changed, where it has the field."""
        answer = json.loads(body)
        try:
            self._change(at(answer, self.route[:-1]))
        except (KeyError, IndexError, TypeError):
            return body
        return json.dumps(answer).encode()

    def _change(self, parent: Any) -> None:
        name = self.route[-1]
        if self.change == MISSING:
            del parent[name]
        elif self.change == NULL:
            parent[name] = None
        elif self.change == ITEMS:
            parent[name] = [7, None]
        elif self.change == WORD:
            parent[name] = "HALF_DONE"
        else:
            parent[name] = json.loads(self.change)

    def __str__(self) -> str:
        """Return it in words, for the name of its test."""
        place = ".".join(map(str, self.route))
        return f"{self.way}: {self.operation}: {place}: {self.change}"


def _changes(name: str, value: Any) -> Iterator[str]:
    yield MISSING
    if value is not None:
        yield NULL
    for other in _OTHERS[type(value)]:
        yield json.dumps(other)
    if value == ["text"]:
        yield ITEMS
    if name == "processingStatus":
        yield WORD


def _cells() -> Iterator[FieldCell]:
    ways = {way.name: way for way in WAYS}
    for name, answers in kept().items():
        for operation, answer in answers.items():
            for route in routes(answer):
                if isinstance(route[-1], str):
                    for change in _changes(route[-1], at(answer, route)):
                        yield FieldCell(ways[name], operation, route, change)


FIELD_CELLS = tuple(_cells())
