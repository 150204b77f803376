"""The desk: asks for reports early, waits for all at once, hands them out in order.

Amazon takes minutes to make a report and lets few be asked for. So the desk asks for
all that is wanted as early as the quotas allow, the oldest of each stream in turn,
looks at what ripens, and lets its caller wait for one report while others ripen too.
It has no thread: it works when somebody waits, and between two rows when told to.
"""

from __future__ import annotations

import enum
import logging
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.errors import AmazonError, RequestRefusedError
from tap_amazon_reports.reports.errors import ReportStuckError, WrongReportError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from tap_amazon_reports.amazon.clock import Clock
    from tap_amazon_reports.reports.report import (
        Report,
        ReportRequest,
        ReportService,
    )

logger = logging.getLogger(__name__)

_UNKNOWN_AT_FIRST = timedelta(seconds=60)
"""A report that was just asked for may be unknown for a moment."""
_SHORTEST_PAUSE_SECONDS = 0.05
"""A shorter one may be lost in rounding, and then time would not move at all."""
_LONGEST_PAUSE_SECONDS = 300
_AGE_BY_PAUSE = 10
"""A report that has been making for ten minutes is looked at each minute."""


class TicketState(enum.Enum):
    """Where a wanted report stands."""

    WANTED = "wanted"
    ASKED = "asked"
    ENDED = "ended"


MOVES: dict[TicketState, frozenset[TicketState]] = {
    TicketState.WANTED: frozenset({TicketState.ASKED, TicketState.ENDED}),
    TicketState.ASKED: frozenset(
        {TicketState.ASKED, TicketState.ENDED, TicketState.WANTED}
    ),
    TicketState.ENDED: frozenset(),
}
"""What may follow what: an asked report that Amazon no longer knows is wanted again."""


@dataclass(eq=False)
class Ticket:
    """One wanted report on its way.

    Attributes:
        request: what is wanted.
        queue: for whom, so that no stream waits for all reports of another.
        remember: told of the report's id as soon as it is asked for, and None when it
            need not be remembered any more.
        report: what is known of it, once it has ended.
        error: why there will be none.
    """

    request: ReportRequest
    service: ReportService
    queue: str
    remember: Callable[[str | None], None]
    state: TicketState = TicketState.WANTED
    report_id: str | None = None
    asked_at: datetime | None = None
    next_look_at: float = 0
    report: Report | None = None
    error: AmazonError | None = None
    adopted: bool = False

    @property
    def has_ended(self) -> bool:
        """Whether there is nothing to wait for any more."""
        return self.state is TicketState.ENDED

    def move(self, state: TicketState) -> None:
        """Go on to `state`.

        Raises:
            ValueError: if that cannot follow; nothing is changed then.
        """
        if state not in MOVES[self.state]:
            msg = f"a report cannot go from {self.state.value} to {state.value}"
            raise ValueError(msg)
        self.state = state


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """How reports are waited for, in seconds."""

    poll_interval_seconds: float = 15
    timeout_seconds: float = 7200


@dataclass
class DeskTally:
    """What the desk did, for the summary."""

    asked: int = 0
    adopted: int = 0
    waited_seconds: float = 0
    tickets: list[Ticket] = field(default_factory=list)


