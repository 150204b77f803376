"""JSON objects of Amazon's as typed records of one schema."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_amazon_reports.documents.json_text import json_text, json_value
from tap_amazon_reports.documents.objects import ObjectReader
from tap_amazon_reports.documents.typed import is_generic

SCHEMA: dict[str, Any] = {
    "properties": {
        "report_id": {"type": "string"},
        "created_time": {"type": ["string", "null"], "format": "date-time"},
        "unit_count": {"type": ["integer", "null"]},
        "amount": {"type": ["number", "null"]},
        "is_active": {"type": ["boolean", "null"]},
        "marketplace_ids": {"type": ["array", "null"], "items": {"type": "string"}},
        "report_options": {"type": ["object", "null"]},
    }
}


def read(**wire: Any) -> tuple[dict[str, object], dict[str, str]]:
    """Return what fits, without what is absent, and what does not."""
    record = ObjectReader(SCHEMA).read(wire)
    found = {name: value for name, value in record[0].items() if value is not None}
    return found, record[1]


class TestObjectReader:
    """Reading one object."""

    def test_every_column_has_a_value(self) -> None:
        """What Amazon leaves out, or says is null, is null."""
        record = ObjectReader(SCHEMA).read({"reportId": "7", "amount": None})

        assert record[0] == {**dict.fromkeys(SCHEMA["properties"]), "report_id": "7"}
        assert {} == record[1]

    def test_names_become_snake_case(self) -> None:
        """Columns are named in Amazon's own words."""
        assert {
            "report_id": "7",
            "marketplace_ids": ["A"],
        } == read(reportId="7", marketplaceIds=["A"])[0]

    @pytest.mark.parametrize(
        "text",
        [
            "2026-11-20T15:00:00Z",
            "2026-11-20T15:00:00+00:00",
            "2026-11-20T07:00-08:00",
            "20261120T150000Z",
        ],
    )
    def test_times_are_utc(self, text: str) -> None:
        """Each of Amazon's forms gives the same moment, written the same."""
        assert {"created_time": "2026-11-20T15:00:00Z"} == read(createdTime=text)[0]

    @pytest.mark.parametrize("text", ["12.3400", "-0.1", "1e-7", "9" * 40 + ".01"])
    def test_amounts_keep_every_digit(self, text: str) -> None:
        """As a number or as a text, an amount is exact."""
        wire = json.loads(f'{{"n": {text}, "t": "{text}"}}', parse_float=Decimal)
        from_number, _ = read(amount=wire["n"])
        from_text, _ = read(amount=wire["t"])

        assert from_number["amount"] == from_text["amount"] == Decimal(text)
        assert isinstance(from_number["amount"], Decimal)

    def test_identifiers_stay_texts(self) -> None:
        """A number where a text is expected becomes one; nothing is cut off."""
        assert {"report_id": "12345678901234567890"} == read(
            reportId=12345678901234567890
        )[0]
        assert {"report_id": "007"} == read(reportId="007")[0]

    @pytest.mark.parametrize("value", [True, "true"])
    def test_truth_is_read_from_words_too(self, value: object) -> None:
        """Some services write words."""
        assert {"is_active": True} == read(isActive=value)[0]

    def test_objects_are_kept_whole(self) -> None:
        """What is an object in Amazon's JSON is one in the record."""
        assert {"report_options": {"a": "b"}} == read(reportOptions={"a": "b"})[0]

    def test_what_no_column_knows_is_kept_as_text(self) -> None:
        """A new field of Amazon's is not lost, under the name that Amazon gave it."""
        found, extra = read(reportId="7", newField={"a": [1]}, other="x", third=1.5)

        assert {"report_id": "7"} == found
        assert {"newField.a": "[1]", "other": "x", "third": "1.5"} == extra

    @pytest.mark.parametrize(
        ("name", "column", "value"),
        [
            ("createdTime", "created_time", "yesterday"),
            ("createdTime", "created_time", "2026-11-20T15:00:00"),
            ("createdTime", "created_time", "0001-01-01T00:00:00+14:00"),
            ("createdTime", "created_time", 17),
            ("unitCount", "unit_count", "many"),
            ("unitCount", "unit_count", 1.5),
            ("unitCount", "unit_count", True),
            ("amount", "amount", "1,2,3.x"),
            ("amount", "amount", [1]),
            ("isActive", "is_active", "perhaps"),
            ("marketplaceIds", "marketplace_ids", [{"a": 1}]),
            ("reportOptions", "report_options", "a=b"),
            ("reportId", "report_id", ["a", 1]),
        ],
    )
    def test_what_does_not_fit_is_kept_and_counted(
        self, name: str, column: str, value: object
    ) -> None:
        """The column is null, the text is in `_extra`, and the run can warn."""
        reader = ObjectReader(SCHEMA)
        record = reader.read({name: value})

        assert record[0][column] is None
        text = value if isinstance(value, str) else json.dumps(value)
        assert record[1] == {name: text}
        assert reader.misfits == {column: 1}

    def test_an_object_that_does_not_fit_is_kept_part_by_part(self) -> None:
        """Each part of it is found under its own path."""
        assert (
            {},
            {"reportId.a": "1", "reportId.b": "x"},
        ) == read(reportId={"a": 1, "b": "x"})

    def test_one_text_is_a_list_of_one(self) -> None:
        """What could repeat and does not is no reason to lose its column."""
        assert ({"marketplace_ids": ["A"]}, {}) == read(marketplaceIds="A")

    def test_what_begins_with_an_underscore_is_the_taps(self) -> None:
        """A field of Amazon's that is called `extra` does not fill `_extra`."""
        schema = {"properties": {"_extra": {"type": ["object", "null"]}}}
        record = ObjectReader(schema).read({"extra": {"a": "b"}})

        assert ({"_extra": None}, {"extra.a": "b"}) == record

    def test_misfits_are_counted_over_all_objects(self) -> None:
        """One warning for a column, with its count."""
        reader = ObjectReader(SCHEMA)
        for _ in range(3):
            reader.read({"unitCount": "many", "isActive": "perhaps"})

        assert {"unit_count": 3, "is_active": 3} == reader.misfits

    @given(
        st.dictionaries(
            st.sampled_from(["reportId", "createdTime", "unitCount", "amount", "new"]),
            st.one_of(
                st.none(),
                st.booleans(),
                st.integers(),
                st.text(max_size=8),
                st.lists(st.integers(), max_size=2),
            ),
        )
    )
    def test_no_value_is_ever_lost(self, wire: dict[str, Any]) -> None:
        """Whatever Amazon sends is in its column, in `_extra`, or was blank."""
        found, extra = read(**wire)

        for name, value in wire.items():
            column = {"reportId": "report_id", "createdTime": "created_time"}.get(
                name, {"unitCount": "unit_count"}.get(name, name)
            )
            blank = value is None or (isinstance(value, str) and not value.strip())
            assert blank or (column in found) != (name in extra)


