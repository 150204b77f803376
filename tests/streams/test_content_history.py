"""Snapshots whose rows are kept for each day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.report_types import LISTINGS

if TYPE_CHECKING:
    from tests.streams.content_runs import ContentRuns
    from tests.tap_run import Output

STREAM = "sp_merchant_listings_all_data"
KEPT = {"report_type": LISTINGS, "history": True}


def _days(output: Output) -> set[str]:
    return {record["snapshot_date"] for record in output.records(STREAM)}


def test_each_day_keeps_its_rows(content: ContentRuns) -> None:
    """Yesterday's stock is still in the table when today's is."""
    first = content.read(KEPT)
    content.clock.advance(seconds=86400)
    second = content.read(KEPT, state=first.state)

    assert ({"2026-11-21"}, {"2026-11-22"}) == (_days(first), _days(second))
    assert "snapshot_date" in first.schemas[STREAM]["key_properties"]
    assert set() == set(first.rows()) & set(second.rows())


def test_without_history_there_is_one_row_for_each_key(content: ContentRuns) -> None:
    """The table is what there is now, unless somebody asks for more."""
    output = content.read(LISTINGS)

    assert "snapshot_date" not in output.schemas[STREAM]["schema"]["properties"]
    assert "snapshot_date" not in output.schemas[STREAM]["key_properties"]
