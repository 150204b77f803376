"""Typed rows: each cell in its column, exact, and what fits nowhere is kept."""

from __future__ import annotations

from datetime import timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from tap_amazon_reports.documents.columns import ColumnMap
from tap_amazon_reports.documents.conventions import Conventions
from tap_amazon_reports.documents.typed import (
    RowMap,
    delimited_columns,
)
from tap_amazon_reports.documents.values import DayOrder

PLAIN = Conventions()


def column(kind: str, **more: Any) -> dict[str, Any]:
    """Return a property as a report type's file has it."""
    extra = {name.replace("x_", "x-"): value for name, value in more.items()}
    return {"type": [kind, "null"], **extra}


def read_cell(
    cell: str, kind: dict[str, Any], conventions: Conventions = PLAIN
) -> tuple[object, dict[str, str]]:
    """Return what becomes of one cell of a table."""
    columns = delimited_columns({"c": kind}, conventions=conventions)
    record = ColumnMap(["c"], columns).read([cell])
    return record.values["c"], record.extra


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [
        (column("string"), " 007 ", " 007 "),
        (column("integer"), "7", 7),
        (column("boolean"), "Yes", True),
        (column("string", format="date"), "31.12.2026", "2026-12-31"),
        (column("string", format="date"), "02/01/2026", "2026-01-02"),
        (
            column("string", format="date-time"),
            "02/01/2026 03:04:05 UTC",
            "2026-01-02T03:04:05Z",
        ),
        (
            column("string", format="date-time"),
            "2026-01-02 03:04:05",
            "2026-01-02T02:04:05Z",
        ),
        (column("array"), '["a", 1.50]', ["a", Decimal("1.50")]),
        (column("object"), '{"a": null}', {"a": None}),
        (column("object"), " ", None),
    ],
)
def test_cells_by_type(kind: dict[str, Any], cell: str, value: object) -> None:
    """Each type reads its cells by the conventions of the marketplace."""
    conventions = Conventions(
        country="DE",
        day_order=DayOrder.DAY_FIRST,
        time_zone=timezone(timedelta(hours=1)),
    )

    assert (value, {}) == read_cell(cell, kind, conventions)


@pytest.mark.parametrize(
    ("kind", "cell"),
    [
        (column("object"), "[1]"),
        (column("array"), "a, b"),
        (column("array"), "[" * 100_000),
        (column("string", format="date-time"), "2026-01-02 03:04:05"),
        (column("string", format="date"), "02/01/2026"),
    ],
)
def test_a_cell_that_does_not_fit_is_kept(kind: dict[str, Any], cell: str) -> None:
    """What cannot be told for sure is not told; the text is in the row."""
    assert (None, {"c": cell}) == read_cell(cell, kind)


def test_a_column_is_found_by_amazons_names() -> None:
    """Old headers, new headers and translated ones give the same column."""
    properties = {"sku": column("string", x_name="seller-sku", x_aliases=["出品者SKU"])}
    columns = delimited_columns(properties, conventions=PLAIN)

    for header in ("seller-sku", "Seller SKU", "出品者SKU", "sku"):
        assert {"sku": "A"} == ColumnMap([header], columns).read(["A"]).values


def test_a_generic_table_is_its_row() -> None:
    """Nobody knows the columns, and every cell is there."""
    rows = RowMap(["Order ID", "order-id", "", "qty"])

    assert (
        {
            "row": {
                "order_id": "1",
                "order_id_2": None,
                "_cell_3": "x",
                "qty": "007",
                "_cell_5": "more",
            }
        },
        {},
    ) == rows.read(["1", " ", "x", "007", "more", " "])
    assert {"order_id": "1", "order_id_2": None, "_cell_3": None, "qty": None} == (
        rows.read(["1"]).values["row"]
    )
    assert ({}, {}) == (rows.unknown, rows.misfits)
