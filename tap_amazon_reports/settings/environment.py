"""Settings that are variables of the environment."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from singer_sdk.configuration._dict_config import parse_environment_config
from singer_sdk.exceptions import ConfigValidationError
from singer_sdk.helpers._typing import is_array_type, is_boolean_type, is_integer_type

from tap_amazon_reports.settings.given import truth

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_JSON = (
    "text that is not JSON, allowed: a JSON list or object, as in a settings file;"
    " check its quotes and brackets, and what the shell makes of them"
)
_OPENING = ("[", "{")
_NUMBER = "text that is not a number, allowed: a whole number"


def read_environment(schema: dict[str, Any], prefix: str) -> dict[str, Any]:
    """Return the settings that variables hold, read as the SDK reads them.

    Args:
        schema: of the settings.
        prefix: of the variables' names.

    Raises:
        ConfigValidationError: with a line for each that cannot be read; no value is
            shown.
    """
    # It reads a file named .env first, and so the variables may come from there.
    parse_environment_config({}, prefix)
    words = dict(_words(schema["properties"], prefix))
    others = {
        name: kind for name, kind in schema["properties"].items() if name not in words
    }
    try:
        found = parse_environment_config({"properties": others}, prefix)
    except ValueError:
        # It does not say which.
        found = _one_by_one(others, prefix)
    return {**found, **words}


def _words(
    declared: Mapping[str, Any], prefix: str
) -> Iterator[tuple[str, bool | str]]:
    """Yield what the SDK would read otherwise than in a file.

    Those are lists that are no JSON, words with commas between them or nothing, and
    switches: of these it takes every word that it does not know for false.
    """
    for name, kind in declared.items():
        text = os.environ.get(f"{prefix}{name.upper()}")
        if text is None:
            continue
        if is_boolean_type(kind):
            yield name, truth(text)
        elif is_array_type(kind) and text.strip()[:1] not in _OPENING:
            yield name, text


def _one_by_one(declared: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    problems = []
    for name, kind in declared.items():
        variable = f"{prefix}{name.upper()}"
        # As in a file, an empty text is no setting.
        if not os.environ.get(variable):
            continue
        try:
            found |= parse_environment_config({"properties": {name: kind}}, prefix)
        except ValueError:
            problem = _NUMBER if is_integer_type(kind) else _JSON
            problems.append(f"{variable}: found {problem}")
    if problems:
        msg = "Config validation failed"
        raise ConfigValidationError(msg, errors=problems)
    return found
