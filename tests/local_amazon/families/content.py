"""The content of a document before it is bytes: tables, objects, elements."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from decimal import Decimal

Json = Any
"""A JSON value; numbers with a fraction are `Decimal`."""


class ExpectedRow(NamedTuple):
    """One row or record that must arrive.

    Attributes:
        path: of the array of records; None for a line of a table.
        cells: of a table: the text in each column that has any, by Amazon's name; of
            JSON and XML: the record itself, without the arrays of records inside it
            that are wanted by themselves.
        beyond: texts behind the last column.
        parents: the records around it, the outermost first.
    """

    path: str | None
    cells: dict[str, Any]
    beyond: tuple[str, ...] = ()
    parents: tuple[dict[str, Any], ...] = ()


@dataclass
class Line:
    """One row of a table.

    Attributes:
        cells: the text of each column, by Amazon's name.
        beyond: texts behind the last column.
        is_short: whether the blanks at its end are left out.
    """

    cells: dict[str, str]
    beyond: tuple[str, ...] = ()
    is_short: bool = False


@dataclass
class Table:
    """The content of a delimited document.

    Attributes:
        columns: the header.
        lines: the rows.
        preamble: lines as they are, before the header.
        header_end: what stands behind the header's last name.
        all_quoted: whether each cell of a CSV is in quotes.
        headings: what columns are called in the header, if not by their names.
    """

    columns: list[str]
    lines: list[Line]
    preamble: tuple[str, ...] = ()
    header_end: str = ""
    all_quoted: bool = False
    headings: dict[str, str] = field(default_factory=dict)


@dataclass
class JsonContent:
    """The content of a JSON document: one object."""

    value: dict[str, Json]


@dataclass
class Element:
    """One element of XML; it has text or elements inside, not both."""

    name: str
    inside: list[Element] = field(default_factory=list)
    text: str = ""
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass
class XmlContent:
    """The content of an XML document: its root."""

    root: Element


Content = Table | JsonContent | XmlContent


class Document(NamedTuple):
    """What is in the document of one report, in order.

    Attributes:
        header: the names in the header as they are in the file; none but for tables.
        rows: the cells of each row as they are in the file: fewer or more than the
            header has, now and then. The header's repetition is no row.
        records: of JSON and XML: the records of each path.
    """

    header: tuple[str, ...]
    rows: list[list[str]]
    records: dict[str, list[ExpectedRow]]


def leaf(name: str, text: str, /, **attributes: str) -> Element:
    """Return an element that holds a text."""
    return Element(name, text=text, attributes=attributes)


def money(amount: Decimal, currency: str) -> dict[str, Json]:
    """Return an amount as Amazon's JSON has it."""
    return {"amount": amount, "currencyCode": currency}
