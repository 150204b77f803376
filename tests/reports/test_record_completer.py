"""Records made whole: numbers, days, keys that are never null, rows that share one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest

from tap_amazon_reports.documents.block import RowBlock
from tap_amazon_reports.documents.layout import RecordSet
from tap_amazon_reports.reports.record_completer import RecordCompleter
from tap_amazon_reports.reports.schema_files import CATALOGUE
from tap_amazon_reports.reports.snapshot_history import kept_by_day

MADE = datetime(2026, 11, 25, 23, 30, tzinfo=timezone.utc)
TEXT = {"type": ["string", "null"]}
RECORDS = RecordSet(
    "sp_things",
    None,
    key=("thing", "day", "time", "rank"),
    unique=False,
    schema={
        "properties": {
            "thing": TEXT,
            "day": {**TEXT, "format": "date"},
            "time": {**TEXT, "format": "date-time"},
            "rank": {"type": ["integer", "null"]},
            "note": TEXT,
        }
    },
)


def complete(
    rows: list[dict[str, Any]],
    extras: dict[int, dict[str, str]] | None = None,
    *,
    records: RecordSet = RECORDS,
    moment: datetime = MADE,
) -> list[dict[str, Any]]:
    """Return the records of rows; a column that a row lacks is None."""
    nothing = dict.fromkeys(records.schema["properties"])
    block = RowBlock([{**nothing, "_extra": None, **row} for row in rows])
    RecordCompleter(records, moment=moment).complete(block, extras or {})
    return list(block.rows())


@pytest.mark.parametrize("column", ["day", "time"])
def test_a_date_that_cannot_be_understood_is_its_own_text(column: str) -> None:
    """Read again a day later, the row is the same row."""
    extras = {0: {column: "31/31/2026"}}
    (first,) = complete([{"thing": "a"}], extras)
    (later,) = complete([{"thing": "a"}], extras, moment=MADE.replace(month=12, hour=1))

    assert "31/31/2026" == first[column]
    assert {column: "31/31/2026"} == first["_extra"]
    assert [first[name] for name in RECORDS.key] == [
        later[name] for name in RECORDS.key
    ]


def test_what_is_missing_is_unknown_and_no_time() -> None:
    """No part of a key is the time at which somebody looked."""
    (record,) = complete([{}])

    assert ("Unknown", "Unknown", "Unknown", -1) == tuple(
        record[name] for name in RECORDS.key
    )
    assert record["note"] is None
    assert 1 == record["occurrence"]


def test_what_is_missing_fits_its_column() -> None:
    """Where a key of JSON has dates, a loader's column has them too."""
    records = replace(
        RECORDS, path="things[]", key=(*RECORDS.key, "data_start_time", "data_end_time")
    )
    (record,) = complete([{}], records=records)
    moment = "0001-01-01T00:00:00Z"

    assert ("Unknown", "0001-01-01", moment, -1, moment, moment) == tuple(
        record[name] for name in records.key
    )


def test_texts_that_differ_are_rows_that_differ() -> None:
    """Two dates that nobody understands are two keys; the same one twice is counted."""
    records = complete(
        [{"thing": "a"}, {"thing": "a"}, {"thing": "a"}],
        {0: {"day": "soon"}, 1: {"day": "late"}, 2: {"day": "soon"}},
    )

    assert [("soon", 1), ("late", 1), ("soon", 2)] == [
        (record["day"], record["occurrence"]) for record in records
    ]


def test_a_key_that_comes_again_is_counted_where_none_should() -> None:
    """Rows that a loader would make one can be told, in whatever blocks they come."""
    records = replace(RECORDS, key=("thing", "day"), unique=True)
    completer = RecordCompleter(records, moment=MADE)
    for things in (["a", "b"], ["a", None], [None, "c"]):
        rows = [{"day": "2026-11-01", "thing": thing} for thing in things]
        block = RowBlock([{**row, "_extra": None} for row in rows])
        completer.complete(block, {})

        assert all("occurrence" not in row for row in block.rows())
    assert 2 == completer.repeated


def test_a_snapshot_with_history_has_its_day() -> None:
    """Each day's listings are kept, under the UTC day on which the report was made."""
    kind = kept_by_day(
        CATALOGUE.find("selling_partner", "GET_MERCHANT_LISTINGS_ALL_DATA")
    )
    (records,) = kind.records
    (record,) = complete([{"seller_sku": "a"}], records=records)

    assert ("seller_sku", "snapshot_date") == records.key
    assert "2026-11-25" == record["snapshot_date"]


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("GET_FBA_INVENTORY_PLANNING_DATA", ("snapshot_date", "sku", "marketplace")),
        ("GET_PAN_EU_OFFER_STATUS", ()),
    ],
)
def test_what_has_a_day_already_keeps_its_key(name: str, key: tuple[str, ...]) -> None:
    """A day of Amazon's own, or a report in the key, is history enough."""
    found = CATALOGUE.find("selling_partner", name)
    records = replace(found.records[0], key=key)
    found = replace(found, layout=replace(found.layout, records=(records,)))

    assert (records,) == kept_by_day(found).records
