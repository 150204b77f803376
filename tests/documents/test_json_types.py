"""Lists and objects of texts: what is in them fits their schema, or is kept apart."""

from __future__ import annotations

from typing import Any

import pytest

from tap_amazon_reports.documents.objects import ObjectReader

SCHEMA = {
    "type": "object",
    "properties": {
        "ids": {"type": ["array", "null"], "items": {"type": "string"}},
        "options": {
            "type": ["object", "null"],
            "additionalProperties": {"type": "string"},
        },
    },
}


@pytest.mark.parametrize(
    ("record", "values", "extra"),
    [
        ({"ids": ["A", "B"]}, {"ids": ["A", "B"]}, {}),
        ({"ids": ["A", 7, True]}, {"ids": ["A", "7", "true"]}, {}),
        ({"ids": "A"}, {"ids": ["A"]}, {}),
        ({"ids": ["A", None]}, {}, {"ids": '["A", null]'}),
        ({"ids": ["A", ""]}, {}, {"ids": '["A", ""]'}),
        ({"ids": ["A", {"b": 1}]}, {}, {"ids": '["A", {"b": 1}]'}),
        ({"options": {"a": "b"}}, {"options": {"a": "b"}}, {}),
        ({"options": {"a": 7, "b": ""}}, {"options": {"a": "7", "b": ""}}, {}),
        ({"options": {"a": None}}, {"options": {}}, {}),
        (
            {"options": {"a": ["b"], "c": 1}},
            {},
            {"options.a": '["b"]', "options.c": "1"},
        ),
        ({"options": 7}, {}, {"options": "7"}),
    ],
)
def test_what_is_in_a_list_or_an_object_fits_its_schema(
    record: dict[str, Any], values: dict[str, Any], extra: dict[str, str]
) -> None:
    """A loader that checks what it gets takes each row, and nothing is lost."""
    found, kept = ObjectReader(SCHEMA).read(record)

    assert {"ids": None, "options": None} | values == found
    assert extra == kept
