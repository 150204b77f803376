"""The desk: asks for reports early, waits for all at once, hands them out in order.

Amazon takes minutes to make a report and lets few be asked for. So the desk asks for
all that is wanted as early as the quotas allow, the oldest of each stream in turn,
looks at what ripens, fetches what is finished, and lets its caller wait for one report
while others ripen too. It works when somebody waits, and between two rows when told to.
"""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.heartbeat import HEARTBEAT_SECONDS
from tap_amazon_reports.reports.asking import Asking
from tap_amazon_reports.reports.looking import Looking
from tap_amazon_reports.reports.searching import Searching
from tap_amazon_reports.reports.ticket import MOVES, Ticket, TicketState
from tap_amazon_reports.reports.waiting import Waiting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from threading import Event

    from tap_amazon_reports.amazon.clock import Clock
    from tap_amazon_reports.documents.download import Download
    from tap_amazon_reports.reports.prefetch import Document, Prefetch
    from tap_amazon_reports.reports.report import Report

__all__ = ["MOVES", "Desk", "DeskTally", "Ticket", "TicketState", "Waiting"]

logger = logging.getLogger(__name__)

_SHORTEST_PAUSE_SECONDS = 0.05
"""A shorter one may be lost in rounding, and then time would not move at all."""
_DOWNLOAD_PAUSE_SECONDS = 0.25
_FOREVER_SECONDS = float("inf")


@dataclass
class DeskTally:
    """What the desk did, all streams together.

    Attributes:
        asked: how many reports were asked for.
        adopted: how many were known when they were wanted.
        waited_seconds: how long it waited for reports and documents.
    """

    asked: int = 0
    adopted: int = 0
    waited_seconds: float = 0