def column(kind: str, **more: Any) -> dict[str, Any]:
    """Return a property as a report type's file has it."""
    extra = {name.replace("x_", "x-"): value for name, value in more.items()}
    return {"type": [kind, "null"], **extra}


def read_value(value: object, kind: dict[str, Any]) -> tuple[object, dict[str, str]]:
    """Return what becomes of one value of a record."""
    record = ObjectReader({"properties": {"c": kind}}).read({"c": value})
    return record.values["c"], record.extra


def test_a_generic_record_is_its_row() -> None:
    """Nobody knows the members, and each is there as it is."""
    properties = {"row": column("object")}
    record = {"a": Decimal("1.10"), "b": [{"c": None}]}

    assert is_generic(properties)
    assert not is_generic({"row": column("object"), "a": column("string")})
    assert ({"row": record}, {}) == ObjectReader({"properties": properties}).read(
        record
    )


SALES = {
    "date": column("string", format="date"),
    "units": column("integer", x_name="salesByDate.unitsOrdered"),
    "amount": column("number", x_name="salesByDate.sales.amount"),
    "currency": column("string", x_name="salesByDate.sales.currencyCode"),
    "range": column("object", x_name="range"),
    "tags": column("array", x_name="tags"),
}


def test_a_record_goes_to_its_columns() -> None:
    """Paths are followed, unknown members are kept by theirs, and null is nothing."""
    reader = ObjectReader({"properties": SALES})
    record = {
        "date": "2026-10-01",
        "salesByDate": {
            "unitsOrdered": 7,
            "sales": {"amount": Decimal("1.50"), "currencyCode": "USD", "new": True},
            "other": {"a": Decimal("2.0"), "b": [Decimal("1.10"), "ü"], "c": None},
        },
        "range": {"from": Decimal("0.10")},
        "tags": ["a"],
        "blank": " ",
        "text": "as it is",
    }

    assert (
        {
            "date": "2026-10-01",
            "units": 7,
            "amount": Decimal("1.50"),
            "currency": "USD",
            "range": {"from": Decimal("0.10")},
            "tags": ["a"],
        },
        {
            "salesByDate.sales.new": "true",
            "salesByDate.other.a": "2.0",
            "salesByDate.other.b": '[1.10, "ü"]',
            "text": "as it is",
        },
    ) == reader.read(record)
    assert not reader.misfits
    assert dict.fromkeys(SALES) == reader.read({}).values


