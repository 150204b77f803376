"""How often Amazon takes requests for reports of one type, which its plan tells nobody.

Facts (amzn/selling-partner-api-models, issues 5210 and 5240, read 2026-11-25): sales
and traffic four an hour and 96 a day; search query performance about twenty a day. If
that is per seller or per application is disputed; here there is one of each.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class TypeLimit(NamedTuple):
    """So many requests in so long a time."""

    requests: int
    span: timedelta


HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PUBLISHED: Mapping[str, tuple[TypeLimit, ...]] = {
    "GET_SALES_AND_TRAFFIC_REPORT": (TypeLimit(4, HOUR), TypeLimit(96, DAY)),
    "GET_BRAND_ANALYTICS_SEARCH_QUERY_PERFORMANCE_REPORT": (TypeLimit(20, DAY),),
}


class TypeLimits:
    """Counts requests by type, and says which come too early.

    Attributes:
        limits: those of each type; none at first, as `enforce` puts them in.
    """

    def __init__(self) -> None:
        """Limit nothing."""
        self.limits: dict[str, tuple[TypeLimit, ...]] = {}
        self._taken: dict[str, list[datetime]] = defaultdict(list)

    def enforce(self, limits: Mapping[str, tuple[TypeLimit, ...]] = PUBLISHED) -> None:
        """Limit these types from now on; without any, those that are known."""
        self.limits.update(limits)

    def take(self, report_type: str, now: datetime) -> bool:
        """Count one request at `now`; False if the type has had its share."""
        taken = self._taken[report_type]
        for limit in self.limits.get(report_type, ()):
            if sum(1 for at in taken if at > now - limit.span) >= limit.requests:
                return False
        taken.append(now)
        return True
