"""How fast rows come out: as records, and in batch files."""

from __future__ import annotations

import importlib.util
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tap_amazon_reports.reports.schema_files import CATALOGUE
from tests.bench.running import BenchError, offered, run, run_tap
from tests.bench.stage import Held, Scene, Stage
from tests.bench.table import Line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.bench.running import Measure

FLAT_FILE = "GET_MERCHANT_LISTINGS_INACTIVE_DATA"
"""A flat file of 28 columns."""
STREAM = "sp_merchant_listings_inactive_data"
ENCODINGS = {
    "JSONL": {"format": "jsonl", "compression": "gzip"},
    "Parquet": {"format": "parquet"},
}
BASELINE = "SDK defaults, RECORD"


class Pace(NamedTuple):
    """How fast rows came out, start and end of the process left out."""

    rows_per_second: float
    rows: int

    def __str__(self) -> str:
        """Say it with its unit."""
        return f"{self.rows_per_second:,.0f} rows/s"


class Document(NamedTuple):
    """A document that is to be read.

    Attributes:
        stage: where it is.
        rows: how many it has.
    """

    stage: Stage
    rows: int


def throughput_lines(*, total_bytes: int, repeats: int) -> Iterator[Line]:
    """Yield the lines on throughput.

    Args:
        total_bytes: how large the flat file is.
        repeats: how often each is measured; the best time counts.
    """
    small, large = (_stage(size) for size in (1, total_bytes))
    with small, large:
        documents = [Document(one, one.held[0].rows) for one in (small, large)]

        def pace(way: Callable[[Stage], Measure]) -> Pace:
            return _pace(documents, way, repeats)

        defaults = pace(_by_defaults)
        yield _line("RECORD, flat file of 28 columns", pace(_by_records), defaults, 3)
        for name, encoding in ENCODINGS.items():
            if name == "Parquet" and importlib.util.find_spec("pyarrow") is None:
                yield Line(
                    f"BATCH, {name}", "pyarrow is missing", "", "", "", reached=True
                )
                continue
            with tempfile.TemporaryDirectory() as folder:
                batch = {"encoding": encoding, "storage": {"root": f"file://{folder}"}}

                def by_batch(stage: Stage, batch: dict[str, Any] = batch) -> Measure:
                    return _by_tap(stage, batch_config=batch)

                found = pace(by_batch)
                if not any(Path(folder).iterdir()):
                    msg = f"no {name} file was written"
                    raise BenchError(msg)
            yield _line(f"BATCH, {name}", found, defaults, 8)


def _stage(total_bytes: int) -> Stage:
    return Stage(Scene(held=(Held(FLAT_FILE, total_bytes),)))


def _pace(
    documents: list[Document], way: Callable[[Stage], Measure], repeats: int
) -> Pace:
    """Read a small and a large document; what they differ in counts."""
    small, large = (
        min(way(document.stage).wall_seconds for _ in range(repeats))
        for document in documents
    )
    rows = documents[1].rows - documents[0].rows
    return Pace(rows / max(large - small, 1e-3), documents[1].rows)


def _line(what: str, ours: Pace, defaults: Pace, reach: int) -> Line:
    ratio = ours.rows_per_second / defaults.rows_per_second
    return Line(
        f"{what} ({ours.rows:,} rows)",
        str(ours),
        f"{defaults}: {BASELINE}",
        f"{ratio:.1f} x",
        f"at least {reach} x",
        reached=ratio >= reach,
    )


def _settings(stage: Stage) -> dict[str, Any]:
    return {
        **stage.settings,
        "sp_marketplaces": ["US"],
        "sp_report_types": [{"report_type": FLAT_FILE, "source": "collect"}],
    }


def _by_records(stage: Stage) -> Measure:
    measure = _by_tap(stage)
    measure.check_lines(stage.held[0].rows)
    return measure


def _by_tap(stage: Stage, **more: Any) -> Measure:
    return run_tap({**_settings(stage), **more}, only=[STREAM])


def _by_defaults(stage: Stage) -> Measure:
    """Let the SDK's defaults write the same rows: the same columns, the same key."""
    settings = _settings(stage)
    streams = offered(settings)["streams"]
    stream = next(one for one in streams if one["stream"] == STREAM)
    report = stage.held[0].report
    given = {
        "url": stage.url(0),
        "schema": stream["schema"],
        "key": stream["key_properties"],
        "columns": _columns(),
        "around": {
            "report_id": report["reportId"],
            "report_type": FLAT_FILE,
            "marketplace_id": report["marketplaceIds"][0],
            "data_start_time": report["dataStartTime"],
            "data_end_time": report["dataEndTime"],
            "report_created_time": report["createdTime"],
            "occurrence": 1,
            "_extra": None,
        },
    }
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as config:
        json.dump(given, config)
        config.flush()
        measure = run(["-m", "tests.bench.sdk_defaults", "--config", config.name])
    measure.check_lines(stage.held[0].rows)
    return measure


def _columns() -> dict[str, str]:
    """Return the name of each column by its heading."""
    records = CATALOGUE.find("selling_partner", FLAT_FILE).records[0]
    properties = records.schema["properties"].items()
    return {spec["x-name"]: name for name, spec in properties}
