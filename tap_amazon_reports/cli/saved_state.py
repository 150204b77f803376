"""A state that was saved, as the planner asks for it; nothing is changed in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from tap_amazon_reports.amazon.wire_time import parse_instant
from tap_amazon_reports.reports.memory import (
    Remembered,
    UnreadableMemoryError,
    check_year,
)
from tap_amazon_reports.settings.json_files import read_json_file
from tap_amazon_reports.settings.reader import SettingsError

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

_OF_MELTANO = "singer_state"
_OPTION = "--state"
_BOOKMARK = "a bookmark"


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
            msg = f"{_OPTION} {path}: the file has no `bookmarks`"
            raise click.ClickException(msg)
        self._bookmarks = bookmarks

    def memory(self, stream: str, partition: str) -> SavedMemory:
        """Return what is remembered of one partition of a stream.

        Raises:
            ClickException: if state has another shape.
        """
        state = self._bookmarks.get(stream, {})
        try:
            for found in state.get("partitions", ()):
                if found.get("context", {}).get("marketplace_id") == partition:
                    return SavedMemory(found)
        except (AttributeError, TypeError):
            raise _unreadable(stream) from None
        return SavedMemory({})


class SavedMemory:
    """What is remembered of one partition."""

    def __init__(self, state: Mapping[str, Any]) -> None:
        """Remember what state holds."""
        self._state = dict(state)

    def bookmark(self) -> datetime | None:
        """Return up to where everything has been read; None if nothing has.

        Raises:
            ClickException: if that is no moment.
        """
        value = self._state.get("replication_key_value")
        try:
            if value is None:
                return None
            moment = parse_instant(str(value))
            check_year(moment.year)
        except (OverflowError, ValueError):
            raise _unreadable(_BOOKMARK) from None
        return moment

    def remembered(self) -> Remembered:
        """Return what else is remembered.

        Raises:
            ClickException: if state has another shape.
        """
        try:
            return Remembered.read(self._state)
        except UnreadableMemoryError as error:
            msg = f"{_OPTION}: its memory of reports cannot be read: {error}"
            raise click.ClickException(msg) from None


def _content(path: Path) -> Mapping[str, Any]:
    try:
        return read_json_file(str(path), option=_OPTION)
    except SettingsError as error:
        raise click.ClickException(str(error)) from None


def _unreadable(name: str) -> click.ClickException:
    return click.ClickException(f"{_OPTION}: its entry for {name} cannot be read")
