"""Asking for reports, as fast as a service and each report type allow."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.errors import (
    AmazonError,
    ThrottledError,
    UnavailableError,
)
from tap_amazon_reports.amazon.retry import Trouble
from tap_amazon_reports.reports.searching import LISTED_AFTER_SECONDS
from tap_amazon_reports.reports.throttle import Throttle, Verdict

if TYPE_CHECKING:
    from datetime import datetime

    from tap_amazon_reports.amazon.clock import Clock
    from tap_amazon_reports.reports.report import ReportService
    from tap_amazon_reports.reports.ticket import Ticket
    from tap_amazon_reports.reports.waiting import Waiting

logger = logging.getLogger(__name__)


class Asking:
    """Asks for one report at a time, and never waits: it says how long to."""

    def __init__(self, *, clock: Clock, waiting: Waiting) -> None:
        """Know of no type that is held back."""
        self._clock = clock
        self._waiting = waiting
        self._throttles: dict[str, Throttle] = {}

    def wait_seconds(self, ticket: Ticket) -> float:
        """Return how long to wait before a wanted report can be asked for."""
        return max(
            ticket.service.ask_wait_seconds(),
            self._throttle(ticket.service).wait_seconds(ticket.request.report_type),
            ticket.next_ask_at - self._clock.monotonic(),
        )

    def ask(self, ticket: Ticket) -> bool:
        """Ask once; return whether the report is being made now."""
        now = self._clock.now()
        try:
            report_id = ticket.service.ask(ticket.request)
        except ThrottledError as error:
            self._hold_back(ticket, error)
        except UnavailableError as error:
            self._unanswered(ticket, error, asked_at=now)
        except AmazonError as error:
            ticket.fail(error)
        else:
            self._given(ticket, report_id)
            return True
        return False

    def _given(self, ticket: Ticket, report_id: str) -> None:
        logger.info("asked for %s: report %s", ticket.request, report_id)
        self._throttle(ticket.service).given(ticket.request.report_type)
        interval_seconds = self._waiting.poll_interval_seconds
        ticket.asked(
            report_id,
            now=self._clock.now(),
            next_look_at=self._clock.monotonic() + interval_seconds,
        )

    def _unanswered(
        self, ticket: Ticket, error: UnavailableError, *, asked_at: datetime
    ) -> None:
        """Plan the next try; the report may be in the making all the same."""
        searched = ticket.can_be_searched
        pause = ticket.retry_seconds(
            Trouble.UNAVAILABLE,
            error,
            policy=self._waiting.retry,
            clock=self._clock,
            at_least_seconds=LISTED_AFTER_SECONDS if searched else 0,
        )
        ticket.next_ask_at = self._clock.monotonic() + pause
        if searched:
            ticket.lost_at = asked_at

    def _hold_back(self, ticket: Ticket, error: ThrottledError) -> None:
        """Let one type wait, or all of a service, after a 429."""
        throttle = self._throttle(ticket.service)
        verdict = throttle.refused(ticket.request.report_type)
        if verdict is Verdict.TOO_LONG:
            ticket.fail(self._refused_for_ever(ticket, error))
            return
        if verdict is Verdict.OPERATION:
            self._empty(ticket.service, error)
        logger.info(
            "%s: the quota of %s is empty; it is held back until %s, other types go on",
            error,
            ticket.request.report_type,
            self._moment(throttle.wait_seconds(ticket.request.report_type)),
        )

    def _empty(self, service: ReportService, error: ThrottledError) -> None:
        service.empty_ask_quota()
        logger.info(
            "%s: several types were refused, so the quota of all is empty until %s",
            error,
            self._moment(service.ask_wait_seconds()),
        )

    def _refused_for_ever(self, ticket: Ticket, error: ThrottledError) -> AmazonError:
        kind = ticket.request.report_type
        minutes = self._waiting.timeout_seconds / 60
        return ThrottledError(
            f"{kind}: {error} for {minutes:.0f} minutes; Amazon limits this type,"
            " or does not make it for this account. The next run goes on from the"
            " bookmark",
            status=error.status,
        )

    def _throttle(self, service: ReportService) -> Throttle:
        if service.name not in self._throttles:
            self._throttles[service.name] = Throttle(
                clock=self._clock, patience_seconds=self._waiting.timeout_seconds
            )
        return self._throttles[service.name]

    def _moment(self, in_seconds: float) -> str:
        return f"{self._clock.now() + timedelta(seconds=in_seconds):%H:%M:%SZ}"
