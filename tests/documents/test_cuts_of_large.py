"""Large documents, cut at each kind of place where a cut could matter."""

from __future__ import annotations

import gzip
import io
import re
import zipfile

import pytest

from tap_amazon_reports.documents.charset import LOOK_AHEAD_BYTES
from tap_amazon_reports.documents.container import PIECE_BYTES
from tap_amazon_reports.documents.layout import DocumentFormat

from .reading import FORMATS, layout, read

ROWS = 1800
PIECES = (4096, LOOK_AHEAD_BYTES, PIECE_BYTES)
CHARSETS = {
    # codec, declared, letters that are special in it
    "utf-8": ("utf-8", "text/plain; charset=utf-8", "é日😀"),
    "undeclared": ("utf-8", None, "é日😀"),
    "mark": ("utf-8-sig", None, "é日😀"),
    "cp1252": ("cp1252", "text/plain; charset=Cp1252", "é€ÿ"),
    # The second byte of the middle one is a backslash, that of the last a bar.
    "shift_jis": ("cp932", "text/plain; charset=Shift_JIS", "日ソ倫"),
    # Two of these have the bytes of line ends.
    "utf-16": ("utf-16", None, "é\u0d0a\u0a0a😀"),
}


def text_of(kind: DocumentFormat, letters: str) -> str:
    """Return a document with letters, quotes and line ends in its cells."""
    if kind is DocumentFormat.JSON:
        things = ",\r\n".join(
            f'{{"name": "a\\"{letters}\\\\ \\ud83d\\ude00 {n}", "price": {n}.50,'
            f' "parts": [{{"count": {n}}}]}}'
            for n in range(ROWS)
        )
        return f'{{"things": [{things}]}}'
    if kind is DocumentFormat.XML:
        things = "\r\n".join(
            f"<Thing a='{letters}'><name>&lt;{letters}&#233; {n}</name>"
            f"<Part><count>{n}</count></Part><price>{n}.50</price><!-- x --></Thing>"
            for n in range(ROWS)
        )
        return f"<Things>{things}</Things>"
    cell = {
        DocumentFormat.TSV: f'a"{letters}',
        DocumentFormat.LEDGER: f'"a"b{letters}"',
        DocumentFormat.CSV: f'"a""b,\r\n{letters}"',
    }[kind]
    mark = "," if kind is DocumentFormat.CSV else "\t"
    quote = "" if kind is DocumentFormat.TSV else '"'
    names = mark.join(f"{quote}{name}{quote}" for name in ("name", "price", "count"))
    rows = (f"{cell}{mark}{n}.50{mark}{n}\r\n" for n in range(ROWS))
    return f"{names}\r\n{''.join(rows)}"


def places(text: str, codec: str) -> list[int]:
    """Return where to cut: inside of what belongs together, far apart in the text."""
    marks = r"\r\n", r'""', r'\\"', r"\\ud83d", "&lt;", "<!--", "</", r"\]", r"\.50"
    found: set[int] = set()
    for pattern in (*marks, '"', "[^\x00-\x7f]"):
        all_of_them = list(re.finditer(pattern, text))
        middle = len(all_of_them) // 2
        for match in (*all_of_them[middle : middle + 1], *all_of_them[-1:]):
            start, end = (len(text[:at].encode(codec)) for at in match.span())
            found.update(range(start, end + 1))
    return sorted(found)


def cut(document: bytes, at: list[int]) -> list[bytes]:
    """Return the pieces."""
    bounds = zip([0, *at], [*at, len(document)], strict=True)
    return [document[start:end] for start, end in bounds]


@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize("kind", FORMATS)
def test_a_cut_inside_what_belongs_together(kind: DocumentFormat, charset: str) -> None:
    """In a letter, a line end, a quote, an escape, a tag, at the end of a piece."""
    codec, declared, letters = CHARSETS[charset]
    text = text_of(kind, letters)
    document = text.encode(codec)
    whole = read(layout(kind), [document], content_type=declared)

    assert (ROWS, "") == (len(whole.rows["stream_0"]), whole.error)
    assert letters in str(whole.rows["stream_0"][-1][0]["name"])
    inside = places(text, codec)
    ends = [size + more for size in PIECES for more in (-1, 0, 1)]
    for cuts in (
        inside,
        inside[::2],
        inside[1::2],
        inside[::5],
        *([at] for at in ends),
    ):
        pieces = cut(document, cuts)
        assert whole == read(layout(kind), pieces, content_type=declared), cuts


def _zipped(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", content)
    return out.getvalue()


@pytest.mark.parametrize("kind", FORMATS)
def test_a_cut_inside_what_it_is_packed_in(kind: DocumentFormat) -> None:
    """In a gzip's header and trailer, at a second member, in a ZIP's directory."""
    content = text_of(kind, "é日😀").encode()
    whole = read(layout(kind), [content], content_type=None)
    # The first member ends inside of a letter.
    middle = content.index("日".encode(), len(content) // 2) + 1
    first, second = content[:middle], content[middle:]
    packed = gzip.compress(first, mtime=0)
    at, gzipped = len(packed), packed + gzip.compress(second, mtime=0)
    end = len(gzipped)
    seams = [*range(1, 12), *range(at - 9, at + 12), *range(end - 9, end)]
    for cuts in (seams, *([place] for place in seams[::4])):
        assert whole == read(layout(kind), cut(gzipped, cuts)), cuts
    zipped = _zipped(content)
    end = len(zipped)
    for cuts in ([*range(1, 40), *range(end - 99, end)], [end - 22], [end - 1]):
        assert whole == read(layout(kind), cut(zipped, cuts)), cuts


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("end", [1, 4, 8, 9, 30])
def test_a_gzip_that_lacks_its_end_gives_nothing(
    kind: DocumentFormat, end: int
) -> None:
    """However it came in pieces, a document without its checksum is no document."""
    packed = gzip.compress(text_of(kind, "é").encode(), mtime=0)[:-end]

    for size in (len(packed), 1000, len(packed) - 1):
        pieces = [packed[at : at + size] for at in range(0, len(packed), size)]
        assert "DocumentDamagedError" == read(layout(kind), pieces).error


@pytest.mark.parametrize("size", [1, 700, 33_000])
def test_a_sentence_in_place_of_xml_is_one_however_it_came(size: int) -> None:
    """What stands far behind in it does not decide, whatever the first pieces were."""
    sentence = "No data is available. " * 100 + "\x01"
    pieces = [sentence[at : at + size].encode() for at in range(0, len(sentence), size)]

    assert "NotATableError" == read(layout(DocumentFormat.XML), pieces).error


@pytest.mark.parametrize("size", [1000, 32 * 1024, 100_000])
@pytest.mark.parametrize(
    "letters", [4 * 1024 * 1024 - 40_000, 4 * 1024 * 1024 + 40_000]
)
def test_a_long_comment_is_refused_or_not_however_it_came(
    letters: int, size: int
) -> None:
    """The bound is one of the document, and not of the pieces."""
    head, tail = b"<Things><!--", b"--><Thing><name>a</name></Thing></Things>"
    document = head + b"x" * letters + tail
    pieces = [document[at : at + size] for at in range(0, len(document), size)]
    found = read(layout(DocumentFormat.XML), pieces)

    assert ("" if letters < 4 * 1024 * 1024 else "DocumentDamagedError") == found.error
