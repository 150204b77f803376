"""Small documents that would cost much: work and memory grow with the document only.

Each of these took minutes, gigabytes, or ended in a bare exception, before there was a
bound. The bounds: 16 Mi characters in a line or a record, 20,000 cells in a row, 200
levels of nesting, 250 characters in a name, 10,000 extra values that have a name each,
10,000 files in an archive.
"""

from __future__ import annotations

import gzip
import io
import json
import time
import tracemalloc
import zipfile
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pytest

from tap_amazon_reports.amazon.errors import DocumentDamagedError
from tap_amazon_reports.documents.cells import CELLS_MAX
from tap_amazon_reports.documents.column_names import NAME_CHARACTERS_MAX
from tap_amazon_reports.documents.columns import Column, ColumnMap
from tap_amazon_reports.documents.container import ZIP_FILES_MAX, members
from tap_amazon_reports.documents.json_records import JsonRecords
from tap_amazon_reports.documents.json_text import DEPTH_MAX, json_value
from tap_amazon_reports.documents.layout import DocumentFormat, Layout, RecordSet
from tap_amazon_reports.documents.typed import RowMap
from tap_amazon_reports.documents.values import integer

from .reading import Outcome, layout, read
from .trial import check_output

if TYPE_CHECKING:
    from collections.abc import Callable

MIB = 1 << 20
SECONDS = 10.0
"""Of the processor. Each takes a fraction of one; without its bound, minutes."""

TSV, CSV, JSON, XML = (
    DocumentFormat.TSV,
    DocumentFormat.CSV,
    DocumentFormat.JSON,
    DocumentFormat.XML,
)
ACCENTS = "\u0301\u0327" * 60_000
PRICE = "1" + ",234" * 40_000 + ",\nx"


def things(members: str) -> str:
    """Return a document with one record."""
    return f'{{"things": [{{{members}}}]}}'


@lru_cache
def every_way_of_nesting(letters: int) -> str:
    """Return an object in which `a.a.a` of so many letters is nested in each way."""
    if not letters:
        return "1"
    members = (
        f'"{".".join("a" * n)}": {every_way_of_nesting(letters - n)}'
        for n in range(1, letters + 1)
    )
    return f"{{{', '.join(members)}}}"


SMALL: dict[str, tuple[DocumentFormat, Callable[[], str], str]] = {
    # kind, document, what it ends with
    "accents in a header": (TSV, lambda: f"name\tprice\t{ACCENTS}\nx\n", ""),
    "accents in a member": (JSON, lambda: things(f'"{ACCENTS}": 1'), ""),
    "thousands of thousands": (
        JSON,
        lambda: things(f'"price": {PRICE!r}').replace("'", '"'),
        "",
    ),
    "thousands in a table": (CSV, lambda: f'name,price\nx,"{PRICE}"\n', ""),
    "a long name around many values": (
        JSON,
        lambda: things('"' + "n" * 50_000 + '": ' + numbered_object(20_000)),
        "",
    ),
    "many values with names": (
        JSON,
        lambda: things(f'"n": {numbered_object(40_000)}'),
        "",
    ),
    "thousands of names that are one path": (
        JSON,
        lambda: things(f'"x": {every_way_of_nesting(13)}'),
        "",
    ),
    "an element with a long name": (
        XML,
        lambda: thing("<" + "n" * 50_000 + numbered(' a%d="1"', 20_000) + "/>"),
        "DocumentDamagedError",
    ),
    "an attribute of its own for each element": (
        XML,
        lambda: thing(numbered('<a x%d="1"/>', 30_000)),
        "DocumentDamagedError",
    ),
    "attributes that a document type gives to each element": (
        XML,
        lambda: attribute_list(500) + thing("<a/>" * 8_000),
        "DocumentDamagedError",
    ),
    "many attributes of one element": (
        XML,
        lambda: thing("<a" + numbered(' a%d="1"', 200_000) + "/>"),
        "DocumentDamagedError",
    ),
    "a wide header over short rows": (
        TSV,
        lambda: "name\tprice" + "\tc" * 15_000 + "\n" + "x\n" * 10_000,
        "",
    ),
    "a header without an end": (
        TSV,
        lambda: "name\tprice" + "\tc" * CELLS_MAX + "\nx\n",
        "DocumentDamagedError",
    ),
    "a row without an end": (
        TSV,
        lambda: "name\tprice\n" + "xy\t" * 2_000_000 + "\n",
        "DocumentDamagedError",
    ),
    "a row of commas": (
        CSV,
        lambda: "name,price\n" + "xy," * 500_000 + "\n",
        "DocumentDamagedError",
    ),
    "a long name over many rows": (
        TSV,
        lambda: f"name\tprice\t{'n' * 200_000}\n" + "x\t1\ty\n" * 5_000,
        "",
    ),
}


