"""Delimited text: every cell of every row, and nothing that is not a row."""

from __future__ import annotations

import gzip
import io
import tracemalloc
import zlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_amazon_reports.amazon.errors import DocumentDamagedError
from tap_amazon_reports.documents.charset import DecodedText
from tap_amazon_reports.documents.container import members
from tap_amazon_reports.documents.delimited import (
    FIRST_LINE,
    DelimitedReader,
    HeaderRule,
)
from tap_amazon_reports.documents.errors import NotATableError
from tap_amazon_reports.documents.layout import DocumentFormat
from tests.documents.pieces import CUTS, one_by_one, whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.documents.pieces import TextCut

SETTLEMENT = (
    '\ufeff"Amazon Payments Advanced",\n'
    '"Settlement Report",\n'
    '"SellerId","A1EXAMPLE"\n'
    '"SettlementStartDate","2026-10-01T00:00:00 -0700"\n'
    '"SettlementEndDate","2026-10-15T00:00:00 -0700"\n'
    '"TransactionPostedDate","SettlementId","NetTransactionAmount",\n'
    '"2026-10-01T11:10:34 -0700","123","95.00"\n'
    '"2026-10-02T11:10:34 -0700","123","-1.50"\n'
)


def table(
    text: str,
    *,
    kind: DocumentFormat = DocumentFormat.TSV,
    header: HeaderRule = FIRST_LINE,
    cut: TextCut = whole,
) -> tuple[tuple[str, ...], list[list[str]]]:
    """Return the columns and the cells of a document."""
    reader = DelimitedReader(cut(text), table=kind, header=header)
    cells = list(reader)

    return reader.columns, cells


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize(
    "kind", [DocumentFormat.TSV, DocumentFormat.LEDGER, DocumentFormat.CSV]
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last_end", [True, False])
def test_every_line_end_is_understood(
    kind: DocumentFormat, end: str, cut: TextCut, *, last_end: bool
) -> None:
    """Windows, Unix and old Macintosh files are the same table, cut anywhere."""
    mark = "," if kind is DocumentFormat.CSV else "\t"
    lines = [mark.join(cells) for cells in (["a", "b"], ["1", "2"], ["3", "4"])]
    text = end.join(lines) + (end if last_end else "")

    expected = (("a", "b"), [["1", "2"], ["3", "4"]])
    assert expected == table(text, kind=kind, cut=cut)


@pytest.mark.parametrize("cut", CUTS)
def test_quotes_in_a_tab_separated_file_are_letters(cut: TextCut) -> None:
    """An inch sign in a title neither ends a cell nor swallows the next rows."""
    text = 'sku\ttitle\nA\t5" screen\nB\t"quoted"\nC\t"open\n'

    assert [
        ["A", '5" screen'],
        ["B", '"quoted"'],
        ["C", '"open'],
    ] == table(text, cut=cut)[1]


@pytest.mark.parametrize("cut", CUTS)
def test_a_lone_return_stays_in_its_cell(cut: TextCut) -> None:
    """In a file with line feeds, a stray carriage return does not break a row."""
    text = "sku\ttitle\r\nA\tone\rtwo\r\n"

    assert [["A", "one\rtwo"]] == table(text, cut=cut)[1]


@pytest.mark.parametrize("cut", CUTS)
def test_of_two_carriage_returns_one_is_the_cells(cut: TextCut) -> None:
    """Found by fuzzing: where the text was cut decided whether both were an end."""
    text = "sku\ttitle\r\r\nA\tone\r\r\nB\ttwo\r\r\n"

    assert [["A", "one\r"], ["B", "two\r"]] == table(text, cut=cut)[1]


def test_other_separators_of_unicode_end_no_line() -> None:
    """Vertical tabs and line separators in a title are letters."""
    title = "a\x0bb\x0cc\x1cd\x85e\u2028f"

    assert table(f"sku\ttitle\nA\t{title}\n")[1] == [["A", title]]


@pytest.mark.parametrize("cut", CUTS)
def test_a_ledger_cell_loses_one_pair_of_quotes(cut: TextCut) -> None:
    """The ledger's quotes go, those of the title stay."""
    text = '"Date"\t"Title"\n"10/01/2026"\t"5" "screen""\n"\t""\n'

    assert (
        ("Date", "Title"),
        [["10/01/2026", '5" "screen"'], ['"', ""]],
    ) == table(text, kind=DocumentFormat.LEDGER, cut=cut)


@pytest.mark.parametrize("cut", CUTS)
def test_quoted_cells_hold_commas_quotes_and_lines(cut: TextCut) -> None:
    """What RFC 4180 allows in a cell is kept letter by letter."""
    text = 'a,b\r\n"x, ""y""","one\r\ntwo\rthree\n"\r\n'

    assert [['x, "y"', "one\r\ntwo\rthree\n"]] == table(
        text, kind=DocumentFormat.CSV, cut=cut
    )[1]


@pytest.mark.parametrize("cut", CUTS)
def test_a_quote_without_an_end_is_damage(cut: TextCut) -> None:
    """A file that was cut within a cell does not pass as a whole one."""
    with pytest.raises(DocumentDamagedError, match="inside a quoted cell"):
        table('a,b\n1,2\n3,"fo', kind=DocumentFormat.CSV, cut=cut)


def test_a_quote_without_an_end_does_not_fill_the_memory() -> None:
    """A stray quote at the start of a huge file ends in an error, not in a crash."""
    text = 'a,b\n1,"' + "x" * (17 * 1024 * 1024)

    with pytest.raises(DocumentDamagedError, match="longer than"):
        table(text, kind=DocumentFormat.CSV)


def test_long_cells_are_whole() -> None:
    """A description longer than the csv module's own limit is kept."""
    cell = "x" * 200_000

    assert table(f'a,b\n1,"{cell}"\n', kind=DocumentFormat.CSV)[1] == [["1", cell]]


@pytest.mark.parametrize("cut", CUTS)
def test_a_header_is_found_below_a_preamble(cut: TextCut) -> None:
    """A settlement's five lines are skipped, and its trailing comma is no column."""
    rule = HeaderRule(landmarks=("transaction posted date", "SettlementId"))

    assert (
        ("TransactionPostedDate", "SettlementId", "NetTransactionAmount"),
        [
            ["2026-10-01T11:10:34 -0700", "123", "95.00"],
            ["2026-10-02T11:10:34 -0700", "123", "-1.50"],
        ],
    ) == table(SETTLEMENT, kind=DocumentFormat.CSV, header=rule, cut=cut)


def test_a_missing_header_is_told_with_the_first_line() -> None:
    """A file in which the header is nowhere fails, and its cells are not printed."""
    rule = HeaderRule(landmarks=("SettlementId",))

    with pytest.raises(NotATableError, match="is not a table") as caught:
        table("Try,again later\nx,y\n", kind=DocumentFormat.CSV, header=rule)

    assert "Try, again later" == caught.value.sentence


@pytest.mark.parametrize("landmarks", [(), ("sku",)])
def test_an_empty_document_is_an_empty_table(landmarks: tuple[str, ...]) -> None:
    """A document without a letter has no columns and no rows, and is no error."""
    rule = HeaderRule(landmarks=landmarks, expected=("sku",))

    assert ((), []) == table(" \n\n", header=rule)


def test_names_lose_marks_and_blanks() -> None:
    """Column names are what a person reads, whatever surrounds them."""
    assert (
        "sku",
        "asin",
        "_cell_3",
        "price",
    ) == table("\ufeff sku \tasin\u00a0\t\tprice\t\t \n")[0]


def test_what_is_no_row_is_skipped() -> None:
    """Blank lines, empty rows and a repeated header are not rows."""
    text = "\n\na\tb\n\n1\t2\na\tb\n\t\n  \n3\t4\n\n"

    assert (("a", "b"), [["1", "2"], ["3", "4"]]) == table(text)


def test_short_and_long_rows_keep_their_cells() -> None:
    """A missing cell stays missing; an extra one is kept if it holds anything."""
    text = "a\tb\n1\n1\t2\t3\n1\t2\t\t4\t\n1\t2\t\t\n"

    assert [["1"], ["1", "2", "3"], ["1", "2", "", "4"], ["1", "2"]] == table(text)[1]


@pytest.mark.parametrize("cut", [whole, one_by_one])
@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("No data, or none yet.\n", DocumentFormat.CSV),
        ("The report has no data.", DocumentFormat.TSV),
        ("Error\nTry again later\n", DocumentFormat.TSV),
        ("<?xml version='1.0'?>\n<Error>\n", DocumentFormat.CSV),
    ],
)
def test_a_sentence_is_no_table(text: str, kind: DocumentFormat, cut: TextCut) -> None:
    """A finished report that holds a sentence is reported with that sentence."""
    rule = HeaderRule(expected=("sku", "asin"))

    with pytest.raises(NotATableError) as caught:
        table(text, kind=kind, header=rule, cut=cut)

    assert caught.value.sentence == text.splitlines()[0]


