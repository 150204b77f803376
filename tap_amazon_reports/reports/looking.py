"""Looking at reports that are being made, until they have ended."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.errors import (
    AmazonError,
    RequestRefusedError,
    ThrottledError,
    UnavailableError,
)
from tap_amazon_reports.amazon.retry import Trouble
from tap_amazon_reports.reports.adoption import may_stand_for
from tap_amazon_reports.reports.errors import ReportStuckError, WrongReportError
from tap_amazon_reports.reports.report import mismatch

if TYPE_CHECKING:
    from tap_amazon_reports.amazon.clock import Clock
    from tap_amazon_reports.reports.report import Report
    from tap_amazon_reports.reports.ticket import Ticket
    from tap_amazon_reports.reports.waiting import Waiting

logger = logging.getLogger(__name__)

_UNKNOWN_AT_FIRST = timedelta(seconds=60)
"""A report that was just asked for may be unknown for a moment."""
_LONGEST_PAUSE_SECONDS = 300
_AGE_BY_PAUSE = 10
"""A report that has been making for ten minutes is looked at each minute."""


class Looking:
    """Looks at one report at a time, and never waits: it says when to look again."""

    def __init__(self, *, clock: Clock, waiting: Waiting) -> None:
        """Have seen nothing."""
        self._clock = clock
        self._waiting = waiting

    def wait_seconds(self, ticket: Ticket) -> float:
        """Return how long to wait before a report is to be looked at."""
        return max(
            ticket.next_look_at - self._clock.monotonic(),
            ticket.service.look_wait_seconds(),
        )

    def look(self, ticket: Ticket) -> None:
        """Look once."""
        try:
            report = ticket.service.look(str(ticket.report_id))
        except (ThrottledError, UnavailableError) as error:
            self._look_after(ticket, error)
        except RequestRefusedError as error:
            self._unknown(ticket, error)
        except AmazonError as error:
            ticket.fail(error)
        else:
            self._seen(ticket, report)

    def age(self, ticket: Ticket) -> timedelta:
        """Return for how long a report has been waited for in this run."""
        return self._clock.now() - (ticket.asked_at or self._clock.now())

    def _look_after(self, ticket: Ticket, error: AmazonError) -> None:
        throttled = isinstance(error, ThrottledError)
        trouble = Trouble.THROTTLED if throttled else Trouble.UNAVAILABLE
        pause = ticket.retry_seconds(
            trouble, error, policy=self._waiting.retry, clock=self._clock
        )
        ticket.next_look_at = self._clock.monotonic() + pause

    def _seen(self, ticket: Ticket, report: Report) -> None:
        is_first = ticket.status is None
        ticket.attempts = None
        if report.status is not ticket.status:
            ticket.status = report.status
            logger.info("%s is %s", ticket, report.status.value)
        if ticket.adopted and is_first and not self._fits(ticket, report):
            logger.info("%s is of no use any more, asking anew", ticket)
            ticket.want_anew()
        elif report.status.is_terminal:
            self._finish(ticket, report)
        elif self.age(ticket) >= timedelta(seconds=self._waiting.timeout_seconds):
            ticket.fail(self._stuck(ticket, report))
        else:
            self._look_later(ticket)

    def _fits(self, ticket: Ticket, report: Report) -> bool:
        """Tell whether an adopted report may stand for the one that is wanted."""
        return ticket.fresh is None or may_stand_for(
            report, ticket.request, now=self._clock.now(), fresh=ticket.fresh
        )

    def _unknown(self, ticket: Ticket, error: AmazonError) -> None:
        """Ask again for an adopted report that is gone; wait for one just asked for."""
        if ticket.adopted:
            logger.info("%s is gone, asking anew", ticket)
            ticket.want_anew()
        elif self.age(ticket) < _UNKNOWN_AT_FIRST:
            self._look_later(ticket)
        else:
            ticket.fail(error)

    def _finish(self, ticket: Ticket, report: Report) -> None:
        if wrong := mismatch(ticket.request, report):
            ticket.fail(WrongReportError(wrong))
        else:
            ticket.end(report)

    def _stuck(self, ticket: Ticket, report: Report) -> ReportStuckError:
        minutes = self._waiting.timeout_seconds / 60
        return ReportStuckError(
            f"{ticket} is still {report.status.value} after {minutes:.0f} minutes"
            " (setting report_timeout); the next run goes on waiting for it"
        )

    def _look_later(self, ticket: Ticket) -> None:
        interval = self._waiting.poll_interval_seconds
        grown = self.age(ticket).total_seconds() / _AGE_BY_PAUSE
        pause = max(interval, min(grown, _LONGEST_PAUSE_SECONDS))
        ticket.look_again(self._clock.monotonic() + pause)
