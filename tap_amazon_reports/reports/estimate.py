"""When each report of a run can have been created and fetched, at the earliest."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tap_amazon_reports.reports.create_limits import CreateLimits

__all__ = ["QueuedReports", "Quotas", "earliest_seconds"]


class Quotas(Protocol):
    """What a service says of its quotas; nobody is asked."""

    def create_wait_seconds(self, count: int = 1) -> float:
        """Return how long the last of the next `count` asks would wait for quota."""

    def document_wait_seconds(self, count: int = 1) -> float:
        """Return how long the last of the next `count` URLs would wait for quota."""


@dataclass(frozen=True, kw_only=True)
class QueuedReports:
    """The reports of one type and marketplace that a run reads.

    Attributes:
        report_type: their type, whose limits all marketplaces share.
        service: makes them.
        limits: how often the type can be asked for, where that is seldom.
        exist: of each report, oldest first, whether it was created already.
    """

    report_type: str
    service: Quotas
    limits: CreateLimits | None
    exist: tuple[bool, ...]


def earliest_seconds(queues: Sequence[QueuedReports]) -> list[list[float]]:
    """Return after how many seconds each report can have been fetched.

    Reports are created as the scheduler creates them: the oldest of each queue in
    turn, within the quota of the service and the limits of the type. How long Amazon
    takes to make one comes on top, and nobody can tell that.

    Args:
        queues: of one run.

    Returns:
        For each queue the seconds of its reports, oldest first.
    """
    created = [_Created(queue) for queue in queues]
    services = {id(queue.service): queue.service for queue in queues}
    for key, service in services.items():
        mine = [one for one in created if id(one.queue.service) == key]
        _create_all(mine, service)
        _fetch_all(mine, service)
    return [one.seconds for one in created]


@dataclass
class _Created:
    """How far a queue has come, while it is played through."""

    queue: QueuedReports
    seconds: list[float] = field(init=False)
    waiting: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.seconds = [0.0] * len(self.queue.exist)
        self.waiting = [at for at, there in enumerate(self.queue.exist) if not there]
        self.waiting.reverse()


def _create_all(queues: Iterable[_Created], service: Quotas) -> None:
    """Give each report the moment when it can be created."""
    asked: Counter[str] = Counter()
    now = 0.0
    rotation = [one for one in queues if one.waiting]
    slots = 0
    while rotation:
        now = max(now, service.create_wait_seconds(slots + 1))
        allowed = [_allowed_at(one, asked) for one in rotation]
        now = max(now, min(allowed))
        turn = next(at for at, moment in enumerate(allowed) if moment <= now)
        one = rotation.pop(turn)
        one.seconds[one.waiting.pop()] = now
        asked[one.queue.report_type] += 1
        slots += 1
        if one.waiting:
            rotation.append(one)


def _allowed_at(one: _Created, asked: Counter[str]) -> float:
    """Return when the type of a queue can be asked for once more."""
    limits = one.queue.limits
    return limits.least_seconds(asked[one.queue.report_type] + 1) if limits else 0.0


def _fetch_all(queues: Sequence[_Created], service: Quotas) -> None:
    """Move each report to the moment when its document can be fetched."""
    order = sorted(
        (moment, place, at)
        for place, one in enumerate(queues)
        for at, moment in enumerate(one.seconds)
    )
    for count, (moment, place, at) in enumerate(order, start=1):
        ready = max(moment, service.document_wait_seconds(count))
        queues[place].seconds[at] = ready
