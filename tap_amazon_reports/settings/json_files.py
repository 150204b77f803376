"""JSON that somebody hands over in a file: settings, a state, a catalog."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from tap_amazon_reports.settings.reader import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["ENVIRONMENT", "json_object", "read_config_files", "read_json_file"]

ENVIRONMENT = "ENV"
"""Instead of a file: the variables of the environment."""


def read_json_file(name: str, *, option: str) -> dict[str, Any]:
    """Return the object in a file; nothing that is in it is ever shown.

    Args:
        name: the path of the file.
        option: by which it was given, such as `--config`.

    Raises:
        SettingsError: it cannot be read, or holds something else.
    """
    try:
        content = Path(name).read_bytes()
    except OSError as error:
        problem = f"{option} {name}: the file cannot be read ({error.strerror})"
        raise SettingsError([problem]) from None
    except ValueError:
        raise SettingsError([f"{option} {name!r}: this is not a file path"]) from None
    return json_object(content, given=f"{option} {name}")


def read_config_files(names: Iterable[str]) -> dict[str, Any]:
    """Return the settings in the files of `--config`, but for `ENVIRONMENT`.

    Raises:
        SettingsError: as `read_json_file`.
    """
    config: dict[str, Any] = {}
    for name in names:
        if name != ENVIRONMENT:
            config |= read_json_file(name, option="--config")
    return config


def json_object(content: bytes, *, given: str) -> dict[str, Any]:
    """Return the object that a text of JSON is.

    Args:
        content: the text, in UTF-8.
        given: how it was given, for the problem to begin with.

    Raises:
        SettingsError: it is empty, no JSON, or no object.
    """
    if not content.strip():
        problem = f"{given}: the file is empty; it must contain one JSON object"
        raise SettingsError([problem])
    try:
        text = content.decode("utf-8-sig")
        found = json.loads(text, parse_constant=_refuse)
        # Half a character, `\\ud800` alone, could be written nowhere.
        if "\\u" in text:
            json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        where = (
            f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        )
        problem = (
            f"{given}: the file is not JSON{where}; it must contain one JSON object"
        )
        raise SettingsError([problem]) from None
    if not isinstance(found, dict):
        raise SettingsError([f"{given}: the file must contain one JSON object"])
    return found


def _refuse(word: str) -> NoReturn:
    raise ValueError(word)
