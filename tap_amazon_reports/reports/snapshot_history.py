"""Snapshots whose rows are kept for each day: the day becomes part of the key."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tap_amazon_reports.reports.report_types import ReportType

__all__ = ["SNAPSHOT_DATE", "kept_by_day"]

SNAPSHOT_DATE = "snapshot_date"
"""The day of a snapshot: Amazon's own column where a type has one, else the UTC day on
which the report was made."""


def kept_by_day(kind: ReportType) -> ReportType:
    """Return a snapshot's type as it is where each day keeps its rows.

    Rows without a natural key have the report in their key, and are kept as they are.
    """
    records = tuple(
        replace(found, key=(*found.key, SNAPSHOT_DATE))
        if found.key and SNAPSHOT_DATE not in found.key
        else found
        for found in kind.records
    )
    return replace(kind, layout=replace(kind.layout, records=records))
