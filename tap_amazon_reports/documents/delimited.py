"""Text to rows of cells: tab-separated and comma-separated documents.

Facts:
    - Tab-separated reports have no quoting: `"` is a letter like any other
      (github.com/jrl84/amazon-sp-api, pull request 22, January 2021;
      github.com/fulfilio/pymws, pull request 24, December 2021).
    - Some wrap each cell in quotes, for some sellers, and leave inner ones as they are
      (github.com/amzn/selling-partner-api-models, issue 1068, February 2021).
    - That rows are as long as their header, and that it comes once, is promised
      nowhere.
    - A settlement file of Amazon Pay has five lines before its header, and the header
      has a trailing comma that the rows do not have
      (github.com/wikimedia/wikimedia-fundraising-SmashPig, Amazon audit files of 2015
      and 2018).
    - What Amazon calls comma-separated may come with tabs: a client that reads the
      monthly EPR reports cuts them at tabs (github.com/wimoor-erp/wimoor,
      ReportEPRMonthlyReportServiceImpl, 2026).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, count, islice
from typing import TYPE_CHECKING, NamedTuple

from tap_amazon_reports.amazon.errors import DocumentDamagedError
from tap_amazon_reports.documents.column_names import bare, cell_name, normalise
from tap_amazon_reports.documents.errors import no_table
from tap_amazon_reports.documents.layout import DocumentFormat

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["FIRST_LINE", "DelimitedReader", "HeaderRule", "Row"]

_PREAMBLE_LINES_MAX = 50
_BLOCK_ROWS = 500
_LINE_CHARACTERS_MAX = 16 * 1024 * 1024
"""No line, and no cell with lines in it, is longer: it bounds what damage can cost."""
_BLOCK_CHARACTERS_MAX = 8 * 1024 * 1024
"""A block ends when so much text was read for it, however few its rows are."""
_LINE_COST = 16
_HEADER_CHARACTERS_MAX = 1024 * 1024
_STEP_CHARACTERS = 1024 * 1024
_STEP_ROWS_MAX = 64
# Stands behind the last line; inside a quoted cell it does not become a row.
_END = "\x03"
_LINE_END = re.compile(r"\r[^\r\n]|\n")
_HAS_LINE_END = re.compile(r"[\r\n]")
_HAS_DIGIT = re.compile("[0-9]")


_FORMS = (normalise, bare)


@dataclass(frozen=True)
class HeaderRule:
    """Where the header is, and how it is told from a sentence.

    Names are compared by `columns.normalise`.

    Attributes:
        landmarks: names that stand together in the header; lines before it are a
            preamble and skipped. Without any, the first line is the header.
        expected: names of which a table has at least one. A document whose only
            cell, or whose only comma-separated line, is none of them is a sentence. A
            first line without any of them that looks like a row is a row: then there
            is no header.
        is_translated: whether a header without any of them is one all the same.
    """

    landmarks: tuple[str, ...] = ()
    expected: tuple[str, ...] = ()
    is_translated: bool = False


FIRST_LINE = HeaderRule()


class Row(NamedTuple):
    """One line of a table.

    Attributes:
        number: 1 for the first row below the header; what is skipped is not counted.
        cells: the texts as they are, one for each column; fewer when the line is
            short, more when it is long and its extra cells hold anything.
    """

    number: int
    cells: list[str]


class DelimitedReader:
    """The rows of one document, to be iterated over once.

    Skipped are blank lines, rows in which no cell holds anything, and the header when
    it comes again.
    """

    def __init__(
        self,
        text_pieces: Iterable[str],
        *,
        table: DocumentFormat,
        header: HeaderRule = FIRST_LINE,
    ) -> None:
        """Read nothing until asked.

        Args:
            text_pieces: the document, text of any length each.
            table: what it is.
            header: where its header is.
        """
        self._read_characters = 0
        pieces = self._measured(text_pieces)
        self._rows: Iterator[list[str]] = _CELLS[table](pieces)
        self._step = 1
        self._table = table
        self._rule = header
        self._header: list[str] | None = None
        self._is_headless = False

    @property
    def columns(self) -> tuple[str, ...]:
        """Names as in the file, without blanks around and without a byte order mark.

        A name can come twice. A nameless column between named ones is `_cell_<n>`, n
        counted from 1; behind the last name there are none. Without a header all of
        them are nameless. No columns: no document.

        Raises:
            NotATableError: the document is a sentence, or lacks the landmarks.
            DocumentDamagedError: a quoted cell has no end.
        """
        names = [_trimmed(name) for name in self._found_header()]
        while names and not names[-1] and not self._is_headless:
            names.pop()
        return tuple(name or cell_name(n) for n, name in enumerate(names, start=1))

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows; raise as `columns` does."""
        return map(Row, count(1), chain.from_iterable(self.blocks(_BLOCK_ROWS)))

    def blocks(self, most: int) -> Iterator[list[list[str]]]:
        """Yield the cells of each row, of at most so many rows at once.

        Raises:
            NotATableError, DocumentDamagedError: as `columns` does.
        """
        width = len(self.columns)
        header = self._found_header()
        while rows := self._next_rows(most):
            if header in rows:
                rows = [cells for cells in rows if cells != header]
            if max(map(len, rows), default=0) > width:
                _drop_blank_ends(rows, width)
            yield rows

    @property
    def knows_columns(self) -> bool:
        """Whether the header has one of the expected names, or none was expected."""
        expected, found = self._names(self._found_header())
        return not expected or bool(expected & found)

    def _next_rows(self, most: int) -> list[list[str]]:
        """Return some rows; a few at a time, for any of them may be long."""
        rows: list[list[str]] = []
        start = before = self._read_characters
        while len(rows) < most and before - start < _BLOCK_CHARACTERS_MAX:
            more = list(islice(self._rows, min(self._step, most - len(rows))))
            if not more:
                break
            rows += more
            is_long = self._read_characters - before > _STEP_CHARACTERS
            self._step = 1 if is_long else min(2 * self._step, _STEP_ROWS_MAX)
            before = self._read_characters
        return rows

    def _measured(self, pieces: Iterable[str]) -> Iterator[str]:
        for piece in pieces:
            self._read_characters += len(piece)
            yield piece

    def _found_header(self) -> list[str]:
        if self._header is None:
            header = self._find_header()
            self._refuse_sentence(header)
            if self._is_row(header):
                self._is_headless = True
                self._rows = chain((header,), self._rows)
                header = [""] * len(header)
            self._header = header
        return self._header

    def _is_row(self, header: list[str]) -> bool:
        """Tell whether there is no header: names have no digits, and are no two alike.

        A header in a language that nobody knows is still one.
        """
        expected, found = self._names(header)
        if self._rule.is_translated or not expected or expected & found:
            return False
        has_digits = any(map(_HAS_DIGIT.search, header))
        return has_digits or len(set(header)) < len(header)

    def _names(self, header: list[str]) -> tuple[set[str], set[str]]:
        """Return the expected names, and those that are here, in all forms."""
        expected = {form(name) for name in self._rule.expected for form in _FORMS}
        return expected, {form(name) for name in header for form in _FORMS}

    def _find_header(self) -> list[str]:
        landmarks = set(map(normalise, self._rule.landmarks))
        seen = []
        for cells in islice(self._rows, _PREAMBLE_LINES_MAX):
            _refuse_long_header(cells)
            if landmarks <= set(map(normalise, cells)):
                return cells
            seen.append(cells)
        if seen:
            raise no_table(self._as_text(seen[0]))
        return []

    def _refuse_sentence(self, header: list[str]) -> None:
        expected, found = self._names(header)
        if not expected or expected & found or not header:
            return
        if len(header) == 1 or self._is_lone_csv_line():
            raise no_table(self._as_text(header))

    def _is_lone_csv_line(self) -> bool:
        # Commas are in sentences, too; tabs are not: such a header is a foreign one.
        if self._table is not DocumentFormat.CSV:
            return False
        second = list(islice(self._rows, 1))
        self._rows = chain(second, self._rows)
        return not second

    def _as_text(self, cells: list[str]) -> str:
        return (", " if self._table is DocumentFormat.CSV else " ").join(cells)


