"""Whether a state can be taken over: read for what it is, or refused, never misread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_amazon_reports.singer.stream import STATE_VERSION, AmazonStream

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from singer_sdk.streams import Stream

_REMEDY = "run a newer tap, or delete the bookmark to read the stream from its start"


class StateError(ValueError):
    """A state that this tap cannot read."""


def check_state(state: Mapping[str, Any], streams: Mapping[str, Stream]) -> None:
    """Look through the bookmarks of `streams`.

    A bookmark without a version, written by hand say, is read if it has the right
    shape. What belongs to no stream is left alone.

    Raises:
        StateError: if one was written by a newer tap, or is no bookmark of its stream.
    """
    bookmarks = state.get("bookmarks", {})
    if not isinstance(bookmarks, dict):
        msg = "the state has no readable `bookmarks`; run without it to start again"
        raise StateError(msg)
    for name, stream in streams.items():
        if name in bookmarks and isinstance(stream, AmazonStream):
            _check_stream(stream, bookmarks[name])


def _check_stream(stream: AmazonStream, found: object) -> None:
    version = found.get("state_version", 1) if isinstance(found, dict) else None
    if not isinstance(found, dict) or not isinstance(version, int):
        msg = f"the state of {stream.name} cannot be read; {_REMEDY}"
        raise StateError(msg)
    if version > STATE_VERSION:
        msg = (
            f"the state of {stream.name} has version {version}, and this tap reads up"
            f" to {STATE_VERSION}; {_REMEDY}"
        )
        raise StateError(msg)
    for bookmark in _bookmarks(stream, found):
        try:
            stream.check_bookmark(bookmark)
        except (TypeError, ValueError):
            msg = (
                f"the state of {stream.name} has the bookmark {bookmark!r}, which is"
                f" not a {stream.replication_key}; {_REMEDY}"
            )
            raise StateError(msg) from None
    for part in found.get("partitions", []):
        try:
            stream.check_partition(part)
        except ValueError as error:
            msg = (
                f"the state of {stream.name} cannot be read in the partition"
                f" {part.get('context')}: {error}; {_REMEDY}"
            )
            raise StateError(msg) from None


def _bookmarks(stream: AmazonStream, found: Mapping[str, Any]) -> Iterator[object]:
    parts = found.get("partitions", [])
    if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
        msg = f"the state of {stream.name} has no list `partitions`; {_REMEDY}"
        raise StateError(msg)
    for part in (found, *parts):
        if (bookmark := part.get("replication_key_value")) is not None:
            yield bookmark
