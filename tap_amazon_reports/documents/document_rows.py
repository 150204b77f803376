"""The rows of one document, typed, for all of its arrays of records at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from tap_amazon_reports.documents.block import RowBlock
from tap_amazon_reports.documents.charset import (
    DecodedText,
    charset_of,
    fallback_charset,
)
from tap_amazon_reports.documents.column_names import cell_name, normalise
from tap_amazon_reports.documents.columns import ColumnMap
from tap_amazon_reports.documents.delimited import DelimitedReader, HeaderRule
from tap_amazon_reports.documents.errors import (
    MissingColumnError,
    NotATableError,
    UnreadableFormatError,
)
from tap_amazon_reports.documents.json_records import JsonRecords
from tap_amazon_reports.documents.layout import EVERY_RECORD, DocumentFormat
from tap_amazon_reports.documents.objects import ObjectReader
from tap_amazon_reports.documents.typed import (
    RowMap,
    column_names,
    delimited_columns,
    is_generic,
)
from tap_amazon_reports.documents.unknown_format import format_of
from tap_amazon_reports.documents.xml_records import XmlRecords

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tap_amazon_reports.documents.block import Block
    from tap_amazon_reports.documents.columns import Column
    from tap_amazon_reports.documents.container import Member
    from tap_amazon_reports.documents.fingerprint import Fingerprint
    from tap_amazon_reports.documents.layout import Layout, RecordSet

_READERS: dict[DocumentFormat, type[JsonRecords | XmlRecords]] = {
    DocumentFormat.JSON: JsonRecords,
    DocumentFormat.XML: XmlRecords,
}
_BLOCK_ROWS = 400
_BLOCK_CELLS = 500_000
"""Blocks of a table end when they have so many, empty ones too."""
_BLOCK_BYTES = 8 * 1024 * 1024
"""Blocks of objects end when so much was read for them, however few their rows are."""


class DocumentBlock(NamedTuple):
    """Some rows one after another of one array of records.

    Attributes:
        records: the array.
        block: its rows.
        extras: of a row that has any, by its place in the block.
    """

    records: RecordSet
    block: Block
    extras: Mapping[int, dict[str, str]]


class DocumentRows:
    """Reads one document.

    Attributes:
        misfits: how many values did not fit their column, by its name, so far.
        unknown: how many cells of columns that the type's file does not know held
            anything, by name, so far.
        replaced: how many undecodable bytes, and signs that no text may have, were
            replaced.
        passed_over: names of what a JSON document has at its top and nobody reads.
        head: what a JSON document says of itself, as far as it has been read.
    """

    def __init__(
        self,
        layout: Layout,
        *,
        country: str | None = None,
        fingerprint: Fingerprint | None = None,
    ) -> None:
        """Know how the document is made.

        Args:
            layout: of its report type.
            country: of the marketplace, two letters, in capitals: how it writes
                numbers and dates, and in which charset if nothing says that.
            fingerprint: of what is inside of any compression, if that is wished.
        """
        self._layout = layout
        self._fingerprint = fingerprint
        self._conventions = layout.conventions(country)
        self._fallback_charset = fallback_charset(country)
        self.misfits: Counter[str] = Counter()
        self.unknown: Counter[str] = Counter()
        self.replaced = 0
        self.passed_over: list[str] = []
        self.head: Mapping[str, object] = {}

    def blocks(
        self,
        files: Iterable[Member],
        *,
        content_type: str | None,
        around: Mapping[str, object] = MappingProxyType({}),
    ) -> Iterator[DocumentBlock]:
        """Yield the rows of a document, in their order.

        Of several arrays each has its own order.

        Args:
            files: in the document, unpacked.
            content_type: as storage tells it.
            around: what each row has beside its columns; a column of the same name is
                first.

        Raises:
            DocumentDamagedError: if it is cut short or not what it claims.
            MissingColumnError: if nothing in it tells its rows apart.
            NotATableError: if it is a sentence instead of a table.
            UnreadableFormatError: if nobody reads what it is.
        """
        for unpacked in files:
            member = self._seen(unpacked)
            try:
                yield from self._read(member, content_type, around)
            except (MissingColumnError, NotATableError, UnreadableFormatError):
                # Not before its checksum is known: damage does not look like a table.
                for _ in member.chunks:
                    pass
                raise

    def _seen(self, member: Member) -> Member:
        if self._fingerprint is None:
            return member
        return replace(member, chunks=self._fingerprint.passing(member.chunks))

    def _read(
        self,
        member: Member,
        content_type: str | None,
        around: Mapping[str, object],
    ) -> Iterator[DocumentBlock]:
        found = self._layout.format
        if self._layout.is_guess:
            found, member = format_of(
                member,
                otherwise=found,
                declared=charset_of(content_type),
                fallback=self._fallback_charset,
            )
        read = self._delimited if found.is_table else self._objects
        return read(found, member, content_type, around)

    def _delimited(
        self,
        found: DocumentFormat,
        member: Member,
        content_type: str | None,
        around: Mapping[str, object],
    ) -> Iterator[DocumentBlock]:
        text = DecodedText(
            member.chunks,
            declared=charset_of(content_type),
            fallback=self._fallback_charset,
        )
        records = self._layout.records[0]
        properties = records.schema["properties"]
        reader = DelimitedReader(text, table=found, header=self._header(properties))
        try:
            yield from self._typed_rows(reader, records, around)
        finally:
            # Told also of a document that breaks off.
            self.replaced += text.replaced + reader.replaced

    def _header(self, properties: Mapping[str, Any]) -> HeaderRule:
        names: list[str] = []
        for column, spec in properties.items():
            names += column_names(column, spec)
        names += [n for group in self._layout.translations.values() for n in group]
        return HeaderRule(
            landmarks=self._layout.landmarks,
            expected=() if is_generic(properties) else tuple(names),
            is_translated=self._layout.by_position,
            is_unknown=is_generic(properties),
        )

    def _typed_rows(
        self,
        reader: DelimitedReader,
        records: RecordSet,
        around: Mapping[str, object],
    ) -> Iterator[DocumentBlock]:
        columns = self._columns(reader.columns, records, around)
        try:
            width = max(1, len(reader.columns))
            for rows in reader.blocks(min(_BLOCK_ROWS, 1 + _BLOCK_CELLS // width)):
                yield DocumentBlock(records, *columns.read_block(rows))
        finally:
            self.misfits += columns.misfits
            self.unknown += _printable(reader, columns.unknown)

    def _columns(
        self,
        header: Sequence[str],
        records: RecordSet,
        around: Mapping[str, object],
    ) -> ColumnMap | RowMap:
        properties = records.schema["properties"]
        if is_generic(properties):
            return RowMap(header, around=around)
        known = delimited_columns(
            properties,
            conventions=self._conventions,
            translations=self._layout.translations,
        )
        if self._layout.by_position and _agrees(header, known):
            header = [column.name for column in known]
        return ColumnMap(
            header,
            known,
            around=around,
            keys=[name for name in records.key if name in properties],
            orders=_in_order(self._layout.column_orders, known),
        )

    def _objects(
        self,
        found: DocumentFormat,
        member: Member,
        content_type: str | None,
        around: Mapping[str, object],
    ) -> Iterator[DocumentBlock]:
        arrays = {
            records.path or EVERY_RECORD: _ObjectRows(
                records,
                ObjectReader(
                    records.schema,
                    conventions=self._conventions,
                    keys=records.text_keys,
                ),
                around,
            )
            for records in self._layout.records
        }
        chunks = _Measured(member.chunks)
        reader = _READERS[found](
            chunks,
            list(arrays),
            declared=charset_of(content_type),
            fallback=self._fallback_charset,
        )
        if isinstance(reader, JsonRecords):
            self.head = reader.head
        try:
            for path, record, parents in reader:
                array = arrays.get(path) or arrays[EVERY_RECORD]
                if array.add(record, parents):
                    yield from array.block()
                if chunks.read_bytes > _BLOCK_BYTES:
                    chunks.read_bytes = 0
                    for each in arrays.values():
                        yield from each.block()
            for array in arrays.values():
                yield from array.block()
        finally:
            self._note(reader, arrays.values())

    def _note(
        self, reader: JsonRecords | XmlRecords, arrays: Iterable[_ObjectRows]
    ) -> None:
        """Count what was not as it should be."""
        for array in arrays:
            self.misfits += array.reader.misfits
        self.replaced += reader.replaced
        if isinstance(reader, JsonRecords):
            self.passed_over += reader.passed_over


def _agrees(header: Sequence[str], known: Sequence[Column]) -> bool:
    """Tell whether a header may be the known columns in their order, by other names."""
    places = {
        form: place
        for place, column in enumerate(known)
        for form in column.forms(normalise)
    }
    return len(header) == len(known) and all(
        places.get(normalise(name), place) == place for place, name in enumerate(header)
    )


def _in_order(
    headers: Iterable[Sequence[str]], known: Sequence[Column]
) -> list[list[str]]:
    """Return the known columns' names, in the orders of headers that documents have."""
    names = {normalise(alias): c.name for c in known for alias in c.aliases}
    return [
        [names[name] for name in map(normalise, header)]
        for header in headers
        if names.keys() >= set(map(normalise, header))
    ]


