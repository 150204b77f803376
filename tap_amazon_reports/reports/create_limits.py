"""How often reports of one type can be asked for, where that is seldom.

Facts: some types are throttled far below the plan of createReport; each says so in its
file. Amazon's words for sales and traffic are "no more than once every 15 minutes", "up
to 96 times per day" (github.com/amzn/selling-partner-api-models, issue 5210, 29 April
2026).
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CreateLimits"]

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
