"""The Appstore's monthly files that type files describe: every cell arrives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

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


def test_months_without_a_file_are_no_failure(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """A month in which nothing was paid has no file: the bookmark moves past it."""
    kind = type_file("appstore", "earnings")
    amazon.appstore.months.clear()
    output = _read(amazon, clock, kind)
    assert [] == output.records("appstore_earnings")
    assert "2026-08" == output.bookmark("appstore_earnings")
