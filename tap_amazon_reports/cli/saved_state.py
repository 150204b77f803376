"""A state that was saved, as the planner asks for it; nothing is changed in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from tap_amazon_reports.amazon.wire_time import parse_instant
from tap_amazon_reports.reports.memory import Remembered, UnreadableMemoryError

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

_OF_MELTANO = "singer_state"
_OPTION = "--state"


class SavedState:
    """The bookmarks in a file: the tap's own state, or what Meltano prints."""

    def __init__(self, path: Path | None) -> None:
        """Read the file; None is a first run.

        Raises:
            ClickException: if it holds no state.
        """
        content = {} if path is None else _content(path)
        found = content.get(_OF_MELTANO, content)
        bookmarks = found.get("bookmarks", {}) if isinstance(found, Mapping) else None
        if not isinstance(bookmarks, Mapping):
            msg = f"{_OPTION} {path}: it holds no bookmarks"
            raise click.ClickException(msg)
        self._bookmarks = bookmarks

    def memory(self, stream: str, partition: str) -> SavedMemory:
        """Return what is remembered of one partition of a stream."""
        state = self._bookmarks.get(stream, {})
        for found in state.get("partitions", ()):
            if found.get("context", {}).get("marketplace_id") == partition:
                return SavedMemory(found)
        return SavedMemory({})


class SavedMemory:
    """What is remembered of one partition."""

    def __init__(self, state: Mapping[str, Any]) -> None:
        """Remember what state holds."""
        self._state = dict(state)

    def bookmark(self) -> datetime | None:
        """Return up to where everything has been read; None if nothing has."""
        value = self._state.get("replication_key_value")
        return None if value is None else parse_instant(str(value))

    def remembered(self) -> Remembered:
        """Return what else is remembered.

        Raises:
            ClickException: if state has another shape.
        """
        try:
            return Remembered.read(self._state)
        except UnreadableMemoryError as error:
            msg = f"{_OPTION}: what it says of reports cannot be read: {error}"
            raise click.ClickException(msg) from None


def _content(path: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        msg = f"{_OPTION} {path}: it cannot be read as JSON ({type(error).__name__})"
        raise click.ClickException(msg) from None
    if not isinstance(found, Mapping):
        msg = f"{_OPTION} {path}: it must hold one JSON object"
        raise click.ClickException(msg)
    return found
