"""Headers in any language lead to the same columns, and none is read for another."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tap_amazon_reports.documents.column_names import normalise
from tap_amazon_reports.documents.errors import MissingColumnError
from tap_amazon_reports.documents.layout import DocumentFormat
from tests.reports.type_documents import (
    CATALOGUE,
    KINDS,
    SCHEMAS,
    TABLES,
    headers,
    read,
    table,
)

if TYPE_CHECKING:
    from tap_amazon_reports.reports.report_types import ReportType

TRANSLATED = [kind for kind in TABLES if kind.layout.translations]
KEYED = [kind for kind in TABLES if kind.layout.records[0].key]
ALL_LISTINGS = CATALOGUE.find("selling_partner", "GET_MERCHANT_LISTINGS_ALL_DATA")
LISTINGS = SCHEMAS / "selling_partner" / "headers" / "listings.json"


def _type(kind: ReportType) -> str:
    return kind.report_type


@pytest.mark.parametrize("kind", TRANSLATED, ids=_type)
def test_translated_headers_are_the_english_columns(kind: ReportType) -> None:
    """A listing of a German, Turkish or Arabic account fills the same columns."""
    english = headers(kind)
    for column, header in english.items():
        for name in kind.layout.translations.get(header, ()):
            line = [name if n == header else n for n in english.values()]
            keys = {english[key] for key in kind.layout.records[0].key}
            cells = ["1" if n in keys | {header} else "" for n in english.values()]
            rows, extras = read(kind, table(kind, line, cells))
            assert rows[0][column] in ("1", 1, True) or column in extras[0], name


@pytest.mark.parametrize("kind", TRANSLATED, ids=_type)
def test_translations_lead_to_one_column(kind: ReportType) -> None:
    """No word of any language is two columns of one type."""
    owners: dict[str, str] = {}
    for column, header in headers(kind).items():
        for name in (header, *kind.layout.translations.get(header, ())):
            assert column == owners.setdefault(normalise(name), column), name


@pytest.mark.parametrize(
    "language", ["ar", "de", "es", "fr", "it", "ja", "pl", "tr", "zh"]
)
def test_a_translated_listing_has_its_key(language: str) -> None:
    """No seller outside of English has a table of one row called `Unknown`."""
    words = json.loads(LISTINGS.read_bytes())["translations"]
    line = [words[name][language][0] for name in ("item-name", "seller-sku", "price")]
    rows, extras = read(
        ALL_LISTINGS, table(ALL_LISTINGS, line, ["Lamp", "A-1", "2.50"])
    )

    assert ("Lamp", "A-1") == (rows[0]["item_name"], rows[0]["seller_sku"])
    assert (Decimal("2.50"), {}) == (rows[0]["price"], extras[0])


@pytest.mark.parametrize("names", ["ASIN 1", "ASIN1", "asin1"])
def test_numbered_asins_are_known_however_they_are_written(names: str) -> None:
    """`ASIN 1` of Japan and `ASIN1` of China are `asin1`."""
    rows, _ = read(ALL_LISTINGS, f"seller-sku\t{names}\nA-1\tB000000001\n".encode())

    assert "B000000001" == rows[0]["asin1"]


@pytest.mark.parametrize("width", [27, 28, 29, 30, 31, 32])
def test_an_unknown_language_goes_by_place(width: int) -> None:
    """A listing in Finnish, as wide as a known layout, is read by that layout."""
    order = next(
        names for names in ALL_LISTINGS.layout.column_orders if len(names) == width
    )
    line = [f"sarake {letter}" for letter in map(chr, range(97, 97 + width))]
    cells = ["A-1" if name == "seller-sku" else "" for name in order]
    rows, extras = read(ALL_LISTINGS, table(ALL_LISTINGS, line, cells))

    assert ("A-1", {}) == (rows[0]["seller_sku"], extras[0])


FEEDBACK = CATALOGUE.find("selling_partner", "GET_SELLER_FEEDBACK_DATA")


def test_a_known_header_in_another_order_goes_by_its_names() -> None:
    """Where the names say which column is which, their places say nothing."""
    english = headers(FEEDBACK)
    line = list(english.values())[::-1]
    rows, extras = read(FEEDBACK, table(FEEDBACK, line, [f"5 {n}" for n in line]))

    assert "5 Order ID" == rows[0]["order_id"]
    assert "5 Comments" == rows[0]["comments"]
    assert {"date", "rating"} == set(extras[0])


def test_a_translated_header_goes_by_place() -> None:
    """A word that two languages share, where it should be, changes nothing."""
    line = ["Date", "Note", "Commentaires", "Votre réponse", "Commande", "E-mail"]
    cells = ["", "5", "Bien", "Merci", "1-2-3", "a@b.example"]
    rows, extras = read(FEEDBACK, table(FEEDBACK, line, cells))

    assert ("1-2-3", "Bien", 5) == (
        rows[0]["order_id"],
        rows[0]["comments"],
        rows[0]["rating"],
    )
    assert {} == extras[0]


@pytest.mark.parametrize("kind", KEYED, ids=_type)
def test_a_table_without_a_key_column_fails(kind: ReportType) -> None:
    """Of no type is a row read whose natural key is made up."""
    english = headers(kind)
    landmarks = set(kind.layout.landmarks)
    for key in (key for key in kind.layout.records[0].key if key in english):
        if english[key] in landmarks:
            continue
        line = [name for column, name in english.items() if column != key]
        document = table(kind, line, ["1"] * len(line))
        with pytest.raises(MissingColumnError) as caught:
            read(kind, document)
        assert (english[key],) == caught.value.names
        assert f"(found {len(line)} column" in str(caught.value)


@pytest.mark.parametrize("kind", KEYED, ids=_type)
def test_an_empty_table_lacks_nothing(kind: ReportType) -> None:
    """No columns, or a header and no row, is an empty report and no failure."""
    header = table(kind, list(headers(kind).values()))

    assert ([], []) == read(kind, b"")
    assert ([], []) == read(kind, header)


OBJECTS = [
    kind
    for kind in KINDS
    if kind.layout.format in {DocumentFormat.JSON, DocumentFormat.XML}
    and kind.layout.records[0].key
]


@pytest.mark.parametrize("kind", OBJECTS, ids=_type)
def test_records_without_any_part_of_their_key_fail(kind: ReportType) -> None:
    """A document whose records have other fields is not read as rows without a key."""
    records = kind.layout.records[0]
    own = [name for name in records.key if name in records.schema["properties"]]
    layout = replace(
        kind.layout,
        format=DocumentFormat.JSON,
        records=(replace(records, path="rows[]"),),
    )
    as_json = replace(kind, layout=layout)
    with pytest.raises(MissingColumnError) as caught:
        read(as_json, b'{"rows": [{"something": "else"}]}')

    properties = records.schema["properties"]
    assert tuple(properties[name]["x-name"] for name in own) == caught.value.names