def numbered(one: str, count: int) -> str:
    """Return a text so many times, each with its number."""
    return "".join(one % number for number in range(count))


def numbered_object(count: int) -> str:
    """Return an object with so many members, each of its own name."""
    members = numbered(', "a%d": 1', count).removeprefix(", ")
    return f"{{{members}}}"


def attribute_list(count: int) -> str:
    """Return a document type in which each `a` has so many attributes."""
    attributes = numbered(' a%d CDATA ""', count)
    return f"<!DOCTYPE Things [<!ATTLIST a{attributes}>]>"


def thing(inside: str) -> str:
    """Return a document with one record."""
    return f"<Things><Thing>{inside}<name>n</name></Thing></Things>"


@pytest.mark.parametrize("name", SMALL)
def test_small_documents_cost_little(name: str) -> None:
    """In time and in memory, and what is written for them is no larger than they."""
    kind, made, error = SMALL[name]
    document = made().encode()
    pieces = [document[at : at + 65536] for at in range(0, len(document), 65536)]
    started = time.process_time()
    tracemalloc.start()
    try:
        found = read(layout(kind), pieces, country="US")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert error == found.error
    assert bool(error) != bool(found.rows)
    assert time.process_time() - started < SECONDS
    assert peak < 100 * MIB
    check_output(found)


def test_lists_of_what_few_objects_have_are_kept_together() -> None:
    """Thousands of objects with a member of its own each make no table of nulls."""
    schema = {
        "type": "object",
        "properties": {
            "amount": {"type": ["string", "null"], "x-name": "parts.amount"}
        },
    }
    records = RecordSet("s", "things[]", key=(), unique=False, schema=schema)
    parts = numbered(', {"a%d": 1}', 20_000).removeprefix(", ")
    document = things(f'"parts": [{parts}]').encode()
    started = time.process_time()
    ((row, extra),) = read(Layout(JSON, (records,)), [document]).rows["s"]

    assert time.process_time() - started < SECONDS
    assert {"amount": None} == row
    assert ["parts"] == list(extra)
    assert [{f"a{n}": 1} for n in range(20_000)] == json_value(extra["parts"])


def test_many_lists_of_what_few_objects_have_cost_little() -> None:
    """Of a document, and not of each record: what is written grows with what is read.

    Lists of a few objects stay lists by member, however many records have them.
    """
    properties = {"amount": {"type": ["string", "null"], "x-name": "parts.amount"}}
    records = RecordSet(
        "s", "things[]", key=(), unique=False, schema={"properties": properties}
    )
    few = ", ".join(f'{{"a{n}": 1, "b{n}": 2}}' for n in range(8))
    many = numbered(', {"a%d": 1}', 500).removeprefix(", ")
    things_ = ", ".join(
        f'{{"parts": [{many}]}}, {{"parts": [{few}]}}' for _ in range(99)
    )
    document = f'{{"things": [{things_}]}}'.encode()
    rows = read(Layout(JSON, (records,)), [document]).rows["s"]
    extras = [extra for _, extra in rows]

    assert 198 == len(extras)
    assert {16} == set(map(len, extras[1::2]))
    assert sum(len(text) for extra in extras for text in extra.values()) < 10 * MIB
    assert ["parts"] == list(extras[-2])


def _row(rows: RowMap, cells: list[str]) -> dict[str, object]:
    row = rows.read(cells).values["row"]
    assert isinstance(row, dict)
    return row


def test_short_rows_of_a_wide_table_cost_little() -> None:
    """Nobody knows its columns: cells that no row has are not written without end."""
    width = 5_000
    rows = RowMap([f"column {n}" for n in range(width)])
    first, *_, last = (_row(rows, ["x"]) for _ in range(2_000))

    assert {"column_0": "x"} == last
    assert ("x", None, width) == (
        first["column_0"],
        first[f"column_{width - 1}"],
        len(first),
    )
    assert width == len(_row(rows, ["y"] * width))


