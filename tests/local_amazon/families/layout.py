"""What the type files say about a report type, read when it is asked for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

SCHEMAS = Path(__file__).parents[3] / "schemas"
SERVICES = ("selling_partner", "amazon_pay", "appstore")
ROW = "row"
"""The one property of a type whose columns nobody knows."""


@dataclass(frozen=True)
class Field:
    """One column or field.

    Attributes:
        name: Amazon's: the header, or the path inside a record.
        kind: `string`, `integer`, `number`, `boolean`, `array` or `object`.
        shape: `date`, `date-time` or nothing.
        is_key: whether it is part of the natural key.
    """

    name: str
    kind: str = "string"
    shape: str = ""
    is_key: bool = False


@dataclass(frozen=True)
class RecordLayout:
    """One array of records, or the table.

    Attributes:
        path: where the records are; None for the lines of a table.
        fields: in the order of the file.
        is_unique: whether no two records have the same key.
    """

    path: str | None
    fields: tuple[Field, ...]
    is_unique: bool


@dataclass(frozen=True)
class Layout:
    """One report type.

    Attributes:
        report_type: Amazon's name.
        service: `selling_partner`, `amazon_pay` or `appstore`.
        format: `tsv`, `ledger`, `csv`, `json`, `xml`, `xlsx` or `pdf`.
        records: its arrays of records.
        about: all of the file's `x-report`.
        incremental: the field whose time or day decides the window, if one does.
    """

    report_type: str
    service: str
    format: str
    records: tuple[RecordLayout, ...]
    about: dict[str, Any]
    incremental: str | None

    @property
    def mode(self) -> str:
        """How its dates go: `none`, `window`, `day`, `period` or `hours`."""
        return str(self.about["dates"]["mode"])

    @property
    def is_requestable(self) -> bool:
        """Whether it can be asked for."""
        return bool(self.about.get("requestable"))

    @property
    def is_refused(self) -> bool:
        """Whether its documents are no rows, or are made no longer."""
        return self.format in {"xlsx", "pdf"} or self.about["status"] == "removed"

    @property
    def is_removed(self) -> bool:
        """Whether Amazon has it no more."""
        return self.about.get("status") == "removed"

    @property
    def countries(self) -> tuple[str, ...]:
        """The only marketplaces that have it; none for all."""
        return tuple(self.about.get("marketplaces", ()))

    def field(self, name: str) -> Field | None:
        """Return a field of the first array by Amazon's name."""
        for field in self.records[0].fields:
            if field.name == name:
                return field
        return None


def known_types(service: str) -> list[str]:
    """Return the types of a service that have a file."""
    return sorted(path.stem for path in (SCHEMAS / service).glob("*.json"))


def service_of(report_type: str) -> str:
    """Return whose report type it is."""
    for service in SERVICES:
        if (SCHEMAS / service / f"{report_type}.json").is_file():
            return service
    return "amazon_pay" if report_type.startswith("_GET_") else "selling_partner"


@cache
def layout_of(report_type: str) -> Layout:
    """Return the layout of a type; one that has no file is a table of its own."""
    service = service_of(report_type)
    path = SCHEMAS / service / f"{report_type}.json"
    if not path.is_file():
        return _unknown(report_type, service)
    return read_layout(json.loads(path.read_text(encoding="utf-8")))


def read_layout(content: dict[str, Any]) -> Layout:
    """Return the layout that a type file says."""
    about = content["x-report"]
    records = tuple(_records(content, one) for one in about["records"])
    first = _properties(content, about["records"][0])
    incremental = first.get(about.get("incremental"), {}).get("x-name")
    return Layout(
        about["report_type"],
        about["service"],
        about["format"],
        records,
        about,
        incremental,
    )


def _unknown(report_type: str, service: str) -> Layout:
    about = {
        "dates": {"mode": "window", "longest_days": 30},
        "requestable": True,
        "status": "active",
    }
    records = (RecordLayout(None, PLAIN_FIELDS, is_unique=False),)
    form = "csv" if service == "amazon_pay" else "tsv"
    return Layout(report_type, service, form, records, about, None)


def _properties(content: dict[str, Any], records: dict[str, Any]) -> dict[str, Any]:
    """Return the properties of one array: of the file, or of one of its `$defs`."""
    place: Any = content
    for step in records["schema"].removeprefix("#").split("/")[1:]:
        place = place[step]
    properties: dict[str, Any] = place["properties"]
    return properties


def _records(content: dict[str, Any], records: dict[str, Any]) -> RecordLayout:
    properties = _properties(content, records)
    if set(properties) == {ROW}:
        return RecordLayout(records["path"], PLAIN_FIELDS, is_unique=False)
    fields = tuple(
        Field(
            name=spec["x-name"],
            kind=next(kind for kind in spec["type"] if kind != "null"),
            shape=spec.get("format", ""),
            is_key=name in records["key"],
        )
        for name, spec in properties.items()
        if "x-name" in spec
    )
    return RecordLayout(records["path"], fields, is_unique=records["unique"])


PLAIN_FIELDS = (
    Field("order-id"),
    Field("sku"),
    Field("quantity", "integer"),
    Field("amount", "number"),
    Field("currency"),
    Field("date-time", "string", "date-time"),
    Field("item-note"),
)
"""What is made up for types whose layout nobody has recorded."""
