"""JSON documents: every record of every array, whole, in one pass, in little memory."""

from __future__ import annotations

import gc
import json
import tracemalloc
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_amazon_reports.amazon.errors import DocumentDamagedError
from tap_amazon_reports.documents.errors import NotATableError
from tap_amazon_reports.documents.json_records import HELD_CHARACTERS, JsonRecords
from tap_amazon_reports.documents.json_text import json_text
from tests.documents.pieces import CUTS, one_by_one, whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_amazon_reports.documents.layout import FoundRecord
    from tests.documents.pieces import ByteCut

SALES = b"""{
  "reportSpecification": {"reportType": "GET_SALES_AND_TRAFFIC_REPORT",
                          "marketplaceIds": ["ATVPDKIKX0DER"]},
  "salesAndTrafficByDate": [
    {"date": "2026-10-01", "salesByDate": {"orderedProductSales":
      {"amount": 123.4500, "currencyCode": "USD"}, "unitsOrdered": 7}},
    {"date": "2026-10-02", "salesByDate": {"unitsOrdered": -1E+2}}
  ],
  "salesAndTrafficByAsin" : [ {"parentAsin": "B0\\u00e9\\"[{", "sku": null} , {} ]
}
"""
PROMOTIONS = b"""{"promotions": [
  {"promotionId": "p1", "includedProducts": [{"asin": "A"}, {"asin": "B"}],
   "revenue": 1.50, "dates": {"from": 1}},
  {"includedProducts": [], "promotionId": "p2"},
  {"promotionId": "p3", "includedProducts": null}
]}"""
OUTER = "promotions[]"
INNER = "promotions[].includedProducts[]"


def records(
    document: bytes, *paths: str, cut: ByteCut = whole
) -> list[tuple[str, dict[str, Any], list[dict[str, Any]]]]:
    """Return all that is found in a document."""
    return list(JsonRecords(cut(document), paths))


@pytest.mark.parametrize("cut", CUTS)
def test_two_arrays_come_in_one_pass(cut: ByteCut) -> None:
    """Two streams of one report cost one download, and lose nothing."""
    found = records(
        SALES, "salesAndTrafficByAsin[]", "salesAndTrafficByDate[]", cut=cut
    )

    money = {"amount": Decimal("123.4500"), "currencyCode": "USD"}
    assert found == [
        (
            "salesAndTrafficByDate[]",
            {
                "date": "2026-10-01",
                "salesByDate": {"orderedProductSales": money, "unitsOrdered": 7},
            },
            [],
        ),
        (
            "salesAndTrafficByDate[]",
            {"date": "2026-10-02", "salesByDate": {"unitsOrdered": Decimal("-1E+2")}},
            [],
        ),
        ("salesAndTrafficByAsin[]", {"parentAsin": 'B0é"[{', "sku": None}, []),
        ("salesAndTrafficByAsin[]", {}, []),
    ]


def test_digits_are_as_written() -> None:
    """A trailing zero survives, for an amount is compared digit by digit."""
    (_, record, _) = records(SALES, "salesAndTrafficByDate[]")[0]

    assert "123.4500" == str(record["salesByDate"]["orderedProductSales"]["amount"])


def test_what_stands_beside_the_records_is_offered() -> None:
    """What was asked for is told, and so is an array that nobody wanted."""
    reader = JsonRecords([SALES], ["salesAndTrafficByDate[]"])
    list(reader)

    assert "GET_SALES_AND_TRAFFIC_REPORT" == reader.head["reportSpecification"].get(
        "reportType"
    )
    assert ["salesAndTrafficByAsin"] == reader.passed_over


@pytest.mark.parametrize("cut", CUTS)
def test_inner_records_carry_the_record_around_them(cut: ByteCut) -> None:
    """The key of a promotion is known to its products, wherever it is written."""
    first = {"promotionId": "p1", "revenue": Decimal("1.50"), "dates": {"from": 1}}

    assert records(PROMOTIONS, OUTER, INNER, cut=cut) == [
        (OUTER, first, []),
        (INNER, {"asin": "A"}, [first]),
        (INNER, {"asin": "B"}, [first]),
        (OUTER, {"promotionId": "p2"}, []),
        (OUTER, {"promotionId": "p3", "includedProducts": None}, []),
    ]


