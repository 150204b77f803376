"""The rows of one document, typed, for all of its arrays of records at once."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from tap_amazon_reports.documents.charset import DecodedText, charset_of
from tap_amazon_reports.documents.columns import ColumnMap
from tap_amazon_reports.documents.container import members
from tap_amazon_reports.documents.delimited import DelimitedReader, Dialect, HeaderRule
from tap_amazon_reports.documents.json_records import JsonRecords
from tap_amazon_reports.documents.typed import (
    ObjectFields,
    RowMap,
    delimited_columns,
    is_generic,
)
from tap_amazon_reports.documents.xml_records import XmlRecords
from tap_amazon_reports.reports.report_types import ReportFormat

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tap_amazon_reports.documents.container import Member
    from tap_amazon_reports.documents.typed import Conventions
    from tap_amazon_reports.reports.report_types import RecordSet, ReportType

_DIALECTS = {
    ReportFormat.TSV: Dialect.TAB,
    ReportFormat.LEDGER: Dialect.LEDGER,
    ReportFormat.CSV: Dialect.CSV,
}
_READERS: dict[ReportFormat, type[JsonRecords | XmlRecords]] = {
    ReportFormat.JSON: JsonRecords,
    ReportFormat.XML: XmlRecords,
}
_EVERY_ARRAY = "*"
_ROWS_A_BLOCK = 500


class TypedRow(NamedTuple):
    """One row, and which array of records it belongs to."""

    records: RecordSet
    values: dict[str, Any]
    extra: dict[str, str]


class TypedRows(NamedTuple):
    """Some rows one after another of one array of records.

    Attributes:
        records: the array.
        values: of each row, by column.
        extras: of a row that has any, by its place among these.
    """

    records: RecordSet
    values: list[dict[str, Any]]
    extras: Mapping[int, dict[str, str]]


class DocumentRows:
    """Reads one document.

    Attributes:
        misfits: how many values did not fit their column, by its name, so far.
        unknown: columns that the type's file does not know.
        replaced: how many undecodable bytes were replaced.
    """

    def __init__(
        self,
        kind: ReportType,
        *,
        conventions: Conventions,
        fallback_charset: str,
    ) -> None:
        """Know how documents of `kind` are made.

        Args:
            kind: the report type.
            conventions: how the marketplace writes numbers and dates.
            fallback_charset: of a text that declares none and is not UTF-8.
        """
        self._kind = kind
        self._conventions = conventions
        self._fallback_charset = fallback_charset
        self.misfits: Counter[str] = Counter()
        self.unknown: dict[str, None] = {}
        self.replaced = 0

    def read(
        self, pieces: Iterable[bytes], *, content_type: str | None
    ) -> Iterator[TypedRow]:
        """Yield the rows of a document, as `blocks` does, one by one."""
        for records, values, extras in self.blocks(pieces, content_type=content_type):
            for place, row in enumerate(values):
                yield TypedRow(records, row, extras.get(place, {}))

    def blocks(
        self,
        pieces: Iterable[bytes],
        *,
        content_type: str | None,
        around: Mapping[str, object] = MappingProxyType({}),
    ) -> Iterator[TypedRows]:
        """Yield the rows of a document, as storage holds it.

        Args:
            pieces: of the document.
            content_type: as storage tells it.
            around: what each row has beside its columns; a column of the same name is
                first.

        Raises:
            DocumentDamagedError: if it is cut short or not what it claims.
            NotATableError: if it is a sentence instead of a table.
        """
        for member in members(pieces):
            if self._kind.format in _DIALECTS:
                yield from self._delimited(member, content_type, around)
            else:
                yield from self._objects(member, content_type, around)

    def _delimited(
        self,
        member: Member,
        content_type: str | None,
        around: Mapping[str, object],
    ) -> Iterator[TypedRows]:
        text = DecodedText(
            member.chunks,
            declared=charset_of(content_type),
            fallback=self._fallback_charset,
        )
        records = self._kind.records[0]
        properties = records.schema["properties"]
        reader = DelimitedReader(
            text, dialect=_DIALECTS[self._kind.format], header=self._header(properties)
        )
        try:
            yield from self._typed_rows(reader, records, around)
        finally:
            # Told also of a document that breaks off.
            self.replaced += text.replaced

    def _header(self, properties: Mapping[str, Any]) -> HeaderRule:
        names = [spec.get("x-name", name) for name, spec in properties.items()]
        expected = () if is_generic(properties) else tuple(names)
        return HeaderRule(landmarks=self._kind.landmarks, expected=expected)

    def _typed_rows(
        self,
        reader: DelimitedReader,
        records: RecordSet,
        around: Mapping[str, object],
    ) -> Iterator[TypedRows]:
        properties = records.schema["properties"]
        columns = self._columns(reader.columns, properties, around)
        cells = reader.cells()
        try:
            while some := list(islice(cells, _ROWS_A_BLOCK)):
                yield TypedRows(records, *columns.read_block(some))
        finally:
            self.misfits += columns.misfits
            self.unknown.update(dict.fromkeys(columns.unknown))

    def _columns(
        self,
        header: Sequence[str],
        properties: Mapping[str, Any],
        around: Mapping[str, object],
    ) -> ColumnMap | RowMap:
        if is_generic(properties):
            return RowMap(header, around=around)
        known = delimited_columns(properties, conventions=self._conventions)
        if self._kind.by_position and len(header) == len(known):
            header = [column.name for column in known]
        return ColumnMap(header, known, around=around)

    def _objects(
        self,
        member: Member,
        content_type: str | None,
        around: Mapping[str, object],
    ) -> Iterator[TypedRows]:
        by_path = {
            records.path or _EVERY_ARRAY: records for records in self._kind.records
        }
        fields = {
            path: ObjectFields(
                records.schema["properties"], conventions=self._conventions
            )
            for path, records in by_path.items()
        }
        reader = _READERS[self._kind.format](
            member.chunks,
            list(by_path),
            declared=charset_of(content_type),
            fallback=self._fallback_charset,
        )
        try:
            for path, record, parents in reader:
                known = path if path in by_path else _EVERY_ARRAY
                values, extra = fields[known].read(record, parents)
                row = {**around, **values}
                yield TypedRows(by_path[known], [row], {0: extra} if extra else {})
        finally:
            for read in fields.values():
                self.misfits += read.misfits
            self.replaced += reader.text.replaced