def test_long_cells_are_not_remembered() -> None:
    """Blanks around a number, half a megabyte of them in each row."""
    columns = ColumnMap(["name", "price"], [Column("name"), Column("price", integer)])
    tracemalloc.start()
    try:
        values = [
            columns.read(["x", " " * (MIB // 2 + n) + "5"]).values["price"]
            for n in range(40)
        ]
        held = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()

    assert [5] * 40 == values
    assert held < MIB
    assert {} == columns.misfits


def test_what_is_passed_over_is_not_read_at_each_level(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A long value deep inside others costs a few times its length."""
    scanned: list[int] = []
    scan = json.JSONDecoder.raw_decode

    def counting(decoder: json.JSONDecoder, text: str, at: int = 0) -> Any:
        scanned.append(min(len(text) - at, 66_000))
        return scan(decoder, text, at)

    monkeypatch.setattr(json.JSONDecoder, "raw_decode", counting)
    long_value = f'"{"x" * 33_000}", "{"y" * 33_000}"'
    nested = f"{'[' * 150}{long_value}{']' * 150}"
    document = f'{{"things": [], "other": [{{"x": {nested}}}]}}'.encode()
    reader = JsonRecords([document], ["things[]"])

    assert [] == list(reader)
    assert ["other"] == reader.passed_over
    assert sum(scanned) < 15 * len(document)


DEEP: dict[str, tuple[DocumentFormat, Callable[[int], str]]] = {
    "arrays": (JSON, lambda n: things(f'"x": {"[" * n}1{"]" * n}')),
    "objects": (JSON, lambda n: things('"x": ' + '{"a":' * n + "1" + "}" * n)),
    "half a character": (JSON, lambda n: things(f'"x": {"[" * n}"\\ud800"{"]" * n}')),
    "at the top": (JSON, lambda n: '{"x": ' + "[" * n + "1" + "]" * n + "}"),
    "passed over": (
        JSON,
        lambda n: '{"other": [{"x": ' + f'["{"y" * 70_000}",' * (n // 20) + "0",
    ),
    "elements": (XML, lambda n: thing("<a>" * n + "1" + "</a>" * n)),
    "elements that nobody wants": (
        XML,
        lambda n: "<Things>" + "<a>" * n + "</a>" * n + "</Things>",
    ),
}


@pytest.mark.parametrize("levels", [DEPTH_MAX + 50, 800, 1000, 100_000])
@pytest.mark.parametrize("name", DEEP)
def test_nesting_beyond_measure_is_refused(name: str, levels: int) -> None:
    """In a sentence, however deep: never in a RecursionError."""
    kind, made = DEEP[name]
    if name == "passed over":
        levels = min(max(levels, 20 * (DEPTH_MAX + 50)), 20 * 1200)
    found = read(layout(kind), [made(levels).encode()])

    assert "DocumentDamagedError" == found.error


@pytest.mark.parametrize("name", ["arrays", "objects", "half a character"])
def test_nesting_within_the_bound_is_read_and_written(name: str) -> None:
    """To the last level: what is read can be written, whatever it is."""
    kind, made = DEEP[name]
    found = read(layout(kind), [made(DEPTH_MAX - 10).encode()])

    assert 1 == len(found.rows["stream_0"])
    check_output(found)


@pytest.mark.parametrize("levels", [DEPTH_MAX + 1, 700, 100_000])
@pytest.mark.parametrize("inside", ["1", '"\\ud83d\\ude00"'])
def test_a_cell_of_json_that_is_too_deep_stays_text(levels: int, inside: str) -> None:
    """It does not fit its column, and is in `_extra` as it was."""
    cell = '{"a":' * levels + inside + "}" * levels
    found = read(layout(TSV), [f"name\tabout\nx\t{cell}\n".encode()])
    ((row, extra),) = found.rows["stream_0"]

    assert (None, {"about": cell}) == (row["about"], extra)
    check_output(found)


def test_ten_thousand_columns_are_read() -> None:
    """A table that is really so wide is no reason for anything."""
    width = 10_000
    names = ["name", *(f"column {n}" for n in range(1, width))]
    rows = [[f"cell {n} {number}" for n in range(width)] for number in range(5)]
    text = "".join("\t".join(cells) + "\n" for cells in (names, *rows))
    found = read(layout(TSV), [text.encode()])

    assert [[cells[0], *cells[1:]] for cells in rows] == [
        [row["name"], *extra.values()] for row, extra in found.rows["stream_0"]
    ]
    assert [f"column_{n}" for n in range(1, width)] == list(
        found.rows["stream_0"][0][1]
    )


@pytest.mark.parametrize(
    ("kind", "document"),
    [
        (TSV, b"name\tprice\na\0b\t1\n"),
        (DocumentFormat.LEDGER, b'"name"\t"price"\n"a\0b"\t"1"\n'),
        (CSV, b'name,price\n"a\0b",1\n'),
        (JSON, b'{"things": [{"name": "a\\u0000b", "price": 1}]}'),
        (JSON, b'{"things": [{"name": "a\0b", "price": 1}]}'),
    ],
    ids=["tsv", "ledger", "csv", "json escaped", "json"],
)
def test_nul_is_replaced_and_counted(kind: DocumentFormat, document: bytes) -> None:
    """No database takes NUL in a text: one such sign must not stop a whole load."""
    found = read(layout(kind), [document])
    ((row, _),) = found.rows["stream_0"]

    assert "a\ufffdb" == row["name"]
    assert 1 == found.counts[2]


def test_a_document_that_ends_at_an_opening_quote_is_cut_short() -> None:
    """Nothing was read of that cell: that is not the same as nothing being there."""
    assert "DocumentDamagedError" == read(layout(CSV), [b'name,price\nx,1\n"']).error


def test_an_attribute_with_a_prefix_takes_no_other_away() -> None:
    """In whatever order the two come that have one local name."""
    for attributes in ('x:a="2" a="1"', 'a="1" x:a="2"'):
        document = f"<Things><Thing {attributes}><name>n</name></Thing></Things>"
        ((_, extra),) = read(layout(XML), [document.encode()]).rows["stream_0"]

        assert {"@a": "1", "@x:a": "2"} == extra


def test_gzip_members_that_hold_nothing_cost_little() -> None:
    """A hundred thousand of them in two megabytes, behind one that holds a table."""
    table = gzip.compress(b"name\tprice\nx\t1\n", mtime=0)
    empty = gzip.compress(b"", mtime=0) * 100_000
    started = time.process_time()
    (member,) = members([table + empty])

    assert b"name\tprice\nx\t1\n" == b"".join(member.chunks)
    assert time.process_time() - started < SECONDS


def _archive(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number, name in enumerate(names):
            archive.writestr(zipfile.ZipInfo(name), b"%d" % number)
    return out.getvalue()


def test_an_archive_of_very_many_files_is_refused() -> None:
    """Before its directory is read, which takes a thousand times its size."""
    content = _archive(*(f"{n}" for n in range(ZIP_FILES_MAX + 1)))

    with pytest.raises(DocumentDamagedError, match=f"more than {ZIP_FILES_MAX} files"):
        list(members([content]))


@pytest.mark.parametrize(
    "names",
    [
        ("../../../etc/passwd", "/etc/passwd", "C:\\Windows\\a", "..\\..\\a"),
        ("a\0b", "\x1b[31mred", "a\nb", "\u202egnp.exe"),
        ("n" * 60_000, "-rf", "~/.ssh/id_rsa", "CON"),
    ],
    ids=["paths", "signs", "others"],
)
def test_names_in_an_archive_are_only_names(
    names: tuple[str, ...], tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is written anywhere, whatever a file in an archive is called."""
    monkeypatch.chdir(tmp_path)
    found = {
        member.name: b"".join(member.chunks) for member in members([_archive(*names)])
    }

    assert sorted(b"%d" % n for n in range(len(names))) == sorted(found.values())
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("charset", "codec"),
    [
        ("utf-32", "utf-32"),
        ("utf_16", "utf-16"),
        ("u16", "utf-16-le"),
        ("utf_32", "utf-32-le"),
    ],
)
def test_wide_charsets_by_any_name(charset: str, codec: str) -> None:
    """With a byte order mark and without one, by all of Python's names."""
    document = "name\tprice\nä\t1\n".encode(codec)
    found = read(layout(TSV), [document], content_type=f"text/plain; charset={charset}")

    assert "ä" == found.rows["stream_0"][0][0]["name"]


def test_long_names_of_columns_are_numbers() -> None:
    """They would be in each row; their cells are under their places."""
    name = "n" * (NAME_CHARACTERS_MAX + 1)
    found = read(layout(TSV), [f"name\tprice\t{name}\na\t1\tx\n".encode()])

    assert [{"_cell_3": "x"}] == [extra for _, extra in found.rows["stream_0"]]
    assert isinstance(found, Outcome)
