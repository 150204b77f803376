"""The same work by the usual loop: ask, wait, fetch, one after another."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.bench.days import first_day
from tests.bench.running import run, run_tap
from tests.bench.stage import US, Stage
from tests.bench.table import Line
from tests.bench.waits import TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bench.waits import Waits

LEAST_TIMES = 8


def serial_line(waits: Waits) -> Line:
    """Return the line on the usual loop."""
    with Stage(waits.scene()) as stage:
        ours = run_tap(waits.settings(stage))
    with Stage(waits.scene()) as stage:
        given = {
            "settings": stage.settings,
            "poll_seconds": waits.poll_seconds,
            "reports": list(_bodies(waits)),
        }
        usual = run(["-m", "tests.bench.usual_loop"], given=json.dumps(given))
    ratio = usual.wall_seconds / ours.wall_seconds
    return Line(
        f"wall time, {waits.wanted} reports",
        f"{ours.wall_seconds:.1f} s",
        f"{usual.wall_seconds:.1f} s: ask, wait, fetch, one after another",
        f"{ratio:.1f} x",
        f"at least {LEAST_TIMES} x",
        reached=ratio >= LEAST_TIMES,
    )


def _bodies(waits: Waits) -> Iterator[dict[str, Any]]:
    """Yield what is asked for."""
    for name in TYPES:
        for day in range(waits.days):
            start = first_day() + timedelta(days=day)
            yield {
                "reportType": name,
                "marketplaceIds": [US],
                "dataStartTime": start.isoformat(),
                "dataEndTime": (start + timedelta(days=1)).isoformat(),
            }
