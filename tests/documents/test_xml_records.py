"""XML documents: every record as a plain dict, in little memory, and no tricks."""

from __future__ import annotations

import gc
import tracemalloc
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_amazon_reports.amazon.errors import DocumentDamagedError
from tap_amazon_reports.documents.errors import NotATableError
from tap_amazon_reports.documents.xml_records import XmlRecords
from tap_amazon_reports.documents.xml_tree import HELD_BYTES
from tests.documents.pieces import CUTS, one_by_one, whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.documents.pieces import ByteCut

ORDER = "AmazonEnvelope/Message/OrderReport"
ITEM = "AmazonEnvelope/Message/OrderReport/Item"
NODE = "Result/Node"

ORDERS = b"""<?xml version="1.0" encoding="UTF-8"?>
<AmazonEnvelope xmlns:xsi="urn:x" xsi:schema="amzn.xsd">
  <Header><DocumentVersion>1.01</DocumentVersion></Header>
  <Message>
    <OrderReport>
      <AmazonOrderID>028-1</AmazonOrderID>
      <Item>
        <AmazonOrderItemCode>1</AmazonOrderItemCode>
        <ItemPrice>
          <Component>
            <Type>Principal</Type><Amount currency="USD">10.00</Amount>
          </Component>
          <Component><Type>Tax</Type><Amount currency="USD">0.80</Amount></Component>
        </ItemPrice>
      </Item>
      <x:Item xmlns:x="urn:y"><AmazonOrderItemCode>2</AmazonOrderItemCode></x:Item>
      <IsPrime>false</IsPrime>
    </OrderReport>
  </Message>
  <Message><OrderReport>
    <AmazonOrderID>028-2</AmazonOrderID><Note/>
  </OrderReport></Message>
</AmazonEnvelope>
"""
NODES = b"""<Result><Node><browseNodeId>1</browseNodeId>
<browseNodeAttributes count="2"><attribute name="a">x &amp; y</attribute>
<attribute>z</attribute><attribute name="c"><![CDATA[<b>]]></attribute>
</browseNodeAttributes></Node><Other><Node/></Other><Node id="7"/><Node>text</Node>
<Node> </Node></Result>"""


def records(
    document: bytes, *paths: str, cut: ByteCut = whole
) -> list[tuple[str, dict[str, Any], list[dict[str, Any]]]]:
    """Return all that is found in a document."""
    return list(XmlRecords(cut(document), paths))


@pytest.mark.parametrize("cut", CUTS)
def test_orders_and_their_items_come_in_one_pass(cut: ByteCut) -> None:
    """An item knows its order, what is behind it too; an amount its currency."""
    first = {"AmazonOrderID": "028-1", "IsPrime": "false"}
    price = [
        {"Type": "Principal", "Amount": "10.00", "Amount@currency": "USD"},
        {"Type": "Tax", "Amount": "0.80", "Amount@currency": "USD"},
    ]

    assert records(ORDERS, ITEM, ORDER, cut=cut) == [
        (ORDER, first, []),
        (
            ITEM,
            {"AmazonOrderItemCode": "1", "ItemPrice": {"Component": price}},
            [first],
        ),
        (ITEM, {"AmazonOrderItemCode": "2"}, [first]),
        (ORDER, {"AmazonOrderID": "028-2", "Note": None}, []),
    ]


def test_an_order_alone_has_its_items_inside() -> None:
    """What is not asked for as records of its own is not lost."""
    (_, record, _), _ = records(ORDERS, ORDER)

    assert ["1", "2"] == [item["AmazonOrderItemCode"] for item in record["Item"]]


@pytest.mark.parametrize("cut", CUTS)
def test_attributes_and_repeated_elements(cut: ByteCut) -> None:
    """Lists keep their order, and attributes the place of their element."""
    attributes = {
        "attribute": ["x & y", "z", "<b>"],
        "attribute@name": ["a", None, "c"],
    }
    node = {
        "browseNodeId": "1",
        "browseNodeAttributes": attributes,
        "browseNodeAttributes@count": "2",
    }

    assert records(NODES, NODE, cut=cut) == [
        (NODE, node, []),
        (NODE, {"@id": "7"}, []),
        (NODE, {"value": "text"}, []),
    ]


