"""One flat file, small and large, and each way in which its rows can come out."""

from __future__ import annotations

import json
import tempfile
from typing import TYPE_CHECKING, Any, NamedTuple

from tap_amazon_reports.reports.schema_files import CATALOGUE
from tests.bench.running import offered, run, run_tap
from tests.bench.stage import Held, Scene, Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

    from tests.bench.running import Measure

    Way = Callable[[Stage], Measure]

FLAT_FILE = "GET_MERCHANT_LISTINGS_INACTIVE_DATA"
"""A flat file of 28 columns, whose rows are counted by key."""
STREAM = "sp_merchant_listings_inactive_data"
LEAST_SECONDS = 1e-3
"""Two times may differ by less, or not at all, where the documents are tiny."""


class Pace(NamedTuple):
    """What a row costs, start and end of the process left out.

    Attributes:
        cpu_seconds: what else runs on the machine changes it little.
    """

    cpu_seconds: float


class Documents:
    """The same flat file, small and large; a context manager."""

    def __init__(self, total_bytes: int) -> None:
        """Have Amazon hold both, the large one of so many bytes before compression."""
        self._stages = [
            Stage(Scene(held=(Held(FLAT_FILE, size, compressed=True, distinct=True),)))
            for size in (1, total_bytes)
        ]
        small, self.rows = (stage.held[0].rows for stage in self._stages)
        self._more_rows = self.rows - small

    def paces(self, ways: Mapping[str, Way], repeats: int) -> dict[str, Pace]:
        """Read both documents in each way; what they differ in counts.

        The ways take turns, so that a machine that is busy is so for all of them, and
        of each the best time counts.
        """
        found: dict[str, list[list[Measure]]] = {
            name: [[way(stage) for stage in self._stages]] for name, way in ways.items()
        }
        for _ in range(repeats - 1):
            for name, way in ways.items():
                found[name].append([way(stage) for stage in self._stages])
        return {name: self._pace(measures) for name, measures in found.items()}

    def apart(
        self, ways: Sequence[Callable[[Stage], float]], repeats: int
    ) -> list[float]:
        """Return by how many seconds the large document takes longer, in each way."""
        found = [
            [[way(stage) for stage in self._stages] for way in ways]
            for _ in range(repeats)
        ]
        return [
            min(large for _, large in times) - min(small for small, _ in times)
            for times in zip(*found, strict=True)
        ]

    def _pace(self, measures: list[list[Measure]]) -> Pace:
        small, large = zip(*measures, strict=True)
        least = [min(one.cpu_seconds for one in of) for of in (small, large)]
        return Pace(max(least[1] - least[0], LEAST_SECONDS) / self._more_rows)

    def __enter__(self) -> Documents:  # noqa: PYI034 (Self is of Python 3.11)
        """Start nothing: it runs already."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop Amazon."""
        for stage in self._stages:
            stage.__exit__(kind, error, trace)


def by_records(stage: Stage) -> Measure:
    """Have the tap write RECORD messages."""
    measure = run_tap(tap_settings(stage), only=[STREAM])
    measure.check_lines(stage.held[0].rows)
    return measure


def by_bare_loop(stage: Stage) -> Measure:
    """Do the least that can be done."""
    measure = run(["-m", "tests.bench.bare_loop", stage.url(0)])
    measure.check_lines(stage.held[0].rows)
    return measure


def by_defaults(stage: Stage) -> Measure:
    """Let the SDK's defaults write the same rows: the same columns, the same key."""
    settings = tap_settings(stage)
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


def tap_settings(stage: Stage) -> dict[str, Any]:
    """Return the settings with which the tap reads the document."""
    return {
        **stage.settings,
        "sp_marketplaces": ["US"],
        "sp_report_types": [{"report_type": FLAT_FILE, "source": "collect"}],
    }


def _columns() -> dict[str, str]:
    """Return the name of each column by its heading."""
    records = CATALOGUE.find("selling_partner", FLAT_FILE).records[0]
    properties = records.schema["properties"].items()
    return {spec["x-name"]: name for name, spec in properties}
