"""Settings as they are given: text for a list, blanks around a secret.

A variable of the environment is text, Meltano hands on what it finds, and a secret that
was mounted as a file ends with a line end. Whatever has one meaning is taken for it.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Halves of characters, too, as which bytes arrive that are no UTF-8.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_PEM = "pay_private_key"
"""The only text that may have several lines."""
_TRUTHS = {
    **dict.fromkeys(("true", "1", "yes", "on"), True),
    **dict.fromkeys(("false", "0", "no", "off"), False),
}


class GivenSettings:
    """The settings in the types that were declared, as far as they can be.

    Attributes:
        values: by name; what is empty is not set.
        problems: a line for each text that cannot be what was declared.
    """

    def __init__(
        self, config: Mapping[str, Any], declared: Mapping[str, Mapping[str, Any]]
    ) -> None:
        """Read what is given.

        Args:
            config: as the tap is given it.
            declared: the JSON schema of each setting, by name; others are left out.
        """
        self._declared = declared
        self.problems: list[str] = []
        self.values = dict(self._read(config))

    def _read(self, config: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        for name, given in config.items():
            if name in self._declared:
                value = self._value(name, given) if isinstance(given, str) else given
                if value not in (None, ""):
                    yield name, value

    def _value(self, name: str, given: str) -> object:
        text = given.strip()
        types = _types(self._declared[name])
        if not text or types & {"array", "object"}:
            return self._listed(name, text, types)
        if types & {"number", "integer"}:
            return _number(text, types)
        if "boolean" in types:
            return truth(text)
        if name != _PEM and _CONTROL.search(text):
            self._refuse(name, "a control character or a line break within the text")
        return text

    def _listed(self, name: str, text: str, types: set[str]) -> object:
        """Return a list or an object that is given as text, of JSON or with commas."""
        if not text:
            return None
        if text[0] in '[{"':
            try:
                return msgspec.json.decode(text)
            except msgspec.DecodeError:
                self._refuse(name, "text that is not JSON")
                return None
        if "array" in types:
            return [word.strip() for word in text.split(",") if word.strip()]
        return text

    def _refuse(self, name: str, found: str) -> None:
        allowed = {
            "array": "words separated by commas, or a JSON list",
            "object": "a JSON object; check its quotes and brackets",
        }
        kinds = _types(self._declared[name])
        meant = next((text for kind, text in allowed.items() if kind in kinds), "")
        self.problems.append(
            f"{name}: found {found}, allowed: {meant or 'printable text'}"
        )


def truth(text: str) -> bool | str:
    """Return what a text says of a switch; the text, which is refused, if nothing."""
    return _TRUTHS.get(text.strip().lower(), text)


def _types(declared: Mapping[str, Any]) -> set[str]:
    """Return the JSON types that a setting may have."""
    types = declared.get("type", ())
    found = {types} if isinstance(types, str) else set(types)
    for choice in (*declared.get("oneOf", ()), *declared.get("anyOf", ())):
        found |= _types(choice)
    return found


def _number(text: str, types: set[str]) -> object:
    """Return the number in a text; the text if there is none."""
    try:
        found = float(text) if "number" in types else int(text)
    except ValueError:
        return text
    return found if math.isfinite(found) else text
