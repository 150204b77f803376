"""What is still to be created: a queue for each stream and partition, in turn.

There can be hundreds of queues, of which a quota lets one move at a time. So the queues
of a service lie in a heap, the one that had the fewest turns on top, and those that are
held back are only passed over when it is their turn.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass, field
from itertools import chain, count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from tap_amazon_reports.reports.pending_report import PendingReport
    from tap_amazon_reports.reports.report import ReportService

    WaitSeconds = Callable[[PendingReport], float]


@dataclass(eq=False)
class _Queue:
    """The reports of one stream and partition, the oldest on top.

    Attributes:
        number: of the queue, which is older the smaller it is.
        turns: how many of its reports were created.
        has_turn: whether it stands among those that take turns.
    """

    number: int
    turns: int = 0
    has_turn: bool = False
    entries: list[tuple[int, int, PendingReport]] = field(default_factory=list)

    @property
    def oldest(self) -> PendingReport:
        """The report whose turn is next."""
        return self.entries[0][2]


_Turn = tuple[int, int, _Queue]
"""How many turns a queue had, and its number, so that equals go by age."""


class CreateQueues:
    """The queues of all services."""

    def __init__(self) -> None:
        """Want nothing."""
        self._numbers = count()
        self._queues: dict[str, _Queue] = {}
        self._services: dict[int, ReportService] = {}
        self._turns: dict[int, list[_Turn]] = {}

    def __len__(self) -> int:
        """Return how many reports are still to be created."""
        return sum(len(queue.entries) for queue in self._queues.values())

    def __contains__(self, pending: PendingReport) -> bool:
        """Tell whether a report is still to be created."""
        queue = self._queues.get(pending.queue)
        return queue is not None and any(one is pending for *_, one in queue.entries)

    def __iter__(self) -> Iterator[PendingReport]:
        """Yield what is still to be created, the oldest queue first."""
        for queue in self._queues.values():
            yield from (one for *_, one in queue.entries)

    def oldest(self) -> list[PendingReport]:
        """Return what is next in each queue."""
        return [queue.oldest for queue in self._queues.values() if queue.entries]

    def remove(self, pending: PendingReport) -> None:
        """Want a report no longer: somebody else has created it."""
        queue = self._queues[pending.queue]
        queue.entries = [entry for entry in queue.entries if entry[2] is not pending]
        heapq.heapify(queue.entries)

    def add(self, pending: PendingReport) -> None:
        """Want a report; it comes after those of its queue with a smaller place."""
        number = next(self._numbers)
        queue = self._queues.setdefault(pending.queue, _Queue(number))
        heapq.heappush(queue.entries, (pending.place, number, pending))
        self._take_part(pending.service, queue)

    def forget(self, name: str, *, but: Collection[PendingReport] = ()) -> None:
        """Forget what a queue wants, except for some of it."""
        if queue := self._queues.get(name):
            queue.entries = [one for one in queue.entries if one[2] in but]
            heapq.heapify(queue.entries)

    def took_turn(self, name: str) -> None:
        """Count a report that was created for a queue, whoever found it."""
        if queue := self._queues.get(name):
            queue.turns += 1

    def create_each(
        self, create: Callable[[PendingReport], bool], wait_seconds: WaitSeconds
    ) -> None:
        """Create what can be: the oldest of the queue that had the fewest turns, first.

        Args:
            create: tries, and tells whether the report has left its queue.
            wait_seconds: for how long a report is held back.
        """
        for key, service in self._services.items():
            while queue := self._next(key, wait_seconds):
                entry = heapq.heappop(queue.entries)
                if not create(entry[2]):
                    # It keeps its turn: what was refused is still the oldest.
                    heapq.heappush(queue.entries, entry)
                if queue.entries:
                    self._take_part(service, queue)

    def pause_seconds(self, wait_seconds: WaitSeconds) -> float:
        """Return how long it takes until something can be created; infinite if none."""
        pauses = (self._pauses(key, wait_seconds) for key in self._services)
        return min(chain.from_iterable(pauses), default=math.inf)

    def _pauses(self, key: int, wait_seconds: WaitSeconds) -> Iterator[float]:
        waiting = [queue for *_, queue in self._turns[key] if queue.entries]
        if not waiting:
            return
        if (least := self._services[key].create_wait_seconds()) > 0:
            yield least
        else:
            yield from (wait_seconds(queue.oldest) for queue in waiting)

    def _take_part(self, service: ReportService, queue: _Queue) -> None:
        if not queue.has_turn:
            queue.has_turn = True
            self._services[id(service)] = service
            turns = self._turns.setdefault(id(service), [])
            heapq.heappush(turns, (queue.turns, queue.number, queue))

    def _next(self, key: int, wait_seconds: WaitSeconds) -> _Queue | None:
        """Return the queue of which something can be created now, without its turn."""
        service, turns = self._services[key], self._turns[key]
        held_back: list[_Turn] = []
        found = None
        while turns and found is None and service.create_wait_seconds() <= 0:
            turn = heapq.heappop(turns)
            queue = turn[2]
            queue.has_turn = False
            if queue.entries and queue.turns != turn[0]:
                # It had one meanwhile, of a report that was found in a listing.
                self._take_part(service, queue)
            elif queue.entries and wait_seconds(queue.oldest) > 0:
                queue.has_turn = True
                held_back.append(turn)
            elif queue.entries:
                found = queue
        for turn in held_back:
            heapq.heappush(turns, turn)
        return found
