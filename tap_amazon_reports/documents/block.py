"""Some rows at once, held in the way in which they were read: by column, or by row.

What is done to a block is done once for each column, and not for each cell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

__all__ = ["Block", "ColumnBlock", "RowBlock"]


class Block(Protocol):
    """Some rows one after another, all with the same columns."""

    def __len__(self) -> int:
        """Return how many rows there are."""

    def rows(self) -> list[dict[str, Any]]:
        """Return each row as a dict, by column."""

    def column(self, name: str) -> Sequence[Any]:
        """Return the values of a column; None for each row that has none."""

    def put(self, name: str, values: Sequence[Any]) -> None:
        """Set a column, with a value for each row."""

    def part(self, start: int, end: int) -> Block:
        """Return the rows from `start` (in) to `end` (out), counted from 0."""

    def without(self, names: Collection[str]) -> Block:
        """Return the rows with all columns but these."""


class ColumnBlock:
    """Rows of a table.

    Attributes:
        columns: the values of each column, by its name, as many as there are rows.
    """

    def __init__(self, columns: Mapping[str, Sequence[Any]], number: int) -> None:
        """Hold `number` rows."""
        self.columns = dict(columns)
        self._number = number

    def __len__(self) -> int:
        """Return how many rows there are."""
        return self._number

    def rows(self) -> list[dict[str, Any]]:
        """Return each row as a dict, by column."""
        if not self.columns:
            return [{} for _ in range(self._number)]
        names = tuple(self.columns)
        rows = zip(*self.columns.values(), strict=True)
        return [dict(zip(names, row, strict=True)) for row in rows]

    def column(self, name: str) -> Sequence[Any]:
        """Return the values of a column; None for each row if there is none."""
        return self.columns.get(name) or [None] * self._number

    def put(self, name: str, values: Sequence[Any]) -> None:
        """Set a column, with a value for each row."""
        self.columns[name] = values

    def part(self, start: int, end: int) -> ColumnBlock:
        """Return the rows from `start` (in) to `end` (out), counted from 0."""
        columns = {name: values[start:end] for name, values in self.columns.items()}
        return ColumnBlock(columns, len(range(self._number)[start:end]))

    def without(self, names: Collection[str]) -> ColumnBlock:
        """Return the rows with all columns but these."""
        kept = {name: of for name, of in self.columns.items() if name not in names}
        return ColumnBlock(kept, self._number)


class RowBlock:
    """Rows that have been objects from the beginning."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        """Hold these rows, and change them when told to."""
        self._rows = rows

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self._rows)

    def rows(self) -> list[dict[str, Any]]:
        """Return each row as a dict, by column."""
        return self._rows

    def column(self, name: str) -> Sequence[Any]:
        """Return the values of a column; None for each row that has none."""
        return [row.get(name) for row in self._rows]

    def put(self, name: str, values: Sequence[Any]) -> None:
        """Set a column, with a value for each row."""
        for row, value in zip(self._rows, values, strict=True):
            row[name] = value

    def part(self, start: int, end: int) -> RowBlock:
        """Return the rows from `start` (in) to `end` (out), counted from 0."""
        return RowBlock(self._rows[start:end])

    def without(self, names: Collection[str]) -> RowBlock:
        """Return the rows with all columns but these."""
        kept = [
            {name: value for name, value in row.items() if name not in names}
            for row in self._rows
        ]
        return RowBlock(kept)
