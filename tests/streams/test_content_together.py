"""Several streams from one download: fetched once, whichever are selected."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import pytest

from tests.streams.content_runs import US
from tests.streams.document_compare import assert_arrived, type_file

if TYPE_CHECKING:
    from tests.streams.content_runs import ContentRuns
    from tests.tap_run import Output

SALES = "GET_SALES_AND_TRAFFIC_REPORT"
BY_DATE = "sp_sales_and_traffic_report_by_date"
BY_ASIN = "sp_sales_and_traffic_report_by_asin"
START: dict[str, Any] = {"start_date": "2026-11-11"}
WINDOWS = 7


def _assert_complete(content: ContentRuns, output: Output, *streams: str) -> None:
    """Fail unless each stream has each row of each report of its own."""
    kind = type_file("selling_partner", SALES)
    for report in content.reports(SALES):
        document = content.amazon.families.document(report["reportId"])
        rows = {
            array.stream: [
                row
                for row in output.records(array.stream)
                if row["report_id"] == report["reportId"]
            ]
            for array in kind.arrays
        }
        for array in kind.arrays:
            if array.stream not in streams:
                assert [] == rows[array.stream]
                document.records[str(array.path)].clear()
        assert assert_arrived(kind, document, rows, country="US") > 0


def _bookmark(output: Output, stream: str) -> object:
    (partition,) = output.state["bookmarks"][stream]["partitions"]
    assert {"marketplace_id": US} == partition["context"]
    return partition["replication_key_value"]


def test_one_document_has_the_rows_of_both(content: ContentRuns) -> None:
    """Days and products of a window are asked for once and downloaded once."""
    output = content.read(SALES, **START)
    assert 0 == output.status
    _assert_complete(content, output, BY_DATE, BY_ASIN)
    assert WINDOWS == len(content.reports(SALES))
    assert WINDOWS == len(content.seen("getReportDocument"))
    assert _bookmark(output, BY_DATE) == _bookmark(output, BY_ASIN)
    assert "2026-11-18T00:00:00Z" == _bookmark(output, BY_DATE)


@pytest.mark.parametrize("stream", [BY_DATE, BY_ASIN])
def test_either_alone(content: ContentRuns, stream: str) -> None:
    """Without the other, a stream has all of its rows, and the other nothing."""
    output = content.read(SALES, only=[stream], **START)
    assert 0 == output.status
    _assert_complete(content, output, stream)
    assert {stream} == set(output.schemas)
    # Rows by date say their own day, and need no report for each.
    reports = 1 if stream == BY_DATE else WINDOWS
    assert reports == len(content.seen("getReportDocument"))
    assert "2026-11-18T00:00:00Z" == _bookmark(output, stream)


def test_a_stream_that_is_selected_later_is_read_from_the_start(
    content: ContentRuns,
) -> None:
    """The stream that was there reads again what the new one has not seen."""
    first = content.read(SALES, only=[BY_DATE], **START)
    content.clock.advance(hours=1)
    second = content.read(SALES, state=first.state, **START)
    assert 0 == second.status
    starts = {row["data_start_time"] for row in second.records(BY_ASIN)}
    assert "2026-11-11T00:00:00Z" == min(starts)
    assert WINDOWS == len(starts)
    assert set(second.rows()) >= set(first.rows())
    assert _bookmark(second, BY_DATE) == _bookmark(second, BY_ASIN)


def test_bookmarks_move_together_window_by_window(content: ContentRuns) -> None:
    """No STATE tells of a window before all rows of both streams are out."""
    output = content.read(SALES, **START)
    seen: dict[str, set[str]] = {BY_DATE: set(), BY_ASIN: set()}
    last = {stream: output.records(stream)[-1] for stream in seen}
    moved = 0
    for message in output.messages:
        if message["type"] == "RECORD":
            ended = message["record"]["data_end_time"]
            seen[message["stream"]].add(ended)
        elif message["type"] == "STATE":
            marks = _marks(message["value"])
            assert 1 == len(set(marks.values())) or not marks
            for stream, mark in marks.items():
                moved += 1
                later = {end for end in seen[stream] if end > mark}
                assert not later, "rows of a window that no bookmark follows yet"
    assert moved >= 2 * WINDOWS
    assert all("2026-11-17T23:59:59Z" == row["data_end_time"] for row in last.values())


def _marks(state: dict[str, Any]) -> dict[str, str]:
    return {
        stream: found["partitions"][0]["replication_key_value"]
        for stream, found in state["bookmarks"].items()
        if stream in {BY_DATE, BY_ASIN}
        and "replication_key_value" in found["partitions"][0]
    }


def test_batches_hold_the_rows_of_both(content: ContentRuns, tmp_path: Path) -> None:
    """As files, too, each stream has all of its rows, and its bookmark moves."""
    plain = content.read(SALES, **START)
    content.clock.advance(hours=1)
    batched = content.read(
        SALES,
        **START,
        null_values="write",
        batch_config={
            "encoding": {"format": "jsonl", "compression": "gzip"},
            "storage": {"root": tmp_path.as_uri()},
        },
    )
    assert 0 == batched.status
    for stream in (BY_DATE, BY_ASIN):
        assert [] == batched.records(stream)
        rows = [row for path in _files(batched, stream) for row in _lines(path)]
        wanted = [_bare(row) for row in plain.records(stream)]
        assert wanted == [_bare(row) for row in rows]
        assert _bookmark(plain, stream) == _bookmark(batched, stream)


def _files(output: Output, stream: str) -> list[Path]:
    return [
        Path(unquote(urlsplit(name).path))
        for message in output.messages
        if message["type"] == "BATCH" and message["stream"] == stream
        for name in message["manifest"]
    ]


def _lines(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _bare(row: dict[str, Any]) -> str:
    """Return a row without what tells one report from another, as text."""
    kept = {
        name: value
        for name, value in row.items()
        if name not in {"report_id", "report_created_time"}
    }
    return json.dumps(kept, sort_keys=True, default=float)
