"""Settings that are variables of the environment."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from singer_sdk.configuration._dict_config import parse_environment_config
from singer_sdk.exceptions import ConfigValidationError
from singer_sdk.helpers._typing import is_integer_type

if TYPE_CHECKING:
    from collections.abc import Mapping

_JSON = (
    "text that is no JSON, allowed: one list or object of JSON, as it would stand in a"
    " file of settings; check its quotes and brackets, and what the shell makes of them"
)
_NUMBER = "no number, allowed: a whole number"


def read_environment(schema: dict[str, Any], prefix: str) -> dict[str, Any]:
    """Return the settings that variables hold, read as the SDK reads them.

    Args:
        schema: of the settings.
        prefix: of the variables' names.

    Raises:
        ConfigValidationError: with a line for each that cannot be read; no value is
            shown.
    """
    try:
        return parse_environment_config(schema, prefix)
    except ValueError:
        # It does not say which.
        return _one_by_one(schema["properties"], prefix)


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
