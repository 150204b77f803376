"""Creates reports early, waits for all at once, says which of them can be read.

Amazon takes minutes to make a report and lets few be created. So the scheduler creates
all that is wanted as early as the quotas allow, the oldest of each queue in turn, polls
what ripens, fetches what is finished, and lets its caller wait for whichever of several
reports ends first. It works when somebody waits, and between two pieces of a document.
"""

from __future__ import annotations

import logging
import math
from datetime import timedelta
from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.counted import counted
from tap_amazon_reports.amazon.heartbeat import HEARTBEAT_SECONDS
from tap_amazon_reports.reports.contention import Contention
from tap_amazon_reports.reports.create_queues import CreateQueues
from tap_amazon_reports.reports.creating import ReportCreator
from tap_amazon_reports.reports.pending_report import PendingState
from tap_amazon_reports.reports.polling import ReportPoller
from tap_amazon_reports.reports.recovering import ReportRecovery
from tap_amazon_reports.reports.ripening import RipeningReports

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from threading import Event

    from tap_amazon_reports.amazon.clock import Clock
    from tap_amazon_reports.documents.download import Download
    from tap_amazon_reports.reports.pending_report import PendingReport
    from tap_amazon_reports.reports.polling_policy import PollingPolicy
    from tap_amazon_reports.reports.prefetch import Document, Prefetch


logger = logging.getLogger(__name__)

_SHORTEST_PAUSE_SECONDS = 0.05
"""A shorter one may be lost in rounding, and then time would not move at all."""
_DOWNLOAD_PAUSE_SECONDS = 0.25


