"""Hostile documents end in a row, in `_extra` or in a sentence: soon, and in bounds."""

from __future__ import annotations

import gzip
import io
import json
import time
import tracemalloc
import zipfile
import zlib
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tap_amazon_reports.amazon.errors import DocumentDamagedError
from tap_amazon_reports.documents.charset import charset_of
from tap_amazon_reports.documents.column_names import NAME_CHARACTERS_MAX
from tap_amazon_reports.documents.container import ZIP_BYTES_MAX, members
from tap_amazon_reports.documents.document_rows import DocumentRows
from tap_amazon_reports.documents.errors import NotATableError
from tap_amazon_reports.documents.json_text import json_text
from tap_amazon_reports.documents.layout import DocumentFormat
from tap_amazon_reports.documents.oddities import oddities

from .reading import layout, read

if TYPE_CHECKING:
    from collections.abc import Iterator

MIB = 1 << 20
SECONDS = 10.0
"""Far more than is needed on a slow machine; what grew with the square took longer."""


def first_row(
    kind: DocumentFormat, document: bytes
) -> tuple[dict[str, object], object]:
    """Return the first row of the first array, and its extra cells."""
    return read(layout(kind), [document]).rows["stream_0"][0]


@pytest.mark.parametrize(
    "number",
    [
        "1e99999999999999999999",
        "-1E+400",
        "0e999999999999999",
        "9" * 5001,
        "0." + "1" * 6000,
        "1" * 101,
    ],
)
def test_numbers_beyond_all_measure_are_kept_as_text(number: str) -> None:
    """No reader of the output meets a number that it cannot take in."""
    document = f'{{"things": [{{"price": {number}, "count": 3}}]}}'.encode()
    row, extra = first_row(DocumentFormat.JSON, document)

    assert (None, 3) == (row["price"], row["count"])
    assert {"price": number} == extra
    table = f"name\tprice\nx\t{number}\n".encode()
    assert (None, {"price": number}) == (
        first_row(DocumentFormat.TSV, table)[0]["price"],
        first_row(DocumentFormat.TSV, table)[1],
    )


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_is_its_word(word: str) -> None:
    """`NaN` is never written as if it were JSON, not inside an object either."""
    document = f'{{"things": [{{"price": {word}, "about": {{"a": {word}}}}}]}}'.encode()
    row, extra = first_row(DocumentFormat.JSON, document)
    cells = f'name\tabout\nx\t{{"a": {word}}}\n'.encode()

    assert (None, {"price": word}) == (row["price"], extra)
    assert {"a": word} == row["about"]
    assert {"a": word} == first_row(DocumentFormat.TSV, cells)[0]["about"]


def test_a_hundred_digits_are_a_number() -> None:
    """What is long and can be read is kept to the last digit."""
    digits = "9" * 60 + "." + "1" * 39
    document = f'{{"things": [{{"price": {digits}}}]}}'.encode()

    assert Decimal(digits) == first_row(DocumentFormat.JSON, document)[0]["price"]


def test_half_a_character_is_replaced_and_counted() -> None:
    """A lone surrogate ends no process: the output is text that all can read."""
    things = r"""{"name": "a\ud800b", "about": {"\udfff": ["\uD83D\uDE00"]}}"""
    found = read(layout(DocumentFormat.JSON), [f'{{"things": [{things}]}}'.encode()])
    ((row, _),) = found.rows["stream_0"]

    assert "a\ufffdb" == row["name"]
    assert {"\ufffd": ["\U0001f600"]} == row["about"]
    assert 2 == found.counts[2]
    json_text(row).encode()


def test_half_a_character_in_a_cell_is_kept_as_it_is_written() -> None:
    """A cell of JSON that is no text stays the cell that it was."""
    cell = r'{"a": "\ud800"}'
    row, extra = first_row(DocumentFormat.TSV, f"name\tabout\nx\t{cell}\n".encode())

    assert (None, {"about": cell}) == (row["about"], extra)


@pytest.mark.parametrize(
    "charset", ["utf-7", "unicode_escape", "raw_unicode_escape", "punycode", "idna"]
)
def test_escapes_are_no_charset(charset: str) -> None:
    """A charset that could make half characters is taken for none."""
    assert charset_of(f"text/plain; charset={charset}") is None


def test_two_attributes_with_one_local_name_are_both_kept() -> None:
    """A namespace takes no value away."""
    document = (
        b'<Things><Thing xmlns:x="u" a="1" x:a="2"><name>n</name></Thing></Things>'
    )

    assert {"@a": "1", "@x:a": "2"} == first_row(DocumentFormat.XML, document)[1]


def test_a_header_that_is_a_row_is_a_row() -> None:
    """Of a table without a header nothing is lost, and no cell is a column's name."""
    made = layout(DocumentFormat.TSV)
    found = read(made, [b"Jane Buyer\t12 Elm St\n\tx 7\n"])
    rows = found.rows["stream_0"]

    assert [
        {"_cell_1": "Jane Buyer", "_cell_2": "12 Elm St"},
        {"_cell_2": "x 7"},
    ] == [extra for _, extra in rows]
    assert "Jane" not in str(found.counts)


