"""Where the JSON schemas lie."""

from __future__ import annotations

from pathlib import Path

from tap_amazon_reports.reports.report_catalogue import ReportCatalogue


def _directory() -> Path:
    """Return the folder inside an installed package, or beside one that is edited."""
    package = Path(__file__).parents[1]
    inside = package / "schemas"
    return inside if inside.is_dir() else package.parent / "schemas"


DIRECTORY = _directory()
"""One JSON schema for each stream that there always is, and a folder a service."""

CORE_STREAMS = frozenset(path.stem for path in DIRECTORY.glob("*.json"))
"""The names of those streams."""

CATALOGUE = ReportCatalogue(DIRECTORY)
"""One file for each report type, by service and by Amazon's name of the type."""
