"""How often an operation may be called: one bucket of tokens for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_amazon_reports.amazon.clock import Clock

TRAVEL_SECONDS = 0.05
"""A request that was sent in time and travelled fast is not held against its sender."""
MOST_TRAVEL_TOKENS = 0.5


class UsagePlan(NamedTuple):
    """Two numbers: what flows in, and what the bucket holds."""

    rate_per_second: float
    burst: int


@dataclass
class Bucket:
    """The tokens of one operation."""

    plan: UsagePlan
    tokens: float
    filled_at: float

    def take(self, now: float) -> bool:
        """Pay one token at the monotonic second `now`; False if there is none."""
        flow = (now - self.filled_at) * self.plan.rate_per_second
        self.tokens = min(float(self.plan.burst), self.tokens + flow)
        self.filled_at = now
        travel = min(MOST_TRAVEL_TOKENS, TRAVEL_SECONDS * self.plan.rate_per_second)
        if self.tokens < 1 - travel - 1e-6:
            return False
        self.tokens -= 1
        return True


class Quotas:
    """The buckets of all operations.

    Attributes:
        plans: the published plan of each operation, times the speed. A test may put
            another plan in before the operation's first call.
    """

    def __init__(
        self, plans: Mapping[str, UsagePlan], *, clock: Clock, speed: float
    ) -> None:
        """Fill every bucket."""
        self._clock = clock
        self.plans = {
            operation: UsagePlan(plan.rate_per_second * speed, plan.burst)
            for operation, plan in plans.items()
        }
        self._buckets: dict[str, Bucket] = {}

    def rate(self, operation: str) -> float | None:
        """Return the tokens per second of `operation`, None if it has no plan."""
        plan = self.plans.get(operation)
        return None if plan is None else plan.rate_per_second

    def change(self, operation: str, plan: UsagePlan) -> None:
        """Give `operation` another plan, as is, and a full bucket."""
        self.plans[operation] = plan
        self._buckets.pop(operation, None)

    def take(self, operation: str) -> bool:
        """Pay for one call of `operation`; False means 429."""
        plan = self.plans.get(operation)
        if plan is None:
            return True
        now = self._clock.monotonic()
        bucket = self._buckets.get(operation)
        if bucket is None:
            bucket = self._buckets[operation] = Bucket(plan, float(plan.burst), now)
        return bucket.take(now)
