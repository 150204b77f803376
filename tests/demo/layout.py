"""Tables as text that fits a terminal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

WIDTH = 100
CELL_WIDTH = 40
GAP = "  "


@dataclass(frozen=True)
class Table:
    """A table that was loaded, with its first rows; columns of the key come first."""

    name: str
    row_count: int
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]

    def led_by(self, names: Sequence[str]) -> Table:
        """Return the same table with some columns before the others."""
        rest = [name for name in self.columns if name not in names]
        order = [name for name in names if name in self.columns] + rest
        places = [self.columns.index(name) for name in order]
        rows = [[row[place] for place in places] for row in self.rows]
        return replace(self, columns=order, rows=rows)


def lines(table: Table) -> Iterator[str]:
    """Yield a heading, then the first rows in as many columns as fit."""
    yield f"{table.name}: {_count(table.row_count, 'row')}"
    shown = _fitting(_filled(table))
    for row in zip(*(_cells(*column) for column in shown), strict=True):
        yield ("  " + GAP.join(row)).rstrip()
    left_out = len(table.columns) - len(shown)
    if left_out:
        yield f"  (and {_count(left_out, 'column')} more)"


def _filled(table: Table) -> list[tuple[str, list[str]]]:
    """Return name and texts of each column that has any value in the first rows."""
    texts = [[_text(value) for value in row] for row in table.rows]
    columns = zip(table.columns, zip(*texts, strict=True), strict=bool(texts))
    return [(name, list(column)) for name, column in columns if any(column)]


def _fitting(columns: list[tuple[str, list[str]]]) -> list[tuple[str, list[str]]]:
    """Return the first columns, for as long as a line has place for them."""
    used = 0
    for number, (name, column) in enumerate(columns):
        used += len(GAP) + max(map(len, [name, *column]))
        if used > WIDTH:
            return columns[:number]
    return columns


def _cells(name: str, column: list[str]) -> list[str]:
    """Return a column's name and texts, padded to one width."""
    width = max(map(len, [name, *column]))
    return [text.ljust(width) for text in [name, *column]]


def _text(value: object) -> str:
    """Return a value on one line, cut where it is too long."""
    text = "" if value is None else " ".join(str(value).split())
    return text if len(text) <= CELL_WIDTH else text[: CELL_WIDTH - 1] + "…"


def _count(number: int, noun: str) -> str:
    """Return `1 row`, `2 rows`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
