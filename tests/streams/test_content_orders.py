"""Two years of orders that change, read in windows: none is lost, none is doubled."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from tests.clock import NOON
from tests.report_types import ORDERS
from tests.streams.content_runs import US
from tests.streams.document_compare import type_file
from tests.streams.document_values import Reading, Unreadable, read_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.streams.content_runs import ContentRuns

STREAM = "sp_flat_file_all_orders_data_by_last_update_general"
START = datetime(2024, 12, 2, tzinfo=timezone.utc)
LATER = timedelta(days=10)


def test_the_windows_hold_what_amazon_holds(content: ContentRuns) -> None:
    """Each order item of two years is there once, and later runs bring it up to date.

    With a look-back or without: rows that are read again are the same rows.
    """
    start_date = f"{START:%Y-%m-%d}"
    content.amazon.families.orders_at = NOON
    first = content.read(ORDERS, start_date=start_date)
    assert _held(content, NOON) == _as_cells(first.rows().values())
    windows = _windows(content)
    assert START == windows[0][0]
    assert all(end - start <= timedelta(days=30) for start, end in windows)
    assert [end for _, end in windows[:-1]] == [start for start, _ in windows[1:]]
    assert 24 == len(windows) == len(content.seen("createReport"))
    assert len(windows) == len(content.seen("getReportDocument"))

    content.clock.advance(days=LATER.days)
    now = content.amazon.families.orders_at = NOON + LATER
    held = _held(content, now)
    for lookback_days, how_many in ((0, 1), (1, 1), (45, 2)):
        content.amazon.selling_partner.reports.clear()
        read = len(content.seen("getReportDocument"))
        entry = {"report_type": ORDERS, "lookback_days": lookback_days}
        second = content.read(entry, state=first.state, start_date=start_date)
        assert held == _as_cells({**first.rows(), **second.rows()}.values())
        again = _windows(content)
        assert windows[-1][1] - timedelta(days=lookback_days) >= again[0][0]
        assert how_many == len(again) == len(content.seen("getReportDocument")) - read
    assert [] == content.amazon.throttled
    assert [] == content.amazon.refused


def test_a_day_without_orders_moves_the_bookmark(content: ContentRuns) -> None:
    """Amazon says CANCELLED where there is no order: that window is done, too."""
    content.amazon.families.orders_at = START - timedelta(days=3650)
    output = content.read(ORDERS)
    assert 0 == output.status
    assert [] == output.records(STREAM)
    (partition,) = output.state["bookmarks"][STREAM]["partitions"]
    assert f"{NOON:%Y-%m-%dT%H:%M:%SZ}" == partition["replication_key_value"]
    assert "was cancelled" in content.warnings


def _windows(content: ContentRuns) -> list[tuple[datetime, datetime]]:
    """Return the windows that were asked for, oldest first in each run."""
    return [
        (_moment(report["dataStartTime"]), _moment(report["dataEndTime"]))
        for report in content.reports(ORDERS)
    ]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _held(content: ContentRuns, at: datetime) -> Counter[frozenset[Any]]:
    """Return the rows that Amazon holds, by what is in their columns."""
    rows = content.amazon.families.rows(ORDERS, US, START, at, at=at)
    assert len(rows) > 1000
    return Counter(frozenset(_typed(row.cells).items()) for row in rows)


def _typed(cells: Mapping[str, str]) -> dict[str, Any]:
    kind = type_file("selling_partner", ORDERS)
    reading = Reading("US", kind.about)
    typed = {}
    for name, spec in kind.arrays[0].properties.items():
        try:
            value = read_text(cells.get(spec["x-name"], ""), spec, reading)
        except Unreadable:
            continue
        if value is not None:
            typed[name] = value
    return typed


def _as_cells(rows: Iterable[Mapping[str, Any]]) -> Counter[frozenset[Any]]:
    """Return rows by what is in their columns, without envelope and extras."""
    columns = type_file("selling_partner", ORDERS).arrays[0].properties
    return Counter(
        frozenset((name, row[name]) for name in columns if row[name] is not None)
        for row in rows
    )
