"""Query parameters and JSON bodies: what is known is read strictly."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from datetime import datetime

    from .service import RefusedError
    from .wire import Request, Wire

    Refuse = Callable[[str], RefusedError]


class Parameters:
    """The query of one request; whatever is wrong with it is raised as a refusal."""

    def __init__(self, pairs: Sequence[tuple[str, str]], refuse: Refuse) -> None:
        """Refuse at once what is said twice."""
        self._values = dict(pairs)
        self._refuse = refuse
        for name, count in Counter(name for name, _ in pairs).items():
            if count > 1:
                self._wrong(f"parameter {name} is given {count} times")

    def __contains__(self, name: str) -> bool:
        """Tell whether `name` was given."""
        return name in self._values

    @classmethod
    def of(
        cls, request: Request, refuse: Refuse, *names: str, empty: str = ""
    ) -> Parameters:
        """Return the parameters with these names; Amazon passes over all others.

        Args:
            request: what came.
            refuse: makes the refusal of what is wrong.
            names: the parameters that there are.
            empty: the one that may be empty, and is then as if it were not there.
        """
        request.ignored.extend([name for name, _ in request.query if name not in names])
        kept = [pair for pair in request.query if pair[0] in names]
        return cls([pair for pair in kept if pair != (empty, "")], refuse)

    def alone(self, name: str) -> None:
        """Refuse every parameter beside `name`."""
        if len(self._values) > 1:
            others = ", ".join(sorted(set(self._values) - {name}))
            self._wrong(f"{name} must be the only parameter, not with {others}")

    def text(self, name: str) -> str | None:
        """Return a value that is not empty, or None."""
        value = self._values.get(name)
        if value == "":
            self._wrong(f"parameter {name} is empty")
        return value

    def required(self, name: str) -> str:
        """Return a value that has to be there."""
        value = self.text(name)
        if value is None:
            self._wrong(f"parameter {name} is missing")
        return value

    def one_of(self, name: str, allowed: Collection[str]) -> str | None:
        """Return one of the words that are allowed, or None."""
        value = self.text(name)
        if value is not None and value not in allowed:
            self._wrong(f"parameter {name} cannot be {value!r}")
        return value

    def words(
        self, name: str, *, at_most: int, allowed: Collection[str] | None = None
    ) -> list[str] | None:
        """Return the parts of a comma list, or None."""
        value = self.text(name)
        if value is None:
            return None
        words = value.split(",")
        if len(words) > at_most or not all(words):
            self._wrong(f"parameter {name} takes 1 to {at_most} values")
        for word in words:
            if allowed is not None and word not in allowed:
                self._wrong(f"parameter {name} cannot be {word!r}")
        return words

    def whole(self, name: str, *, least: int, most: int) -> int | None:
        """Return a whole number within its limits, or None."""
        value = self.text(name)
        if value is None:
            return None
        if not (value.isascii() and value.isdigit() and least <= int(value) <= most):
            self._wrong(f"parameter {name} is a number from {least} to {most}")
        return int(value)

    def moment(
        self, name: str, parse: Callable[[str], datetime | None]
    ) -> datetime | None:
        """Return a point in time, or None."""
        value = self.text(name)
        if value is None:
            return None
        moment = parse(value)
        if moment is None:
            self._wrong(f"parameter {name} is no date-time: {value!r}")
        return moment

    def _wrong(self, message: str) -> NoReturn:
        raise self._refuse(message)


class Fields:
    """The JSON object in one request's body; what is wrong with it is a refusal."""

    def __init__(self, content: object, refuse: Refuse) -> None:
        """Refuse what is no object."""
        self._refuse = refuse
        if not isinstance(content, dict):
            self._wrong("the body is no JSON object")
        self.content: Wire = content

    @classmethod
    def of(cls, request: Request, refuse: Refuse, *names: str) -> Fields:
        """Return the fields with these names; Amazon passes over all others."""
        fields = cls(json_body(request, refuse), refuse)
        request.ignored.extend(fields.keep(*names))
        return fields

    def keep(self, *names: str) -> list[str]:
        """Leave out every field but these, and return which were left out."""
        strange = [name for name in self.content if name not in names]
        self.content = {
            name: value for name, value in self.content.items() if name in names
        }
        return strange

    def text(self, name: str) -> str | None:
        """Return a text, or None when the field is absent."""
        value = self.content.get(name)
        if name in self.content and not (isinstance(value, str) and value):
            self._wrong(f"field {name} is a text")
        return value

    def required(self, name: str) -> str:
        """Return a text that has to be there."""
        value = self.text(name)
        if value is None:
            self._wrong(f"field {name} is missing")
        return value

    def words(self, name: str, *, at_most: int) -> list[str]:
        """Return a list of 1 to `at_most` texts, which has to be there."""
        value = self.content.get(name)
        if (
            not isinstance(value, list)
            or not 1 <= len(value) <= at_most
            or not all(isinstance(word, str) and word for word in value)
        ):
            self._wrong(f"field {name} is a list of 1 to {at_most} texts")
        return value

    def moment(
        self, name: str, parse: Callable[[str], datetime | None]
    ) -> datetime | None:
        """Return a point in time, or None when the field is absent."""
        value = self.text(name)
        if value is None:
            return None
        moment = parse(value)
        if moment is None:
            self._wrong(f"field {name} is no date-time: {value!r}")
        return moment

    def _wrong(self, message: str) -> NoReturn:
        raise self._refuse(message)


def json_body(request: Request, refuse: Refuse) -> object:
    """Return what the body of `request` says in JSON."""
    try:
        content: object = json.loads(request.body)
    except ValueError:
        message = "the body is no JSON"
        raise refuse(message) from None
    return content