def test_a_foreign_header_is_not_printed() -> None:
    """A first line that nobody knows can be a buyer: it is in no log."""
    found = read(layout(DocumentFormat.TSV), [b"Jane\tBuyer\nx\ty\n"])

    assert {"Jane": "x", "Buyer": "y"} != found.counts[1]
    assert "jane" not in str(found.counts).lower()
    assert {"jane": "x", "buyer": "y"} == found.rows["stream_0"][0][1]


def test_names_of_columns_fill_no_log() -> None:
    """Of thousands that nobody knows some are named, and the others counted."""
    header = "\t".join(f"column {n} {'x' * 200}" for n in range(2_000))
    cells = "\t".join("1" for _ in range(2_000))
    reader = DocumentRows(layout(DocumentFormat.TSV))
    table = f"name\t{header}\nx\t{cells}\n".encode()
    list(reader.blocks(members([table]), content_type=None))
    (sentence,) = oddities(reader.misfits, reader.unknown, reader.replaced)

    assert sentence.startswith("unknown columns were kept in _extra: column_0_xxx")
    assert sentence.endswith("x and 1980 others")
    assert len(sentence) < 10_000


def test_names_in_a_broken_archive_are_short_and_printable() -> None:
    """What a ZIP calls its files is in no error as it is."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("n" * 60_000 + "\x1b[31m\n", "name,price\nx,1\n")
    content = packed.getvalue().replace(b"x,1", b"x,2")

    (member,) = members([content])
    with pytest.raises(DocumentDamagedError) as caught:
        list(member.chunks)
    assert len(str(caught.value)) < 500
    assert str(caught.value).isprintable()


def test_errors_quote_nothing_of_a_document() -> None:
    """A buyer's name in a broken document is in no message."""
    documents = {
        DocumentFormat.TSV: b"Jane Buyer",
        DocumentFormat.CSV: b'name,price\n"Jane Buyer',
        DocumentFormat.JSON: b'{"things": [{"name": Jane}]}',
        DocumentFormat.XML: b"<!DOCTYPE Jane [<!ENTITY Jane 'x'>]><Things/>",
    }
    for kind, document in documents.items():
        with pytest.raises((DocumentDamagedError, NotATableError)) as caught:
            list(
                DocumentRows(layout(kind)).blocks(
                    members([document]), content_type=None
                )
            )
        assert "Jane" not in str(caught.value)


def test_damage_in_a_gzip_stream_is_no_sentence() -> None:
    """What its checksum would have told is fetched again, and is no answer."""
    packed = bytearray(gzip.compress(b"name\tprice\na\t1\n", compresslevel=0))
    packed[packed.index(b"name")] ^= 1
    packed[packed.index(b"price")] ^= 1

    with pytest.raises(DocumentDamagedError):
        list(
            DocumentRows(layout(DocumentFormat.TSV, landmarks=("name",))).blocks(
                members([bytes(packed)]), content_type=None
            )
        )


def test_what_is_no_text_is_no_sentence() -> None:
    """A gzip stream whose first byte is wrong is damaged, and says nothing."""
    packed = b"\x00" + gzip.compress(b"name\tprice\na\t1\n" * 50)[1:]

    assert "DocumentDamagedError" == read(layout(DocumentFormat.JSON), [packed]).error
    assert "DocumentDamagedError" == read(layout(DocumentFormat.XML), [packed]).error


