"""The Appstore's monthly files that type files describe: every cell arrives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.local_amazon import AppstoreFile, StoredObject
from tests.local_amazon.families import Document
from tests.local_amazon.families.layout import known_types
from tests.streams.document_compare import TypeFile, assert_arrived, type_file
from tests.tap_run import discover, selecting, sync

if TYPE_CHECKING:
    from tests.clock import ScriptedClock
    from tests.local_amazon import LocalAmazon
    from tests.tap_run import Output

START = "2026-01-01"


def _read(
    amazon: LocalAmazon, clock: ScriptedClock, kind: TypeFile, **more: Any
) -> Output:
    settings = {
        **amazon.settings(),
        "appstore_reports": [kind.name],
        "start_date": START,
    }
    (array,) = kind.arrays
    catalog = selecting(discover(settings, clock=clock), [array.stream])
    output = sync(settings, clock=clock, catalog=catalog, **more)
    assert 0 == output.status
    return output


@pytest.mark.parametrize("name", known_types("appstore"))
def test_every_cell_of_a_kind_arrives(
    name: str, amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """Each cell is in its column, or in `_extra`; a second run adds no row."""
    kind = type_file("appstore", name)
    (array,) = kind.arrays
    output = _read(amazon, clock, kind)
    count = 0
    word = kind.about.get("path_word", name)
    months = [month for kind, month in amazon.appstore.months if kind == word]
    assert len(months) > 1
    for month in months:
        rows = [
            row for row in output.records(array.stream) if row["report_month"] == month
        ]
        members = amazon.appstore.months[word, month].members
        cells = [row for member in members for row in member.rows]
        document = Document(tuple(members[0].header), cells, {})
        count += assert_arrived(kind, document, {array.stream: rows}, country="US")
        assert {f"{word}/{month}"} == {row["report_id"] for row in rows}
    assert count == len(output.rows()) > 0
    row = ["occurrence"] if array.key else ["report_row"]
    keys = output.schemas[array.stream]["key_properties"]
    assert ["report_month", *array.key, *row] == keys
    assert set(_read(amazon, clock, kind, state=output.state).rows()) <= set(
        output.rows()
    )
    assert [] == amazon.refused
    assert [] == amazon.throttled


class _Answer(AppstoreFile):
    """What storage holds in the place of a month's file."""

    def __init__(self, content: bytes) -> None:
        super().__init__([])
        self._content = content

    def stored(self) -> StoredObject:
        """Return it as it is, neither packed nor named."""
        return StoredObject(self._content)


@pytest.mark.parametrize("name", ["subscriptions", "subscriptions_overview"])
@pytest.mark.parametrize(
    "content",
    [
        b"<html>\r\n<head><title>503</title></head>\r\n</html>\r\n",
        b"<?xml version='1.0'?>\n<Error><Code>SlowDown</Code></Error>",
        b'{"message":"Internal error"}',
        b"Access denied, please contact support",
    ],
)
def test_an_answer_that_is_no_table_is_no_months_file(
    content: bytes, name: str, amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """The month is not done with: the stream fails, and the next run reads it again."""
    kind = type_file("appstore", name)
    (array,) = kind.arrays
    word = kind.about.get("path_word", name)
    amazon.appstore.months = {(word, "2026-08"): _Answer(content)}
    output = sync(
        {
            **amazon.settings(),
            "appstore_reports": [name],
            "start_date": "2026-08-01",
            "end_date": "2026-09-01",
        },
        clock=clock,
        only=[array.stream],
    )

    assert 0 != output.status
    assert [] == output.records(array.stream)
    assert output.bookmark(array.stream) is None


def test_months_without_a_file_are_no_failure(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """A month in which nothing was paid has no file: the bookmark moves past it."""
    kind = type_file("appstore", "earnings")
    amazon.appstore.months.clear()
    output = _read(amazon, clock, kind)
    assert [] == output.records("appstore_earnings")
    assert "2026-08" == output.bookmark("appstore_earnings")
