"""Documents of report types, made and read without any service."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tap_amazon_reports.documents.container import members
from tap_amazon_reports.documents.document_rows import DocumentRows
from tap_amazon_reports.reports.report_catalogue import ReportCatalogue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tap_amazon_reports.reports.report_types import ReportType

SCHEMAS = Path(__file__).parents[2] / "schemas"
CATALOGUE = ReportCatalogue(SCHEMAS)
KINDS = [
    CATALOGUE.find(service, name)
    for service in ("selling_partner", "amazon_pay", "appstore")
    for name in CATALOGUE.known(service)
]
DELIMITERS = {"tsv": "\t", "ledger": "\t", "csv": ","}
TABLES = [kind for kind in KINDS if kind.layout.format.value in DELIMITERS]
"""The types whose documents are lines of cells."""


def table(kind: ReportType, *lines: Sequence[str]) -> bytes:
    """Return a document of lines of cells, the header first."""
    comma = DELIMITERS[kind.layout.format.value]
    quote = "" if kind.layout.format.value == "tsv" else '"'
    texts = (comma.join(f"{quote}{cell}{quote}" for cell in cells) for cells in lines)
    return "".join(f"{text}\r\n" for text in texts).encode()


def headers(kind: ReportType) -> dict[str, str]:
    """Return Amazon's header of each column of a type that is a table."""
    properties = kind.layout.records[0].schema["properties"]
    return {name: spec.get("x-name", name) for name, spec in properties.items()}


def read(
    kind: ReportType,
    document: bytes,
    *,
    country: str | None = None,
) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """Return the rows of a document, and of each what is in no column."""
    rows = DocumentRows(kind.layout, country=country)
    found: list[dict[str, Any]] = []
    extras: list[dict[str, str]] = []
    for part in rows.blocks(
        members([document]), content_type="text/plain; charset=UTF-8"
    ):
        found += part.block.rows()
        extras += [part.extras.get(place, {}) for place in range(len(part.block))]
    return found, extras
