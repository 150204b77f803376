"""How the documents of one report type are made: all that it takes to read one."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from tap_amazon_reports.documents.conventions import Conventions, Decimals
from tap_amazon_reports.documents.values import DayOrder

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["EVERY_RECORD", "DocumentFormat", "FoundRecord", "Layout", "RecordSet"]

EVERY_RECORD = "*"
"""The path of whatever records there are."""

FoundRecord = tuple[str, dict[str, Any], list[dict[str, Any]]]
"""The path, the record, and the records around it, the outermost first."""


class DocumentFormat(Enum):
    """What a document is."""

    TSV = "tsv"
    """Cells end at a tab; nothing is quoted."""

    LEDGER = "ledger"
    """As `TSV`, and each cell is in one pair of quotes; inner quotes are literal."""

    CSV = "csv"
    """RFC 4180: commas, quotes where needed, inner quotes doubled."""

    JSON = "json"
    XML = "xml"
    XLSX = "xlsx"
    PDF = "pdf"

    @property
    def is_table(self) -> bool:
        """Whether it is text with a header, and a line for each row."""
        return self in {DocumentFormat.TSV, DocumentFormat.LEDGER, DocumentFormat.CSV}

    @property
    def is_readable(self) -> bool:
        """Whether there are rows in it that the tap can read."""
        return self not in {DocumentFormat.XLSX, DocumentFormat.PDF}


@dataclass(frozen=True)
class RecordSet:
    """Rows of one kind in a document.

    Attributes:
        stream: the name of what they become.
        path: where the records are: `promotions[].includedProducts[]` in JSON,
            `Result/Node` in XML, or `EVERY_RECORD`; None for a table.
        key: the natural key's columns; empty where there is none.
        unique: whether no two rows of a document can share the key.
        schema: a JSON schema: `type`, and `properties` by column.
    """

    stream: str
    path: str | None
    key: tuple[str, ...]
    unique: bool
    schema: Mapping[str, Any] = field(hash=False, repr=False)

    @property
    def text_keys(self) -> tuple[str, ...]:
        """The columns of the key in which any text can stand, and not only a date."""
        columns = self.schema["properties"]
        return tuple(
            name
            for name in self.key
            if name in columns
            and "string" in columns[name]["type"]
            and "format" not in columns[name]
        )


@dataclass(frozen=True)
class Layout:
    """How the documents of one report type are made.

    Attributes:
        format: what they are.
        records: the kinds of rows in them; a table has one.
        is_guess: whether nobody knows the format: it is what a document is whose first
            sign is neither of JSON nor of XML.
        decimals: how decimals are written.
        day_order: what stands first in a date whose year stands last.
        time_zone: of times without one, an IANA name; None where nobody knows, so that
            such a time does not fit.
        landmarks: names in the header of a table that has lines before it.
        by_position: whether a table's headers are translated, in an order that is
            stable; unless a known name in another place says that it is not.
        translations: of a table's headers into other languages, by the English one.
        column_orders: English headers, in orders that tables have in every language.
    """

    format: DocumentFormat
    records: tuple[RecordSet, ...]
    is_guess: bool = False
    decimals: Decimals = Decimals.POINT
    day_order: DayOrder = DayOrder.MARKETPLACE
    time_zone: str | None = None
    landmarks: tuple[str, ...] = ()
    by_position: bool = False
    translations: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict, hash=False, repr=False
    )
    column_orders: tuple[tuple[str, ...], ...] = field(default=(), repr=False)

    def conventions(self, country: str | None) -> Conventions:
        """Return what the text of a value means in a marketplace.

        Args:
            country: two letters, in capitals; None where there is no one country.
        """
        return Conventions(
            country=country,
            decimals=self.decimals,
            day_order=self.day_order,
            time_zone=ZoneInfo(self.time_zone) if self.time_zone else None,
        )