class ReportScheduler:
    """All wanted reports of a run."""

    def __init__(
        self, *, clock: Clock, policy: PollingPolicy, prefetch: Prefetch | None = None
    ) -> None:
        """Start with nothing wanted; without `prefetch` nothing is fetched ahead."""
        self._clock = clock
        self._contention = Contention(clock=clock)
        self._creator = ReportCreator(
            clock=clock, policy=policy, contention=self._contention
        )
        self._poller = ReportPoller(clock=clock, policy=policy)
        self._recovery = ReportRecovery(clock=clock, policy=policy)
        self._prefetch = prefetch
        self._wanted = CreateQueues()
        self._lost: list[PendingReport] = []
        self._ripening = RipeningReports()
        self._awaited: Sequence[PendingReport] = ()
        self._due_at = 0.0
        self._told_at = clock.monotonic()

    def want(self, pending: PendingReport, *, known_id: str | None = None) -> None:
        """Put a report on the list.

        Args:
            pending: what is wanted.
            known_id: of the same report, created earlier or by somebody else: it is
                adopted and not created again.
        """
        if known_id is not None:
            pending.adopt(known_id, now=self._clock.now())
            self._recovery.held.add(known_id)
        self._place(pending)

    def drop(self, queue: str) -> None:
        """Forget what a failed queue still wants; what was created stays in state."""
        self._wanted.forget(queue)
        self._lost = [one for one in self._lost if one.queue != queue]
        self._ripening.drop(queue)

    def wait_for_any(
        self,
        pendings: Sequence[PendingReport],
        *,
        at_most_seconds: float = math.inf,
    ) -> None:
        """Wait until one of several reports has ended; meanwhile the others ripen.

        Args:
            pendings: the reports; where there are none, the time is waited for.
            at_most_seconds: how long to wait, if none ends before.
        """
        # Of less than that, a clock that has run for hours would not move.
        seconds = max(at_most_seconds, _SHORTEST_PAUSE_SECONDS)
        over_at = self._clock.monotonic() + seconds
        self._awaited = pendings
        for pending in pendings:
            if pending.state is PendingState.WANTED and not self._is_placed(pending):
                self._place(pending)
        waited_seconds = self._wait(
            lambda: (
                any(pending.has_ended for pending in pendings)
                or self._clock.monotonic() >= over_at
            ),
            lambda: self._said_of(pendings[0]) if pendings else "waiting for a quota",
            over_at=over_at,
        )
        self._awaited = ()
        for ended in [one for one in pendings if one.has_ended][:1]:
            ended.tally.waited_seconds += waited_seconds

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
                f"waiting for the document quota of the {document.service.name},"
                f" until {self._moment(document.service.document_wait_seconds())}"
            ),
        )
        started_at = self._clock.monotonic()
        download = prefetch.take(document, self._wait_for)
        return download, waited_seconds + self._clock.monotonic() - started_at

    def turn_if_due(self) -> None:
        """Do what is due, if anything can be by now."""
        if self._clock.monotonic() >= self._due_at:
            self.turn()

    def turn(self) -> float:
        """Do all that is due now; return the seconds until something will be."""
        self._poll()
        self._recover()
        self._adopt_what_others_created()
        self._wanted.create_each(self._create, self._creator.wait_seconds)
        pause = max(_SHORTEST_PAUSE_SECONDS, min(self._pause(), self._fetch()))
        self._due_at = self._clock.monotonic() + pause
        return pause

    # Where reports stand.

    def _place(self, pending: PendingReport) -> None:
        """Put a report where the next thing to be done for it is found."""
        self._due_at = 0
        if pending.is_dropped:
            return
        if pending.state is PendingState.CREATED:
            self._ripening.add(pending)
            return
        self._ripening.is_over(pending)
        if pending.state is PendingState.WANTED and pending.lost_at:
            self._lost.append(pending)
        elif pending.state is PendingState.WANTED:
            self._wanted.add(pending)
        elif pending.error:
            # The stream will get to none of the rest, but to what it waits for now.
            self._wanted.forget(pending.queue, but=self._awaited)

    def _is_placed(self, pending: PendingReport) -> bool:
        return pending in self._lost or pending in self._wanted

    def _given(self, pending: PendingReport) -> None:
        """Know whose report it is that is being made now, and whose turn it was."""
        self._recovery.held.add(str(pending.report_id))
        self._wanted.took_turn(pending.queue)

    # What is due.

    def _poll(self) -> None:
        """Poll what is due, what somebody waits for first, within the quota."""
        now = self._clock.monotonic()
        is_spent = False
        while not is_spent and (due := self._ripening.take_due(now, self._awaited)):
            for pending in due:
                is_spent = self._poller.wait_seconds(pending) > 0
                if not is_spent:
                    self._poller.poll(pending)
                self._place(pending)

    def _recover(self) -> None:
        """Look in the listing for what may have been created."""
        while due := [
            one for one in self._lost if self._recovery.wait_seconds(one) <= 0
        ]:
            for found in self._recovery.recover(due[0], self._lost):
                self._given(found)
            lost, self._lost = self._lost, []
            for pending in lost:
                self._place(pending)

    def _adopt_what_others_created(self) -> None:
        """Look in the listing for what is wanted, where others create too."""
        if not self._contention.is_met:
            return
        for oldest in self._wanted.oldest():
            if oldest not in self._wanted:
                continue
            if self._contention.wait_seconds(oldest) != 0:
                continue
            wanted, held = list(self._wanted), self._recovery.held
            for pending, report_id in self._contention.look(oldest, wanted, held):
                self._wanted.remove(pending)
                pending.is_unchecked = True
                self._creator.progressed(pending)
                self.want(pending, known_id=report_id)

    def _create(self, pending: PendingReport) -> bool:
        """Create a report; return whether it is wanted no longer as it was."""
        is_created = self._creator.create(pending)
        if pending.state is PendingState.WANTED and not pending.lost_at:
            return False
        if is_created:
            self._given(pending)
        self._place(pending)
        return True

    def _fetch(self) -> float:
        """Fetch ahead what can be; return the seconds until more can be."""
        if any(pending.has_ended for pending in self._awaited):
            # Its document is read at once, and then none of it has to be held.
            return math.inf
        return self._prefetch.turn() if self._prefetch else math.inf

    def _pause(self) -> float:
        pauses = [self._recovery.wait_seconds(one) for one in self._lost]
        if oldest := self._ripening.next_due():
            pauses.append(self._poller.wait_seconds(oldest))
        if self._wanted:
            pauses.append(self._wanted.pause_seconds(self._creator.wait_seconds))
        if self._contention.is_met:
            looks = map(self._contention.wait_seconds, self._wanted.oldest())
            pauses += [seconds for seconds in looks if seconds is not None]
        return min(pauses, default=_SHORTEST_PAUSE_SECONDS)

    # Waiting.

    def _wait(
        self,
        is_over: Callable[[], bool],
        tell: Callable[[], str],
        *,
        over_at: float = math.inf,
    ) -> float:
        """Work until something is over; return the seconds that it took."""
        started_at = self._told_at = self._clock.monotonic()
        while not is_over():
            pause = self.turn()
            if not is_over():
                left_seconds = over_at - self._clock.monotonic()
                self._sleep(min(pause, left_seconds), tell)
        return self._clock.monotonic() - started_at

    def _wait_for(self, over: Event) -> None:
        """Work until a download in another thread is over."""
        self._told_at = self._clock.monotonic()
        while not over.wait(_DOWNLOAD_PAUSE_SECONDS):
            self.turn()
            self._beat(lambda: "waiting for a document to be downloaded")

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
            seconds = (
                self._recovery if pending.lost_at else self._creator
            ).wait_seconds(pending)
            said = f"waiting to create {pending}, until {self._moment(seconds)}"
        else:
            seconds = self._poller.wait_seconds(pending)
            status = pending.status.value if pending.status else "created"
            minutes = self._poller.age(pending).total_seconds() / 60
            said = (
                f"waiting for {pending}, {status} for {minutes:.1f} min;"
                f" next poll at {self._moment(seconds)}"
            )
        wanted = len(self._lost) + len(self._wanted)
        return (
            f"{said}; {counted(len(self._ripening), 'report')} in progress, {wanted}"
            " still to create"
        )

    def _moment(self, in_seconds: float) -> str:
        moment = self._clock.now() + timedelta(seconds=max(0.0, in_seconds))
        return f"{moment:%H:%M:%SZ}"