NOBODY_KNOWS = HeaderRule(is_unknown=True)


@pytest.mark.parametrize("cut", [whole, one_by_one])
@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("<html>\n<body>Error, 503</body>\n</html>\n", DocumentFormat.CSV),
        ("\ufeff  <?xml version='1.0'?>\n<A>\n", DocumentFormat.TSV),
        ('{"message":"Internal error"}', DocumentFormat.CSV),
        ('[{"a":1}]\n', DocumentFormat.TSV),
        ("%PDF-1.7\n%\u2026\n", DocumentFormat.TSV),
        ("No data available", DocumentFormat.TSV),
        ("Access denied, please contact support\n", DocumentFormat.CSV),
    ],
)
def test_what_is_no_table_is_told_where_nobody_knows_the_columns(
    text: str, kind: DocumentFormat, cut: TextCut
) -> None:
    """A page or a message is never taken for the header of a report without rows."""
    with pytest.raises(NotATableError):
        table(text, kind=kind, header=NOBODY_KNOWS, cut=cut)


def test_what_is_no_text_is_damaged_where_nobody_knows_the_columns() -> None:
    """Bytes of something else are no header."""
    with pytest.raises(DocumentDamagedError, match="not text"):
        table("a\x01\x7f\tb\n1\t2\n", header=NOBODY_KNOWS)


