"""Batch files: the same rows, named before a STATE message counts them as read."""

from __future__ import annotations

import gzip
import json
import sys
from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from singer_sdk.exceptions import ConfigValidationError
from singer_sdk.helpers._batch import BatchConfig

from tap_amazon_reports.documents.block import RowBlock
from tap_amazon_reports.streams.batches import BatchFiles
from tests.singer import spelled, sync

if TYPE_CHECKING:
    from tests.amazon import LocalAmazon
    from tests.clock import ScriptedClock
    from tests.singer import Output
    from tests.streams.content_runs import ContentRuns

METRICS = "sp_order_metrics"
PAYOUTS = "pay_disbursements"
INDEX = "pay_reports"
SALES = "GET_SALES_AND_TRAFFIC_REPORT"
BY_DATE = "sp_sales_and_traffic_report_by_date"
BY_ASIN = "sp_sales_and_traffic_report_by_asin"
GZIP = {"format": "jsonl", "compression": "gzip"}
PLAIN = {"format": "jsonl", "compression": "none"}
PARQUET = {"format": "parquet"}
ENCODINGS = pytest.mark.parametrize(
    "encoding", [GZIP, PLAIN, PARQUET], ids=["gzip", "plain", "parquet"]
)

Row = dict[str, Any]


def _to(folder: Path, encoding: dict[str, str] = GZIP, **more: Any) -> dict[str, Any]:
    storage = {"root": folder.as_uri(), "prefix": "mine-"}
    return {"batch_config": {"encoding": encoding, "storage": storage, **more}}


def _paths(message: dict[str, Any]) -> list[Path]:
    return [Path(unquote(urlsplit(url).path)) for url in message["manifest"]]


def _rows_in(path: Path) -> list[Row]:
    """Return the rows of a file, as JSON has them."""
    if path.name.endswith(".parquet"):
        return [_as_json(row) for row in pq.read_table(path).to_pylist()]
    opened = gzip.open if path.name.endswith(".gz") else open
    with opened(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line, parse_float=Decimal) for line in lines]


def _as_json(row: Row) -> Row:
    """Return a row of Parquet as a RECORD message has it."""
    return {name: _as_json_value(name, value) for name, value in row.items()}


def _as_json_value(name: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return value.normalize()
    if name in {"_extra", "report_options"} and isinstance(value, str):
        return json.loads(value)
    return value


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
        for row in _rows_in(path)
    ]


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
            named += sum(len(_rows_in(path)) for path in _paths(message))
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
    assert {7} == {max(len(_rows_in(path)) for path in run) for run in paths}
    assert all(_rows_in(path) for path in paths[0])
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


class _Storage:
    """Files with the columns of one made-up schema.

    Attributes:
        files: that records are put into.
        named: the paths that were announced.
    """

    def __init__(self, folder: Path, properties: Row, **config: Any) -> None:
        self.named: list[Path] = []
        storage = {"root": folder.as_uri()}
        self.files = BatchFiles(
            BatchConfig.from_dict({"storage": storage, **config}),
            name="made-up",
            properties=properties,
            announce=lambda _, url: self.named.append(Path(urlsplit(url).path)),
        )

    def rows(self, *records: Row) -> list[Row]:
        """Return the rows of the file that holds these records."""
        self.files.put(RowBlock(list(records)))
        self.files.finish()
        rows: list[Row] = pq.read_table(self.named[-1]).to_pylist()
        return rows


NUMBER = {"type": ["number", "null"]}
OBJECT = {"type": ["object", "null"]}
LONG = "1234567890.1234567890123456789"
HUGE = "1E+30"