def test_misfits_are_kept_and_counted() -> None:
    """A value of another type is in the row as text, and its column is named."""
    reader = ObjectReader({"properties": SALES})
    for _ in range(2):
        record = reader.read(
            {
                "salesByDate": {"unitsOrdered": "many", "sales": 5},
                "range": [],
                "date": {"a": 1},
            }
        )

    assert {
        "salesByDate.unitsOrdered": "many",
        "salesByDate.sales": "5",
        "range": "[]",
        "date.a": "1",
    } == record.extra
    assert {"units": 2, "range": 2, "date": 2} == reader.misfits


@pytest.mark.parametrize(
    ("kind", "value", "read"),
    [
        (column("string"), 7, "7"),
        (column("string"), Decimal("7.10"), "7.10"),
        (column("string"), True, "true"),
        (column("string"), "", None),
        (column("integer"), "7", 7),
        (column("integer"), Decimal("7.0"), 7),
        (column("number"), 7, 7),
        (column("number"), "7.10", Decimal("7.10")),
        (column("number"), "N/A", None),
        (column("boolean"), False, False),
        (column("boolean"), "true", True),
        (column("boolean"), 0, False),
        (
            column("string", format="date-time"),
            "2026-10-01T00:00:00.5-07:00",
            "2026-10-01T07:00:00.500000Z",
        ),
        (column("array"), {"a": 1}, [{"a": 1}]),
    ],
)
def test_values_by_type(kind: dict[str, Any], value: object, read: object) -> None:
    """Numbers in strings, and strings that are numbers, are what the column is."""
    assert (read, {}) == read_value(value, kind)


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        (column("string"), [1], "[1]"),
        (column("integer"), Decimal("7.5"), "7.5"),
        (column("integer"), 2**63, str(2**63)),
        (column("integer"), Decimal("1E+1000000"), "1E+1000000"),
        (column("integer"), True, "true"),
        (column("number"), True, "true"),
        (column("number"), "NaN", "NaN"),
        (column("number"), Decimal("1E+31"), "1E+31"),
        (column("boolean"), 2, "2"),
        (column("object"), "x", "x"),
        (column("string", format="date-time"), 1700000000, "1700000000"),
    ],
)
def test_values_that_do_not_fit(kind: dict[str, Any], value: object, text: str) -> None:
    """Nothing is bent to fit."""
    assert (None, {"c": text}) == read_value(value, kind)


@pytest.mark.parametrize(
    ("value", "text"),
    [("2026-W07", "2026-W07"), (["a", "b"], '["a", "b"]'), ({"a": 1}, '{"a": 1}')],
)
def test_a_key_that_does_not_fit_stands_as_its_own_text(
    value: object, text: str
) -> None:
    """Rows that differ in their key alone stay two, whatever Amazon wrote there."""
    reader = ObjectReader({"properties": SALES}, keys=["date"])
    record = reader.read({"date": value})

    assert text == record.values["date"]
    assert record.extra
    assert {"date": 1} == reader.misfits
    assert reader.read({"tags": ["a"]}).values["date"] is None


def test_another_name_of_a_key_that_fits_is_the_key() -> None:
    """The text of what does not fit stands there only where nothing else does."""
    date = column("string", format="date", x_name="day", x_aliases=["date"])
    reader = ObjectReader({"properties": {"date": date}}, keys=["date"])

    assert ({"date": "2026-02-01"}, {"day": "soon"}) == reader.read(
        {"day": "soon", "date": "2026-02-01"}
    )
    assert ({"date": "soon"}, {"day": "soon", "date": "late"}) == reader.read(
        {"day": "soon", "date": "late"}
    )


