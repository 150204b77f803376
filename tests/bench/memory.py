"""How much memory a document takes, small and large."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from tests.bench.running import run_tap
from tests.bench.stage import Held, Scene, Stage
from tests.bench.table import Line

if TYPE_CHECKING:
    from collections.abc import Iterator

MIB = 1 << 20
SMALL_BYTES = 10 * MIB
MOST_MIB = 64


class Kind(NamedTuple):
    """A form of document, and a type of it that a test can make in any size."""

    name: str
    report_type: str
    is_json: bool
    is_distinct: bool = False
    """Whether no two of its rows are the same: it is made and sent uncompressed."""


KINDS = (
    Kind(
        "TSV with a key that is counted",
        "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL",
        is_json=False,
        is_distinct=True,
    ),
    Kind(
        "TSV without a key",
        "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2",
        is_json=False,
    ),
    Kind(
        "JSON with a unique key",
        "GET_BRAND_ANALYTICS_SEARCH_TERMS_REPORT",
        is_json=True,
    ),
)


def memory_lines(*, large_bytes: int) -> Iterator[Line]:
    """Yield the lines on memory; the kinds are read at once, for it takes long.

    Args:
        large_bytes: how large the large document is, before its compression.
    """
    measure = partial(_line, large_bytes=large_bytes)
    with ThreadPoolExecutor() as pool:
        yield from pool.map(measure, KINDS)


def _line(kind: Kind, *, large_bytes: int) -> Line:
    idle = _peak(kind, None)
    small_bytes = min(SMALL_BYTES, large_bytes)
    small, large = (_peak(kind, size) - idle for size in (small_bytes, large_bytes))
    apart = abs(large - small)
    return Line(
        f"peak memory above an idle tap, {kind.name}, {_size(large_bytes)}",
        f"{large:.0f} MB",
        f"{small:.0f} MB: the same with {_size(small_bytes)} (idle: {idle:.0f} MB)",
        f"{apart:.0f} MB apart",
        f"within {MOST_MIB} MB",
        reached=apart <= MOST_MIB,
    )


def _size(count: int) -> str:
    return (
        f"{count / (1000 * MIB):.2g} GB" if count > 900 * MIB else f"{count // MIB} MB"
    )


def _peak(kind: Kind, total_bytes: int | None) -> float:
    """Return the peak in MB of a run that reads a document so large, or none."""
    held = Held(
        kind.report_type,
        total_bytes or 0,
        is_json=kind.is_json,
        compressed=not kind.is_distinct,
        distinct=kind.is_distinct,
    )
    with Stage(Scene(held=() if total_bytes is None else (held,))) as stage:
        entry: dict[str, object] = {"report_type": kind.report_type}
        entry["source"] = "collect"
        if kind.is_json:
            entry["report_options"] = {"reportPeriod": "DAY"}
        settings = {
            **stage.settings,
            "sp_marketplaces": ["US"],
            "sp_report_types": [entry],
        }
        measure = run_tap(settings)
        measure.check_lines(sum(opened.rows for opened in stage.held))
        return measure.peak_bytes / MIB
