"""The demo's tables, as they are printed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.demo.columns import TELLING
from tests.demo.joins import JOINS, sentence
from tests.demo.layout import WIDTH, Table, lines

SCHEMAS = Path(__file__).parents[1] / "schemas"


def test_table_is_headed_by_its_name_and_size() -> None:
    """The first line says which table it is and how many rows it has."""
    table = Table("sp_reports", 7, ["report_id", "status"], [["1", "DONE"]])

    assert [
        "sp_reports: 7 rows",
        "  report_id  status",
        "  1          DONE",
    ] == list(lines(table))


def test_columns_without_values_are_only_counted() -> None:
    """A column of which nothing is known in the first rows takes no place."""
    table = Table("payouts", 1, ["id", "note", "amount"], [["1", None, "2.50"]])

    assert [
        "payouts: 1 row",
        "  id  amount",
        "  1   2.50",
        "  (and 1 column more)",
    ] == list(lines(table))


def test_empty_table_has_no_rows_to_show() -> None:
    """A table without rows is named nevertheless."""
    assert ["sales: 0 rows", "  (and 2 columns more)"] == list(
        lines(Table("sales", 0, ["id", "note"], []))
    )


def test_telling_columns_come_first() -> None:
    """Columns can be put before the others, and each value stays with its column."""
    table = Table("payouts", 1, ["id", "note", "amount"], [["1", "first", "2.50"]])

    assert [
        "payouts: 1 row",
        "  amount  id  note",
        "  2.50    1   first",
    ] == list(lines(table.led_by(["amount", "unknown"])))


@pytest.mark.parametrize(
    ("agreeing", "told"),
    [
        (4, "all 4 settlements add up to their deposit"),
        (3, "3 of 4 settlements add up to their deposit"),
    ],
)
def test_joins_are_told_in_a_sentence(agreeing: int, told: str) -> None:
    """Whether all cases agree can be seen at once."""
    assert told == sentence(JOINS[0], 4, agreeing)


@pytest.mark.parametrize("name", sorted(TELLING))
def test_telling_columns_exist(name: str) -> None:
    """The columns that the demo shows are columns of that stream."""
    schema = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))

    assert set() == set(TELLING[name]) - set(schema["properties"])


@pytest.mark.parametrize("size", [1, 5, 30, 300])
def test_lines_fit(size: int) -> None:
    """However many columns and however long their values, no line is too long."""
    columns = [f"column_{number}" for number in range(20)]
    table = Table("wide", 1, columns, [["two\nlines " * size] * len(columns)])
    printed = list(lines(table))

    assert max(map(len, printed)) <= WIDTH
    assert not any("\n" in line for line in printed)
