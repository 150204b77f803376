"""Which known column each column of a document is, worked out once per document.

Facts:
    - Headers of listings are in the language of the account or of the marketplace, and
      a cached copy may be in another than was asked for (Selling Partner API, Report
      type values, Inventory reports, preferredReportDocumentLocale).
    - Columns are renamed and moved, for some sellers and at any time
      (github.com/amzn/selling-partner-api-models, issue 1068, February 2021).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from tap_amazon_reports.documents.block import ColumnBlock
from tap_amazon_reports.documents.column_names import (
    bare,
    cell_name,
    normalise,
    snake_names,
)
from tap_amazon_reports.documents.errors import MissingColumnError
from tap_amazon_reports.documents.values import text

if TYPE_CHECKING:
    from tap_amazon_reports.documents.block import Block

__all__ = [
    "Column",
    "ColumnMap",
    "Parser",
    "Record",
    "TypedBlock",
]

Parser = Callable[[str], object]
"""Turns a cell into a value; None for a blank; `ValueError` when it does not fit."""

_PARSED_MAX = 8192
_PARSED_CHARACTERS = 64
"""No longer cell is remembered: it hardly repeats, and blanks make any number long."""


@dataclass(frozen=True)
class Column:
    """A column that somebody knows.

    Attributes:
        name: what it is called in a record.
        parse: how its cells are read; `values.text` keeps them as they are.
        aliases: names that it has in documents, where `name` does not say it.
    """

    name: str
    parse: Parser = text
    aliases: tuple[str, ...] = ()

    def forms(self, form: Callable[[str], str]) -> set[str]:
        """Return all of its names in one form, `normalise` or `bare`."""
        return set(map(form, (self.name, *self.aliases)))


class TypedBlock(NamedTuple):
    """Some rows, understood as far as they can be.

    Attributes:
        block: a value for each row, or None, in each known column.
        extras: of a row that has any, by its place in the block: the texts as
            `Record.extra` has them.
    """

    block: Block
    extras: Mapping[int, dict[str, str]]


class Record(NamedTuple):
    """One row, understood as far as it can be.

    Attributes:
        values: a value, or None, for each known column.
        extra: the text, as it was, of what is in no known column, is beyond the
            header (`_cell_<n>`), or does not fit (its value is then None).
    """

    values: dict[str, object]
    extra: dict[str, str]


class ColumnMap:
    """What to do with the cells of one document.

    Attributes:
        misfits: how many values did not fit, by name of the column, so far.
        unknown: how many cells of columns that nobody knows held anything, by name of
            the column, so far.
    """

    def __init__(
        self,
        header: Sequence[str],
        known: Sequence[Column],
        *,
        around: Mapping[str, object] = MappingProxyType({}),
        keys: Sequence[str] = (),
        orders: Sequence[Sequence[str]] = (),
    ) -> None:
        """Find each column of `header` among the `known` ones.

        An exact name comes first, then one without its parenthesised part; of two
        that fit, the first in the document is taken, and the other is extra. Where a
        key is not found so, the header is in an unknown language: then the columns
        are those of the one order that is as wide and agrees with what was found.

        Args:
            header: the names in the document.
            known: the columns that are looked for.
            around: what each row has beside them; a column of the same name is first.
            keys: names of the known columns without which no row is of use.
            orders: names of known columns, as documents have them in every language.
        """
        found = _matched(header, known)
        if not _has_all(found, keys):
            found = _by_place(found, header, known, orders) or found
        self._header = header
        here = {column.name for column in found.values()}
        self._lost = [_words(c) for c in known if c.name in set(keys) - here]
        # What is in a known column has that one's name, and takes none from the others.
        words = ["" if n in found else name for n, name in enumerate(header)]
        names = snake_names(words, taken=[column.name for column in known])
        self._slots = [_slot(found.get(n), name) for n, name in enumerate(names)]
        self.misfits: Counter[str] = Counter()
        self.unknown: Counter[str] = Counter()
        self._around = around
        self._known = [column.name for column in known]

    def read(self, cells: Sequence[str]) -> Record:
        """Read one row; a blank is None in a known column, and nothing in `extra`."""
        block, extras = self.read_block([cells])
        return Record(block.rows()[0], extras.get(0, {}))

    def read_block(self, rows: Sequence[Sequence[str]]) -> TypedBlock:
        """Read some rows, as `read` does each, column after column.

        So the work of the interpreter is done once for each column and not for each
        cell.

        Raises:
            MissingColumnError: there is a row, and the header lacks a key.
        """
        if not rows:
            names = (*self._around, *self._known)
            return TypedBlock(ColumnBlock(dict.fromkeys(names, ()), 0), {})
        if self._lost:
            raise MissingColumnError(self._lost, found=len(self._header))
        return self._read_rows(rows)

    def _read_rows(self, rows: Sequence[Sequence[str]]) -> TypedBlock:
        extras: defaultdict[int, dict[str, str]] = defaultdict(dict)
        nothing = [None] * len(rows)
        columns: dict[str, Sequence[object]] = {
            name: [value] * len(rows) for name, value in self._around.items()
        }
        columns.update(dict.fromkeys(self._known, nothing))
        widths = set(map(len, rows))
        by_column = self._cells(rows, widths)
        # Columns behind the longest row are blank: there may be thousands.
        for slot, cells in zip(self._slots, by_column, strict=False):
            if not any(cells):
                continue
            if slot.known:
                columns[slot.name] = self._values(slot, cells, extras)
            else:
                self._keep_unknown(slot.name, cells, extras)
        if max(widths) > len(self._slots):
            self._keep_beyond(rows, extras)
        return TypedBlock(ColumnBlock(columns, len(rows)), extras)

    def _cells(
        self, rows: Sequence[Sequence[str]], widths: set[int]
    ) -> Iterable[Sequence[str]]:
        """Return the cells of the columns that rows have, blank where one is short."""
        width = min(len(self._slots), max(widths))
        if widths != {width}:
            blank = [""] * width
            rows = [[*cells[:width], *blank[len(cells) :]] for cells in rows]
        return zip(*rows, strict=True)

    def _values(
        self,
        slot: _Slot,
        cells: Sequence[str],
        extras: defaultdict[int, dict[str, str]],
    ) -> Sequence[object]:
        """Return the values of a known column; what does not fit is put into extras."""
        if (parsed := slot.parsed) is None:
            return _texts(cells)
        values = list(map(parsed.__getitem__, cells))
        if parsed.misfits:
            self._keep_misfits(slot.name, parsed, cells, extras)
        return values

    def _keep_misfits(
        self,
        name: str,
        parsed: _Parsed,
        cells: Sequence[str],
        extras: defaultdict[int, dict[str, str]],
    ) -> None:
        """Put the cells that do not fit into extras; their values are None."""
        self.misfits[name] += len(parsed.misfits)
        place = -1
        for cell in parsed.misfits:
            place = cells.index(cell, place + 1)
            extras[place][name] = cell
        parsed.misfits.clear()

    def _keep_unknown(
        self, name: str, cells: Sequence[str], extras: defaultdict[int, dict[str, str]]
    ) -> None:
        for place, cell in enumerate(cells):
            if cell and not cell.isspace():
                extras[place][name] = cell
                self.unknown[name] += 1

    def _keep_beyond(
        self,
        rows: Sequence[Sequence[str]],
        extras: defaultdict[int, dict[str, str]],
    ) -> None:
        for place, cells in enumerate(rows):
            if beyond := self._beyond(cells):
                extras[place].update(beyond)
                self.unknown.update(beyond.keys())

    def _beyond(self, cells: Sequence[str]) -> dict[str, str]:
        width = len(self._slots)
        beyond = enumerate(cells[width:], start=width + 1)
        return {cell_name(n): cell for n, cell in beyond if cell.strip()}


def _texts(cells: Sequence[str]) -> Sequence[object]:
    """Return the cells as they are, and None for blank ones."""
    if any(map(str.isspace, cells)):
        cells = ["" if cell.isspace() else cell for cell in cells]
    return cells if all(cells) else [cell or None for cell in cells]


class _Parsed(dict[str, Any]):
    """The values of cells that have been met in one column, by their text.

    Prices, quantities, days and the like repeat, and to look a value up costs a tenth
    of parsing its text.

    Attributes:
        misfits: cells that do not fit, each time that one was met.
    """

    def __init__(self, parse: Parser) -> None:
        super().__init__({"": None})
        self.misfits: list[str] = []
        self._parse = parse

    def __missing__(self, cell: str) -> object:
        try:
            value = None if cell.isspace() else self._parse(cell)
        except ValueError:
            self.misfits.append(cell)
            return None
        if len(self) >= _PARSED_MAX:
            self.clear()
        # An object or an array is of its row alone: what is done to it is not shared.
        if len(cell) <= _PARSED_CHARACTERS and not isinstance(value, (dict, list)):
            self[cell] = value
        return value


class _Slot(NamedTuple):
    """What becomes of the cells at one place.

    Attributes:
        name: the known column's name, or else Amazon's in snake case.
        known: whether it is a known column; if not, its cells are extra.
        parsed: the values of cells; None keeps them as they are.
    """

    name: str
    known: bool
    parsed: _Parsed | None


def _slot(column: Column | None, name: str) -> _Slot:
    if column is None:
        return _Slot(name, known=False, parsed=None)
    parsed = None if column.parse is text else _Parsed(column.parse)
    return _Slot(column.name, known=True, parsed=parsed)


def _matched(header: Sequence[str], known: Sequence[Column]) -> dict[int, Column]:
    """Return the known columns by their place in `header`."""
    found: dict[int, Column] = {}
    taken: set[str] = set()
    for form in (normalise, bare):
        free = [column for column in known if column.name not in taken]
        by_form = {key: column for column in free for key in column.forms(form)}
        for place, name in enumerate(header):
            column = by_form.get(form(name))
            if place not in found and column and column.name not in taken:
                found[place] = column
                taken.add(column.name)
    return found


def _has_all(found: Mapping[int, Column], names: Iterable[str]) -> bool:
    return {column.name for column in found.values()}.issuperset(names)


def _by_place(
    found: Mapping[int, Column],
    header: Sequence[str],
    known: Sequence[Column],
    orders: Sequence[Sequence[str]],
) -> dict[int, Column] | None:
    """Return the columns of the one order that fits; None where none or several do."""
    places = {column.name: place for place, column in found.items()}
    fitting = [
        order
        for order in orders
        if len(order) == len(header)
        and all(places.get(name, place) == place for place, name in enumerate(order))
        and places.keys() <= set(order)
    ]
    if len(fitting) != 1 or not all(map(_is_name, header)):
        return None
    by_name = {column.name: column for column in known}
    return {place: by_name[name] for place, name in enumerate(fitting[0])}


def _is_name(words: str) -> bool:
    """Tell a name from the cell of a document that has no header."""
    return any(map(str.isalpha, words)) and not words.startswith("_cell_")


def _words(column: Column) -> str:
    return column.aliases[0] if column.aliases else column.name
