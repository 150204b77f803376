"""No cell invented, none lost: rows against what other readers find in a text."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tap_amazon_reports.documents.layout import DocumentFormat

from .independent import bag, records
from .reading import read
from .trial import COLUMNS, as_texts, assert_nothing_lost

TABLES = (DocumentFormat.TSV, DocumentFormat.LEDGER, DocumentFormat.CSV)
LETTERS = st.characters(codec="utf-8", exclude_characters="\ufeff\ufffd")
TEXTS = st.text(LETTERS, max_size=8)
AWKWARD = st.sampled_from(
    [
        *('"', '""', 'a "b"', ",", "N/A", "--", " x ", "1.50", "0", "true", "null"),
        *("\u2028", "\x85", "\ufffd", "\x1c", "ä", "日本", "\U0001f600", "=1+1"),
        *("[1]", '{"a": 1}'),
    ]
)
CELLS = AWKWARD | TEXTS
PLAIN_CELLS = CELLS.filter(lambda cell: not set("\t\r\n") & set(cell))
HEADS = st.permutations(["name", "price", "other", "About", "seller-sku"])


def _written(kind: DocumentFormat, rows: list[list[str]]) -> str:
    if kind is DocumentFormat.CSV:
        out = io.StringIO(newline="")
        for row in rows:
            quoted = [f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row]
            out.write(",".join(quoted) + "\r\n")
        return out.getvalue()
    quote = '"' if kind is DocumentFormat.LEDGER else ""
    lines = ["\t".join(f"{quote}{cell}{quote}" for cell in row) for row in rows]
    return "\r\n".join((*lines, ""))


@given(header=HEADS, data=st.data())
@pytest.mark.parametrize("kind", TABLES)
def test_tables_of_any_cells(
    kind: DocumentFormat, header: list[str], data: st.DataObject
) -> None:
    """Short rows and long ones, quotes and line ends: each cell is there once."""
    cells = CELLS if kind is DocumentFormat.CSV else PLAIN_CELLS
    rows = data.draw(st.lists(st.lists(cells, min_size=1, max_size=7), max_size=5))
    text = _written(kind, [header, *rows])

    assert_nothing_lost(kind, text)
    expected = [bag(*row) for row in rows if bag(*row)]
    assert expected == [
        bag(row, extra)
        for row, extra in read(as_texts(kind), [text.encode()]).rows.get("stream_0", [])
    ]


@given(
    st.lists(
        st.lists(st.sampled_from([*"abc", ",", '"', '""', "\r\n", "\n", "\r", " "]))
    )
)
def test_comma_separated_text_that_nobody_wrote_well(parts: list[list[str]]) -> None:
    """Quotes anywhere, line ends of all kinds: as a reader letter by letter has it."""
    text = "name,price\n" + "\n".join("".join(part) for part in parts)
    assert_nothing_lost(DocumentFormat.CSV, text)


@given(st.lists(st.lists(PLAIN_CELLS, min_size=1, max_size=4), max_size=4))
def test_tables_that_the_library_wrote(rows: list[list[str]]) -> None:
    """What `csv` writes with as few quotes as it can is what it wrote."""
    rows = [[cell.replace("\0", "0") for cell in row] for row in rows]
    out = io.StringIO(newline="")
    csv.writer(out).writerows([["name", "price"], *rows])
    found = read(as_texts(DocumentFormat.CSV), [out.getvalue().encode()])
    read_back = list(csv.reader(io.StringIO(out.getvalue(), newline="")))[1:]

    assert [bag(*row) for row in read_back if bag(*row)] == [
        bag(row, extra) for row, extra in found.rows.get("stream_0", [])
    ]


NUMBERS = st.integers(-(10**30), 10**30) | st.decimals(
    allow_nan=False, allow_infinity=False, places=4, max_value=10**12
).map(str)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | CELLS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3)
    ),
    max_leaves=8,
)
NAMES = st.sampled_from([*COLUMNS, "parts", "Name", "a.b", "x", ""]) | TEXTS
OBJECTS = st.dictionaries(NAMES, VALUES, max_size=5)


@given(
    things=st.lists(st.none() | VALUES | OBJECTS, max_size=4)
    | OBJECTS
    | st.lists(st.builds(lambda parts: {"parts": parts}, st.lists(OBJECTS))),
    is_ascii=st.booleans(),
    indent=st.sampled_from([None, 1]),
)
def test_json_of_any_values(things: Any, indent: int | None, *, is_ascii: bool) -> None:
    """Whatever is in an array of records, however deep, is in a row once."""
    document = {"head": {"a": 1}, "things": things, "tail": [1]}
    text = json.dumps(document, ensure_ascii=is_ascii, indent=indent)

    assert_nothing_lost(DocumentFormat.JSON, text)


XML_LETTERS = st.characters(
    codec="utf-8",
    min_codepoint=0x20,
    exclude_characters="\ufffe\uffff\ufffd\ufeff",
) | st.sampled_from("\t\n")
XML_TEXTS = st.text(XML_LETTERS, max_size=6) | st.sampled_from(["&", "<", "]]>", " "])
TAGS = st.sampled_from(["name", "price", "Part", "x:name", "other", "a", "b:a"])
ATTRIBUTES = st.dictionaries(
    st.sampled_from(["a", "x:a", "y:a", "currency", "xmlns:x", "name"]), XML_TEXTS
)


@st.composite
def elements(draw: st.DrawFn, tags: st.SearchStrategy[str], depth: int = 3) -> str:
    """Draw an element with whatever can be in one."""
    tag = draw(tags)
    attributes = "".join(
        f" {name}={quoteattr(text)}" for name, text in draw(ATTRIBUTES).items()
    )
    parts = draw(
        st.lists(
            XML_TEXTS.map(escape)
            | st.sampled_from(
                ["<!-- <a>x</a> -->", "<![CDATA[<b>&]]>", "<?p x?>", "\n"]
            )
            | (elements(TAGS, depth - 1) if depth else st.nothing()),
            max_size=4,
        )
    )
    return f"<{tag}{attributes}>{''.join(parts)}</{tag}>"


@settings(deadline=None)
@given(st.lists(elements(st.sampled_from(["Thing", "n:Thing", "Other"])), max_size=4))
def test_xml_of_any_elements(things: list[str]) -> None:
    """Text, attributes and what repeats, around others and inside: all once."""
    assert_nothing_lost(DocumentFormat.XML, f"<Things>{''.join(things)}</Things>")


def test_the_comparison_can_fail() -> None:
    """A value that is lost, invented or moved is seen, in each kind of document."""
    text = {
        DocumentFormat.TSV: "name\tprice\na\t1\nb\t2\n",
        DocumentFormat.CSV: "name,price\na,1\nb,2\n",
        DocumentFormat.JSON: '{"things": [{"name": "a", "x": [1]}, {"name": "b"}]}',
        DocumentFormat.XML: "<T><Thing b='2'>a</Thing><Thing><n>1</n></Thing></T>",
    }
    bags = [Counter({"a": 1, "1": 1}), Counter({"b": 1, "2": 1})]

    assert bags == records(DocumentFormat.TSV, text[DocumentFormat.TSV])["stream_0"]
    assert bags == records(DocumentFormat.CSV, text[DocumentFormat.CSV])["stream_0"]
    assert [Counter({"a": 1, "1": 1}), Counter({"b": 1})] == records(
        DocumentFormat.JSON, text[DocumentFormat.JSON]
    )["stream_0"]
    assert [Counter({"a": 1, "2": 1}), Counter({"1": 1})] == records(
        DocumentFormat.XML, text[DocumentFormat.XML]
    )["stream_0"]
