"""The rows of a document do not depend on how its bytes were cut."""

from __future__ import annotations

import gzip
import io
import random
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tap_amazon_reports.documents.charset import LOOK_AHEAD_BYTES
from tap_amazon_reports.documents.layout import DocumentFormat

from .reading import FORMATS, layout, read

if TYPE_CHECKING:
    from collections.abc import Callable

TEXTS = {
    DocumentFormat.TSV: (
        "name\tprice\tcount\tmore\r\nä\t1.50\t2\tx\r\n日本\tN/A\tz\t\r\n"
    ),
    DocumentFormat.LEDGER: '"name"\t"price"\n"5" x"\t"1.5"\n"ß\t"\t"2"\n',
    DocumentFormat.CSV: 'name,price\r\n"a ""b"",\r\nc",1.5\r\né,2\r\n',
    DocumentFormat.JSON: (
        '{"head": 1, "things": [ {"name": "\\u00e4\\ud83d\\ude00", "price": 1.50e1,'
        ' "parts": [{"name": "ü", "count": 12}, {"about": {"a": [null]}}]}, '
        '{"name": "\\ud800", "price": 1e99999999999999999999}]} '
    ),
    DocumentFormat.XML: (
        '<?xml version="1.0"?>\r\n<Things><Thing a="1" x:a="2"><name>ä&amp;b</name>'
        "<Part><count>7</count></Part><price>1.5</price></Thing></Things>\r\n"
    ),
}
CHARSETS = {
    "undeclared": ("utf-8", None),
    "utf-8": ("utf-8", "text/plain; charset=utf-8"),
    "mark": ("utf-8-sig", None),
    "utf-16 mark": ("utf-16", "text/plain; charset=utf-16"),
    "utf-16-be": ("utf-16-be", "text/plain; charset=utf-16be"),
    "cp1252": ("cp1252", "text/plain; charset=Cp1252"),
    "fall-back": ("cp1252", None),
    "cp932": ("cp932", "text/plain; charset=windows-31j"),
    "shifts": ("iso-2022-jp", "text/plain; charset=iso-2022-jp"),
    "utf-32": ("utf-32", "text/plain; charset=utf-32"),
}


def _zipped(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", content)
    return out.getvalue()


PACKED: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": lambda content: gzip.compress(content, mtime=0),
    "two members": lambda content: (
        gzip.compress(content[:9], mtime=0) + gzip.compress(content[9:], mtime=0)
    ),
    "zip": _zipped,
}


@pytest.mark.parametrize("packed", PACKED)
@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize("kind", FORMATS)
def test_a_cut_at_any_byte_changes_nothing(
    kind: DocumentFormat, charset: str, packed: str
) -> None:
    """In a character, between CR and LF, in a quote, in a trailer: all the same."""
    codec, content_type = CHARSETS[charset]
    document = PACKED[packed](TEXTS[kind].encode(codec, "replace"))
    made = layout(kind)
    whole = read(made, [document], content_type=content_type)

    assert "" == whole.error
    assert whole.rows
    one_by_one = [document[at : at + 1] for at in range(len(document))]
    assert whole == read(made, one_by_one, content_type=content_type)
    step = 1 if packed == "plain" else 7
    for at in range(1, len(document), step):
        pieces = [document[:at], b"", document[at:]]
        assert whole == read(made, pieces, content_type=content_type), at


BYTES = st.one_of(
    st.binary(max_size=60),
    st.lists(
        st.sampled_from(
            [
                *b'\r \n \t , " \xe3 \x81 \xd8 \x00 a { } [ ] : & \\ud8'.split(b" "),
                b"<Thing>",
                b"</Thing>",
            ]
        ),
        max_size=40,
    ).map(b"".join),
)
HEADS = {
    DocumentFormat.TSV: b"name\tprice\n",
    DocumentFormat.LEDGER: b'"name"\t"price"\n',
    DocumentFormat.CSV: b"name,price\n",
    DocumentFormat.JSON: b'{"things": [',
    DocumentFormat.XML: b"<Things>",
}