def test_columns_of_the_records_around() -> None:
    """A product has its promotion's id, and its campaign's; the rest stays there."""
    reader = ObjectReader(
        {
            "properties": {
                "campaign_id": column("string", x_name="^^campaignId"),
                "promotion_id": column("string", x_name="^promotionId"),
                "start": column("string", format="date", x_name="^dates.from"),
                "asin": column("string"),
            }
        }
    )
    parents: list[dict[str, Any]] = [
        {"campaignId": 5, "name": "c"},
        {"promotionId": "p", "dates": {"from": "soon", "to": 1}},
    ]

    assert (
        {"campaign_id": "5", "promotion_id": "p", "start": None, "asin": "A"},
        {"^dates.from": "soon"},
    ) == reader.read({"asin": "A"}, parents)
    assert reader.read({"asin": "A"}, parents[1:]).values["campaign_id"] is None


def test_xml_paths_attributes_and_repetitions() -> None:
    """An amount has its currency; what repeats is a list, where the column is one."""
    reader = ObjectReader(
        {
            "properties": {
                "order_id": column("string", x_name="AmazonOrderID"),
                "fee": column("number", x_name="Fees/Fee/Amount"),
                "currency": column("string", x_name="Fees/Fee/Amount@currency"),
                "types": column("array", x_name="Prices/Component/Type"),
                "ids": column("array", x_name="Ids/Id"),
            }
        }
    )
    components = [{"Type": "Principal", "Amount": "1.0"}, {"Type": "Tax"}]

    assert (
        {
            "order_id": "1",
            "fee": Decimal("1.50"),
            "currency": "USD",
            "types": ["Principal", "Tax"],
            "ids": ["7"],
        },
        {"Prices.Component.Amount": '["1.0", null]'},
    ) == reader.read(
        {
            "AmazonOrderId": "1",
            "Fees": {"Fee": [{"Amount": "1.50", "Amount@currency": "USD"}]},
            "Prices": {"Component": components},
            "Ids": {"Id": "7"},
        }
    )
    assert {"Prices.Component": '[{"Type": "x"}, 5]'} == reader.read(
        {"Prices": {"Component": [{"Type": "x"}, 5]}}
    ).extra


def test_two_members_for_one_column_are_both_kept() -> None:
    """An old name beside the new one does not wipe it out."""
    reader = ObjectReader(
        {"properties": {"sku": column("string", x_name="sellerSku", x_aliases=["sku"])}}
    )

    assert ({"sku": "new"}, {"sku": "old"}) == reader.read(
        {"sellerSku": "new", "sku": "old"}
    )
    assert ({"sku": "old"}, {}) == reader.read({"sku": "old"})


def test_members_whose_paths_look_alike_are_both_kept() -> None:
    """A point in a name hides nothing."""
    reader = ObjectReader({"properties": {"c": column("string")}})

    assert {"a.b": "1", "a.b_2": "2"} == reader.read({"a.b": 1, "a": {"b": 2}}).extra


@pytest.mark.parametrize("values", [3, 4, 6, 9])
def test_each_of_many_extra_values_with_one_path_has_a_number(values: int) -> None:
    """Its name is hardly longer than its path, however many there are."""
    words = [f"w{n}" for n in range(values)]
    path = ".".join(words)
    record: dict[str, Any] = {path: 1}
    for n in range(1, values):
        record[".".join(words[:n])] = {".".join(words[n:]): n + 1}

    assert {
        path: "1",
        **{f"{path}_{n}": str(n) for n in range(2, values + 1)},
    } == ObjectReader(SCHEMA).read(record).extra


@pytest.mark.parametrize("other", ["a", "a.b", "a.b.c"])
def test_columns_in_one_place_are_refused(other: str) -> None:
    """A slip in a report type's file shows at once."""
    properties = {
        "one": column("string", x_name="a.b"),
        "two": column("string", x_name=other),
    }

    with pytest.raises(ValueError, match="in the place of"):
        ObjectReader({"properties": properties})


LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text()
)


@given(
    st.recursive(
        LEAVES,
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=10,
    )
)
def test_json_text_keeps_every_digit(value: object) -> None:
    """What is kept as JSON can be read again, to the last digit."""
    text = json_text(value)

    assert text == json_text(json_value(text))


@given(st.dictionaries(st.sampled_from([*SALES, "new", "salesByDate"]), LEAVES))
def test_no_value_of_a_record_is_ever_lost(record: dict[str, object]) -> None:
    """Each value is in a column or in the extra ones, whatever its type."""
    reader = ObjectReader({"properties": SALES})
    values, extra = reader.read(record)

    for name, value in record.items():
        is_nothing = value is None or (
            isinstance(value, str) and value.strip().lower() in ("", "--", "n/a")
        )
        assert is_nothing or values.get(name) is not None or name in extra
