"""Creates reports early, waits for all at once, hands them out in order.

Amazon takes minutes to make a report and lets few be created. So the scheduler creates
all that is wanted as early as the quotas allow, the oldest of each stream in turn,
polls what ripens, fetches what is finished, and lets its caller wait for one report
while others ripen too. It works when somebody waits, and between two rows when told to.
"""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.heartbeat import HEARTBEAT_SECONDS
from tap_amazon_reports.reports.creating import ReportCreator
from tap_amazon_reports.reports.pending_report import MOVES, PendingReport, PendingState
from tap_amazon_reports.reports.polling import ReportPoller
from tap_amazon_reports.reports.polling_policy import PollingPolicy
from tap_amazon_reports.reports.recovering import ReportRecovery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from threading import Event

    from tap_amazon_reports.amazon.clock import Clock
    from tap_amazon_reports.documents.download import Download
    from tap_amazon_reports.reports.prefetch import Document, Prefetch
    from tap_amazon_reports.reports.report import Report

__all__ = [
    "MOVES",
    "PendingReport",
    "PendingState",
    "PollingPolicy",
    "ReportScheduler",
    "SchedulerTally",
]

logger = logging.getLogger(__name__)

_SHORTEST_PAUSE_SECONDS = 0.05
"""A shorter one may be lost in rounding, and then time would not move at all."""
_DOWNLOAD_PAUSE_SECONDS = 0.25
_FOREVER_SECONDS = float("inf")


@dataclass
class SchedulerTally:
    """What the scheduler did, all streams together.

    Attributes:
        asked: how many reports were asked for.
        adopted: how many were known when they were wanted.
        waited_seconds: how long it waited for reports and documents.
    """

    asked: int = 0
    adopted: int = 0
    waited_seconds: float = 0


