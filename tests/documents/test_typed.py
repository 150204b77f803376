"""Typed rows: each value in its column, exact, and what fits nowhere is kept."""

from __future__ import annotations

from datetime import timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_amazon_reports.documents.columns import ColumnMap
from tap_amazon_reports.documents.json_text import json_text, json_value
from tap_amazon_reports.documents.typed import (
    Conventions,
    ObjectFields,
    RowMap,
    delimited_columns,
    is_generic,
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


def read_value(
    value: object, kind: dict[str, Any], conventions: Conventions = PLAIN
) -> tuple[object, dict[str, str]]:
    """Return what becomes of one value of a record."""
    record = ObjectFields({"c": kind}, conventions=conventions).read({"c": value})
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

    assert rows.read(["1", " ", "x", "007", "more", " "]) == (
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
    )
    assert {"order_id": "1", "order_id_2": None, "_cell_3": None, "qty": None} == (
        rows.read(["1"]).values["row"]
    )
    assert ((), (), {}) == (rows.unknown, rows.missing, rows.misfits)


def test_a_generic_record_is_its_row() -> None:
    """Nobody knows the members, and each is there as it is."""
    properties = {"row": column("object")}
    record = {"a": Decimal("1.10"), "b": [{"c": None}]}

    assert is_generic(properties)
    assert not is_generic({"row": column("object"), "a": column("string")})
    assert ({"row": record}, {}) == ObjectFields(properties, conventions=PLAIN).read(
        record
    )


SALES = {
    "date": column("string", format="date"),
    "units": column("integer", x_name="salesByDate.unitsOrdered"),
    "amount": column("number", x_name="salesByDate.sales.amount"),
    "currency": column("string", x_name="salesByDate.sales.currencyCode"),
    "range": column("object", x_name="range"),
    "tags": column("array", x_name="tags"),
}


def test_a_record_goes_to_its_columns() -> None:
    """Paths are followed, unknown members are kept by theirs, and null is nothing."""
    fields = ObjectFields(SALES, conventions=PLAIN)
    record = {
        "date": "2026-10-01",
        "salesByDate": {
            "unitsOrdered": 7,
            "sales": {"amount": Decimal("1.50"), "currencyCode": "USD", "new": True},
            "other": {"a": Decimal("2.0"), "b": [Decimal("1.10"), "ü"], "c": None},
        },
        "range": {"from": Decimal("0.10")},
        "tags": ["a"],
        "blank": " ",
        "text": "as it is",
    }

    assert fields.read(record) == (
        {
            "date": "2026-10-01",
            "units": 7,
            "amount": Decimal("1.50"),
            "currency": "USD",
            "range": {"from": Decimal("0.10")},
            "tags": ["a"],
        },
        {
            "salesByDate.sales.new": "true",
            "salesByDate.other.a": "2.0",
            "salesByDate.other.b": '[1.10, "ü"]',
            "text": "as it is",
        },
    )
    assert not fields.misfits
    assert dict.fromkeys(SALES) == fields.read({}).values


def test_misfits_are_kept_and_counted() -> None:
    """A value of another type is in the row as text, and its column is named."""
    fields = ObjectFields(SALES, conventions=PLAIN)
    for _ in range(2):
        record = fields.read(
            {
                "salesByDate": {"unitsOrdered": "many", "sales": 5},
                "range": [],
                "date": {"a": 1},
            }
        )

    assert {
        "salesByDate.unitsOrdered": "many",
        "salesByDate.sales": "5",
        "range": "[]",
        "date.a": "1",
    } == record.extra
    assert {"units": 2, "range": 2, "date": 2} == fields.misfits


@pytest.mark.parametrize(
    ("kind", "value", "read"),
    [
        (column("string"), 7, "7"),
        (column("string"), Decimal("7.10"), "7.10"),
        (column("string"), True, "true"),
        (column("string"), "", None),
        (column("integer"), "7", 7),
        (column("integer"), Decimal("7.0"), 7),
        (column("number"), 7, 7),
        (column("number"), "7.10", Decimal("7.10")),
        (column("number"), "N/A", None),
        (column("boolean"), False, False),
        (column("boolean"), "true", True),
        (column("boolean"), 0, False),
        (
            column("string", format="date-time"),
            "2026-10-01T00:00:00.5-07:00",
            "2026-10-01T07:00:00.500000Z",
        ),
        (column("array"), {"a": 1}, [{"a": 1}]),
    ],
)
def test_values_by_type(kind: dict[str, Any], value: object, read: object) -> None:
    """Numbers in strings, and strings that are numbers, are what the column is."""
    assert (read, {}) == read_value(value, kind)


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        (column("string"), [1], "[1]"),
        (column("integer"), Decimal("7.5"), "7.5"),
        (column("integer"), 2**63, str(2**63)),
        (column("integer"), Decimal("1E+1000000"), "1E+1000000"),
        (column("integer"), True, "true"),
        (column("number"), True, "true"),
        (column("number"), "NaN", "NaN"),
        (column("number"), Decimal("1E+31"), "1E+31"),
        (column("boolean"), 2, "2"),
        (column("object"), "x", "x"),
        (column("string", format="date-time"), 1700000000, "1700000000"),
    ],
)
def test_values_that_do_not_fit(kind: dict[str, Any], value: object, text: str) -> None:
    """Nothing is bent to fit."""
    assert (None, {"c": text}) == read_value(value, kind)


