"""Batch files: the same rows, named before a STATE message counts them as read."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.singer.batch_reading import GZIP, PARQUET, PLAIN, rows_in
from tests.tap_run import spelled, sync

if TYPE_CHECKING:
    from tests.clock import ScriptedClock
    from tests.local_amazon import LocalAmazon
    from tests.singer.batch_reading import Row
    from tests.streams.content_runs import ContentRuns
    from tests.tap_run import Output

METRICS = "sp_order_metrics"
PAYOUTS = "pay_disbursements"
INDEX = "pay_reports"
SALES = "GET_SALES_AND_TRAFFIC_REPORT"
BY_DATE = "sp_sales_and_traffic_report_by_date"
BY_ASIN = "sp_sales_and_traffic_report_by_asin"
ENCODINGS = pytest.mark.parametrize(
    "encoding", [GZIP, PLAIN, PARQUET], ids=["gzip", "plain", "parquet"]
)


def _to(folder: Path, encoding: dict[str, str] = GZIP, **more: Any) -> dict[str, Any]:
    storage = {"root": folder.as_uri(), "prefix": "mine-"}
    return {"batch_config": {"encoding": encoding, "storage": storage, **more}}


def _paths(message: dict[str, Any]) -> list[Path]:
    return [Path(unquote(urlsplit(url).path)) for url in message["manifest"]]


def _alike(rows: list[Row]) -> list[Row]:
    """Return rows so that a number is the same whatever way it is written."""
    numbers = [
        {
            name: Decimal(value).normalize()
            if isinstance(value, (int, Decimal)) and not isinstance(value, bool)
            else value
            for name, value in row.items()
        }
        for row in rows
    ]
    return spelled(numbers)


def _batches(output: Output, stream: str | None = None) -> list[dict[str, Any]]:
    return [
        message
        for message in output.messages
        if message["type"] == "BATCH" and stream in {None, message["stream"]}
    ]


def _batched(output: Output, stream: str) -> list[Row]:
    """Return the rows of a stream in all files that were named."""
    return [
        row
        for message in _batches(output, stream)
        for path in _paths(message)
        for row in _as_in_a_table(output, message["stream"], path)
    ]


def _as_in_a_table(output: Output, stream: str, path: Path) -> list[Row]:
    """Return the rows of a file, null where they have no value."""
    columns = output.schemas[stream]["schema"]["properties"]
    return [{**dict.fromkeys(columns), **row} for row in rows_in(path)]


@ENCODINGS
@pytest.mark.parametrize("stream", [METRICS, PAYOUTS, INDEX, "appstore_sales"])
def test_files_hold_what_records_would(
    amazon: LocalAmazon,
    clock: ScriptedClock,
    tmp_path: Path,
    encoding: dict[str, str],
    stream: str,
) -> None:
    """Each row is in a file once, in order, with every digit, and in no RECORD."""
    plain = sync(amazon.settings(), clock=clock, only=[stream])
    config = {**amazon.settings(), **_to(tmp_path, encoding)}
    output = sync(config, clock=clock, only=[stream])

    assert 0 == output.status
    assert [] == output.records(stream)
    assert _alike(plain.records(stream)) == _alike(_batched(output, stream))
    assert plain.schemas == output.schemas
    assert plain.state == output.state


@ENCODINGS
def test_no_state_is_ahead_of_the_files(
    amazon: LocalAmazon,
    clock: ScriptedClock,
    tmp_path: Path,
    encoding: dict[str, str],
) -> None:
    """Files named before a STATE hold all rows that RECORDs before it would."""
    streams = [METRICS, INDEX, PAYOUTS, "appstore_sales"]
    config = {**amazon.settings(), "end_date": "2026-11-21"}
    plain = sync(config, clock=clock, only=streams)
    output = sync({**config, **_to(tmp_path, encoding)}, clock=clock, only=streams)
    written = [message["type"] for message in plain.messages]
    rows_before = [
        written[:place].count("RECORD")
        for place, kind in enumerate(written)
        if kind == "STATE"
    ]
    named, rows_named = 0, []
    for message in output.messages:
        if message["type"] == "BATCH":
            named += sum(len(rows_in(path)) for path in _paths(message))
        elif message["type"] == "STATE":
            rows_named.append(named)

    assert plain.states == output.states
    assert len(set(rows_before)) > 10
    assert rows_before == rows_named


def test_files_are_where_and_what_was_asked_for(
    amazon: LocalAmazon, clock: ScriptedClock, tmp_path: Path
) -> None:
    """Root, prefix and size are the user's; two runs share no name."""
    config = {**amazon.settings(), **_to(tmp_path / "deep", batch_size=7)}
    runs = [sync(config, clock=clock, only=[METRICS]) for _ in range(2)]
    paths = [
        [path for message in _batches(run) for path in _paths(message)] for run in runs
    ]

    assert {*paths[0], *paths[1]} == set((tmp_path / "deep").iterdir())
    assert set(paths[0]).isdisjoint(paths[1])
    assert all(path.name.startswith("mine-tap-amazon-reports--") for path in paths[0])
    assert {7} == {max(len(rows_in(path)) for path in run) for run in paths}
    assert all(rows_in(path) for path in paths[0])
    assert all(GZIP == message["encoding"] for message in _batches(runs[0]))