@settings(max_examples=150, deadline=None)
@given(body=BYTES, data=st.data(), charset=st.sampled_from(sorted(CHARSETS)))
@pytest.mark.parametrize("has_head", [True, False])
@pytest.mark.parametrize("kind", FORMATS)
def test_cuts_of_any_bytes_change_nothing(
    kind: DocumentFormat,
    body: bytes,
    data: st.DataObject,
    charset: str,
    *,
    has_head: bool,
) -> None:
    """What is broken is broken in the same way however it came."""
    document = (HEADS[kind] if has_head else b"") + body
    cuts = sorted(data.draw(st.sets(st.integers(0, len(document)), max_size=6)))
    bounds = zip([0, *cuts], [*cuts, len(document)], strict=True)
    pieces = [document[start:end] for start, end in bounds]
    content_type = CHARSETS[charset][1]
    made = layout(kind)

    assert read(made, [document], content_type=content_type) == read(
        made, pieces, content_type=content_type
    )


@pytest.mark.parametrize("piece", [LOOK_AHEAD_BYTES, 128 * 1024])
@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_a_piece_that_ends_between_two_rows(piece: int, end: str) -> None:
    """Two rows on both sides of a cut stay two rows, with any line end."""
    head = f"name\tprice{end}"
    first = "x" * (piece - len(head) - len("\t1") - len(end)) + f"\t1{end}"
    document = (head + first + f"second\t2{end}third\t3{end}").encode()
    rows = read(layout(DocumentFormat.TSV), [document[:piece], document[piece:]]).rows

    assert [1, 2, 3] == [row["price"] for row, _ in rows["stream_0"]]


def test_the_first_piece_ends_at_a_carriage_return() -> None:
    """A header and its first row are two lines although only CR is between them."""
    made = layout(DocumentFormat.TSV)
    pieces = [b"name\tprice\r", b"a\t1\r", b"b\t2\r"]

    assert read(made, [b"".join(pieces)]) == read(made, pieces)
    assert 2 == len(read(made, pieces).rows["stream_0"])


@pytest.mark.parametrize("size", [LOOK_AHEAD_BYTES // 2, 300_000])
def test_the_charset_does_not_depend_on_the_cut(size: int) -> None:
    """A broken character far down does not decide, whatever the first pieces were."""
    row = "é".encode() + b"\t1\n"
    beyond = b"x\t1\n" * (LOOK_AHEAD_BYTES // 4 + 10)
    document = b"name\tprice\n" + row + beyond + b"\xff\t2\n"
    made = layout(DocumentFormat.TSV)
    pieces = [document[at : at + size] for at in range(0, len(document), size)]
    whole = read(made, [document])

    assert whole == read(made, pieces)
    assert "é" == whole.rows["stream_0"][0][0]["name"]
    assert 1 == whole.counts[2]


@pytest.mark.parametrize("kind", FORMATS)
def test_large_documents_cut_anywhere(kind: DocumentFormat) -> None:
    """Hundreds of kilobytes with awkward cells, cut at random, fifty times."""
    dice = random.Random(7)  # noqa: S311 (no secret)
    document = _large(kind, dice)
    made = layout(kind)
    whole = read(made, [document])

    assert "" == whole.error
    for _ in range(10):
        cuts = sorted(dice.sample(range(len(document)), 20))
        bounds = zip([0, *cuts], [*cuts, len(document)], strict=True)
        assert whole == read(made, [document[start:end] for start, end in bounds])


def _large(kind: DocumentFormat, dice: random.Random) -> bytes:
    names = ["ä" * 50, 'say ""hi""', "日本語", "x" * 3000, "a b"]
    rows = [(dice.choice(names), dice.randrange(10**6)) for _ in range(400)]
    if kind is DocumentFormat.JSON:
        things = ", ".join(f'{{"name": "{n[:2]}", "price": {p}}}' for n, p in rows)
        return gzip.compress(f'{{"things": [{things}]}}'.encode())
    if kind is DocumentFormat.XML:
        things = "".join(
            f"<Thing><name>{n}</name><price>{p}</price></Thing>" for n, p in rows
        )
        return gzip.compress(f"<Things>{things}</Things>".encode())
    quote = "" if kind is DocumentFormat.TSV else '"'
    mark = "," if kind is DocumentFormat.CSV else "\t"
    lines = [mark.join(f"{quote}{cell}{quote}" for cell in row) for row in rows]
    head = mark.join(f"{quote}{name}{quote}" for name in ("name", "price"))
    return gzip.compress("\r\n".join((head, *lines, "")).encode())