class _Measured(Iterator[bytes]):
    """Chunks of a document.

    Attributes:
        read_bytes: how many have been taken since this was set to 0.
    """

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self.read_bytes = 0
        self._chunks = chunks

    def __next__(self) -> bytes:
        chunk = next(self._chunks)
        self.read_bytes += len(chunk)
        return chunk


def _printable(reader: DelimitedReader, unknown: Counter[str]) -> Counter[str]:
    """Return the names of unknown columns, where they are names for sure.

    Where none is known the first line may be anything, a buyer's address too.
    """
    if reader.knows_columns:
        return unknown
    counts = enumerate(unknown.values(), start=1)
    return Counter({cell_name(number): count for number, count in counts})


class _ObjectRows:
    """The records of one array that have been read since the last block."""

    def __init__(
        self, records: RecordSet, reader: ObjectReader, around: Mapping[str, object]
    ) -> None:
        self.reader = reader
        self._records = records
        self._around = around
        self._rows: list[dict[str, Any]] = []
        self._extras: dict[int, dict[str, str]] = {}
        properties = records.schema["properties"]
        self._keys = [name for name in records.key if name in properties]
        self._is_keyed = not self._keys

    def add(
        self, record: Mapping[str, Any], parents: Sequence[Mapping[str, Any]]
    ) -> bool:
        """Type a record; return whether it makes a block full."""
        # Now, and not by the block: what is around goes on being read.
        values, extra = self.reader.read(record, parents)
        self._is_keyed = self._is_keyed or any(
            values[name] is not None for name in self._keys
        )
        if extra:
            self._extras[len(self._rows)] = extra
        self._rows.append({**self._around, **values})
        return len(self._rows) == _BLOCK_ROWS

    def block(self) -> Iterator[DocumentBlock]:
        """Yield the rows, if there are any, and hold none.

        Raises:
            MissingColumnError: no row so far has any part of the natural key.
        """
        if self._rows:
            if not self._is_keyed:
                raise MissingColumnError(self._amazons_names(), found=self._width())
            yield DocumentBlock(self._records, RowBlock(self._rows), self._extras)
            self._rows, self._extras = [], {}

    def _amazons_names(self) -> list[str]:
        properties = self._records.schema["properties"]
        return [str(properties[name].get("x-name", name)) for name in self._keys]

    def _width(self) -> int:
        """Return how many columns and unknown fields hold anything in these rows."""
        filled = {
            name
            for row in self._rows
            for name, value in row.items()
            if value is not None and name in self._records.schema["properties"]
        }
        return len(filled.union(*self._extras.values()))