def test_inner_records_alone() -> None:
    """The stream of products works without the stream of promotions."""
    found = records(PROMOTIONS, INNER)

    assert [("A", "p1"), ("B", "p1")] == [
        (record["asin"], parents[-1]["promotionId"]) for _, record, parents in found
    ]


def test_three_levels() -> None:
    """A product of a coupon of a campaign knows both, the outermost first."""
    asins = "campaigns[].coupons[].asins[]"
    document = json.dumps(
        {"campaigns": [{"id": 1, "coupons": [{"id": 2, "asins": [{"asin": "A"}]}]}]}
    ).encode()

    assert [(asins, {"asin": "A"}, [{"id": 1}, {"id": 2}])] == records(document, asins)


def long_promotion(products: int, title: bytes = b"") -> Iterator[bytes]:
    """Yield a promotion whose record is far too long to be held."""
    yield b'{"promotions":[{"promotionId":"p1","includedProducts":['
    for number in range(products):
        yield b"," * bool(number) + b'{"asin":"%010d","n":"%s"}' % (number, title)
    yield b'],"late":true}]}'


@pytest.mark.parametrize("joined", [True, False])
def test_a_record_too_long_to_be_held_is_streamed(*, joined: bool) -> None:
    """Every product arrives; what stands behind their array is not known to them."""
    count = HELD_CHARACTERS // 20
    pieces = list(long_promotion(count))
    chunks = [b"".join(pieces)] if joined else pieces
    found = JsonRecords(chunks, [OUTER, INNER])

    products = []
    seen_late = set()
    last: FoundRecord | None = None
    for last in found:
        if last[0] == INNER:
            products.append(last[1]["asin"])
            seen_late.add("late" in last[2][0])

    assert [f"{number:010d}" for number in range(count)] == products
    assert {False} == seen_late
    assert (OUTER, {"promotionId": "p1", "late": True}, []) == last


def test_the_head_is_bounded() -> None:
    """What is kept beside the records cannot fill the memory; it is named instead."""
    members = {f"m{number}": number for number in range(200)}
    document = json.dumps({"long": "x" * 100_000, "r": [{"a": 1}], **members}).encode()
    reader = JsonRecords([document], ["r[]"])

    assert [("r[]", {"a": 1}, [])] == list(reader)
    assert 100 == len(reader.head)
    assert ["long", "m100"] == reader.passed_over[:2]


def test_every_array_of_objects() -> None:
    """A type that nobody knows gives all its records, and no list of words."""
    document = b'{"a": [{"x": 1}], "words": ["u"], "b": [{"y": 2}], "none": []}'
    reader = JsonRecords([document], ["*"])

    assert [("*", {"x": 1}, []), ("*", {"y": 2}, [])] == list(reader)
    assert {"words": ["u"], "none": []} == reader.head
    assert [("*", {"x": 1}, []), ("*", {"value": 2}, [])] == records(
        b'[{"x": 1}, null, 2]', "*"
    )


def test_an_object_without_arrays_is_a_record() -> None:
    """A document that is one object is not thrown away."""
    assert [("*", {"a": 1, "b": {"c": []}}, [])] == records(
        b'{"a": 1, "b": {"c": []}}', "*"
    )


def test_one_object_instead_of_an_array() -> None:
    """A record that is alone is a record."""
    assert [("r[]", {"x": 1}, [])] == records(b'{"r": {"x": 1}}', "r[]")


def test_an_array_that_is_empty_or_missing_has_no_records() -> None:
    """A quiet month is no error."""
    assert not records(b'{"reportData": []}', "reportData[]")
    assert not records(b'{"reportData": null}', "reportData[]")
    assert not records(b'{"reportSpecification": {}, "other": []}', "reportData[]")
    assert not records(b'{"byDate": []}', "byDate[]", "byAsin[]")


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize(
    "document",
    [
        b"{}",
        b"[]",
        b'[{"asin": "A"}]',
        b'{"payload": {"reportData": [{"asin": "A"}]}}',
        b'{"ReportData": [{"asin": "A"}]}',
        b'{"reportData": "x"}',
        b'{"reportSpecification": {}, "reportData": 1, "other": [{"a": 1}]}',
    ],
)
def test_json_of_another_shape_is_no_report_without_records(
    document: bytes, cut: ByteCut
) -> None:
    """A quiet month has its array or says what was asked; all else is told."""
    with pytest.raises(DocumentDamagedError, match="`reportData`"):
        records(document, "reportData[]", cut=cut)