def test_text_beside_elements_is_kept() -> None:
    """Mixed text does not get lost between its elements."""
    document = b"<r><n>one <b>two</b> three</n></r>"

    assert [("r/n", {"b": "two", "#text": "one  three"}, [])] == records(
        document, "r/n"
    )


def test_every_child_of_the_root() -> None:
    """A type that nobody knows gives the children of its root."""
    document = b"<r><a><x>1</x></a><b><y>2</y></b></r>"

    assert [("*", {"x": "1"}, []), ("*", {"y": "2"}, [])] == records(document, "*")
    assert [("r/a", {"x": "1"}, []), ("*", {"y": "2"}, [])] == records(
        document, "*", "r/a"
    )


def test_no_record_is_no_error() -> None:
    """A quiet month is no error."""
    assert not records(b"<Result></Result>", NODE)
    assert not records(b"<Result/>", "*")


@pytest.mark.parametrize("document", [ORDERS, NODES])
@pytest.mark.parametrize("path", [ORDER, ITEM, "*", NODE])
def test_a_document_that_is_cut_short_is_damaged(document: bytes, path: str) -> None:
    """Wherever the download stopped, it never passes for the whole."""
    document = document.strip()
    for size in range(len(document)):
        with pytest.raises(DocumentDamagedError):
            records(document[:size], path)


@pytest.mark.parametrize(
    "document",
    [
        b"<a><b></a></b>",
        b"<a>&nope;</a>",
        b"<a/><b/>",
        b"<a x=1/>",
        b"<a>\x00</a>",
        b"",
    ],
)
@pytest.mark.parametrize("cut", CUTS)
def test_broken_xml_is_damaged(document: bytes, cut: ByteCut) -> None:
    """What is no XML fails with a word of its own."""
    with pytest.raises(DocumentDamagedError, match=r"^the document is damaged: "):
        records(document, "*", cut=cut)


def test_a_root_of_another_name_is_refused() -> None:
    """An error page is not a report without rows."""
    with pytest.raises(DocumentDamagedError, match="unexpected root element, <Error>"):
        records(b"<Error><Code>AccessDenied</Code></Error>", NODE)


@pytest.mark.parametrize("cut", CUTS)
def test_a_sentence_is_told(cut: ByteCut) -> None:
    """A finished report that only explains itself fails with Amazon's own words."""
    with pytest.raises(NotATableError) as caught:
        records(b'\n{"errorDetails": "No."}', NODE, cut=cut)

    assert '{"errorDetails": "No."}' == caught.value.sentence


def test_a_long_sentence_is_cut() -> None:
    """A page of text in many pieces is quoted by its beginning, and not held."""
    with pytest.raises(NotATableError) as caught:
        records(b"no. " * 5_000, NODE, cut=one_by_one)

    assert "no. " * 75 == caught.value.sentence


LAUGHS = "".join(
    f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' if n else '<!ENTITY l0 "ha">'
    for n in range(10)
)


@pytest.mark.parametrize(
    ("declaration", "body", "word"),
    [
        (f"<!DOCTYPE r [{LAUGHS}]>", "&l9;", "an entity"),
        ('<!DOCTYPE r [<!ENTITY a "b">]>', "&a;", "an entity"),
        ('<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]>', "&a;", "an entity"),
        ('<!DOCTYPE r [<!ENTITY % a SYSTEM "http://h/x"> %a;]>', "", "an entity"),
        ('<!DOCTYPE r SYSTEM "http://h/x.dtd">', "&a;", "document type"),
        ('<!DOCTYPE r PUBLIC "p" "http://h/x.dtd">', "", "document type"),
        ("<!DOCTYPE r [%a;]>", "&b;", "a reference"),
    ],
)
@pytest.mark.parametrize("cut", CUTS)
def test_entities_are_refused(
    declaration: str, body: str, word: str, cut: ByteCut
) -> None:
    """No document makes the tap grow without end, or read what it should not."""
    document = f"{declaration}<r><n><x>{body}</x></n></r>".encode()

    with pytest.raises(DocumentDamagedError, match=f"(?s){word}.*refused"):
        records(document, "r/n", cut=cut)