class ReportScheduler:
    """All wanted reports of a run."""

    def __init__(
        self, *, clock: Clock, policy: PollingPolicy, prefetch: Prefetch | None = None
    ) -> None:
        """Start with nothing wanted; without `prefetch` nothing is fetched ahead."""
        self._clock = clock
        self._creator = ReportCreator(clock=clock, policy=policy)
        self._poller = ReportPoller(clock=clock, policy=policy)
        self._recovery = ReportRecovery(clock=clock, policy=policy)
        self._prefetch = prefetch
        self._pendings: list[PendingReport] = []
        self._turns: Counter[str] = Counter()
        self._awaited: PendingReport | None = None
        self._told_at = clock.monotonic()
        self.tally = SchedulerTally()

    def want(self, pending: PendingReport, *, known_id: str | None = None) -> None:
        """Put a report on the list.

        Args:
            pending: what is wanted.
            known_id: of the same report, asked for earlier or by somebody else: it is
                adopted and not asked for again.
        """
        if known_id is not None:
            pending.adopt(known_id, now=self._clock.now())
            self._recovery.hold(known_id)
            self.tally.adopted += 1
        self._pendings.append(pending)

    def drop(self, queue: str) -> None:
        """Forget what a failed queue still wants; what was asked stays in state."""
        dropped = [one for one in self._pendings if one.queue == queue]
        self._pendings = [one for one in self._pendings if one.queue != queue]
        if self._prefetch:
            reports = (pending.report for pending in dropped)
            ids = (report.document_id for report in reports if report)
            self._prefetch.forget(found for found in ids if found)

    def obtain(self, pending: PendingReport) -> Report:
        """Wait until the report has ended, and return it; meanwhile the others ripen.

        Raises:
            AmazonError: if there will be no report.
        """
        if pending not in self._pendings:
            # It was dropped with its queue, or has been read by a sibling already.
            self._pendings.append(pending)
        self._awaited = pending
        pending.tally.waited_seconds += self._wait(
            lambda: pending.has_ended, lambda: self._said_of(pending)
        )
        self._awaited = None
        self._pendings.remove(pending)
        if pending.error:
            raise pending.error
        if pending.report is None:
            msg = f"{pending.request}: ended without a report"
            raise AssertionError(msg)
        return pending.report

    def open(self, document: Document) -> tuple[Download, float]:
        """Return a document that is read now, and the seconds that it was waited for.

        Raises:
            AmazonError: if it cannot be opened.
            ValueError: if the scheduler has nothing to fetch documents with.
        """
        if (prefetch := self._prefetch) is None:
            msg = "this scheduler fetches no documents"
            raise ValueError(msg)
        prefetch.want_now(document)
        self.turn()
        waited_seconds = self._wait(
            lambda: (
                prefetch.has_started(document)
                or document.service.document_wait_seconds() <= 0
            ),
            lambda: (
                f"waiting for the quota of documents of the {document.service.name},"
                f" until {self._moment(document.service.document_wait_seconds())}"
            ),
        )
        started_at = self._clock.monotonic()
        download = prefetch.take(document, self._wait_for)
        return download, waited_seconds + self._clock.monotonic() - started_at

    def turn(self) -> float:
        """Do all that is due now; return the seconds until something will be."""
        for pending in self._due():
            self._poller.poll(pending)
        for pending in self._searchable():
            self._given(*self._recovery.recover(pending, self._wanted()))
        for pending in self._askable():
            if self._creator.create(pending):
                self._given(pending)
        return max(_SHORTEST_PAUSE_SECONDS, min(self._pause(), self._fetch()))

    def _given(self, *pendings: PendingReport) -> None:
        """Count what is being made now, and know whose it is."""
        for pending in pendings:
            self._recovery.hold(str(pending.report_id))
            self.tally.asked += 1
            self._turns[pending.queue] += 1

    def _fetch(self) -> float:
        """Fetch ahead what can be; return the seconds until more can be."""
        if self._awaited and self._awaited.has_ended:
            # Its document is read at once, and then none of it has to be held.
            return _FOREVER_SECONDS
        return self._prefetch.turn() if self._prefetch else _FOREVER_SECONDS

    # PollingPolicy.

    def _wait(self, is_over: Callable[[], bool], tell: Callable[[], str]) -> float:
        """Work until something is over; return the seconds that it took."""
        started_at = self._told_at = self._clock.monotonic()
        while not is_over():
            pause = self.turn()
            if not is_over():
                self._sleep(pause, tell)
        waited_seconds = self._clock.monotonic() - started_at
        self.tally.waited_seconds += waited_seconds
        return waited_seconds

    def _wait_for(self, over: Event) -> None:
        """Work until a download in another thread is over."""
        self._told_at = self._clock.monotonic()
        while not over.wait(_DOWNLOAD_PAUSE_SECONDS):
            self.turn()
            self._beat(lambda: "waiting for a document that is on its way")

    def _sleep(self, seconds: float, tell: Callable[[], str]) -> None:
        """Sleep for at most as long as nothing has to be said."""
        silent_seconds = self._clock.monotonic() - self._told_at
        self._clock.sleep(min(seconds, HEARTBEAT_SECONDS - silent_seconds))
        self._beat(tell)

    def _beat(self, tell: Callable[[], str]) -> None:
        now = self._clock.monotonic()
        if now - self._told_at > HEARTBEAT_SECONDS - _SHORTEST_PAUSE_SECONDS:
            self._told_at = now
            logger.info(tell())

    def _said_of(self, pending: PendingReport) -> str:
        """Return what is being waited for, and until when."""
        if pending.state is PendingState.WANTED:
            seconds = self._create_wait_seconds(pending)
            said = f"waiting to ask for {pending}, until {self._moment(seconds)}"
        else:
            seconds = self._poller.wait_seconds(pending)
            status = pending.status.value if pending.status else "asked for"
            minutes = self._poller.age(pending).total_seconds() / 60
            said = (
                f"waiting for {pending}, {status} for {minutes:.1f} min;"
                f" next look at {self._moment(seconds)}"
            )
        ripening = sum(one.state is PendingState.CREATED for one in self._pendings)
        wanted = sum(one.state is PendingState.WANTED for one in self._pendings)
        return f"{said}; {ripening} reports ripen, {wanted} are still to be asked for"

    def _moment(self, in_seconds: float) -> str:
        moment = self._clock.now() + timedelta(seconds=max(0.0, in_seconds))
        return f"{moment:%H:%M:%SZ}"

    def _pause(self) -> float:
        looks = [
            self._poller.wait_seconds(pending)
            for pending in self._pendings
            if pending.state is PendingState.CREATED
        ]
        asks = [self._create_wait_seconds(pending) for pending in self._wanted()]
        return min([*looks, *asks], default=_SHORTEST_PAUSE_SECONDS)

    def _create_wait_seconds(self, pending: PendingReport) -> float:
        """Return how long to wait before a report is asked or searched for."""
        step = self._recovery if pending.lost_at else self._creator
        return step.wait_seconds(pending)

    # What is due.

    def _askable(self) -> Iterator[PendingReport]:
        """Yield what can be asked now: the oldest of each stream in turn."""
        for pending in _in_turn(self._wanted(), self._turns):
            # Whoever was asked for before it may have failed, in this very turn.
            if (
                not pending.lost_at
                and self._creator.wait_seconds(pending) <= 0
                and pending in self._wanted()
            ):
                yield pending

    def _searchable(self) -> Iterator[PendingReport]:
        """Yield what may be in the making, and can be searched for now."""
        for pending in self._wanted():
            # It may have been found beside another, or have failed, in this very turn.
            if (
                pending.lost_at
                and self._recovery.wait_seconds(pending) <= 0
                and pending in self._wanted()
            ):
                yield pending

    def _wanted(self) -> list[PendingReport]:
        """Return what is to be asked for.

        What follows a failure in the same queue is not: its stream will not get there.
        """
        failed: set[str] = set()
        wanted = []
        for pending in self._pendings:
            if pending.error:
                failed.add(pending.queue)
            elif pending.state is PendingState.WANTED and (
                pending.queue not in failed or pending is self._awaited
            ):
                wanted.append(pending)
        return wanted

    def _due(self) -> Iterator[PendingReport]:
        """Yield what is to be looked at now, the longest due first, within its quota.

        A report that somebody waits for comes before all others.
        """
        now = self._clock.monotonic()
        due = [
            pending
            for pending in self._pendings
            if pending.state is PendingState.CREATED and pending.next_poll_at <= now
        ]
        due.sort(key=lambda one: (one is not self._awaited, one.next_poll_at))
        for pending in due:
            if self._poller.wait_seconds(pending) <= 0:
                yield pending


def _in_turn(
    pendings: Iterable[PendingReport], turns: Mapping[str, int]
) -> list[PendingReport]:
    """Return the next pending of each queue, then the one after it, and so on.

    A queue that has had more turns already comes after those that had fewer.
    """
    place = dict(turns)
    ranked = []
    for pending in pendings:
        place[pending.queue] = place.get(pending.queue, 0) + 1
        ranked.append((place[pending.queue], pending))
    return [pending for _, pending in sorted(ranked, key=lambda pair: pair[0])]
