"""Documents of a type without a file: JSON, XML or a table, told by how they begin."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

from tap_amazon_reports.amazon.errors import AmazonError
from tap_amazon_reports.documents.container import members
from tap_amazon_reports.documents.document_rows import DocumentRows
from tap_amazon_reports.documents.errors import (
    NotATableError,
    UnreadableFormatError,
)
from tap_amazon_reports.reports.schema_files import CATALOGUE
from tests.documents.pieces import CUTS, ByteCut, whole

NEW = "GET_BRAND_NEW_THING_REPORT"


def rows(
    document: bytes,
    *,
    service: str = "selling_partner",
    name: str = NEW,
    content_type: str | None = None,
    cut: ByteCut = whole,
) -> list[Any]:
    """Return what is in the only column of each row of a document."""
    reader = DocumentRows(CATALOGUE.find(service, name).layout)
    files = members(cut(document))
    return [
        row["row"]
        for found in reader.blocks(files, content_type=content_type)
        for row in found.block.rows()
    ]


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize(
    ("document", "records"),
    [
        (b'{"data":[{"a":1},{"a":2}]}', [{"a": 1}, {"a": 2}]),
        (b'{\n "spec": {"x": 1},\n "data": [\n  {"a": 1}\n ]\n}\n', [{"a": 1}]),
        (b' \n[{"a":"x"},{"b":"y"}]', [{"a": "x"}, {"b": "y"}]),
        (b'\xef\xbb\xbf{"a":"x"}', [{"a": "x"}]),
        ('{"a":"ü"}'.encode("utf-16"), [{"a": "ü"}]),
        (b"<A>\n<B><C>1</C></B>\n<B><C>2</C></B></A>\n", [{"C": "1"}, {"C": "2"}]),
        (b"<?xml version='1.0'?>\n<A><B c='1'/></A>", [{"@c": "1"}]),
        (b"sku\tprice\nA\t1\n", [{"sku": "A", "price": "1"}]),
    ],
)
def test_each_kind_of_document_is_read_for_what_it_is(
    document: bytes, records: list[Any], cut: ByteCut
) -> None:
    """A type that Amazon adds tomorrow may be JSON or XML: each record is a row."""
    assert records == rows(document, cut=cut)


@pytest.mark.parametrize("size", [1, 1000, 65_536, 100_000])
def test_what_it_is_does_not_depend_on_the_cut(size: int) -> None:
    """Behind 64 KiB of blanks it is JSON, and behind more it is no document."""

    def cut(document: bytes) -> list[bytes]:
        starts = range(0, len(document), size)
        return [document[start : start + size] for start in starts]

    assert [{"a": 1}] == rows(b" " * 65_536 + b'{"a": 1}', cut=cut)
    with pytest.raises(NotATableError):
        rows(b" " * 65_537 + b'{"a": 1}', cut=cut)


def test_many_comments_before_the_root_cost_little() -> None:
    """To tell that it is no page takes no longer with each of them."""
    assert [{"c": "1"}] == rows(b"<!---->" * 140 + b"<A><B><c>1</c></B></A>")


def test_the_types_name_says_no_more_than_the_document() -> None:
    """JSON is JSON, whatever the service and the name let one expect."""
    for service, name in (("amazon_pay", "NEW"), ("selling_partner", "GET_XML_NEW")):
        assert [{"a": 1}] == rows(b'{"data":[{"a":1}]}', service=service, name=name)

    assert [{"sku": "A", "price": "1"}] == rows(
        b"sku,price\nA,1\n", service="amazon_pay", name="NEW"
    )


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize(
    "document",
    [
        b"<html>\n<body>Service Unavailable</body>\n</html>\n",
        b"<!DOCTYPE html>\n<title>503</title>",
        b"\n<?xml version='1.0'?>\n<!-- a page -->\n<HTML><b>1</b></HTML>",
        b"<?xml version='1.0'?>\n<Error><Code>SlowDown</Code></Error>",
        b"No data available",
    ],
)
def test_a_page_is_no_document(document: bytes, cut: ByteCut) -> None:
    """What a server says instead of the document is not loaded as rows of it."""
    with pytest.raises(NotATableError):
        rows(document, cut=cut)


def _workbook() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("xl/worksheets/sheet1.xml", "<worksheet><row/></worksheet>")
        archive.writestr("[Content_Types].xml", "<Types/>")
    return content.getvalue()


@pytest.mark.parametrize(
    ("document", "what"),
    [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "a PDF"),
        (_workbook(), "an Office file"),
    ],
)
def test_what_the_tap_cannot_read_is_named(document: bytes, what: str) -> None:
    """A PDF and a workbook give no row of rubbish, and the line says what to do."""
    with pytest.raises(UnreadableFormatError, match=f"is {what}.*cannot read") as found:
        rows(document)

    assert isinstance(found.value, AmazonError)
    assert "`amazon-reports reports fetch`" in str(found.value)