class Desk:
    """All wanted reports of a run."""

    def __init__(
        self, *, clock: Clock, waiting: Waiting, prefetch: Prefetch | None = None
    ) -> None:
        """Start with nothing wanted; without `prefetch` nothing is fetched ahead."""
        self._clock = clock
        self._asking = Asking(clock=clock, waiting=waiting)
        self._looking = Looking(clock=clock, waiting=waiting)
        self._searching = Searching(clock=clock, waiting=waiting)
        self._prefetch = prefetch
        self._tickets: list[Ticket] = []
        self._turns: Counter[str] = Counter()
        self._awaited: Ticket | None = None
        self._told_at = clock.monotonic()
        self.tally = DeskTally()

    def want(self, ticket: Ticket, *, known_id: str | None = None) -> None:
        """Put a report on the list.

        Args:
            ticket: what is wanted.
            known_id: of the same report, asked for earlier or by somebody else: it is
                adopted and not asked for again.
        """
        if known_id is not None:
            ticket.adopt(known_id, now=self._clock.now())
            self._searching.hold(known_id)
            self.tally.adopted += 1
        self._tickets.append(ticket)

    def drop(self, queue: str) -> None:
        """Forget what a failed queue still wants; what was asked stays in state."""
        dropped = [one for one in self._tickets if one.queue == queue]
        self._tickets = [one for one in self._tickets if one.queue != queue]
        if self._prefetch:
            reports = (ticket.report for ticket in dropped)
            ids = (report.document_id for report in reports if report)
            self._prefetch.forget(found for found in ids if found)

    def obtain(self, ticket: Ticket) -> Report:
        """Wait until the report has ended, and return it; meanwhile the others ripen.

        Raises:
            AmazonError: if there will be no report.
        """
        if ticket not in self._tickets:
            # It was dropped with its queue, or has been read by a sibling already.
            self._tickets.append(ticket)
        self._awaited = ticket
        ticket.tally.waited_seconds += self._wait(
            lambda: ticket.has_ended, lambda: self._said_of(ticket)
        )
        self._awaited = None
        self._tickets.remove(ticket)
        if ticket.error:
            raise ticket.error
        if ticket.report is None:
            msg = f"{ticket.request}: ended without a report"
            raise AssertionError(msg)
        return ticket.report

    def open(self, document: Document) -> tuple[Download, float]:
        """Return a document that is read now, and the seconds that it was waited for.

        Raises:
            AmazonError: if it cannot be opened.
            ValueError: if the desk has nothing to fetch documents with.
        """
        if (prefetch := self._prefetch) is None:
            msg = "this desk fetches no documents"
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
        for ticket in self._due():
            self._looking.look(ticket)
        for ticket in self._searchable():
            self._given(*self._searching.search(ticket, self._wanted()))
        for ticket in self._askable():
            if self._asking.ask(ticket):
                self._given(ticket)
        return max(_SHORTEST_PAUSE_SECONDS, min(self._pause(), self._fetch()))

    def _given(self, *tickets: Ticket) -> None:
        """Count what is being made now, and know whose it is."""
        for ticket in tickets:
            self._searching.hold(str(ticket.report_id))
            self.tally.asked += 1
            self._turns[ticket.queue] += 1

    def _fetch(self) -> float:
        """Fetch ahead what can be; return the seconds until more can be."""
        if self._awaited and self._awaited.has_ended:
            # Its document is read at once, and then none of it has to be held.
            return _FOREVER_SECONDS
        return self._prefetch.turn() if self._prefetch else _FOREVER_SECONDS

    # Waiting.

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

    def _said_of(self, ticket: Ticket) -> str:
        """Return what is being waited for, and until when."""
        if ticket.state is TicketState.WANTED:
            seconds = self._ask_wait_seconds(ticket)
            said = f"waiting to ask for {ticket}, until {self._moment(seconds)}"
        else:
            seconds = self._looking.wait_seconds(ticket)
            status = ticket.status.value if ticket.status else "asked for"
            minutes = self._looking.age(ticket).total_seconds() / 60
            said = (
                f"waiting for {ticket}, {status} for {minutes:.1f} min;"
                f" next look at {self._moment(seconds)}"
            )
        ripening = sum(one.state is TicketState.ASKED for one in self._tickets)
        wanted = sum(one.state is TicketState.WANTED for one in self._tickets)
        return f"{said}; {ripening} reports ripen, {wanted} are still to be asked for"

    def _moment(self, in_seconds: float) -> str:
        moment = self._clock.now() + timedelta(seconds=max(0.0, in_seconds))
        return f"{moment:%H:%M:%SZ}"

    def _pause(self) -> float:
        looks = [
            self._looking.wait_seconds(ticket)
            for ticket in self._tickets
            if ticket.state is TicketState.ASKED
        ]
        asks = [self._ask_wait_seconds(ticket) for ticket in self._wanted()]
        return min([*looks, *asks], default=_SHORTEST_PAUSE_SECONDS)

    def _ask_wait_seconds(self, ticket: Ticket) -> float:
        """Return how long to wait before a report is asked or searched for."""
        step = self._searching if ticket.lost_at else self._asking
        return step.wait_seconds(ticket)

    # What is due.

    def _askable(self) -> Iterator[Ticket]:
        """Yield what can be asked now: the oldest of each stream in turn."""
        for ticket in _in_turn(self._wanted(), self._turns):
            # Whoever was asked for before it may have failed, in this very turn.
            if (
                not ticket.lost_at
                and self._asking.wait_seconds(ticket) <= 0
                and ticket in self._wanted()
            ):
                yield ticket

    def _searchable(self) -> Iterator[Ticket]:
        """Yield what may be in the making, and can be searched for now."""
        for ticket in self._wanted():
            # It may have been found beside another, or have failed, in this very turn.
            if (
                ticket.lost_at
                and self._searching.wait_seconds(ticket) <= 0
                and ticket in self._wanted()
            ):
                yield ticket

    def _wanted(self) -> list[Ticket]:
        """Return what is to be asked for.

        What follows a failure in the same queue is not: its stream will not get there.
        """
        failed: set[str] = set()
        wanted = []
        for ticket in self._tickets:
            if ticket.error:
                failed.add(ticket.queue)
            elif ticket.state is TicketState.WANTED and (
                ticket.queue not in failed or ticket is self._awaited
            ):
                wanted.append(ticket)
        return wanted

    def _due(self) -> Iterator[Ticket]:
        """Yield what is to be looked at now, the longest due first, within its quota.

        A report that somebody waits for comes before all others.
        """
        now = self._clock.monotonic()
        due = [
            ticket
            for ticket in self._tickets
            if ticket.state is TicketState.ASKED and ticket.next_look_at <= now
        ]
        due.sort(key=lambda one: (one is not self._awaited, one.next_look_at))
        for ticket in due:
            if self._looking.wait_seconds(ticket) <= 0:
                yield ticket


def _in_turn(tickets: Iterable[Ticket], turns: Mapping[str, int]) -> list[Ticket]:
    """Return the next ticket of each queue, then the one after it, and so on.

    A queue that has had more turns already comes after those that had fewer.
    """
    place = dict(turns)
    ranked = []
    for ticket in tickets:
        place[ticket.queue] = place.get(ticket.queue, 0) + 1
        ranked.append((place[ticket.queue], ticket))
    return [ticket for _, ticket in sorted(ranked, key=lambda pair: pair[0])]
