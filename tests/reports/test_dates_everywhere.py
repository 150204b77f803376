"""Every type's dates, in the forms of marketplaces with five ways of writing them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tap_amazon_reports.documents.objects import ObjectReader
from tap_amazon_reports.documents.values import DayOrder
from tests.reports.type_documents import KINDS, read, table

if TYPE_CHECKING:
    from tap_amazon_reports.documents.layout import RecordSet
    from tap_amazon_reports.reports.report_types import ReportType

DAYS = {
    "US": "11/25/2026",
    "GB": "25/11/2026",
    "DE": "25.11.2026",
    "JP": "2026/11/25",
    "IN": "25-11-2026",
}
"""The same day, as each writes it."""

MOMENTS = {
    "US": ("11/25/2026 08:19:39 AM PST", "Nov 25, 2026 8:19:39 AM PST"),
    "GB": ("25/11/2026 16:19:39 GMT", "25 Nov 2026 16:19:39 GMT"),
    "DE": ("25.11.2026 17:19:39 CET", "25.11.2026 17:19:39 GMT+1"),
    "JP": ("2026/11/26 01:19:39 JST", "2026-11-26T01:19:39+09:00"),
    "IN": ("25-11-2026 21:49:39 IST", "25 Nov 2026 09:49:39 pm IST"),
}
"""The same moment, as each writes it."""

EVERYWHERE = ("2026-11-25T16:19:39+00:00", "2026-11-25T16:19:39Z")
ORDERED = {
    DayOrder.MONTH_FIRST: "11/25/2026",
    DayOrder.DAY_FIRST: "25-11-2026",
}
"""The same day, by types that write it alike in all marketplaces."""

CASES = [
    (kind, records, country)
    for kind in KINDS
    for records in kind.layout.records
    if any("format" in spec for spec in records.schema["properties"].values())
    and kind.service != "appstore"
    for country in DAYS
]


def _case(value: object) -> str:
    return str(getattr(value, "stream", getattr(value, "report_type", value)))


@pytest.mark.parametrize(("kind", "records", "country"), CASES, ids=_case)
def test_dates_of_every_type_are_read_in_each_marketplace(
    kind: ReportType, records: RecordSet, country: str
) -> None:
    """No date is lost to `_extra`, whichever of these countries wrote it."""
    day = ORDERED.get(kind.layout.day_order, DAYS[country])
    days = [day, "2026-11-25", "2026-11-25T00:00:00+00:00"]
    moments = [*EVERYWHERE, *_moments(kind, country)]
    properties = records.schema["properties"]
    dates = [name for name, spec in properties.items() if spec.get("format") == "date"]
    times = [
        name for name, spec in properties.items() if "time" in spec.get("format", "")
    ]
    for written in range(max(len(days), len(moments))):
        cells = dict.fromkeys(dates, days[written % len(days)])
        cells |= dict.fromkeys(times, moments[written % len(moments)])
        row, extra = _read(kind, records, cells, country)
        assert set(cells).isdisjoint(extra)
        assert {"2026-11-25"} >= {row[name] for name in dates}
        assert {"2026-11-25T16:19:39Z"} >= {row[name] for name in times}


def _moments(kind: ReportType, country: str) -> tuple[str, ...]:
    day = ORDERED.get(kind.layout.day_order)
    known = (f"{day} 16:19:39 UTC",) if day else MOMENTS[country]
    return (*known, "2026-11-25 21:49:39") if kind.layout.time_zone else known


def _read(
    kind: ReportType, records: RecordSet, cells: dict[str, str], country: str
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the row of one record, and what of it is in no column."""
    properties = records.schema["properties"]
    names = {name: properties[name].get("x-name", name) for name in properties}
    if records.path is None:
        line = [cells.get(name, "x" if name in records.key else "") for name in names]
        rows, extras = read(
            kind, table(kind, list(names.values()), line), country=country
        )
        return rows[0], extras[0]
    reader = ObjectReader(records.schema, conventions=kind.layout.conventions(country))
    around: list[dict[str, Any]] = [{}, {}, {}]
    for name, cell in cells.items():
        path = names[name].lstrip("^")
        level = len(around) - 1 - (len(names[name]) - len(path))
        _put(around[level], path.split("/" if "/" in path else "."), cell)
    return reader.read(around[-1], around[:-1])


def _put(record: dict[str, Any], path: list[str], cell: str) -> None:
    for step in path[:-1]:
        record = record.setdefault(step, {})
    record[path[-1]] = cell