def _bomb(
    head: bytes, piece: bytes, megabytes: int, tail: bytes = b""
) -> Iterator[bytes]:
    packer = zlib.compressobj(1, wbits=31)
    yield packer.compress(head)
    for _ in range(megabytes * MIB // len(piece)):
        yield packer.compress(piece)
    yield packer.compress(tail) + packer.flush()


BOMBS = {
    "a line of TSV": (DocumentFormat.TSV, b"name\tprice\n", b"x" * MIB),
    "a line without a header": (DocumentFormat.LEDGER, b"", b"x" * MIB),
    "cells without an end": (DocumentFormat.CSV, b"name,price\n", b"," * MIB),
    "a quoted cell": (DocumentFormat.CSV, b'name,price\n"', b"x" * MIB),
    "quoted lines": (DocumentFormat.CSV, b"name,price\n", b'"\n",' * (MIB // 4)),
    "a string": (DocumentFormat.JSON, b'{"things": [{"name": "', b"x" * MIB),
    "blanks": (DocumentFormat.XML, b"<Things><Thing><name>", b"x" * MIB),
    "a comment": (DocumentFormat.XML, b"<Things><!--", b"x" * MIB),
    "elements": (DocumentFormat.XML, b"<Things><Thing>", b"<a/>" * (MIB // 4)),
    "nesting": (DocumentFormat.XML, b"<Things><x>", b"<a>" * (MIB // 3)),
}


@pytest.mark.parametrize("name", BOMBS)
def test_one_endless_value_is_refused_in_bounds(name: str) -> None:
    """A bomb of one line ends in a sentence, and not in the memory of the machine."""
    kind, head, piece = BOMBS[name]
    started = time.monotonic()
    tracemalloc.start()
    try:
        found = read(layout(kind), _bomb(head, piece, 40))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert "DocumentDamagedError" == found.error
    assert peak < 200 * MIB
    assert time.monotonic() - started < 6 * SECONDS


def test_the_attributes_of_a_record_are_measured() -> None:
    """A record is as long as all that is in it: 20 attributes of a megabyte, too."""
    attribute = b'<a x="' + b"x" * (MIB - 9) + b'"/>'
    pieces = _bomb(b"<Things><Thing>", attribute, 20, b"</Thing></Things>")

    assert "DocumentDamagedError" == read(layout(DocumentFormat.XML), pieces).error


def test_all_members_of_a_long_record_are_measured_together() -> None:
    """A record around others is no longer than one without any."""
    member = b'"' + b"x" * (MIB - 10) + b'"'
    head = b'{"things": [{"name": "n"'
    tail = b', "parts": []}]}'
    for members_, error in ((10, ""), (20, "DocumentDamagedError")):
        inside = b"".join(b', "m%d": %s' % (n, member) for n in range(members_))
        found = read(layout(DocumentFormat.JSON), [head + inside + tail])

        assert error == found.error


@pytest.mark.parametrize("value", ["1", '[{"a": 1}]'])
def test_long_names_at_the_top_are_not_held(value: str) -> None:
    """What nobody reads is told by the beginning of its name."""
    members_ = (f'"m{n}{"x" * MIB}": {value}, ' for n in range(20))
    document = f'{{{"".join(members_)}"things": [{{"name": "n"}}]}}'.encode()
    reader = DocumentRows(layout(DocumentFormat.JSON))
    rows = [
        row
        for _, b, _ in reader.blocks(members([document]), content_type=None)
        for row in b.rows()
    ]

    assert ["n"] == [row["name"] for row in rows]
    assert {} == reader.head
    assert [f"m{n}x" for n in range(20)] == [
        name.rstrip("x") + "x" for name in reader.passed_over
    ]
    assert max(map(len, reader.passed_over)) <= NAME_CHARACTERS_MAX


def test_blocks_are_bounded_by_bytes() -> None:
    """Hundreds of rows of megabytes each are not held at once."""
    pieces = _bomb(b"name\tprice\n", b"x" * (2 * MIB - 3) + b"\t1\n", 120)
    sizes = [
        len(block)
        for _, block, _ in DocumentRows(layout(DocumentFormat.TSV)).blocks(
            members(pieces), content_type=None
        )
    ]

    assert 60 == sum(sizes)
    assert max(sizes) <= 8


def test_blocks_of_objects_are_bounded_by_bytes() -> None:
    """So are records of JSON."""
    thing = b'{"name": "' + b"x" * (2 * MIB - 14) + b'"}, '
    pieces = _bomb(b'{"things": [', thing, 60, b"{}]}")
    rows = DocumentRows(layout(DocumentFormat.JSON))
    blocks = rows.blocks(members(pieces), content_type=None)
    sizes = [len(block) for _, block, _ in blocks]

    assert max(sizes) <= 8


def test_a_cell_of_ten_megabytes_is_whole() -> None:
    """Large is no reason to be refused."""
    cell = "x" * (10 * MIB)
    row, _ = first_row(DocumentFormat.TSV, f"name\tprice\n{cell}\t1\n".encode())

    assert cell == row["name"]
    document = json.dumps({"things": [{"name": cell}]}).encode()
    assert cell == first_row(DocumentFormat.JSON, document)[0]["name"]
    xml = f"<Things><Thing><name>{cell}</name></Thing></Things>".encode()
    assert cell == first_row(DocumentFormat.XML, xml)[0]["name"]


SLOW = {
    "carriage returns": (DocumentFormat.TSV, b"\r", 400_000, b"", b""),
    "no line end": (DocumentFormat.TSV, b"x\t", 7_000_000, b"", b""),
    "blanks behind a bracket": (
        DocumentFormat.JSON,
        b" ",
        16 * MIB,
        b'{"things": [',
        b"]}",
    ),
    "brackets": (DocumentFormat.JSON, b"[", 200_000, b'{"things": ', b""),
}


@pytest.mark.parametrize("name", SLOW)
def test_time_grows_with_the_document_only(name: str) -> None:
    """No small document takes minutes."""
    kind, piece, times, head, tail = SLOW[name]
    document = head + piece * times + tail
    pieces = [document[at : at + 4096] for at in range(0, len(document), 4096)]
    started = time.monotonic()
    read(layout(kind), pieces)

    assert time.monotonic() - started < SECONDS


def test_a_zip_without_an_end_is_refused() -> None:
    """An archive that goes on and on is given up within what may be held."""

    def pieces() -> Iterator[bytes]:
        yield b"PK\x03\x04"
        while True:
            yield bytes(MIB)

    with pytest.raises(DocumentDamagedError, match=f"longer than {ZIP_BYTES_MAX}"):
        list(members(pieces()))
