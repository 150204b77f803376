"""One batch file after another: what they hold, and where they end."""

from __future__ import annotations

import json
import sys
import tracemalloc
from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pyarrow.parquet as pq
import pytest
from singer_sdk.exceptions import ConfigValidationError
from singer_sdk.helpers._batch import BatchConfig

from tap_amazon_reports.documents.block import RowBlock
from tap_amazon_reports.singer.batches import BatchFiles
from tests.singer.batch_reading import GZIP, PARQUET, PLAIN, rows_in

if TYPE_CHECKING:
    from tests.singer.batch_reading import Row


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


def test_what_does_not_fit_is_told_once_for_each_file(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """However many rows there are, one line says which columns, and how often."""
    properties = {"a": NUMBER, "_extra": OBJECT}
    storage = _Storage(tmp_path, properties, encoding=PARQUET, batch_size=2000)
    records = [{"a": Decimal(HUGE), "_extra": None} for _ in range(3000)]
    storage.files.put(RowBlock(records[:1500]))
    storage.files.put(RowBlock(records[1500:]))
    storage.files.finish()
    told = [record.getMessage() for record in caplog.records]

    assert 2 == len(told)
    assert ["(2000)", "(1000)"] == [line.rpartition(" ")[2] for line in told]


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

    assert [672, 672, 156] == [len(rows_in(path)) for path in storage.named]


@pytest.mark.parametrize("rows_a_block", [1, 2])
@pytest.mark.parametrize("encoding", [GZIP, PARQUET], ids=["gzip", "parquet"])
def test_long_rows_do_not_wait_for_many(
    tmp_path: Path, encoding: dict[str, str], rows_a_block: int
) -> None:
    """Rows of a megabyte are written a few at a time, not held by the hundred."""
    text = {"type": ["string", "null"]}
    storage = _Storage(tmp_path, {"text": text}, encoding=encoding)
    tracemalloc.start()
    try:
        for _ in range(0, 60, rows_a_block):
            rows = [{"text": "x" * 1_000_000} for _ in range(rows_a_block)]
            storage.files.put(RowBlock(rows))
        held = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    storage.files.finish()

    assert 1 == len(storage.named)
    assert held < 40_000_000


def test_without_extra_it_is_told_that_a_value_is_lost(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the column of what fits nowhere is not selected, nothing is kept in it."""
    storage = _Storage(tmp_path, {"a": NUMBER}, encoding=PARQUET)
    rows = storage.rows({"a": Decimal(HUGE)}, {"a": Decimal(1)}, {"a": Decimal(HUGE)})
    (told,) = [record.getMessage() for record in caplog.records]

    assert [None, Decimal(1), None] == [row["a"] for row in rows]
    assert "are null, because _extra is not selected: a (2)" in told
    assert "kept" not in told


def test_nothing_to_write_is_no_file(tmp_path: Path) -> None:
    """An empty window names no file."""
    storage = _Storage(tmp_path, {}, encoding=GZIP)
    storage.files.finish()

    assert ([], []) == (storage.named, list(tmp_path.iterdir()))


def test_without_pyarrow_parquet_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message says which extra to install."""
    monkeypatch.delitem(sys.modules, "tap_amazon_reports.singer.parquet", False)  # noqa: FBT003
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    with pytest.raises(ConfigValidationError) as refused:
        _Storage(tmp_path, {}, encoding=PARQUET)
    assert "tap-amazon-reports[parquet]" in refused.value.errors[0]


def test_a_format_that_nobody_writes_is_refused(tmp_path: Path) -> None:
    """The message says which there are."""
    with pytest.raises(ConfigValidationError) as refused:
        _Storage(tmp_path, {}, encoding={"format": "csv", "compression": "none"})
    assert "jsonl" in refused.value.errors[0]
