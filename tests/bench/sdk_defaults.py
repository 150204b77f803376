"""The same rows as a tap gives them that leaves everything to the SDK's defaults.

It opens one tab-separated document, uncompresses it and splits it by the standard
library's `gzip` and `csv`, gives the numbers their type, and yields each row: the
writer, the conformance of each record and all the rest are what the SDK does by itself.
"""

from __future__ import annotations

import csv
import gzip
from typing import TYPE_CHECKING, Any, ClassVar

import requests
from singer_sdk import Stream, Tap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from singer_sdk.helpers.types import Context, Record


class Rows(Stream):
    """The rows of one document."""

    name = "rows"

    def get_records(self, context: Context | None) -> Iterable[Record]:
        """Yield each row with the columns around it that the tap adds."""
        columns = self.config["columns"]
        schema = self.schema["properties"]
        cells = [
            (header, name, _converter(schema[name])) for header, name in columns.items()
        ]
        around = self.config["around"]
        for number, row in enumerate(self._table(), start=1):
            record = {**around, "report_row": number}
            for header, name, convert in cells:
                text = row[header]
                record[name] = convert(text) if text else None
            yield record

    def _table(self) -> Iterator[dict[str, str]]:
        with (
            requests.get(self.config["url"], timeout=60, stream=True) as answer,
            gzip.open(answer.raw, "rt", encoding="utf-8", newline="") as text,
        ):
            yield from csv.DictReader(text, delimiter="\t", quoting=csv.QUOTE_NONE)


def _converter(spec: Mapping[str, Any]) -> Callable[[str], object]:
    """Return what reads a cell of a type; a cell that does not fit is null."""
    kind = next((word for word in spec["type"] if word != "null"), "string")
    read = {"integer": int, "number": float}.get(kind)
    if read is None:
        return str

    def convert(text: str) -> object:
        try:
            return read(text)
        except ValueError:
            return None

    return convert


class DefaultTap(Tap):
    """A tap of one stream."""

    name = "tap-defaults"
    config_jsonschema: ClassVar[dict[str, Any]] = {
        "type": "object",
        "properties": {
            "url": {"type": "string"},
            "schema": {"type": "object"},
            "key": {"type": "array"},
            "columns": {"type": "object"},
            "around": {"type": "object"},
        },
    }

    def discover_streams(self) -> Sequence[Stream]:
        """Return the one stream, with the schema that it was given."""
        stream = Rows(self, schema=self.config["schema"])
        stream.primary_keys = self.config["key"]
        return [stream]


if __name__ == "__main__":
    DefaultTap.cli()
