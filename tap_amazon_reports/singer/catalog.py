"""The catalog, just as the SDK writes it, in a fraction of the time.

The SDK makes an object of every column, asks each for every word that a schema could
have, and then does so again to turn the objects into what they were made of. Here what
is there is put into the same order.
"""

from __future__ import annotations

from dataclasses import fields
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec
from singer_sdk.contrib.msgspec import encoder
from singer_sdk.helpers._util import dump_json
from singer_sdk.singerlib.catalog import Catalog, Metadata, StreamMetadata
from singer_sdk.singerlib.schema import META_KEYS, STANDARD_KEYS

from tap_amazon_reports.settings.reader import SettingsError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from singer_sdk.singerlib.catalog import CatalogEntry
    from singer_sdk.streams import Stream

_WORDS = (
    *("properties", "items"),
    *(word for word in STANDARD_KEYS if word not in {"properties", "items"}),
    *(f"${word}" for word in META_KEYS),
)
"""What the SDK keeps of a schema, in its order."""
_TO_A_PROPERTY = ("properties", "a name")
_REMEDY = "create the catalog again with --discover"
_FIELDS = {
    kind: [(field.name, field.name.replace("_", "-")) for field in fields(kind)]
    for kind in (Metadata, StreamMetadata)
}
"""What the SDK has as metadata: names, and how they are written."""


def read_catalog(found: Mapping[str, Any]) -> Catalog:
    """Return the catalog that a file holds.

    Raises:
        SettingsError: it is none, and the SDK would end in a `KeyError`, or read
            nothing and call that success.
    """
    entries = found.get("streams")
    if not isinstance(entries, list):
        problem = f"--catalog: the file has no list `streams`; {_REMEDY}"
        raise SettingsError([problem])
    for number, entry in enumerate(entries):
        try:
            _check_breadcrumbs(Catalog.from_dict({"streams": [entry]}))
            is_named = isinstance(entry["tap_stream_id"], str)
        except (AttributeError, KeyError, TypeError, ValueError):
            is_named = False
        if not is_named:
            problem = f"--catalog: entry {number} of `streams` is invalid; {_REMEDY}"
            raise SettingsError([problem])
    return Catalog.from_dict(dict(found))


def _check_breadcrumbs(catalog: Catalog) -> None:
    """Accept breadcrumbs that lead to a property: `properties`, its name, and so on.

    Raises:
        ValueError: one leads elsewhere; the SDK's selection would end in a traceback.
    """
    for entry in catalog.values():
        for crumbs in entry.metadata:
            if crumbs and (
                len(crumbs) < len(_TO_A_PROPERTY) or crumbs[0] != _TO_A_PROPERTY[0]
            ):
                msg = f"the breadcrumb {crumbs} leads to no property"
                raise ValueError(msg)


def unlike_settings(catalog: Catalog, streams: Collection[str]) -> Iterator[str]:
    """Yield a line for what a catalog selects and there is not, and the other way.

    Such streams are read by no run, and nobody would see why their tables stand still.

    Args:
        catalog: as it was given.
        streams: that the settings have, by name.
    """
    selected = {name for name, entry in catalog.items() if _is_selected(entry)}
    if gone := ", ".join(sorted(selected.difference(streams))):
        yield (
            f"the catalog selects streams that this tap does not have, so they are not"
            f" read: {gone}; their report types are no longer in the settings, or have"
            f" another name there; {_REMEDY}"
        )
    if new := ", ".join(sorted(set(streams).difference(catalog))):
        yield (
            f"the catalog does not have all streams of the settings, so these are not"
            f" read: {new}; {_REMEDY}"
        )


def _is_selected(entry: CatalogEntry) -> bool:
    root = entry.metadata.get(())
    if not isinstance(root, StreamMetadata):
        return False
    return bool(root.selected_by_default if root.selected is None else root.selected)


def catalog_of(streams: Iterable[Stream]) -> dict[str, Any]:
    """Return what the SDK's `Tap.catalog_dict` would be for these streams."""
    return {"streams": [_entry(stream) for stream in streams]}


def catalog_text(catalog: Mapping[str, Any]) -> str:
    """Return a catalog as JSON, indented by two, in ASCII as the SDK writes it."""
    text = msgspec.json.format(encoder.encode(catalog), indent=2).decode()
    return text if text.isascii() else dump_json(catalog, indent=2)


def _entry(stream: Stream) -> dict[str, Any]:
    entry: dict[str, Any] = {"tap_stream_id": stream.tap_stream_id}
    if stream.replication_key is not None:
        entry["replication_key"] = stream.replication_key
    return entry | {
        "replication_method": stream.replication_method,
        "key_properties": stream.primary_keys or [],
        "schema": _schema(stream.schema),
        "stream": stream.name,
        "metadata": [
            {"breadcrumb": breadcrumb, "metadata": _metadata(found)}
            for breadcrumb, found in stream.metadata.items()
        ],
    }


def _schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the SDK keeps of a schema, in its order, and of those within it."""
    found = {
        word: schema[word]
        for word in _in_order(tuple(schema))
        if schema[word] is not None
    }
    if "properties" in found:
        columns = found["properties"].items()
        found["properties"] = {name: _schema(column) for name, column in columns}
    if "items" in found:
        found["items"] = _schema(found["items"])
    return found


@lru_cache
def _in_order(words: tuple[str, ...]) -> list[str]:
    """Return the words of a schema as the SDK has them; most columns have the same."""
    return [word for word in _WORDS if word in words]


def _metadata(metadata: Metadata) -> dict[str, Any]:
    return {
        written: value
        for name, written in _FIELDS[type(metadata)]
        if (value := getattr(metadata, name)) is not None
    }