class Desk:
    """All wanted reports of a run."""

    def __init__(self, *, clock: Clock, waiting: Waiting) -> None:
        """Start with nothing wanted."""
        self._clock = clock
        self._waiting = waiting
        self._tickets: list[Ticket] = []
        self.tally = DeskTally()

    def want(self, ticket: Ticket, *, known_id: str | None = None) -> None:
        """Put a report on the list.

        Args:
            ticket: what is wanted.
            known_id: of the same report, asked for earlier or by somebody else: it is
                adopted and not asked for again.
        """
        if known_id is not None:
            ticket.report_id = known_id
            ticket.adopted = True
            ticket.asked_at = self._clock.now()
            ticket.move(TicketState.ASKED)
            self.tally.adopted += 1
        self._tickets.append(ticket)

    def drop(self, queue: str) -> None:
        """Forget what a failed queue still wants; what was asked stays in state."""
        self._tickets = [one for one in self._tickets if one.queue != queue]

    def obtain(self, ticket: Ticket) -> Report:
        """Wait until the report has ended, and return it; meanwhile the others ripen.

        Raises:
            AmazonError: if there will be no report.
        """
        if ticket not in self._tickets:
            # It was dropped with its queue, or has been read by a sibling already.
            self._tickets.append(ticket)
        while not ticket.has_ended:
            pause = self.turn()
            if not ticket.has_ended:
                self._sleep(pause)
        self._tickets.remove(ticket)
        if ticket.error:
            raise ticket.error
        if ticket.report is None:
            msg = f"{ticket.request}: ended without a report"
            raise AssertionError(msg)
        return ticket.report

    def turn(self) -> float:
        """Do all that is due now; return the seconds until something will be."""
        for ticket in self._due():
            self._look(ticket)
        for ticket in self._askable():
            self._ask(ticket)
        return self._pause()

    def _sleep(self, seconds: float) -> None:
        self.tally.waited_seconds += seconds
        self._clock.sleep(seconds)

    def _due(self) -> Iterator[Ticket]:
        now = self._clock.monotonic()
        for ticket in list(self._tickets):
            if ticket.state is TicketState.ASKED and ticket.next_look_at <= now:
                yield ticket

    def _askable(self) -> Iterator[Ticket]:
        """Yield what can be asked now: the oldest of each stream in turn."""
        for ticket in _in_turn(self._wanted()):
            if ticket.service.ask_wait_seconds() <= 0:
                yield ticket

    def _wanted(self) -> list[Ticket]:
        return [one for one in self._tickets if one.state is TicketState.WANTED]

    def _pause(self) -> float:
        now = self._clock.monotonic()
        looks = [
            ticket.next_look_at - now
            for ticket in self._tickets
            if ticket.state is TicketState.ASKED
        ]
        asks = [ticket.service.ask_wait_seconds() for ticket in self._wanted()]
        return max(_SHORTEST_PAUSE_SECONDS, min([*looks, *asks], default=0.0))

    def _ask(self, ticket: Ticket) -> None:
        try:
            report_id = ticket.service.ask(ticket.request)
        except AmazonError as error:
            self._end(ticket, error)
            return
        logger.info("asked for %s: report %s", ticket.request, report_id)
        self.tally.asked += 1
        ticket.report_id = report_id
        ticket.asked_at = self._clock.now()
        ticket.move(TicketState.ASKED)
        ticket.next_look_at = (
            self._clock.monotonic() + self._waiting.poll_interval_seconds
        )
        ticket.remember(report_id)

    def _look(self, ticket: Ticket) -> None:
        try:
            report = ticket.service.look(str(ticket.report_id))
        except RequestRefusedError as error:
            self._unknown(ticket, error)
            return
        except AmazonError as error:
            self._end(ticket, error)
            return
        if report.status.is_terminal:
            self._finish(ticket, report)
        elif self._age(ticket) >= timedelta(seconds=self._waiting.timeout_seconds):
            self._end(ticket, self._stuck(ticket, report))
        else:
            self._look_later(ticket)

    def _unknown(self, ticket: Ticket, error: AmazonError) -> None:
        """Ask again for an adopted report that is gone; wait for one just asked for."""
        if ticket.adopted:
            logger.info("report %s is gone, asking anew", ticket.report_id)
            ticket.adopted = False
            ticket.move(TicketState.WANTED)
            ticket.remember(None)
        elif self._age(ticket) < _UNKNOWN_AT_FIRST:
            self._look_later(ticket)
        else:
            self._end(ticket, error)

    def _finish(self, ticket: Ticket, report: Report) -> None:
        wrong = _mismatch(ticket.request, report)
        if wrong:
            self._end(ticket, WrongReportError(wrong))
            return
        logger.info("report %s is %s", report.report_id, report.status.value)
        ticket.report = report
        ticket.move(TicketState.ENDED)

    def _end(self, ticket: Ticket, error: AmazonError) -> None:
        ticket.error = error
        ticket.move(TicketState.ENDED)

    def _stuck(self, ticket: Ticket, report: Report) -> ReportStuckError:
        minutes = self._waiting.timeout_seconds / 60
        return ReportStuckError(
            f"report {report.report_id} ({ticket.request}) is still"
            f" {report.status.value} after {minutes:.0f} minutes (setting"
            " report_timeout); the next run goes on waiting for it"
        )

    def _age(self, ticket: Ticket) -> timedelta:
        return self._clock.now() - (ticket.asked_at or self._clock.now())

    def _look_later(self, ticket: Ticket) -> None:
        interval = self._waiting.poll_interval_seconds
        grown = self._age(ticket).total_seconds() / _AGE_BY_PAUSE
        pause = max(interval, min(grown, _LONGEST_PAUSE_SECONDS))
        ticket.next_look_at = self._clock.monotonic() + pause
        ticket.move(TicketState.ASKED)


def _in_turn(tickets: Iterable[Ticket]) -> list[Ticket]:
    """Return the first ticket of each queue, then the second of each, and so on."""
    place: dict[str, int] = {}
    ranked = []
    for ticket in tickets:
        place[ticket.queue] = place.get(ticket.queue, 0) + 1
        ranked.append((place[ticket.queue], ticket))
    return [ticket for _, ticket in sorted(ranked, key=lambda pair: pair[0])]


def _mismatch(request: ReportRequest, report: Report) -> str | None:
    """Return how `report` is not what was asked for; Amazon may leave times out."""
    asked = (request.report_type, request.data_start, request.data_end)
    given = (
        report.report_type,
        report.data_start and report.data_start.replace(microsecond=0),
        report.data_end and report.data_end.replace(microsecond=0),
    )
    for name, wanted, found in zip(
        ("type", "dataStartTime", "dataEndTime"), asked, given, strict=True
    ):
        if wanted is not None and found is not None and wanted != found:
            return (
                f"report {report.report_id} has the {name} {found}, and {wanted} was"
                " asked for; nothing of it is read"
            )
    return None
