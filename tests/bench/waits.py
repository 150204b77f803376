"""A run that waits: for which reports, for how long, and what it asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from tests.bench.days import first_day, spanning
from tests.bench.stage import Scene

if TYPE_CHECKING:
    from tests.bench.stage import Stage

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
AT_ONCE = 12
"""So few reports are created at once, out of a full bucket."""
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
    def at_once(self) -> Waits:
        """The same for no more reports than can be created at once."""
        return self._replace(reports=min(AT_ONCE, self.reports))

    @property
    def ripening_seconds(self) -> float:
        """How long a report takes."""
        return RIPENING_SECONDS / self.speed

    @property
    def poll_seconds(self) -> float:
        """How long it is between two looks; a second is the shortest setting."""
        return max(1.0, POLL_SECONDS / self.speed)

    def scene(self, **more: Any) -> Scene:
        """Return what is set up, with `more` fields of the scene."""
        return Scene(
            speed=self.speed,
            ripening_seconds=self.ripening_seconds,
            asked_types=TYPES,
            **more,
        )

    def settings(self, stage: Stage) -> dict[str, Any]:
        """Return the settings of the tap."""
        return {
            **stage.settings,
            **spanning(first_day(), self.days),
            "sp_marketplaces": ["US"],
            "sp_report_types": [
                {"report_type": name, "window_days": 1, "lookback_days": 0}
                for name in TYPES
            ],
            "report_poll_interval": self.poll_seconds,
        }

    def least_seconds(self, stage: Stage, slow_times: int = 1) -> float:
        """Return what the quota and the ripening of the slowest report alone take."""
        plan = stage.plans[ASKED]
        beyond = max(0, self.wanted - plan.burst)
        return beyond / plan.rate_per_second + self.ripening_seconds * slow_times