@pytest.mark.parametrize("before", [None, {"other": "text"}, '{"other":"text"}'])
def test_no_digit_is_lost_to_a_column(tmp_path: Path, before: object) -> None:
    """A number that its column cannot hold is kept as text, beside what was there."""
    storage = _Storage(tmp_path, {"a": NUMBER, "_extra": OBJECT}, encoding=PARQUET)
    rows = storage.rows(
        {"a": Decimal("12.30"), "_extra": None},
        {"a": Decimal(LONG), "_extra": before},
        {"a": Decimal(HUGE), "_extra": None},
        {"a": 5, "_extra": None},
    )
    extras = [json.loads(row["_extra"] or "{}") for row in rows]

    assert [Decimal("12.3"), None, None, Decimal(5)] == [row["a"] for row in rows]
    assert [{}, {"a": HUGE}] == [extras[0], extras[2]]
    assert {"a": LONG, **({"other": "text"} if before else {})} == extras[1]


def test_parquet_takes_what_maps_make(tmp_path: Path) -> None:
    """Values of maps: floats in numbers, a text that is no moment, mixed types."""
    properties = {
        "a": NUMBER,
        "t": {"type": "string", "format": "date-time"},
        "d": {"type": "string", "format": "date"},
        "m": {"type": ["string", "integer"]},
        "l": {"type": "array"},
    }
    storage = _Storage(tmp_path, properties, encoding=PARQUET)
    rows = storage.rows(
        {"a": 0.1, "t": "soon", "d": "2026-11-21", "m": 1, "l": [Decimal("1.10")]},
        {"a": None, "t": "2026-11-21T12:00:00.25Z", "m": "x", "l": []},
    )

    noon = datetime(2026, 11, 21, 12, 0, 0, 250_000, tzinfo=timezone.utc)
    assert [
        {
            "a": Decimal("0.1"),
            "t": None,
            "d": date(2026, 11, 21),
            "m": "1",
            "l": "[1.10]",
        },
        {"a": None, "t": noon, "d": None, "m": "x", "l": "[]"},
    ] == rows


def test_many_rows_are_several_blocks_and_groups(tmp_path: Path) -> None:
    """A file of thousands of rows has them all, in order, up to its size."""
    properties = {"n": {"type": "integer"}}
    storage = _Storage(tmp_path, properties, encoding=PARQUET, batch_size=12_345)
    for number in range(12_345 + 10):
        storage.files.put(RowBlock([{"n": number}]))
    storage.files.finish()
    tables = [pq.read_table(path) for path in storage.named]

    assert list(range(12_345)) == tables[0]["n"].to_pylist()
    assert list(range(12_345, 12_355)) == tables[1]["n"].to_pylist()
    assert pq.ParquetFile(storage.named[0]).num_row_groups > 1


@pytest.mark.parametrize("encoding", [GZIP, PLAIN], ids=["gzip", "plain"])
def test_a_large_file_ends_early(tmp_path: Path, encoding: dict[str, str]) -> None:
    """Whatever the size in rows, a file ends when it holds 64 megabytes."""
    storage = _Storage(tmp_path, {}, encoding=encoding, batch_size=10**9)
    record = {"text": "x" * 100_000}
    for _ in range(1500):
        storage.files.put(RowBlock([record]))
    storage.files.finish()

    assert [1000, 500] == [len(_rows_in(path)) for path in storage.named]


def test_nothing_to_write_is_no_file(tmp_path: Path) -> None:
    """An empty window names no file."""
    storage = _Storage(tmp_path, {}, encoding=GZIP)
    storage.files.finish()

    assert ([], []) == (storage.named, list(tmp_path.iterdir()))


def test_without_pyarrow_parquet_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message says which extra to install."""
    monkeypatch.delitem(sys.modules, "tap_amazon_reports.streams.parquet", False)  # noqa: FBT003
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    with pytest.raises(ConfigValidationError) as refused:
        _Storage(tmp_path, {}, encoding=PARQUET)
    assert "tap-amazon-reports[parquet]" in refused.value.errors[0]


def test_a_format_that_nobody_writes_is_refused(tmp_path: Path) -> None:
    """The message says which there are."""
    with pytest.raises(ConfigValidationError) as refused:
        _Storage(tmp_path, {}, encoding={"format": "csv", "compression": "none"})
    assert "jsonl" in refused.value.errors[0]
