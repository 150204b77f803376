"""What was measured, as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

HEADER = ("what", "ours", "baseline", "ratio", "reach")


@dataclass(frozen=True)
class Line:
    """One line of the table.

    Attributes:
        what: was measured.
        ours: with its unit.
        baseline: what it is held against, with its unit and its name.
        ratio: of the two, or their difference.
        reach: what is wanted.
        reached: whether it is so.
    """

    what: str
    ours: str
    baseline: str
    ratio: str
    reach: str
    reached: bool

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells; a line that does not reach what is wanted says so."""
        reach = self.reach if self.reached else f"{self.reach}: **missed**"
        return self.what, self.ours, self.baseline, self.ratio, reach


def table(lines: Iterable[Line]) -> str:
    """Return the lines as a table in Markdown."""
    rows = [HEADER, *(line.cells for line in lines)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    written = [_written(row, widths) for row in rows]
    rule = _written(tuple("-" * width for width in widths), widths)
    return "\n".join([written[0], rule, *written[1:]])


def _written(row: tuple[str, ...], widths: list[int]) -> str:
    cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
    return f"| {' | '.join(cells)} |"