def test_columns_of_the_records_around() -> None:
    """A product has its promotion's id, and its campaign's; the rest stays there."""
    fields = ObjectFields(
        {
            "campaign_id": column("string", x_name="^^campaignId"),
            "promotion_id": column("string", x_name="^promotionId"),
            "start": column("string", format="date", x_name="^dates.from"),
            "asin": column("string"),
        },
        conventions=PLAIN,
    )
    parents: list[dict[str, Any]] = [
        {"campaignId": 5, "name": "c"},
        {"promotionId": "p", "dates": {"from": "soon", "to": 1}},
    ]

    assert fields.read({"asin": "A"}, parents) == (
        {"campaign_id": "5", "promotion_id": "p", "start": None, "asin": "A"},
        {"^dates.from": "soon"},
    )
    assert fields.read({"asin": "A"}, parents[1:]).values["campaign_id"] is None


def test_xml_paths_attributes_and_repetitions() -> None:
    """An amount has its currency; what repeats is a list, where the column is one."""
    fields = ObjectFields(
        {
            "order_id": column("string", x_name="AmazonOrderID"),
            "fee": column("number", x_name="Fees/Fee/Amount"),
            "currency": column("string", x_name="Fees/Fee/Amount@currency"),
            "types": column("array", x_name="Prices/Component/Type"),
            "ids": column("array", x_name="Ids/Id"),
        },
        conventions=PLAIN,
    )
    components = [{"Type": "Principal", "Amount": "1.0"}, {"Type": "Tax"}]

    assert fields.read(
        {
            "AmazonOrderId": "1",
            "Fees": {"Fee": [{"Amount": "1.50", "Amount@currency": "USD"}]},
            "Prices": {"Component": components},
            "Ids": {"Id": "7"},
        }
    ) == (
        {
            "order_id": "1",
            "fee": Decimal("1.50"),
            "currency": "USD",
            "types": ["Principal", "Tax"],
            "ids": ["7"],
        },
        {"Prices.Component.Amount": '["1.0", null]'},
    )
    assert {"Prices.Component": '[{"Type": "x"}, 5]'} == fields.read(
        {"Prices": {"Component": [{"Type": "x"}, 5]}}
    ).extra


def test_two_members_for_one_column_are_both_kept() -> None:
    """An old name beside the new one does not wipe it out."""
    fields = ObjectFields(
        {"sku": column("string", x_name="sellerSku", x_aliases=["sku"])},
        conventions=PLAIN,
    )

    assert ({"sku": "new"}, {"sku": "old"}) == fields.read(
        {"sellerSku": "new", "sku": "old"}
    )
    assert ({"sku": "old"}, {}) == fields.read({"sku": "old"})


def test_members_whose_paths_look_alike_are_both_kept() -> None:
    """A point in a name hides nothing."""
    fields = ObjectFields({"c": column("string")}, conventions=PLAIN)

    assert {"a.b": "1", "a.b_2": "2"} == fields.read({"a.b": 1, "a": {"b": 2}}).extra


@pytest.mark.parametrize("other", ["a", "a.b", "a.b.c"])
def test_columns_in_one_place_are_refused(other: str) -> None:
    """A slip in a report type's file shows at once."""
    properties = {
        "one": column("string", x_name="a.b"),
        "two": column("string", x_name=other),
    }

    with pytest.raises(ValueError, match="in the place of"):
        ObjectFields(properties, conventions=PLAIN)


LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text()
)


@given(
    st.recursive(
        LEAVES,
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=10,
    )
)
def test_json_text_keeps_every_digit(value: object) -> None:
    """What is kept as JSON can be read again, to the last digit."""
    text = json_text(value)

    assert text == json_text(json_value(text))


@given(st.dictionaries(st.sampled_from([*SALES, "new", "salesByDate"]), LEAVES))
def test_no_value_is_ever_lost(record: dict[str, object]) -> None:
    """Each value is in a column or in the extra ones, whatever its type."""
    fields = ObjectFields(SALES, conventions=PLAIN)
    values, extra = fields.read(record)

    for name, value in record.items():
        is_nothing = value is None or (
            isinstance(value, str) and value.strip().lower() in ("", "--", "n/a")
        )
        assert is_nothing or values.get(name) is not None or name in extra
