"""Buckets: as fast as the usage plan allows, and never faster."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_amazon_reports.amazon import appstore, pay, selling_partner
from tap_amazon_reports.amazon.operation import Operation
from tap_amazon_reports.amazon.quota import TokenBucket
from tests.clock import ScriptedClock
from tests.local_amazon.appstore.responses import AppstoreService
from tests.local_amazon.pay.responses import OPERATIONS as PAY_OPERATIONS
from tests.local_amazon.pay.responses import PayService
from tests.local_amazon.quota import Quotas, UsagePlan
from tests.local_amazon.selling_partner.routes import PLANS, ROUTES

PUBLISHED = {
    **{(route.method, route.path): PLANS[route.operation] for route in ROUTES},
    **{
        (method, path): PayService.plans[operation]
        for operation, method, path in PAY_OPERATIONS
    },
    ("GET", appstore.GET_REPORT.path): AppstoreService.plans["appstore.getReport"],
}
OPERATIONS = [
    found
    for module in (appstore, selling_partner, pay)
    for found in vars(module).values()
    if isinstance(found, Operation)
]
WITH_A_PUBLISHED_PLAN = [
    found for found in vars(selling_partner).values() if isinstance(found, Operation)
]


class StandingClock(ScriptedClock):
    """Time that stands still, so that threads can be compared."""

    def sleep(self, seconds: float) -> None:
        """Remember the pause, and return at once."""
        self.sleeps.append(seconds)


class PatientBucket(TokenBucket):
    """A bucket whose callers sleep until their token is paid."""

    def take(self) -> float:
        """Pay one token, sleeping until there is one; return the seconds waited."""
        wait_seconds = self.owe() or 0.0
        if wait_seconds:
            self._clock.sleep(wait_seconds)
        return wait_seconds


def bucket_of(
    clock: ScriptedClock, *, rate_per_second: float = 0.5, burst: int = 3
) -> PatientBucket:
    """Return a full bucket."""
    return PatientBucket(rate_per_second=rate_per_second, burst=burst, clock=clock)


class TestTokenBucket:
    """Paying for calls."""

    def test_the_burst_is_free_and_then_the_rate_holds(self) -> None:
        """As many calls as the burst go at once, each further one at the rate."""
        clock = ScriptedClock()
        bucket = bucket_of(clock)

        waited = [bucket.take() for _ in range(6)]

        assert [0, 0, 0] == waited[:3]
        assert pytest.approx([2, 2, 2], rel=0.03) == waited[3:]
        assert clock.sleeps == waited[3:]

    def test_a_pause_fills_the_bucket_up_to_its_burst(self) -> None:
        """A day without calls earns one burst and no more."""
        clock = ScriptedClock()
        bucket = bucket_of(clock)
        for _ in range(4):
            bucket.take()
        clock.advance(days=1)

        assert [0, 0, 0] == [bucket.take() for _ in range(3)]
        assert bucket.take() > 1

    def test_the_wait_is_known_before_it_is_made(self) -> None:
        """What is told beforehand is what the next call then costs."""
        bucket = bucket_of(ScriptedClock())

        for _ in range(8):
            foretold = bucket.wait_seconds()
            assert bucket.take() == pytest.approx(foretold)

    def test_threads_pay_one_token_each(self) -> None:
        """Twenty at once get twenty places in the queue, one behind the other."""
        clock = StandingClock()
        bucket = bucket_of(clock, rate_per_second=1, burst=5)

        with ThreadPoolExecutor(20) as pool:
            waited = list(pool.map(lambda _: bucket.take(), range(20)))

        places = [0.0] * 5 + [place / 0.98 for place in range(1, 16)]
        assert sorted(waited) == pytest.approx(places)

    def test_a_higher_rate_is_believed(self) -> None:
        """Amazon raises the rate of large accounts, and says so."""
        bucket = bucket_of(ScriptedClock(), burst=1)
        bucket.take()
        bucket.learn(5)

        assert pytest.approx(0.2, rel=0.03) == bucket.take()

    def test_a_lower_rate_is_believed(self) -> None:
        """A lower rate slows the next calls down at once."""
        bucket = bucket_of(ScriptedClock(), burst=1)
        bucket.take()
        bucket.learn(0.1)

        assert pytest.approx(10, rel=0.03) == bucket.take()

    def test_what_was_earned_before_a_new_rate_counts_at_the_old_one(self) -> None:
        """News about the rate does not rewrite the past."""
        clock = ScriptedClock()
        bucket = bucket_of(clock, rate_per_second=1, burst=10)
        for _ in range(10):
            bucket.take()
        clock.advance(seconds=5 / 0.98)
        bucket.learn(0.01)

        assert pytest.approx([0] * 5, abs=1e-6) == [bucket.take() for _ in range(5)]
        assert pytest.approx(100, rel=0.03) == bucket.take()

    def test_a_429_empties_the_bucket(self) -> None:
        """Another application has used the tokens that were counted on."""
        bucket = bucket_of(ScriptedClock())
        bucket.drain()

        assert pytest.approx(2, rel=0.03) == bucket.take()

    def test_a_429_does_not_forgive_a_debt(self) -> None:
        """Whoever already waits for a token keeps the place in the queue."""
        bucket = bucket_of(StandingClock(), burst=1)
        bucket.take()
        bucket.take()
        bucket.drain()

        assert pytest.approx(4, rel=0.03) == bucket.take()


class TestAgainstTheFarSide:
    """The tap's bucket against the bucket on Amazon's side."""

    @pytest.mark.parametrize("operation", OPERATIONS, ids=lambda found: found.name)
    def test_the_plan_is_kept(self, operation: Operation) -> None:
        """Of 120 calls in a row not one is throttled."""
        clock = ScriptedClock()
        plan = PUBLISHED[operation.method, operation.path]
        far_side = Quotas({"call": plan}, clock=clock, speed=1)
        bucket = bucket_of(
            clock, rate_per_second=operation.rate_per_second, burst=operation.burst
        )

        answered = []
        for _ in range(120):
            bucket.take()
            answered.append(far_side.take("call"))

        assert [True] * 120 == answered

    @pytest.mark.parametrize(
        "operation", WITH_A_PUBLISHED_PLAN, ids=lambda found: found.name
    )
    def test_hardly_any_time_is_wasted(self, operation: Operation) -> None:
        """120 calls take at most 5 % longer than the published plan needs."""
        clock = ScriptedClock()
        plan = PUBLISHED[operation.method, operation.path]
        bucket = bucket_of(
            clock, rate_per_second=operation.rate_per_second, burst=operation.burst
        )

        for _ in range(120):
            bucket.take()

        least_seconds = (120 - plan.burst) / plan.rate_per_second
        assert least_seconds <= clock.monotonic() <= 1.05 * least_seconds

    @given(
        rate_per_second=st.floats(0.005, 20),
        burst=st.integers(1, 30),
        pauses=st.lists(st.floats(0, 500), min_size=1, max_size=60),
    )
    def test_no_rhythm_of_calls_is_throttled(
        self, rate_per_second: float, burst: int, pauses: list[float]
    ) -> None:
        """Whatever lies between the calls, Amazon's side never says 429."""
        clock = ScriptedClock()
        plan = UsagePlan(rate_per_second, burst)
        far_side = Quotas({"call": plan}, clock=clock, speed=1)
        bucket = bucket_of(clock, rate_per_second=rate_per_second, burst=burst)

        for pause in pauses:
            clock.advance(seconds=pause)
            bucket.take()
            assert far_side.take("call")