def test_nothing_said_of_compression_is_gzip(
    amazon: LocalAmazon, clock: ScriptedClock, tmp_path: Path
) -> None:
    """Lines are compressed unless told otherwise, and the target is told that."""
    config = {**amazon.settings(), **_to(tmp_path, {"format": "jsonl"})}
    output = sync(config, clock=clock, only=[INDEX])

    assert [GZIP] == [message["encoding"] for message in _batches(output)]
    assert _batched(output, INDEX)


@ENCODINGS
def test_selection_and_maps_reach_the_files(
    amazon: LocalAmazon,
    clock: ScriptedClock,
    tmp_path: Path,
    encoding: dict[str, str],
) -> None:
    """Each map has files of its own, with what it makes of the rows."""
    maps = {
        INDEX: {"__filter__": "processing_status == 'COMPLETED'", "end_time": None},
        "copy": {
            "__source__": INDEX,
            "__else__": None,
            "report_id": "report_id",
            "day": "created_time[:10]",
        },
    }
    config = {**amazon.settings(), "stream_maps": maps}
    plain = sync(config, clock=clock, only=[INDEX])
    output = sync({**config, **_to(tmp_path, encoding)}, clock=clock, only=[INDEX])

    assert len(plain.records(INDEX)) < len(plain.records("copy"))
    for stream in (INDEX, "copy"):
        assert _alike(plain.records(stream)) == _alike(_batched(output, stream))


@ENCODINGS
def test_one_download_feeds_the_files_of_all_its_streams(
    content: ContentRuns, tmp_path: Path, encoding: dict[str, str]
) -> None:
    """Two arrays of one document: asked for once, fetched once, both complete."""
    plain = content.read(SALES, start_date="2026-11-11")
    fetched = len(content.seen("storage.get"))
    content.clock.advance(hours=1)
    output = content.read(SALES, start_date="2026-11-11", **_to(tmp_path, encoding))

    assert fetched == len(content.seen("storage.get")) - fetched
    for stream in (BY_DATE, BY_ASIN):
        assert _alike(plain.records(stream)) == _alike(_batched(output, stream))
    assert plain.state["bookmarks"].keys() == output.state["bookmarks"].keys()


def test_storage_that_fails_fails_the_stream(
    amazon: LocalAmazon, clock: ScriptedClock, tmp_path: Path
) -> None:
    """What cannot be stored counts as not read; the run says so and goes on."""
    (tmp_path / "taken").write_text("a file, and no folder")
    config = {**amazon.settings(), **_to(tmp_path / "taken")}
    failed = sync(config, clock=clock, only=[PAYOUTS, INDEX])
    config = {**amazon.settings(), **_to(tmp_path / "free")}
    mended = sync(config, clock=clock, only=[PAYOUTS, INDEX], state=failed.state)

    assert 1 == failed.status
    assert [] == _batches(failed)
    assert len(amazon.pay.disbursements) == len(_batched(mended, PAYOUTS))
    assert len(amazon.pay.reports) == len(_batched(mended, INDEX))


def test_storage_that_fails_within_a_window_fails_the_stream(
    amazon: LocalAmazon, clock: ScriptedClock, tmp_path: Path
) -> None:
    """Also a file that is full before its window is at its end."""
    (tmp_path / "taken").write_text("a file, and no folder")
    config = {**amazon.settings(), **_to(tmp_path / "taken", batch_size=2)}
    failed = sync(config, clock=clock, only=[PAYOUTS, INDEX])
    mended = sync(
        amazon.settings(), clock=clock, only=[PAYOUTS, INDEX], state=failed.state
    )

    assert 1 == failed.status
    assert len(amazon.pay.disbursements) == len(mended.records(PAYOUTS))
    assert len(amazon.pay.reports) == len(mended.records(INDEX))


def test_columns_of_parquet_are_typed(
    amazon: LocalAmazon, clock: ScriptedClock, tmp_path: Path
) -> None:
    """Numbers, moments and truths are what they are; objects are JSON text."""
    config = {**amazon.settings(), **_to(tmp_path, PARQUET)}
    output = sync(config, clock=clock, only=["appstore_sales"])
    (path, *_) = _paths(_batches(output)[0])
    types = {field.name: field.type for field in pq.read_schema(path)}

    assert pa.decimal128(38, 18) == types["sales_price"]
    assert pa.int64() == types["units"] == types["occurrence"]
    assert pa.bool_() == types["adjustment"]
    assert pa.timestamp("us", tz="UTC") == types["transaction_time"]
    assert pa.string() == types["title"] == types["_extra"]
