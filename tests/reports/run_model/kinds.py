"""Report types of every kind that a history may be about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tap_amazon_reports.documents.layout import DocumentFormat, Layout, RecordSet
from tap_amazon_reports.reports.report_types import (
    DateMode,
    Dates,
    Option,
    Period,
    PeriodRule,
    ReportType,
)

TYPE = "GET_X"
DETAILS = ("FULL", "BRIEF")
COLUMNS = ("id", "version", "detail", "market")
_SCHEMA: dict[str, Any] = {
    "properties": {
        name: {"type": ["string", "null"], "x-name": name} for name in COLUMNS
    }
}
TABLE = RecordSet("sp_x", None, key=("id",), unique=True, schema=_SCHEMA)
ORDERS = RecordSet("sp_x_orders", "orders[]", ("id",), unique=True, schema=_SCHEMA)
ITEMS = RecordSet("sp_x_items", "items[]", ("id",), unique=True, schema=_SCHEMA)
_KEYLESS = RecordSet("sp_x", None, key=(), unique=False, schema=_SCHEMA)
_TSV = Layout(DocumentFormat.TSV, (TABLE,))
_JSON = Layout(DocumentFormat.JSON, (ORDERS, ITEMS))
_DETAIL = {"detail": Option(values=DETAILS, default="FULL")}
_MONTH = Dates(DateMode.WINDOW, longest_days=30)
_WEEKS = Dates(
    DateMode.PERIOD,
    option="detail",
    periods=(
        PeriodRule("FULL", Period.WEEK, longest=3, reach=None),
        PeriodRule("BRIEF", Period.DAY, longest=5, reach=None),
    ),
)


@dataclass(frozen=True)
class Kind:
    """A type, and how far reading ends behind now when all of it is read.

    Attributes:
        kind: the type.
        behind_hours: how far behind now the newest window may end.
        longest_days: of one report.
        is_regional: whether one report has all marketplaces.
    """

    kind: ReportType
    behind_hours: float
    longest_days: int
    is_regional: bool = False


def _type(layout: Layout = _TSV, dates: Dates = _MONTH, **more: Any) -> ReportType:
    return ReportType(
        service="selling_partner",
        report_type=TYPE,
        layout=layout,
        dates=dates,
        **{"fresh_hours": 24, **more},
    )


KINDS = {
    "a flat file": Kind(_type(), 1, 30),
    "a flat file with options": Kind(_type(options=_DETAIL), 1, 30),
    "JSON of two streams": Kind(_type(_JSON, options=_DETAIL, fresh_hours=96), 1, 30),
    "JSON of whole days": Kind(_type(_JSON, options=_DETAIL, latency_hours=24), 48, 30),
    "one day in a report": Kind(
        _type(dates=Dates(DateMode.DAY), latency_hours=24), 48, 1
    ),
    "weeks or days": Kind(
        _type(_JSON, _WEEKS, options=_DETAIL, latency_hours=48), 10 * 24, 5
    ),
    "whole hours": Kind(
        _type(dates=Dates(DateMode.HOURS, longest_hours=14 * 24)), 2, 14
    ),
    "days that overlap": Kind(_type(latency_hours=24, overlap_days=1), 48, 29),
    "rows without a key": Kind(
        _type(Layout(DocumentFormat.TSV, (_KEYLESS,))), 24 + 1, 30
    ),
    "a whole region": Kind(_type(regional=True), 1, 30, is_regional=True),
}

_NOW = Dates(DateMode.NONE)
SNAPSHOTS = {
    "a flat file": Kind(_type(dates=_NOW), 0, 1),
    "JSON of two streams": Kind(_type(_JSON, _NOW, options=_DETAIL), 0, 1),
    "options that no document tells": Kind(_type(dates=_NOW, options=_DETAIL), 0, 1),
    "with dates": Kind(_type(dates=Dates(DateMode.NONE, trailing_hours=48)), 0, 1),
}
COLLECTED = {
    "a flat file": Kind(_type(), 0, 30),
    "JSON of two streams": Kind(_type(_JSON), 0, 30),
}