def _refuse_long_header(cells: list[str]) -> None:
    if len(cells) + sum(map(len, cells)) > _HEADER_CHARACTERS_MAX:
        msg = (
            "the document is damaged: its header is longer than"
            f" {_HEADER_CHARACTERS_MAX} characters"
        )
        raise DocumentDamagedError(msg)


def _trimmed(name: str) -> str:
    return name.strip().lstrip("\ufeff").strip()


def _holds_anything(cells: list[str]) -> bool:
    return any(map(str.strip, cells))


def _drop_blank_ends(rows: Iterable[list[str]], width: int) -> None:
    for cells in rows:
        while len(cells) > width and not cells[-1].strip():
            cells.pop()


def _tab_cells(pieces: Iterator[str]) -> Iterator[list[str]]:
    for lines in _lines(pieces):
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
            yield [line.removesuffix("\r") for line in whole_lines]
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
            if _holds_anything(last):
                yield last
            last = cells
    except csv.Error as error:
        msg = f"the document is damaged: its comma-separated text is broken ({error})"
        raise DocumentDamagedError(msg) from error
    if last != [_END]:
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


_CELLS = {
    DocumentFormat.TSV: _tab_cells,
    DocumentFormat.LEDGER: _ledger_cells,
    DocumentFormat.CSV: _comma_or_tab_cells,
}
