"""The header and the rows of a table, tab-separated or comma-separated.

Facts:
    - That rows are as long as their header, and that it comes once, is promised
      nowhere.
    - A settlement file of Amazon Pay has five lines before its header, and the header
      has a trailing comma that the rows do not have
      (github.com/wikimedia/wikimedia-fundraising-SmashPig, Amazon audit files of 2015
      and 2018).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.errors import DocumentDamagedError
from tap_amazon_reports.documents.cells import rows_of_cells
from tap_amazon_reports.documents.column_names import bare, cell_name, normalise
from tap_amazon_reports.documents.errors import no_table
from tap_amazon_reports.documents.layout import DocumentFormat

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["FIRST_LINE", "DelimitedReader", "HeaderRule"]

_PREAMBLE_LINES_MAX = 50
_BLOCK_ROWS = 500
_BLOCK_CHARACTERS_MAX = 8 * 1024 * 1024
"""A block ends when so much text was read for it, however few its rows are."""
_HEADER_CHARACTERS_MAX = 1024 * 1024
_STEP_CHARACTERS = 1024 * 1024
_STEP_ROWS_MAX = 64
_HAS_DIGIT = re.compile("[0-9]")
_NO_NAME = re.compile(r"[<{\[]|%PDF")
"""How a page, an XML or JSON document, or a PDF begins, and no name of a column."""
_MARK = re.compile("[,;]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")

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
        is_unknown: whether nobody knows a name; then what begins as another kind of
            document, or is one line that is more like a sentence, is no header.
    """

    landmarks: tuple[str, ...] = ()
    expected: tuple[str, ...] = ()
    is_translated: bool = False
    is_unknown: bool = False


FIRST_LINE = HeaderRule()


class DelimitedReader:
    """The rows of one document, to be iterated over once.

    Skipped are blank lines, rows in which no cell holds anything, and the header when
    it comes again.

    Attributes:
        replaced: how many NUL characters became U+FFFD so far.
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
        self.replaced = 0
        self._read_characters = 0
        pieces = self._measured(text_pieces)
        self._rows = rows_of_cells(table, pieces)
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

    def __iter__(self) -> Iterator[list[str]]:
        """Yield the cells of each row, as `blocks` does of some at once."""
        return chain.from_iterable(self.blocks(_BLOCK_ROWS))

    def blocks(self, most: int) -> Iterator[list[list[str]]]:
        """Yield the cells of each row, of at most so many rows at once.

        They are the texts as they are, one for each column; fewer when the line is
        short, more when it is long and its extra cells hold anything.

        Raises:
            NotATableError, DocumentDamagedError: as `columns` does.
        """
        width = len(self.columns)
        header = self._found_header()
        # A file of several parts may have a byte order mark before each.
        marked = [f"\ufeff{cell}" for cell in header[:1]] + header[1:]
        while rows := self._next_rows(most):
            for again in (header, marked):
                if again in rows:
                    rows = [cells for cells in rows if cells != again]
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
            # No database has it in a text.
            if "\0" in piece:
                self.replaced += piece.count("\0")
                yield piece.replace("\0", "\ufffd")
            else:
                yield piece

    def _found_header(self) -> list[str]:
        if self._header is None:
            header = self._find_header()
            if header and self._is_sentence(header):
                raise no_table(self._as_text(header))
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

    def _is_sentence(self, header: list[str]) -> bool:
        if self._rule.is_unknown:
            return self._is_no_header(header)
        expected, found = self._names(header)
        if not expected or expected & found:
            return False
        return len(header) == 1 or self._is_lone_csv_line()

    def _is_no_header(self, header: list[str]) -> bool:
        """Tell a page, a message or a sentence from names that nobody knows."""
        if _NO_NAME.match(_trimmed(header[0])) or any(map(_CONTROL.search, header)):
            return True
        # A header has no blanks behind its commas; a sentence has.
        _, *behind = _MARK.split(",".join(header))
        return all(part[:1].isspace() for part in behind) and self._is_lone_line()

    def _is_lone_csv_line(self) -> bool:
        # Commas are in sentences, too; tabs are not: such a header is a foreign one.
        return self._table is DocumentFormat.CSV and self._is_lone_line()

    def _is_lone_line(self) -> bool:
        second = list(islice(self._rows, 1))
        self._rows = chain(second, self._rows)
        return not second

    def _as_text(self, cells: list[str]) -> str:
        mark = ", " if self._table is DocumentFormat.CSV else " "
        return mark.join(cells).lstrip("\ufeff")


def _refuse_long_header(cells: list[str]) -> None:
    if len(cells) + sum(map(len, cells)) > _HEADER_CHARACTERS_MAX:
        msg = (
            "the document is damaged: its header is longer than"
            f" {_HEADER_CHARACTERS_MAX} characters"
        )
        raise DocumentDamagedError(msg)


def _trimmed(name: str) -> str:
    return name.strip().lstrip("\ufeff").strip()


def _drop_blank_ends(rows: Iterable[list[str]], width: int) -> None:
    for cells in rows:
        while len(cells) > width and not cells[-1].strip():
            cells.pop()
