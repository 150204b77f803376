"""The documents of every report family: what is in them, and their oddities."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from tests.local_amazon import LocalAmazon
from tests.local_amazon.families.layout import layout_of
from tests.local_amazon.families.reading import value_in
from tests.local_amazon.families.tables import UNKNOWN
from tests.local_amazon.families.trying import (
    SELLER_TYPES,
    countries_of,
    made,
    stored_of,
    table_in,
    text_of_report,
    window_of,
)
from tests.local_amazon.marketplaces import BY_COUNTRY
from tests.local_amazon.moments import extended
from tests.report_types import ORDERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.clock import ScriptedClock
    from tests.local_amazon.families import Document, ExpectedRow

US, DE, JP = (BY_COUNTRY[country].id for country in ("US", "DE", "JP"))
SETTLED = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2"
BASKETS = "GET_BRAND_ANALYTICS_MARKET_BASKET_REPORT"
LEDGER = "GET_LEDGER_DETAIL_VIEW_DATA"
REPORTS = "/reports/2021-06-30/reports"
STOCK = "GET_AFN_INVENTORY_DATA"
QUIET = "SG"


@pytest.fixture
def amazon(clock: ScriptedClock) -> LocalAmazon:
    """Return an Amazon without any report, not running."""
    return LocalAmazon(clock=clock, populate=False)


def _check_objects(document: Document, text: str) -> None:
    """Compare the records of each path with those in the text."""
    for path, rows in document.records.items():
        around = [value_in(text)]
        for step in path.replace("*", "dataByRow[]").split("."):
            name = step.removesuffix("[]")
            around = [one for outer in around for one in outer.get(name, ())]
        shown = [
            {name: one[name] for name in row.cells}
            for one, row in zip(around, rows, strict=True)
        ]
        assert [row.cells for row in rows] == shown


def _check_elements(document: Document, text: str) -> None:
    """Compare the records of each path with the elements of that name."""
    root = ET.fromstring(text)  # noqa: S314 (made here)
    for path, rows in document.records.items():
        last = path.rpartition("/")[2]
        found = list(root) if last == "*" else list(root.iter(last))
        told = [set(_leaves(row.cells)) for row in rows]
        assert all(
            leaves <= {*one.itertext(), *_attributes(one)}
            for leaves, one in zip(told, found, strict=True)
        )


def _leaves(value: Any) -> Iterator[str]:
    """Yield the texts inside a record."""
    if isinstance(value, str):
        yield value
    elif value is not None:
        for item in value.values() if isinstance(value, dict) else value:
            yield from _leaves(item)


def _attributes(element: ET.Element) -> Iterator[str]:
    for one in element.iter():
        yield from one.attrib.values()


@pytest.mark.parametrize("report_type", SELLER_TYPES)
def test_every_type_has_a_document_that_holds_what_it_says(
    amazon: LocalAmazon, report_type: str
) -> None:
    """What is read back from the bytes is, cell by cell, what the families tell."""
    for country in countries_of(report_type):
        window = window_of(amazon, report_type)
        report = made(amazon, report_type, country, window=window)
        if report["processingStatus"] == "CANCELLED":
            assert not amazon.families.rows(
                report_type, BY_COUNTRY[country].id, *window
            )
            continue
        document = amazon.families.document(report["reportId"])
        text = text_of_report(amazon, report)
        if layout_of(report_type).format == "json":
            _check_objects(document, text)
        elif layout_of(report_type).format == "xml":
            _check_elements(document, text)
        else:
            assert document.rows == table_in(document, text, report_type)


@pytest.mark.parametrize("report_type", SELLER_TYPES)
def test_rows_and_document_tell_the_same(amazon: LocalAmazon, report_type: str) -> None:
    """What must exist for a request is what its document holds."""
    country = countries_of(report_type)[-1]
    window = window_of(amazon, report_type)
    report = made(amazon, report_type, country, window=window)
    expected = amazon.families.rows(report_type, BY_COUNTRY[country].id, *window)
    assert "DONE" == report["processingStatus"] or not expected
    if report["processingStatus"] != "DONE":
        return
    document = amazon.families.document(report["reportId"])
    if document.records:
        assert expected == [row for rows in document.records.values() for row in rows]
        return
    assert [_texts(row) for row in expected] == [
        Counter(filter(str.strip, row)) for row in document.rows
    ]


def _texts(row: ExpectedRow) -> Counter[str]:
    return Counter([*row.cells.values(), *row.beyond])


def _key_of(report_type: str, records: int, row: ExpectedRow) -> tuple[object, ...]:
    """Return the values of a record's natural key."""
    fields = layout_of(report_type).records[records].fields
    key: list[object] = []
    for field in fields:
        if field.is_key:
            name = field.name.removeprefix("^")
            value: Any = row.parents[-1] if field.name != name else row.cells
            for step in name.split("."):
                value = value.get(step)
            key.append(value)
    return tuple(key)


UNIQUE_TYPES = [
    name
    for name in SELLER_TYPES
    if any(records.is_unique for records in layout_of(name).records)
]


@pytest.mark.parametrize("report_type", UNIQUE_TYPES)
def test_keys_that_are_unique_are(amazon: LocalAmazon, report_type: str) -> None:
    """Where a type file promises that no two rows share a key, none do."""
    ids = BY_COUNTRY[countries_of(report_type)[0]].id
    options = {"asinGranularity": "SKU"}
    window = window_of(amazon, report_type)
    rows = amazon.families.rows(report_type, ids, *window, options)
    for n, records in enumerate(layout_of(report_type).records):
        keys = [
            _key_of(report_type, n, row) for row in rows if row.path == records.path
        ]

        assert keys
        assert len(keys) == len(set(keys)) or not records.is_unique


