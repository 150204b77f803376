"""JSON objects of Amazon's as typed records of one schema."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_amazon_reports.documents.objects import ObjectReader

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
        assert record[1] == {}

    def test_names_become_snake_case(self) -> None:
        """Columns are named in Amazon's own words."""
        assert read(reportId="7", marketplaceIds=["A"])[0] == {
            "report_id": "7",
            "marketplace_ids": ["A"],
        }

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
        assert read(createdTime=text)[0] == {"created_time": "2026-11-20T15:00:00Z"}

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
        assert read(reportId=12345678901234567890)[0] == {
            "report_id": "12345678901234567890"
        }
        assert read(reportId="007")[0] == {"report_id": "007"}

    @pytest.mark.parametrize("value", [True, "true"])
    def test_truth_is_read_from_words_too(self, value: object) -> None:
        """Some services write words."""
        assert read(isActive=value)[0] == {"is_active": True}

    def test_objects_are_kept_whole(self) -> None:
        """What is an object in Amazon's JSON is one in the record."""
        assert read(reportOptions={"a": "b"})[0] == {"report_options": {"a": "b"}}

    def test_what_no_column_knows_is_kept_as_text(self) -> None:
        """A new field of Amazon's is not lost, under the name that Amazon gave it."""
        found, extra = read(reportId="7", newField={"a": [1]}, other="x", third=1.5)

        assert found == {"report_id": "7"}
        assert extra == {"newField": '{"a": [1]}', "other": "x", "third": "1.5"}

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
            ("marketplaceIds", "marketplace_ids", "A"),
            ("marketplaceIds", "marketplace_ids", [{"a": 1}]),
            ("reportOptions", "report_options", "a=b"),
            ("reportId", "report_id", {"a": 1}),
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

    def test_misfits_are_counted_over_all_objects(self) -> None:
        """One warning for a column, with its count."""
        reader = ObjectReader(SCHEMA)
        for _ in range(3):
            reader.read({"unitCount": "many", "isActive": "perhaps"})

        assert reader.misfits == {"unit_count": 3, "is_active": 3}

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
