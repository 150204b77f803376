"""The demo's tables, as they are printed."""

from __future__ import annotations

import pytest

from tests.demo.layout import WIDTH, Table, lines


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


@pytest.mark.parametrize("size", [1, 5, 30, 300])
def test_lines_fit(size: int) -> None:
    """However many columns and however long their values, no line is too long."""
    columns = [f"column_{number}" for number in range(20)]
    table = Table("wide", 1, columns, [["two\nlines " * size] * len(columns)])
    printed = list(lines(table))

    assert max(map(len, printed)) <= WIDTH
    assert not any("\n" in line for line in printed)
