"""Where the JSON schemas lie."""

from __future__ import annotations

from pathlib import Path

from singer_sdk.schema.source import SchemaDirectory

from tap_amazon_reports.reports.report_catalogue import ReportCatalogue


def _directory() -> Path:
    """Return the folder inside an installed package, or beside one that is edited."""
    here = Path(__file__).parent
    inside = here / "schemas"
    return inside if inside.is_dir() else here.parent / "schemas"


SCHEMAS = SchemaDirectory(_directory())
"""One JSON schema for each stream that there always is, by the stream's name."""

CORE_STREAMS = frozenset(path.stem for path in _directory().glob("*.json"))
"""The names of those."""

CATALOGUE = ReportCatalogue(_directory())
"""One file for each report type, by service and by Amazon's name of the type."""
