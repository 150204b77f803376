"""The scheduler when Amazon limits it, fails it, or keeps it waiting."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tap_amazon_reports.amazon.errors import (
    AccessDeniedError,
    AmazonError,
    RequestRefusedError,
    ThrottledError,
    UnavailableError,
)
from tap_amazon_reports.amazon.quota import TokenBucket
from tap_amazon_reports.reports.errors import ReportStuckError
from tap_amazon_reports.reports.status import ReportStatus
from tests.clock import NOON, ScriptedClock
from tests.reports.scheduler_rig import DAY, SchedulerRig, obtain
from tests.reports.scripted_service import ScriptedService

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from tap_amazon_reports.reports.report import Report, ReportRequest

THROTTLED = "createReport of the Selling Partner API: HTTP 429"


@dataclass
class LimitedService(ScriptedService):
    """Refuses what a rule of its own forbids, and looks within a quota of its own.

    Attributes:
        forbids: whether a type is refused with 429 at a second.
        throttled: the types that were refused, and at which second.
        down_until: until which second it answers 503.
    """

    forbids: Callable[[str, float], bool] = lambda _kind, _second: False
    throttled: list[tuple[str, float]] = field(default_factory=list)
    down_until: float = 0
    look_rate_per_second: float = 2

    def __post_init__(self) -> None:
        """Begin with full buckets."""
        super().__post_init__()
        self._look_bucket = TokenBucket(
            rate_per_second=self.look_rate_per_second, burst=15, clock=self.clock
        )

    def create(self, request: ReportRequest) -> str:
        """Begin to make a report, unless that is forbidden or it is down."""
        self._answer()
        kind, second = request.report_type, self.clock.monotonic()
        if self.forbids(kind, second):
            self._bucket.owe()
            self.throttled.append((kind, second))
            raise ThrottledError(THROTTLED, status=429)
        return super().create(request)

    def get(self, report_id: str) -> Report:
        """Return a report as it is now; fail the test if the quota forbids to look."""
        assert self._look_bucket.wait_seconds() <= 0, "looked before the quota allows"
        self._look_bucket.owe()
        self._answer()
        return super().get(report_id)

    def list_newest(
        self, report_types: Sequence[str], since: datetime, until: datetime
    ) -> list[Report]:
        """Return what is listed, unless it is down."""
        self._answer()
        return super().list_newest(report_types, since, until)

    def get_wait_seconds(self) -> float:
        """Return how long the next look would wait."""
        return self._look_bucket.wait_seconds()

    def _answer(self) -> None:
        if self.clock.monotonic() < self.down_until:
            msg = "the Selling Partner API: HTTP 503"
            raise UnavailableError(msg)


Rig = SchedulerRig[LimitedService]


@pytest.fixture(name="rig")
def _rig() -> Rig:
    return SchedulerRig(LimitedService(ScriptedClock()))


# A type with a limit of its own


def test_a_limited_type_does_not_slow_the_others(
    rig: Rig,
) -> None:
    """Ten windows of another type are asked for at once while one is refused."""
    rig.service.forbids = lambda kind, second: kind == "SLOW" and second < 3000
    rig.want("slow", 4)
    rig.obtain(*rig.want("quick", 10))

    assert [0] * 10 == rig.created_at("quick")
    assert [] == rig.created_at("slow")


def test_a_limited_type_comes_in_the_end(rig: Rig) -> None:
    """It is tried again after pauses that grow, and no attempt is wasted before."""
    rig.service.forbids = lambda _kind, second: second < 800
    rig.obtain(*rig.want("slow"))
    attempts = [at for _, at in rig.service.throttled]

    assert pytest.approx([60, 120, 240], abs=2) == [
        later - earlier for earlier, later in pairwise(attempts)
    ]
    assert 800 <= rig.created_at("slow")[0] <= 910


def test_four_an_hour_are_learned(rig: Rig) -> None:
    """A type of four an hour is read at about that pace, with few refusals."""
    own = TokenBucket(rate_per_second=4 / 3600, burst=4, clock=rig.clock)

    def forbids(_kind: str, _second: float) -> bool:
        if own.wait_seconds() > 0:
            return True
        own.owe()
        return False

    rig.service.forbids = forbids
    rig.obtain(*rig.want("sales", 24))
    least_seconds = 20 * 900

    assert rig.clock.monotonic() <= 1.35 * least_seconds
    assert len(rig.service.throttled) <= 30


def test_a_type_that_is_never_given_fails_alone(
    rig: Rig,
) -> None:
    """After `report_timeout` its stream is told: operation, type, and what goes on."""
    rig.service.forbids = lambda kind, _second: kind == "NEVER"
    never, good = rig.want("never", 3), rig.want("good", 3)
    with pytest.raises(ThrottledError, match="createReport") as caught:
        rig.obtain(*never)

    assert "NEVER" in str(caught.value)
    assert "report_timeout (7200 s)" in str(caught.value)
    assert all(one.status is ReportStatus.DONE for one in rig.obtain(*good))


def test_the_log_says_which_quota_is_empty_and_until_when(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    """One type: its name and the time; several: that it is the quota of all."""
    caplog.set_level(logging.INFO)
    rig.service.forbids = lambda _kind, second: second < 10
    rig.want("a")
    rig.scheduler.turn()
    assert "the quota of A is used up; none is created before 12:01:00Z" in caplog.text
    assert "none of any type" not in caplog.text
    rig.want("b")
    rig.scheduler.turn()

    assert "none of any type is created before 12:0" in caplog.text


def test_when_several_are_refused_nobody_is_asked(
    rig: Rig,
) -> None:
    """Two types refused in a row: the third is not even tried before the refill."""
    rig.service.forbids = lambda kind, second: kind in "AB" and second < 10
    rig.want("a")
    rig.want("b")
    rig.obtain(*rig.want("c"))

    assert ["A", "B"] == [kind for kind, _ in rig.service.throttled]
    assert rig.created_at("c")[0] >= 60


def test_a_storm_of_429_passes(rig: Rig) -> None:
    """Ten minutes of nothing but 429 cost about that, and few attempts."""
    rig.service.forbids = lambda _kind, second: second < 600
    wanted = [pending for queue in "abcde" for pending in rig.want(queue, 3)]
    rig.obtain(*wanted)

    assert len(rig.service.throttled) <= 25
    assert 15 == len(rig.service.asks)
    assert rig.clock.monotonic() <= 600 + 15 * 62 + 900


# A service that does not answer


def test_an_outage_is_waited_out_in_asking(rig: Rig) -> None:
    """503 for two minutes: the report is asked for once in the end."""
    rig.service.down_until = 120
    rig.obtain(*rig.want("a"))

    assert 1 == len(rig.created_at("a"))


def test_an_outage_is_waited_out_in_looking(rig: Rig) -> None:
    """503 for two minutes while a report ripens: nothing is asked for again."""
    pendings = rig.want("a", 3)
    rig.scheduler.turn()
    rig.service.down_until = 120
    rig.obtain(*pendings)

    assert 3 == len(rig.created_at("a"))


@pytest.mark.parametrize("when", ["asking", "looking"])
def test_an_outage_without_end_is_an_error(rig: Rig, when: str) -> None:
    """After five minutes the stream is told, with the report in the message."""
    (pending,) = rig.want("a")
    if when == "looking":
        rig.scheduler.turn()
    rig.service.down_until = 10**9
    with pytest.raises(UnavailableError, match="HTTP 503") as caught:
        obtain(rig.scheduler, pending)

    assert " A " in str(caught.value).replace("(A ", " A ")
    assert 200 <= rig.clock.monotonic() <= 400


# Streams of all kinds, side by side


def test_one_stuck_report_among_many(rig: Rig) -> None:
    """The others are done while it is stuck; it alone is an error."""
    rig.service.ripening_seconds = lambda request: (
        10**6 if request.report_type == "STUCK" else 60
    )
    stuck, good = rig.want("stuck"), rig.want("good", 20)
    with pytest.raises(ReportStuckError):
        rig.obtain(*stuck)
    waited_seconds = rig.clock.monotonic()
    rig.obtain(*good)

    assert rig.clock.monotonic() == waited_seconds


def test_a_failing_stream_takes_no_quota_from_healthy_ones(
    rig: Rig,
) -> None:
    """After its first refusal nothing more of it is asked for, in the same turn too."""
    refusals: list[AmazonError] = [RequestRefusedError("no") for _ in range(50)]
    rig.service.refusals["BAD"] = refusals
    bad, good = rig.want("bad", 50), rig.want("good", 14)
    rig.obtain(*good)
    with pytest.raises(RequestRefusedError):
        rig.obtain(*bad)

    assert 49 == len(refusals)
    assert [0] * 14 == rig.created_at("good")


def test_what_was_asked_before_a_failure_is_still_read(
    rig: Rig,
) -> None:
    """The windows before the refused one come as usual."""
    pendings = rig.want("a", 3)
    rig.scheduler.turn()
    pendings += rig.want("a", 2)
    rig.service.refusals["A"] = [AccessDeniedError("no")]
    rig.obtain(*pendings[:3])
    with pytest.raises(AccessDeniedError):
        obtain(rig.scheduler, pendings[3])


def test_reports_that_ripen_out_of_order(rig: Rig) -> None:
    """They are handed out in order, and no time is lost by that."""
    rig.service.ripening_seconds = lambda request: (
        900 if request.data_start == NOON - 1000 * DAY else 30
    )
    reports = rig.obtain(*rig.want("a", 10))

    assert [report.report_id for report in reports] == [
        str(100 + number) for number in range(10)
    ]
    assert rig.clock.monotonic() <= 1000


def test_looks_keep_to_their_quota() -> None:
    """With two hundred reports in the making, each look has its token, none waits."""
    rig = SchedulerRig(LimitedService(ScriptedClock()))
    rig.service.ripening_seconds = lambda _request: 3000
    reports = rig.obtain(*rig.want("a", 200))
    looked_at = [at for _, at in rig.service.looks]

    assert 200 == len(reports)
    assert len(looked_at) <= 15 + 2 * (rig.clock.monotonic() + 1)


# What is told


def _said(caplog: pytest.LogCaptureFixture, text: str) -> list[str]:
    lines = (record.getMessage() for record in caplog.records)
    return [line for line in lines if line.startswith(text)]


def test_who_waits_says_so_each_half_minute(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    """What is waited for, how far it is, when it is looked at next, what else is up."""
    caplog.set_level(logging.INFO)
    rig.service.ripening_seconds = lambda _request: 1200
    rig.want("b", 2)
    rig.obtain(*rig.want("a"))
    beats = _said(caplog, "waiting for report")

    assert len(beats) >= rig.clock.monotonic() / 30 - 2
    assert re.search(
        r"waiting for report 10\d \(A 2024-.*\), IN_PROGRESS for \d+\.\d min; next poll"
        r" at 12:\d\d:\d\dZ; 3 reports in progress, 0 still to create",
        beats[2],
    )


def test_who_waits_for_a_quota_says_so_too(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    """A report that cannot be asked for yet is told with the moment when it can."""
    caplog.set_level(logging.INFO)
    *_, last = rig.want("a", 17)
    obtain(rig.scheduler, last)
    beats = _said(caplog, "waiting to create a report A 2024-")

    assert beats
    assert all(re.search(r"until 12:0[0-2]:\d\dZ", beat) for beat in beats)


def test_each_turn_of_a_report_is_told_once(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    """Created, in progress, done: three lines, however often it was looked at."""
    caplog.set_level(logging.DEBUG)
    rig.service.ripening_seconds = lambda _request: 600
    rig.obtain(*rig.want("a"))
    lines = [record.getMessage() for record in caplog.records]
    turns = [line for line in lines if "report 100" in line and "waiting" not in line]

    assert ["created", "IN_PROGRESS", "DONE"] == [
        line.split(" ")[0 if line.startswith("created") else -1] for line in turns
    ]