def test_json_of_any_shape_will_do_where_every_record_is_wanted() -> None:
    """Nobody knows the shape of a type without columns."""
    assert not records(b"{}", "*")
    assert not records(b"[]", "*")
    assert [("*", {"x": {"y": 1}}, [])] == records(b'{"x": {"y": 1}}', "*")


@pytest.mark.parametrize(
    "document",
    [
        b'{"errorDetails": "Too many days."}',
        b'{"reportSpecification": {"a": [1]}, "errorMessage": "Too many days."}',
        b'"Too many days."',
        b"  Too many\n days.",
        b"\xef\xbb\xbfToo many days.",
    ],
)
@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("path", ["*", "reportData[]"])
def test_a_sentence_is_told(document: bytes, cut: ByteCut, path: str) -> None:
    """A finished report that only explains itself fails with Amazon's own words."""
    with pytest.raises(NotATableError) as caught:
        records(document, path, cut=cut)

    assert "Too many days." == caught.value.sentence


@pytest.mark.parametrize("document", [SALES, PROMOTIONS, b'[{"a": 12}]', b'{"a":true}'])
@pytest.mark.parametrize("path", ["*", OUTER, INNER, "salesAndTrafficByDate[]"])
def test_a_document_that_is_cut_short_is_damaged(document: bytes, path: str) -> None:
    """Wherever the download stopped, it never passes for the whole."""
    document = document.strip()
    for size in range(len(document)):
        with pytest.raises(DocumentDamagedError):
            records(document[:size], path)


@pytest.mark.parametrize(
    "document",
    [
        b'{"r": [{"a": 1},]}',
        b'{"r": [{"a": 1}] "b": 2}',
        b'{"r": [{"a": 1}]}}',
        b'{"r": [{"a": 1}]} {"r": []}',
        b'{"r": [{"a" 1}]}',
        b'{"r": [{"a": 1.2.3}]}',
        b'{"r": [{"a": 01}]}',
        b'{"r": [1x, 2]}',
        b'{"r": [{"a": tru}]}',
        b'{"r": [{"a": "\\x"}]}',
        b"{1: 2}",
        b'{"r" []}',
        b'{"r": [{"a": ' + b"1" * 5000 + b"}",
    ],
)
@pytest.mark.parametrize("cut", [whole, one_by_one])
@pytest.mark.parametrize("path", ["r[]", "*", "r[].a[]", "other[]"])
def test_broken_json_is_damaged(document: bytes, cut: ByteCut, path: str) -> None:
    """What is no JSON fails with a word of its own, and quotes nothing of the file."""
    with pytest.raises(DocumentDamagedError, match=r"^the document is damaged: "):
        records(document, path, cut=cut)


@pytest.mark.parametrize("path", ["r[]", "*", "r[].a[]", "other[]"])
@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_a_bottomless_document_is_damaged(opening: bytes, path: str) -> None:
    """Brackets without end exhaust neither the stack nor the process."""
    with pytest.raises(DocumentDamagedError):
        records(b'{"r": [' + opening * 200_000, path)


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16"])
def test_charsets(charset: str, cut: ByteCut) -> None:
    """A byte order mark is no part of the document."""
    document = '{"r": [{"名前": "ü😀"}]}'.encode(charset)

    assert [("r[]", {"名前": "ü😀"}, [])] == records(document, "r[]", cut=cut)


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("declared", ["cp1252", "cp932", "iso8859-15"])
def test_json_in_utf8_is_read_as_such_whatever_storage_says(
    cut: ByteCut, declared: str
) -> None:
    """JSON is UTF-8: storage may say what it says of all files."""
    document = '{"things": [{"name": "Möbel für ½ 価格"}]}'.encode()
    reader = JsonRecords(cut(document), ["things[]"], declared=declared)

    assert [{"name": "Möbel für ½ 価格"}] == [record for _, record, _ in reader]
    assert 0 == reader.replaced


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("declared", ["cp1252", "cp932", "iso2022_jp", "utf-16-le"])
def test_json_that_is_not_in_utf8_is_read_as_declared(
    cut: ByteCut, declared: str
) -> None:
    """Storage is right about those that are not."""
    text = "MÖbel" if declared == "cp1252" else "価格"
    document = f'{{"things": [{{"name": "{text}"}}]}}'.encode(declared)
    reader = JsonRecords(cut(document), ["things[]"], declared=declared)

    assert [{"name": text}] == [record for _, record, _ in reader]


