"""Whether three thousand reports cost more each than a hundred."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from tests.bench.days import first_day, spanning
from tests.bench.running import BenchError, run_tap
from tests.bench.stage import Scene, Stage
from tests.bench.table import Line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bench.running import Measure

TYPES = (
    "GET_AMAZON_FULFILLED_SHIPMENTS_DATA_GENERAL",
    "GET_CSV_MFN_PRIME_RETURNS_REPORT",
    "GET_FBA_FULFILLMENT_CUSTOMER_SHIPMENT_SALES_DATA",
    "GET_FBA_FULFILLMENT_INBOUND_NONCOMPLIANCE_DATA",
    "GET_FBA_FULFILLMENT_REMOVAL_ORDER_DETAIL_DATA",
    "GET_FBA_FULFILLMENT_REMOVAL_SHIPMENT_DETAIL_DATA",
    "GET_FBA_OVERAGE_FEE_CHARGES_DATA",
    "GET_FLAT_FILE_MFN_SKU_RETURN_ATTRIBUTES_REPORT",
    "GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE",
    "GET_SELLER_FEEDBACK_DATA",
)
"""Without options, and asked for one marketplace at a time."""
COUNTRIES = ("DE", "GB", "FR", "IT", "ES", "NL", "BE", "IE", "SE", "PL")
SPEED = 20_000.0
"""So that 3,000 reports are created within ten seconds: no second is waited for."""
FEW = 100
MOST_TIMES = 1.5
MOST_STATE_BYTES = 100
MOST_MIB = 64
MIB = 1 << 20


class Size(NamedTuple):
    """How many reports a run has: windows of each marketplace of each stream."""

    streams: int
    marketplaces: int
    windows: int

    @property
    def reports(self) -> int:
        """How many that are."""
        return self.streams * self.marketplaces * self.windows

    def settings(self) -> dict[str, Any]:
        """Return the settings that want them."""
        return {
            "sp_marketplaces": COUNTRIES[: self.marketplaces],
            "sp_report_types": [_entry(number) for number in range(self.streams)],
            "report_poll_interval": 1,
            **spanning(first_day(), self.windows),
        }


ONE = Size(streams=1, marketplaces=1, windows=1)
SMALL = Size(streams=10, marketplaces=10, windows=1)
LARGE = Size(streams=30, marketplaces=10, windows=10)


def many_reports_lines(*, large: Size = LARGE) -> Iterator[Line]:
    """Yield the lines on a run of many reports, against a run of a hundred."""
    one, few, many = _read(ONE), _read(SMALL), _read(large)
    # To start and to end takes as long for one report as for three thousand.
    each = [
        (measure.cpu_seconds - one.cpu_seconds) / (size.reports - 1)
        for measure, size in ((few, SMALL), (many, large))
    ]
    yield _time_line(large, *each)
    seen = many.seen
    state_bytes = seen.under_way_bytes / max(1, seen.under_way)
    yield Line(
        f"bytes of a STATE message for each report under way, {large.reports:,}",
        f"{state_bytes:.0f}",
        f"{seen.under_way:,} under way in the largest of {seen.states:,} messages,"
        f" {seen.state_bytes / MIB:.0f} MB in all",
        "",
        f"at most {MOST_STATE_BYTES}",
        reached=0 < state_bytes <= MOST_STATE_BYTES,
    )
    apart = (many.peak_bytes - few.peak_bytes) / MIB
    yield Line(
        f"peak memory, {large.reports:,} reports",
        f"{many.peak_bytes / MIB:.0f} MB",
        f"{few.peak_bytes / MIB:.0f} MB: {SMALL.reports} reports",
        f"{apart:.0f} MB apart",
        f"within {MOST_MIB} MB",
        reached=apart <= MOST_MIB,
    )


def _time_line(large: Size, few_seconds: float, many_seconds: float) -> Line:
    ratio = many_seconds / few_seconds
    return Line(
        f"processor time for each of {large.reports:,} reports ({large.streams} types,"
        f" {large.marketplaces} marketplaces, {large.windows} windows)",
        f"{1000 * many_seconds:.1f} ms",
        f"{1000 * few_seconds:.1f} ms: each of {SMALL.reports} reports",
        f"{ratio:.2f} x",
        f"at most {MOST_TIMES} x",
        reached=ratio <= MOST_TIMES,
    )


def _entry(number: int) -> dict[str, Any]:
    entry = {
        "report_type": TYPES[number % len(TYPES)],
        "window_days": 1,
        "lookback_days": 0,
    }
    # Thirty streams of ten types: under another name a type is read once more.
    return entry if number < len(TYPES) else {**entry, "name": f"again_{number}"}


def _read(size: Size) -> Measure:
    """Return what a run took that read so many reports.

    Raises:
        BenchError: if reports were created twice, or too few of them read.
    """
    scene = Scene(speed=SPEED, region="eu")
    with Stage(scene) as stage:
        measure = run_tap({**stage.settings, **size.settings()}, watching=True)
        tally = stage.tally()
    calls = [tally.calls[name] for name in ("createReport", "getReportDocument")]
    if calls != [size.reports, size.reports] or tally.throttled or tally.refused:
        msg = f"{size.reports} reports: {tally}"
        raise BenchError(msg)
    return measure
