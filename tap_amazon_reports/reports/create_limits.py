"""How often reports can be asked for, and when the last of several can have been.

Facts:
    - createReport: 0.0167 requests a second, 15 at once (Reports API v2021-06-30,
      "Usage plan"); a plan is for each pair of application and selling partner
      (github.com/amzn/selling-partner-api-docs, issue 3519).
    - Some types are throttled below that; each says so in its file. Amazon's words for
      sales and traffic are "no more than once every 15 minutes", "up to 96 times per
      day" (github.com/amzn/selling-partner-api-models, issue 5210, 29 April 2026).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["CREATE_BURST", "CREATE_PER_MINUTE", "CreateLimits", "least_create_seconds"]

CREATE_BURST = 15
CREATE_PER_MINUTE = 1
_MINUTE = 60
_HOUR = 3600
_DAY = 24 * _HOUR


@dataclass(frozen=True, kw_only=True)
class CreateLimits:
    """How often a report of one type can be asked for.

    Attributes:
        per_hour: so many, evenly: one, and the next when its share of the hour is over.
        per_day: so many at once, and more as the day goes by.
    """

    per_hour: int | None = None
    per_day: int | None = None

    @property
    def sentence(self) -> str:
        """How often, in words."""
        counts = {"an hour": self.per_hour, "a day": self.per_day}
        return " and ".join(f"{many} {when}" for when, many in counts.items() if many)

    def least_seconds(self, count: int) -> float:
        """Return after how long the last of `count` reports can have been asked for.

        Args:
            count: of reports of the type, for all marketplaces together.
        """
        waits = [0.0]
        if self.per_hour:
            waits.append((count - 1) * _HOUR / self.per_hour)
        if self.per_day:
            waits.append((count - self.per_day) * _DAY / self.per_day)
        return max(waits)


def least_create_seconds(
    wanted: Iterable[tuple[CreateLimits | None, int]],
    *,
    burst: int = CREATE_BURST,
    per_minute: float = CREATE_PER_MINUTE,
) -> float:
    """Return after how long the last report of a run can have been asked for.

    All types share the plan of createReport; a type may have limits of its own beside.

    Args:
        wanted: for each type its limits, if it has any, and how many reports.
        burst: how many can be asked for at once.
        per_minute: how many more in each minute.
    """
    types = list(wanted)
    count = sum(many for _, many in types)
    shared = (count - burst) * _MINUTE / per_minute
    own = (limits.least_seconds(many) for limits, many in types if limits and many)
    return max(0.0, shared, *own)
