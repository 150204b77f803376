"""Reports that are being made: which of them is looked at, and when.

Reports of one queue are read in their order, so nobody can read a younger one before
the oldest has ended. Only the oldest of each queue is looked at; as soon as it has
ended, the next one is, at once. So a run that waits an hour for thirty reports of a
stream looks at one of them 44 times, and once at each of the others.

Facts: getReport can be called twice a second, getReports once in 45 seconds (Reports
API v2021-06-30, "Usage plan"; read in November 2026). One listing costs as much quota
as ninety looks, and shows a hundred reports at most, the newest first. With one look at
a time for each queue it never is the cheaper way.
"""

from __future__ import annotations

import heapq
from itertools import count
from typing import TYPE_CHECKING

from tap_amazon_reports.reports.pending_report import PendingState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tap_amazon_reports.reports.pending_report import PendingReport

_Entry = tuple[float, int, "PendingReport"]


class RipeningReports:
    """The reports that are being made, of all queues."""

    def __init__(self) -> None:
        """Have none."""
        self._due: list[_Entry] = []
        self._oldest: dict[str, PendingReport] = {}
        self._behind: dict[str, list[_Entry]] = {}
        self._numbers = count()
        self._count = 0

    def __len__(self) -> int:
        """Return how many are being made, looked at or not."""
        return self._count

    def add(self, pending: PendingReport) -> None:
        """Have one more, which was created, or looked at and is still being made."""
        self._count += 1
        oldest = self._oldest.get(pending.queue)
        if oldest is None or pending.place < oldest.place:
            self._oldest[pending.queue] = pending
        elif oldest is not pending and not _may_be_of_no_use(pending):
            behind = self._behind.setdefault(pending.queue, [])
            heapq.heappush(behind, (pending.place, next(self._numbers), pending))
            return
        self._look_at(pending)

    def take_due(
        self, now: float, awaited: Sequence[PendingReport]
    ) -> list[PendingReport]:
        """Return those to be looked at now, and have them no more.

        Args:
            now: monotonic seconds.
            awaited: what somebody waits for: it comes first, and is looked at whatever
                is older.
        """
        for pending in awaited:
            self._bring_forward(pending)
        due = []
        while self._due and self._due[0][0] <= now:
            *_, pending = heapq.heappop(self._due)
            self._count -= 1
            if not pending.is_dropped:
                due.append(pending)
        due.sort(key=lambda one: (one not in awaited, one.next_poll_at))
        return due

    def next_due(self) -> PendingReport | None:
        """Return what is to be looked at next, now or later."""
        return self._due[0][-1] if self._due else None

    def is_over(self, pending: PendingReport) -> None:
        """Go on to the next of the queue, if it was this one that was looked at."""
        if self._oldest.get(pending.queue) is not pending:
            return
        del self._oldest[pending.queue]
        behind = self._behind.get(pending.queue)
        while behind:
            *_, following = heapq.heappop(behind)
            if following.state is PendingState.CREATED:
                self._oldest[pending.queue] = following
                self._look_at(following)
                return
            self._count -= 1

    def drop(self, queue: str) -> None:
        """Forget the reports of a queue."""
        self._count -= len(self._behind.pop(queue, []))
        self._oldest.pop(queue, None)
        for *_, pending in self._due:
            if pending.queue == queue:
                pending.is_dropped = True

    def _bring_forward(self, pending: PendingReport) -> None:
        if self._oldest.get(pending.queue) is pending:
            return
        behind = self._behind.get(pending.queue, [])
        if any(pending is one for *_, one in behind):
            behind[:] = [entry for entry in behind if entry[-1] is not pending]
            heapq.heapify(behind)
            self._look_at(pending)

    def _look_at(self, pending: PendingReport) -> None:
        entry = (pending.next_poll_at, next(self._numbers), pending)
        heapq.heappush(self._due, entry)


def _may_be_of_no_use(pending: PendingReport) -> bool:
    """Tell whether another may have to be created instead, the sooner the better."""
    return pending.adopted and pending.status is None