def test_a_bottomless_document_is_damaged() -> None:
    """Elements without end exhaust neither the stack nor the process."""
    with pytest.raises(DocumentDamagedError, match="nested"):
        records(b"<r>" + b"<a>" * 100_000, "*")


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize(
    ("charset", "name", "text"),
    [
        ("cp932", "Shift_JIS", "ホワイト①"),
        ("cp1252", "ISO-8859-1", "Größe €"),
        ("utf-8", "UTF-8", "Größe ホ"),
        ("utf-8-sig", "UTF-8", "Größe ホ"),
        ("utf-16", "UTF-16", "Größe ホ"),
        ("utf-16-le", "UTF-16", "Größe ホ"),
        ("utf-16-be", "UTF-16", "Größe ホ"),
        ("utf-8", "UTF-16", "Größe ホ"),
        ("utf-8", "no-such-charset", "Größe ホ"),
    ],
)
def test_charsets(charset: str, name: str, text: str, cut: ByteCut) -> None:
    """The prologue is believed, if it can be."""
    document = f'<?xml version="1.0" encoding="{name}"?><r><n><x>{text}</x></n></r>'

    assert [("r/n", {"x": text}, [])] == records(
        document.encode(charset), "r/n", cut=cut
    )


def test_the_storage_may_say_the_charset() -> None:
    """A document without a prologue is read as its Content-Type says."""
    document = "<r><n><x>ホワイト</x></n></r>".encode("cp932")

    assert [("r/n", {"x": "ホワイト"}, [])] == list(
        XmlRecords([document], ["r/n"], declared="cp932")
    )


@pytest.mark.parametrize("path", ["", "a", "a//b", "a/", "/a/b", "a/b@c", "a b/c"])
def test_a_path_of_another_shape_is_refused(path: str) -> None:
    """A slip in a report type's file shows at once, not as a stream without rows."""
    with pytest.raises(ValueError, match="is not a path"):
        XmlRecords([], [path])


NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,5}", fullmatch=True)
TEXTS = st.text(
    st.characters(
        codec="utf-8",
        exclude_categories=["Cc", "Cs"],
        exclude_characters="\ufffe\uffff",
    ),
    min_size=1,
).filter(str.strip)


@given(
    st.lists(st.dictionaries(NAMES, TEXTS, min_size=1, max_size=4), max_size=5),
    st.integers(min_value=1, max_value=40),
)
def test_any_texts_come_back(rows: list[dict[str, str]], size: int) -> None:
    """Whatever the texts and the places of the cuts, all is as written."""
    body = "".join(
        "<n>" + "".join(f"<{k}>{escape(v)}</{k}>" for k, v in row.items()) + "</n>"
        for row in rows
    )
    document = f"<r>{body}</r>".encode()
    chunks = [document[at : at + size] for at in range(0, len(document), size)]

    assert rows == [record for _, record, _ in XmlRecords(chunks, ["r/n"])]


def long_order(items: int, title: bytes) -> Iterator[bytes]:
    """Yield an order whose record is far too long to be held."""
    yield b"<AmazonEnvelope><Message><OrderReport><AmazonOrderID>1</AmazonOrderID>"
    for number in range(items):
        yield b"<Item><SKU>%d</SKU><T>%s</T></Item>\n   " % (number, title)
    # What the parser is given at once is known at once.
    yield b"\n" * 64 * 1024
    yield b"<Late>yes</Late></OrderReport></Message></AmazonEnvelope>"


def test_a_record_too_long_to_be_held_is_streamed() -> None:
    """Every item arrives, with what was read of its order; the order comes last."""
    count = HELD_BYTES // 50
    found = [
        (path, record.get("SKU"), [dict(around) for around in parents])
        for path, record, parents in XmlRecords(
            long_order(count, b"x" * 50), [ORDER, ITEM]
        )
    ]

    early = [{"AmazonOrderID": "1"}]
    assert found[:-1] == [(ITEM, str(number), early) for number in range(count)]
    assert (ORDER, None, []) == found[-1]


@pytest.mark.parametrize("paths", [[ORDER, ITEM], ["Other/Path", "*"]])
def test_memory_does_not_grow_with_the_document(paths: list[str]) -> None:
    """One order with 30 MB of items, or as many records, is never held as a whole."""
    chunks = long_order(30_000, b"x" * 1000)
    if "*" in paths:
        item = b"<Item><SKU>1</SKU><T>%s</T></Item>\n" % (b"x" * 1000)
        chunks = iter([b"<Items>", *([item] * 30_000), b"</Items>"])
    gc.collect()
    tracemalloc.start()
    size = sum(1 for _ in XmlRecords(chunks, paths))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert size in (30_000, 30_001)
    assert peak < 8_000_000
