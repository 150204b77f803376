"""Queues of what is to be created: in turn, and at a cost that does not grow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_amazon_reports.reports.create_queues import CreateQueues
from tap_amazon_reports.reports.pending_report import PendingReport
from tap_amazon_reports.reports.report import ReportRequest
from tests.reports.scripted_service import BURST, ScriptedService

if TYPE_CHECKING:
    from tests.clock import ScriptedClock

QUEUES = 300
WINDOWS = 10


class Creations:
    """Creates without a quota, and writes down what it was asked for.

    Attributes:
        queues: of what is wanted.
        created: what was created, by queue and place, in order.
        looked: of how many reports it was asked how long they are held back.
        held_back: the queues that have to wait for an hour.
    """

    def __init__(self, clock: ScriptedClock) -> None:
        """Want nothing yet."""
        self.service = ScriptedService(clock)
        self.queues = CreateQueues()
        self.created: list[str] = []
        self.looked = 0
        self.held_back: set[str] = set()

    def want(self, name: str, windows: int) -> list[PendingReport]:
        """Want so many reports."""
        wanted = [
            PendingReport(
                ReportRequest(report_type=name.upper()),
                self.service,
                name,
                lambda _: None,
                place=place,
            )
            for place in range(windows)
        ]
        for pending in wanted:
            self.queues.add(pending)
        return wanted

    def create_each(self) -> None:
        """Create all that is not held back."""
        self.queues.create_each(self._create, self.wait_seconds)

    def _create(self, pending: PendingReport) -> bool:
        self.created.append(f"{pending.queue}{pending.place}")
        self.queues.took_turn(pending.queue)
        return True

    def wait_seconds(self, pending: PendingReport) -> float:
        """Return for how long a report is held back."""
        self.looked += 1
        return 3600.0 if pending.queue in self.held_back else 0.0


def test_the_cost_of_a_creation_does_not_grow_with_the_queues(
    clock: ScriptedClock,
) -> None:
    """Thirty types in ten marketplaces take no longer for each report than one."""
    creations = Creations(clock)
    for number in range(QUEUES):
        creations.want(f"q{number}-", WINDOWS)
    creations.create_each()

    assert QUEUES * WINDOWS == len(creations.created) == creations.looked
    in_turn = [f"q{n}-{place}" for place in range(WINDOWS) for n in range(QUEUES)]
    assert in_turn == creations.created


def test_what_is_held_back_has_its_turn_when_it_can(clock: ScriptedClock) -> None:
    """A type that Amazon holds back loses no turn, and costs the others none."""
    creations = Creations(clock)
    creations.want("a", 2)
    creations.want("b", 2)
    creations.held_back.add("a")
    creations.create_each()

    assert ["b0", "b1"] == creations.created
    assert 2 == len(creations.queues)
    assert 3600.0 == creations.queues.pause_seconds(creations.wait_seconds)

    creations.held_back.clear()
    creations.want("b", 1)
    creations.create_each()

    assert ["a0", "a1", "b0"] == creations.created[2:]


def test_what_is_forgotten_is_not_created(clock: ScriptedClock) -> None:
    """Of a stream that failed only that is created which somebody waits for."""
    creations = Creations(clock)
    wanted = creations.want("a", 3)
    creations.want("b", 1)
    creations.queues.forget("a", but=[wanted[1]])

    assert [False, True, False] == [one in creations.queues for one in wanted]
    creations.create_each()
    assert ["a1", "b0"] == creations.created


def test_the_pause_is_that_of_the_quota(clock: ScriptedClock) -> None:
    """While a quota is empty nothing else matters, and without a want nothing does."""
    creations = Creations(clock)
    assert float("inf") == creations.queues.pause_seconds(creations.wait_seconds)
    for _ in range(BURST):
        creations.service.create(ReportRequest(report_type="X"))
    creations.want("a", 1)
    creations.create_each()

    assert [] == creations.created
    quota_seconds = creations.service.create_wait_seconds()
    pause = creations.queues.pause_seconds(creations.wait_seconds)
    assert 0 < quota_seconds == pause
    assert 0 == creations.looked
