"""Whether a state can be taken over: read for what it is, or refused, never misread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from singer_sdk.helpers._state import PROGRESS_MARKERS

from tap_amazon_reports.singer.stream import STATE_VERSION, AmazonStream

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

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
    _check_contexts(stream, found.get("partitions", []))
    for part in (found, *found.get("partitions", [])):
        try:
            _check_markers(part)
            stream.check_partition(part)
        except ValueError as error:
            where = f" in the partition {part['context']}" if "context" in part else ""
            msg = (
                f"the state of {stream.name} cannot be read{where}: {error}; {_REMEDY}"
            )
            raise StateError(msg) from None


def _check_contexts(stream: AmazonStream, parts: Sequence[Mapping[str, Any]]) -> None:
    """Accept partitions that say which they are, each once: so the SDK finds them."""
    contexts = [part.get("context") for part in parts]
    for place, context in enumerate(contexts):
        problem = "is not an object" if not isinstance(context, dict) else ""
        if context in contexts[:place]:
            problem = "is there twice"
        if problem:
            msg = (
                f"the state of {stream.name} cannot be read: the context {context} of"
                f" a partition {problem}; {_REMEDY}"
            )
            raise StateError(msg)


def _check_markers(part: Mapping[str, Any]) -> None:
    """Accept what the SDK takes away before each run.

    Raises:
        ValueError: if it would end in a traceback there.
    """
    if not isinstance(part.get(PROGRESS_MARKERS, {}), dict):
        msg = f"{PROGRESS_MARKERS}: found something other than an object"
        raise ValueError(msg)  # noqa: TRY004 (it is told as one)


def _bookmarks(stream: AmazonStream, found: Mapping[str, Any]) -> Iterator[object]:
    parts = found.get("partitions", [])
    if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
        msg = f"the state of {stream.name} has no list `partitions`; {_REMEDY}"
        raise StateError(msg)
    for part in (found, *parts):
        if (bookmark := part.get("replication_key_value")) is not None:
            yield bookmark
