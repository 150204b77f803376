"""Rows at once: however they are held, they are the same rows."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from tap_amazon_reports.documents.block import ColumnBlock, RowBlock
from tap_amazon_reports.singer.json_lines import json_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tap_amazon_reports.documents.block import Block

NAMES = ("a", "_extra", "class", "2nd", "größe")
CELLS = st.one_of(
    st.none(),
    st.text(max_size=5),
    st.integers(min_value=-(2**63), max_value=2**63),
    st.booleans(),
    st.dictionaries(st.text(max_size=2), st.text(max_size=2), max_size=2),
    st.decimals(allow_nan=False, allow_infinity=False, places=3),
)
ROWS = st.lists(st.tuples(*[CELLS for _ in NAMES]), max_size=7)
PLACES = st.integers(min_value=0, max_value=8)


def both(rows: Sequence[Sequence[Any]]) -> tuple[Block, Block]:
    """Return the same rows, held by column and by row."""
    columns = {name: [row[n] for row in rows] for n, name in enumerate(NAMES)}
    objects = [dict(zip(NAMES, row, strict=True)) for row in rows]
    return ColumnBlock(columns, len(rows)), RowBlock(objects)


@given(rows=ROWS, start=PLACES, end=PLACES)
def test_a_part_is_the_same_rows(
    rows: list[tuple[Any, ...]], start: int, end: int
) -> None:
    """No row gets lost or doubled where a batch file ends."""
    for block in both(rows):
        parts = (block.part(0, start), block.part(start, len(block)))
        some = block.part(start, end).rows()

        assert block.rows() == [row for part in parts for row in part.rows()]
        assert block.rows() == both(rows)[1].rows()
        assert sum(map(len, parts)) == len(block) == len(rows)
        assert some == block.rows()[start:end]


@given(rows=ROWS)
def test_a_column_can_be_set_and_left_out(rows: list[tuple[Any, ...]]) -> None:
    """What is set is in each row, old columns stay, and what is left out is gone."""
    for block in both(rows):
        block.put("number", range(len(rows)))
        block.put("a", ["x"] * len(rows))
        slim = block.without({"_extra", "nobody"})

        assert list(range(len(rows))) == list(block.column("number"))
        assert [None] * len(rows) == list(block.column("nobody"))
        assert [(n, "x", row[1]) for n, row in enumerate(rows)] == [
            (row["number"], row["a"], row["_extra"]) for row in block.rows()
        ]
        assert all({*NAMES, "number"} - {"_extra"} == {*row} for row in slim.rows())
        assert len(slim) == len(rows)


@given(rows=ROWS)
def test_lines_do_not_tell_how_rows_are_held(rows: list[tuple[Any, ...]]) -> None:
    """A line of JSON for each row, each name and each digit in it."""
    columns, objects = (b"".join(json_lines(block)) for block in both(rows))
    read = [json.loads(line, parse_float=Decimal) for line in columns.splitlines()]

    assert columns == objects
    assert read == [dict(zip(NAMES, row, strict=True)) for row in rows]


def test_lines_of_long_rows_come_in_short_pieces() -> None:
    """What many rows have from the record around them is not written all at once."""
    around = "x" * 1_000_000
    rows: list[dict[str, Any]] = [{"n": n, "around": around} for n in range(50)]
    few = [{"n": n} for n in range(50)]
    pieces = list(json_lines(RowBlock(few + rows + few)))

    assert list(range(50)) * 3 == [
        json.loads(line)["n"] for piece in pieces for line in piece.splitlines()
    ]
    assert max(map(len, pieces)) < 3_000_000
    assert 1 == len(list(json_lines(RowBlock(few))))


def test_rows_without_columns_are_rows() -> None:
    """Of a table whose columns are all left out, the rows are still counted."""
    block = ColumnBlock({"a": [1, 2]}, 2).without({"a"})

    assert [{}, {}] == block.rows()
    assert [b"{}\n{}\n"] == list(json_lines(block))
    assert (1, 0) == (len(block.part(1, 5)), len(block.part(2, 5)))
