"""Text to rows of cells, in each of the three ways in which tables are written.

Facts:
    - Tab-separated reports have no quoting: `"` is a letter like any other
      (github.com/jrl84/amazon-sp-api, pull request 22, January 2021;
      github.com/fulfilio/pymws, pull request 24, December 2021).
    - Some wrap each cell in quotes, for some sellers, and leave inner ones as they are
      (github.com/amzn/selling-partner-api-models, issue 1068, February 2021).
    - What Amazon calls comma-separated may come with tabs: a client that reads the
      monthly EPR reports cuts them at tabs (github.com/wimoor-erp/wimoor,
      ReportEPRMonthlyReportServiceImpl, 2026).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.errors import DocumentDamagedError
from tap_amazon_reports.documents.layout import DocumentFormat

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CELLS_MAX", "rows_of_cells"]

CELLS_MAX = 20_000
"""No row has more cells, and no table more columns: it bounds what damage can cost."""

_LINE_CHARACTERS_MAX = 16 * 1024 * 1024
"""No line, and no cell with lines in it, is longer: likewise."""
_LINE_COST = 16
# Stands behind the last line: two cells, so that inside of an open quote it is one.
_END = "\x03,\x03"
_END_CELLS = _END.split(",")
_LINE_END = re.compile(r"\r[^\r\n]|\n")
_HAS_LINE_END = re.compile(r"[\r\n]")


def rows_of_cells(table: DocumentFormat, pieces: Iterator[str]) -> Iterator[list[str]]:
    """Yield the cells of each line; lines in which no cell holds anything are skipped.

    Args:
        table: how it is written.
        pieces: the text, of any length each, without NUL.

    Raises:
        DocumentDamagedError: a quoted cell has no end, or a line is too long or has
            too many cells.
    """
    return _CELLS[table](pieces)


def _holds_anything(cells: list[str]) -> bool:
    return any(map(str.strip, cells))


def _tab_cells(pieces: Iterator[str]) -> Iterator[list[str]]:
    for lines in _lines(pieces):
        # One that is shorter cannot have too many.
        for line in lines if max(map(len, lines), default=0) >= CELLS_MAX else ():
            _refuse_more_cells(line.count("\t") + 1)
        # Tabs are space, so a line of empty cells is blank.
        yield from [line.split("\t") for line in lines if line and not line.isspace()]


def _ledger_cells(pieces: Iterator[str]) -> Iterator[list[str]]:
    for cells in _tab_cells(pieces):
        unwrapped = [_unwrapped(cell) for cell in cells]
        if _holds_anything(unwrapped):
            yield unwrapped


def _unwrapped(cell: str) -> str:
    if len(cell) > 1 and cell[0] == cell[-1] == '"':
        return cell[1:-1]
    return cell


def _lines(pieces: Iterator[str]) -> Iterator[list[str]]:
    """Yield lines without their ends, some at a time.

    The first end decides what an end is.

    Where lines end in LF or CRLF, a lone CR is a part of its cell.
    """
    head, end = _first_line_end(pieces)
    unfinished: list[str] = []
    size = 0
    for piece in chain(head, pieces):
        first, *others = piece.split(end)
        unfinished.append(first)
        size += len(first)
        _refuse_longer(size)
        if others:
            whole_lines = ["".join(unfinished), *others]
            unfinished = [whole_lines.pop()]
            size = len(unfinished[0])
            if "\r" in piece or whole_lines[0].endswith("\r"):
                whole_lines = [line.removesuffix("\r") for line in whole_lines]
            yield whole_lines
    yield ["".join(unfinished).removesuffix("\r")]


def _first_line_end(pieces: Iterator[str]) -> tuple[list[str], str]:
    """Return what was read to find it, and how lines end: by LF or by CR."""
    head: list[str] = []
    size = 0
    last = ""
    for piece in pieces:
        head.append(piece)
        # A CR says nothing before it is known what follows.
        if found := _LINE_END.search(last + piece):
            return head, "\n" if found[0] == "\n" else "\r"
        last = piece[-1:]
        size += len(piece)
        _refuse_longer(size)
    return head, "\n"


def _refuse_more_cells(cells: int) -> None:
    if cells > CELLS_MAX:
        msg = (
            f"the document is damaged: one of its rows has more than {CELLS_MAX} cells"
        )
        raise DocumentDamagedError(msg)


def _refuse_longer(characters: int) -> None:
    if characters > _LINE_CHARACTERS_MAX:
        msg = (
            "the document is damaged: one of its lines is longer than"
            f" {_LINE_CHARACTERS_MAX} characters"
        )
        raise DocumentDamagedError(msg)


class _CsvLines(Iterator[str]):
    """Lines with their ends, which may turn out to be inside a cell.

    Attributes:
        characters: how many were given since this was set to 0; a line costs some,
            short as it may be, for it takes time and memory.
    """

    def __init__(self, pieces: Iterator[str]) -> None:
        self.characters = 0
        self._lines = chain(_csv_lines(pieces), (_END,))

    def __next__(self) -> str:
        line = next(self._lines)
        self.characters += len(line) + _LINE_COST
        if self.characters > _LINE_CHARACTERS_MAX:
            _refuse_longer(self.characters)
        return line


def _csv_cells(pieces: Iterator[str]) -> Iterator[list[str]]:
    # The module's limit is one for the process: raised, never lowered.
    csv.field_size_limit(max(csv.field_size_limit(), _LINE_CHARACTERS_MAX))
    last: list[str] = []
    lines = _CsvLines(pieces)
    try:
        for cells in csv.reader(lines):
            lines.characters = 0
            _refuse_more_cells(len(cells))
            if _holds_anything(last):
                yield last
            last = cells
    except csv.Error as error:
        msg = f"the document is damaged: its comma-separated text is broken ({error})"
        raise DocumentDamagedError(msg) from error
    if last != _END_CELLS:
        msg = "the document is damaged: it ends inside a quoted cell"
        raise DocumentDamagedError(msg)


def _comma_or_tab_cells(pieces: Iterator[str]) -> Iterator[list[str]]:
    """Yield the cells of a table whose first line says what stands between them."""
    head: list[str] = []
    size = 0
    for piece in pieces:
        head.append(piece)
        size += len(piece)
        if _HAS_LINE_END.search(piece):
            break
        _refuse_longer(size)
    first = _HAS_LINE_END.split("".join(head), maxsplit=1)[0]
    cells = _tab_cells if "\t" in first and "," not in first else _csv_cells
    yield from cells(chain(head, pieces))


def _csv_lines(pieces: Iterator[str]) -> Iterator[str]:
    decoder = io.IncrementalNewlineDecoder(None, translate=False)
    unfinished: list[str] = []
    size = 0
    for piece in map(decoder.decode, pieces):
        for line in io.StringIO(piece, newline=""):
            unfinished.append(line)
            size += len(line)
            if line.endswith(("\n", "\r")):
                yield "".join(unfinished)
                unfinished.clear()
                size = 0
        _refuse_longer(size)
    yield "".join((*unfinished, decoder.decode("", final=True)))


_CELLS: dict[DocumentFormat, Callable[[Iterator[str]], Iterator[list[str]]]] = {
    DocumentFormat.TSV: _tab_cells,
    DocumentFormat.LEDGER: _ledger_cells,
    DocumentFormat.CSV: _comma_or_tab_cells,
}