def test_what_is_made_is_always_the_same(clock: ScriptedClock) -> None:
    """Two accounts that are asked the same give the same bytes."""
    bodies = []
    for _ in range(2):
        amazon = LocalAmazon(clock=clock, populate=False)
        reports = [made(amazon, name, "DE") for name in (ORDERS, LEDGER, STOCK)]
        bodies.append([stored_of(amazon, report).body for report in reports])

    assert bodies[0] == bodies[1]


# Orders


def test_the_windows_of_two_years_of_orders_are_the_whole(amazon: LocalAmazon) -> None:
    """Each row is in one window of thirty days: the one of its last update."""
    now = amazon.clock.now()
    first = now - timedelta(days=730)
    whole = amazon.families.rows(ORDERS, US, first, now)
    parts: list[ExpectedRow] = []
    start = first
    while start < now:
        end = min(start + timedelta(days=30), now)
        part = amazon.families.rows(ORDERS, US, start, end)
        updates = [row.cells["last-updated-date"] for row in part]
        assert all(extended(start) <= text < extended(end) for text in updates)
        parts += part
        start = end

    assert len(whole) > 1500
    assert whole == parts


def test_orders_change_over_time(amazon: LocalAmazon) -> None:
    """Days later, an order is in a later window, with another status."""
    now = amazon.clock.now()
    start = now - timedelta(days=10)
    before = amazon.families.rows(ORDERS, US, start, now, at=now)
    later = now + timedelta(days=40)
    after = amazon.families.rows(ORDERS, US, start, later, at=later)
    updates = [
        {(row.cells["amazon-order-id"], row.cells["last-updated-date"]) for row in rows}
        for rows in (before, after)
    ]
    moved = {order for order, _ in updates[0] - updates[1]}

    assert moved
    assert moved <= {row.cells["amazon-order-id"] for row in after}


def test_rows_share_order_and_sku(amazon: LocalAmazon) -> None:
    """Two items of an order can be of the same product."""
    now = amazon.clock.now()
    rows = amazon.families.rows(ORDERS, US, now - timedelta(days=90), now)
    keys = Counter(
        (row.cells["amazon-order-id"], row.cells["sku"], row.cells["asin"])
        for row in rows
    )

    assert max(keys.values()) > 1


# Oddities


@pytest.fixture
def everything(amazon: LocalAmazon) -> list[dict[str, Any]]:
    """Return a report of each type and marketplace that has a table."""
    reports = [
        made(amazon, report_type, country)
        for report_type in SELLER_TYPES
        if layout_of(report_type).format in {"tsv", "csv", "ledger"}
        for country in countries_of(report_type)
    ]
    return [report for report in reports if report["processingStatus"] == "DONE"]


def test_every_oddity_is_met(
    amazon: LocalAmazon, everything: list[dict[str, Any]]
) -> None:
    """All charsets, packings and orders of columns occur; some are declared wrongly."""
    dresses = [amazon.families.presentation(one["reportId"]) for one in everything]

    charsets = {"utf-8", "utf-8-sig", "cp1252", "cp932"}
    assert charsets == {dress.charset for dress in dresses}
    assert {0, 1, 3} == {dress.members for dress in dresses}
    declared = {(dress.members > 0, dress.compression) for dress in dresses}
    assert 4 == len(declared)
    silent = {one.charset for one in dresses if "charset" not in one.content_type}
    assert {"utf-8", "cp1252", "cp932"} <= silent
    assert {True, False} == {dress.is_shuffled for dress in dresses}
    assert {True, False} == {dress.repeats_header for dress in dresses}


def test_rows_of_every_length_are_met(
    amazon: LocalAmazon, everything: list[dict[str, Any]]
) -> None:
    """Rows are shorter and longer than their header, and columns are unknown."""
    documents = [amazon.families.document(one["reportId"]) for one in everything]
    lengths = {
        (len(row) > len(one.header)) - (len(row) < len(one.header))
        for one in documents
        for row in one.rows
    }

    assert {-1, 0, 1} == lengths
    assert any(UNKNOWN in one.header for one in documents)
    cells = {cell for one in documents for row in one.rows for cell in row}
    assert {"N/A", "--", "see note"} <= cells
    assert any('19"' in cell for cell in cells)
    assert not any("\0" in cell or "\t" in cell for cell in cells)


def test_natural_keys_come_twice(amazon: LocalAmazon) -> None:
    """A key that is not unique by definition has several rows, now and then."""
    name = "GET_FBA_REIMBURSEMENTS_DATA"
    now = amazon.clock.now()
    rows = amazon.families.rows(name, US, now - timedelta(days=90), now)
    keys = Counter(_key_of(name, 0, row) for row in rows)

    assert 2 == max(keys.values())
    assert all(None not in key for key in keys)


def test_a_snapshot_looks_at_no_dates(amazon: LocalAmazon) -> None:
    """Whatever window is asked for, what lies in stock is the same."""
    now = amazon.clock.now()
    whole = amazon.families.rows(STOCK, US)

    assert whole
    assert whole == amazon.families.rows(STOCK, US, now - timedelta(days=1), now)


def test_empty_reports_have_a_header_only_or_are_cancelled(amazon: LocalAmazon) -> None:
    """Where nothing was sold, the type decides how that is said."""
    returns = made(amazon, "GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE", QUIET)
    orders = made(amazon, ORDERS, QUIET)

    assert ("DONE", "CANCELLED") == (
        returns["processingStatus"],
        orders["processingStatus"],
    )
    assert [] == amazon.families.document(returns["reportId"]).rows
    assert "reportDocumentId" not in orders
    amazon.families.empty_types.add(STOCK)
    stock = made(amazon, STOCK, "US")
    assert [] == amazon.families.document(stock["reportId"]).rows
