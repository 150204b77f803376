"""The rows of one document, typed, for all of its arrays of records at once."""

from __future__ import annotations

from collections import Counter
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


class TypedRow(NamedTuple):
    """One row, and which array of records it belongs to."""

    records: RecordSet
    values: dict[str, Any]
    extra: dict[str, str]


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
        """Yield the rows of a document, as storage holds it.

        Raises:
            DocumentDamagedError: if it is cut short or not what it claims.
            NotATableError: if it is a sentence instead of a table.
        """
        for member in members(pieces):
            if self._kind.format in _DIALECTS:
                yield from self._delimited(member, content_type)
            else:
                yield from self._objects(member, content_type)

    def _delimited(
        self, member: Member, content_type: str | None
    ) -> Iterator[TypedRow]:
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
            yield from self._typed_rows(reader, records, properties)
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
        properties: Mapping[str, Any],
    ) -> Iterator[TypedRow]:
        columns = self._columns(reader.columns, properties)
        try:
            for row in reader:
                values, extra = columns.read(row.cells)
                yield TypedRow(records, values, extra)
        finally:
            self.misfits += columns.misfits
            self.unknown.update(dict.fromkeys(columns.unknown))

    def _columns(
        self, header: Sequence[str], properties: Mapping[str, Any]
    ) -> ColumnMap | RowMap:
        if is_generic(properties):
            return RowMap(header)
        known = delimited_columns(properties, conventions=self._conventions)
        if self._kind.by_position and len(header) == len(known):
            return ColumnMap([column.name for column in known], known)
        return ColumnMap(header, known)

    def _objects(self, member: Member, content_type: str | None) -> Iterator[TypedRow]:
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
                yield TypedRow(by_path[known], values, extra)
        finally:
            for read in fields.values():
                self.misfits += read.misfits
            self.replaced += reader.text.replaced