@pytest.mark.parametrize(
    ("text", "kind", "rows"),
    [
        ("sku\tprice\n", DocumentFormat.TSV, []),
        ("SKU,Start date,\n", DocumentFormat.CSV, []),
        ("sku,price\n", DocumentFormat.TSV, []),
        ("sku\nA\n", DocumentFormat.TSV, [["A"]]),
        ("a, b\n1, 2\n", DocumentFormat.CSV, [["1", " 2"]]),
        ("", DocumentFormat.CSV, []),
    ],
)
def test_any_header_is_one_where_nobody_knows_the_columns(
    text: str, kind: DocumentFormat, rows: list[list[str]]
) -> None:
    """A table of a type without columns is read, and so is one that has no rows."""
    assert rows == table(text, kind=kind, header=NOBODY_KNOWS)[1]


def test_a_long_sentence_is_cut_and_made_one_line() -> None:
    """What a document says is at hand, and not in the log: it may be a buyer's row."""
    error = NotATableError("so\n sorry " + "x" * 500)

    assert "so sorry " + "x" * 291 == error.sentence
    assert "sorry" not in str(error)


@pytest.mark.parametrize(
    ("text", "kind", "rows"),
    [
        ("seller_sku\tAmount\n", DocumentFormat.TSV, []),
        ("Amount (EUR)\n", DocumentFormat.CSV, []),
        ("出品者SKU\t商品名\n", DocumentFormat.TSV, []),
        ("商品,名\n1,2\n", DocumentFormat.CSV, [["1", "2"]]),
    ],
)
def test_a_header_without_rows_and_a_foreign_one_are_tables(
    text: str, kind: DocumentFormat, rows: list[list[str]]
) -> None:
    """An empty report, and one with translated names, are no sentences."""
    rule = HeaderRule(expected=("seller-sku", "amount"))

    assert table(text, kind=kind, header=rule)[1] == rows


def test_each_part_of_a_file_may_begin_with_a_mark() -> None:
    """A header that comes again is none of the rows, also behind a byte order mark."""
    text = "\ufeffsku,price\nA,1\n\ufeffsku,price\nB,2\nsku,price\n"

    assert (("sku", "price"), [["A", "1"], ["B", "2"]]) == table(
        text.removeprefix("\ufeff"), kind=DocumentFormat.CSV
    )


def test_columns_are_known_before_the_first_row() -> None:
    """The header can be asked for first, and costs no row."""
    reader = DelimitedReader(["a\tb\n1\t2\n"], table=DocumentFormat.TSV)

    assert ("a", "b") == reader.columns
    assert [["1", "2"]] == list(reader)