def test_a_broken_byte_is_counted() -> None:
    """One bad byte costs one character, not the report."""
    reader = JsonRecords([b'{"r": [{"a": "x\xff"}]}'], ["r[]"], declared="utf-8")

    assert [("r[]", {"a": "x\ufffd"}, [])] == list(reader)
    assert 1 == reader.text.replaced


def test_what_json_does_not_have_is_kept_as_its_word() -> None:
    """NaN, and a tab in a text, do not cost a report."""
    found = records(b'{"r": [{"a": NaN, "b": -Infinity, "c": "x\ty"}]}', "r[]")

    assert [("r[]", {"a": "NaN", "b": "-Infinity", "c": "x\ty"}, [])] == found


@pytest.mark.parametrize(
    "path", ["", "a", "a[].b", "a[]b[]", ".a[]", "a[].*", "a/b", "[]"]
)
def test_a_path_of_another_shape_is_refused(path: str) -> None:
    """A slip in a report type's file shows at once, not as a stream without rows."""
    with pytest.raises(ValueError, match="is not a path"):
        JsonRecords([], [path])


JSON_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
    ),
    max_leaves=6,
)
RECORDS = st.lists(st.dictionaries(st.text(), JSON_VALUES, max_size=4), max_size=5)


def spelled(value: Any) -> Any:
    """Return a value with each decimal as its digits, for 1.0 equals 1.00."""
    if isinstance(value, dict):
        return {name: spelled(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [spelled(inner) for inner in value]
    return ("number", str(value)) if isinstance(value, Decimal) else value


def as_read(value: Any) -> Any:
    """Return a value as it is read: a decimal without a point is an integer."""
    if isinstance(value, str):
        return value.replace("\0", "\ufffd")
    if isinstance(value, dict):
        return {as_read(name): as_read(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [as_read(inner) for inner in value]
    if isinstance(value, Decimal) and set(str(value)) <= set("-0123456789"):
        return int(value)
    return value


@given(RECORDS, RECORDS, st.integers(min_value=1, max_value=40))
def test_any_records_come_back(
    first: list[dict[str, Any]], second: list[dict[str, Any]], size: int
) -> None:
    """Whatever the values, the places of the cuts and the digits, all is as written."""
    document = json_text({"x": {"a": 1}, "a": first, "b": second}).encode(
        errors="surrogatepass"
    )
    chunks = [document[at : at + size] for at in range(0, len(document), size)]

    expected = [("a[]", item) for item in first] + [("b[]", item) for item in second]
    found = JsonRecords(chunks, ["a[]", "b[]"])
    assert [(path, spelled(as_read(item))) for path, item in expected] == [
        (path, spelled(record)) for path, record, _ in found
    ]


ITEM = b'{"asin":"B000000001","amount":12.50,"title":"%s"},' % (b"title " * 60)


def generated(items: int) -> Iterator[bytes]:
    """Yield a document with two large arrays that nobody wants, and one wanted."""
    for before in (b'{"unwanted":{"deep":[', b'{}]},"other":[', b'{}],"wanted":['):
        yield before
        for _ in range(items // 200):
            yield ITEM * 200
    yield b'{"asin":"the last"}]}'


def test_memory_does_not_grow_with_the_document() -> None:
    """More than 30 MB pass through in less than 8, whether wanted or passed over."""
    gc.collect()
    tracemalloc.start()
    reader = JsonRecords(generated(26_000), ["wanted[]"])
    size = sum(1 for _ in reader)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert 26_001 == size
    assert ["unwanted", "other"] == reader.passed_over
    assert peak < 8_000_000


def test_memory_does_not_grow_with_inner_records() -> None:
    """One promotion with 30 MB of products is never in memory as a whole."""
    gc.collect()
    tracemalloc.start()
    chunks = long_promotion(30_000, b"x" * 1000)
    size = sum(1 for _ in JsonRecords(chunks, [OUTER, INNER]))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert 30_001 == size
    assert peak < 8_000_000
