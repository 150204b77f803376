"""How long reports are waited for, and what they cost in calls."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.bench.running import run, run_tap
from tests.bench.stage import US, Scene, Stage, Tally
from tests.bench.table import Line

if TYPE_CHECKING:
    from collections.abc import Iterator

TYPES = (
    "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL",
    "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL",
    "GET_FBA_REIMBURSEMENTS_DATA",
    "GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE",
)
"""Types without options, whose windows are as long as one likes."""
RIPENING_SECONDS = 40.0
POLL_SECONDS = 15.0
"""Both at the published speed; no look finds a report in the moment that it ends."""
FIRST_DAY_AGO = 20
SERIAL_REPORTS = 12
ASKED, OPENED = "createReport", "getReportDocument"


class Waits(NamedTuple):
    """How reports are waited for.

    Attributes:
        reports: how many there are.
        speed: how much faster than published quotas refill and reports ripen.
    """

    reports: int
    speed: float

    @property
    def days(self) -> int:
        """How many windows of a day each type has."""
        return -(-self.reports // len(TYPES))

    @property
    def wanted(self) -> int:
        """How many reports that are in the end."""
        return self.days * len(TYPES)

    @property
    def scene(self) -> Scene:
        """What is set up."""
        seconds = RIPENING_SECONDS / self.speed
        return Scene(speed=self.speed, ripening_seconds=seconds, asked_types=TYPES)

    @property
    def first_day(self) -> datetime:
        """The start of the first window."""
        today = datetime.now(tz=timezone.utc).replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        return today - timedelta(days=FIRST_DAY_AGO)

    def settings(self, stage: Stage) -> dict[str, Any]:
        """Return the settings of the tap."""
        return {
            **stage.settings,
            "sp_marketplaces": ["US"],
            "start_date": self.first_day.isoformat(),
            "end_date": (self.first_day + timedelta(days=self.days)).isoformat(),
            "sp_report_types": [
                {"report_type": name, "window_days": 1, "lookback_days": 0}
                for name in TYPES
            ],
            "report_poll_interval": max(1.0, POLL_SECONDS / self.speed),
        }

    def least_seconds(self, stage: Stage) -> float:
        """Return what the quota and the ripening alone take."""
        plan = stage.plans[ASKED]
        beyond = max(0, self.wanted - plan.burst)
        return beyond / plan.rate_per_second + RIPENING_SECONDS / self.speed


def waiting_lines(waits: Waits) -> Iterator[Line]:
    """Yield the lines on waiting, calls and quotas."""
    with Stage(waits.scene) as stage:
        ours = run_tap(waits.settings(stage))
        least_seconds = waits.least_seconds(stage)
        first = stage.tally()
        stage.refill()
        run_tap(waits.settings(stage))
        second = stage.tally().since(first)
    ratio = ours.wall_seconds / least_seconds
    yield Line(
        f"wall time, {waits.wanted} reports of {len(TYPES)} types",
        f"{ours.wall_seconds:.1f} s",
        f"{least_seconds:.1f} s: what quota and ripening take",
        f"{ratio:.2f} x",
        "at most 1.1 x",
        reached=ratio <= 1.1,
    )
    yield _serial_line(Waits(min(SERIAL_REPORTS, waits.reports), waits.speed))
    yield _calls_line("calls for each report read", first, waits.wanted, 1)
    yield _calls_line("calls for each report adopted", second, waits.wanted, 0)
    throttled = first.throttled + second.throttled
    calls = first.calls.total() + second.calls.total()
    yield Line(
        "429 at the published plans",
        f"{throttled}",
        f"{calls} calls",
        "",
        "0",
        reached=throttled == 0,
    )


def _serial_line(waits: Waits) -> Line:
    with Stage(waits.scene) as stage:
        ours = run_tap(waits.settings(stage))
    with Stage(waits.scene) as stage:
        given = {
            "settings": stage.settings,
            "poll_seconds": waits.settings(stage)["report_poll_interval"],
            "reports": list(_bodies(waits)),
        }
        usual = run(["-m", "tests.bench.usual_loop"], given=json.dumps(given))
    ratio = usual.wall_seconds / ours.wall_seconds
    return Line(
        f"wall time, {waits.wanted} reports",
        f"{ours.wall_seconds:.1f} s",
        f"{usual.wall_seconds:.1f} s: ask, wait, fetch, one after another",
        f"{ratio:.1f} x",
        "at least 5 x",
        reached=ratio >= 5,
    )


def _bodies(waits: Waits) -> Iterator[dict[str, Any]]:
    """Yield what is asked for."""
    for name in TYPES:
        for day in range(waits.days):
            start = waits.first_day + timedelta(days=day)
            yield {
                "reportType": name,
                "marketplaceIds": [US],
                "dataStartTime": start.isoformat(),
                "dataEndTime": (start + timedelta(days=1)).isoformat(),
            }


def _calls_line(what: str, tally: Tally, reports: int, asked: int) -> Line:
    """Return a line on the calls; to open a report costs one, whoever asked for it."""
    found = [tally.calls[name] / reports for name in (ASKED, OPENED)]
    return Line(
        what,
        f"{ASKED} {found[0]:g}, {OPENED} {found[1]:g}",
        f"{reports} reports",
        "",
        f"{asked} and 1",
        reached=found == [asked, 1] and not tally.refused,
    )