def test_nothing_is_read_before_it_is_asked_for() -> None:
    """A reader that nobody asks starts no download."""

    def pieces() -> Iterator[str]:
        asked.append(True)
        yield "a\n1\n"

    asked: list[bool] = []
    reader = DelimitedReader(pieces(), table=DocumentFormat.TSV)
    assert not asked

    assert 1 == len(list(reader))
    assert [True] == asked


CELLS = st.text(st.characters(exclude_characters="\ufeff", codec="utf-8"), max_size=8)
PLAIN_CELLS = CELLS.filter(lambda cell: not set("\t\r\n") & set(cell))


def tables(cells: st.SearchStrategy[str]) -> st.SearchStrategy[list[list[str]]]:
    """Return tables of two to four columns in which each row holds something."""
    widths = st.integers(min_value=2, max_value=4)
    return widths.flatmap(
        lambda width: st.lists(
            st.lists(cells, min_size=width, max_size=width).filter(
                lambda row: any(map(str.strip, row))
            ),
            max_size=5,
        )
    )


def without_nul(rows: list[list[str]]) -> list[list[str]]:
    """Return the rows as tables can have them."""
    return [[cell.replace("\0", "\ufffd") for cell in row] for row in rows]


@given(rows=tables(PLAIN_CELLS), end=st.sampled_from(["\n", "\r\n"]))
@pytest.mark.parametrize("kind", [DocumentFormat.TSV, DocumentFormat.LEDGER])
@pytest.mark.parametrize("cut", CUTS)
def test_any_tab_separated_table_comes_back(
    rows: list[list[str]], end: str, kind: DocumentFormat, cut: TextCut
) -> None:
    """Each cell is read as it was written."""
    header = [f"column {n}" for n in range(len(rows[0]) if rows else 2)]
    quote = '"' if kind is DocumentFormat.LEDGER else ""
    lines = [
        "\t".join(f"{quote}{cell}{quote}" for cell in row) for row in (header, *rows)
    ]

    _, found = table(end.join((*lines, "")), kind=kind, cut=cut)
    assert found == without_nul(rows)


@given(rows=tables(CELLS))
@pytest.mark.parametrize("cut", CUTS)
def test_any_comma_separated_table_comes_back(
    rows: list[list[str]], cut: TextCut
) -> None:
    """Each cell is read as it was written, line ends within it too."""
    out = io.StringIO(newline="")
    header = [f"column {n}" for n in range(len(rows[0]) if rows else 2)]
    # By hand, for the module's writer refuses NUL before Python 3.11.
    for row in (header, *rows):
        cells = (cell.replace('"', '""') for cell in row)
        out.write('"' + '","'.join(cells) + '"\r\n')

    found = table(out.getvalue(), kind=DocumentFormat.CSV, cut=cut)[1]
    assert found == without_nul(rows)


def zipped_table(rows: int) -> Iterator[bytes]:
    """Yield a gzip of a table, made on the way, about 100 bytes a row."""
    pack = zlib.compressobj(1, wbits=31)
    yield pack.compress(b"order-id\ttitle\tprice\n")
    for number in range(rows):
        yield pack.compress(b"%018d\t%s\t%d.99\n" % (number, b"title " * 12, number))
    yield pack.flush()


def test_memory_does_not_grow_with_the_document() -> None:
    """Twenty megabytes of rows pass through less than eight."""
    wanted = 200_000
    (member,) = members(zipped_table(wanted))
    reader = DelimitedReader(DecodedText(member.chunks), table=DocumentFormat.TSV)
    tracemalloc.start()
    try:
        count = sum(1 for _ in reader)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert wanted == count
    assert peak < 8 * 1024 * 1024


def test_the_layers_fit_together() -> None:
    """A Japanese listing, zipped by gzip, is read from its bytes to its cells."""
    text = "商品名\tprice\nホワイト\t12\n"
    (member,) = members([gzip.compress(text.encode("cp932"))])
    reader = DelimitedReader(
        DecodedText(member.chunks, fallback="cp932"), table=DocumentFormat.TSV
    )

    assert ("商品名", "price") == reader.columns
    assert [["ホワイト", "12"]] == list(reader)
