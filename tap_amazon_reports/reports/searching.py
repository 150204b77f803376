"""Searching for reports that were asked for, and of which the answer was lost."""

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
from tap_amazon_reports.reports.adoption import USELESS, is_same

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tap_amazon_reports.amazon.clock import Clock
    from tap_amazon_reports.reports.report import Report
    from tap_amazon_reports.reports.ticket import Ticket
    from tap_amazon_reports.reports.waiting import Waiting

logger = logging.getLogger(__name__)

# Facts (Reports API v2021-06-30 model): createReport has no key by which Amazon would
# know a request that is repeated, and getReports may be called once in 45 s after ten.

LISTED_AFTER_SECONDS = 30
"""A report may be listed a moment after it was asked for, and be asked for slowly."""
_TOGETHER_SECONDS = 10
"""What is due within so many seconds is searched for by the same call."""
_SLACK = timedelta(minutes=5)
"""For clocks that do not agree."""


class Searching:
    """Searches for what may be in the making, and never waits: it says how long to."""

    def __init__(self, *, clock: Clock, waiting: Waiting) -> None:
        """Know of no report."""
        self._clock = clock
        self._waiting = waiting
        self._held: set[str] = set()

    def hold(self, report_id: str) -> None:
        """Know whose report it is: it is none that was lost."""
        self._held.add(report_id)

    def wait_seconds(self, ticket: Ticket) -> float:
        """Return how long to wait before a report can be searched for."""
        return max(
            ticket.service.list_wait_seconds(),
            ticket.next_ask_at - self._clock.monotonic(),
        )

    def search(self, ticket: Ticket, others: Iterable[Ticket]) -> list[Ticket]:
        """Search once, for whatever else is due too; return what was found.

        What was not found may be asked for again.

        Args:
            ticket: of a lost answer.
            others: all that are wanted, it among them.
        """
        lost = self._together(ticket, others)
        moments = [one.lost_at for one in lost if one.lost_at is not None]
        try:
            reports = ticket.service.search(
                sorted({one.request.report_type for one in lost}),
                min(moments).replace(microsecond=0) - _SLACK,
                self._clock.now().replace(microsecond=0),
            )
        except (ThrottledError, UnavailableError) as error:
            self._search_later(lost, error)
        except AmazonError as error:
            # To search is to save; what cannot be listed is asked for.
            logger.warning("lost reports could not be searched for: %s", error)
            for one in lost:
                one.lost_at = None
        else:
            return [one for one in lost if self._found(one, reports)]
        return []

    def _together(self, ticket: Ticket, others: Iterable[Ticket]) -> list[Ticket]:
        """Return what one call can find: of the same service, and of so many types."""
        soon = self._clock.monotonic() + _TOGETHER_SECONDS
        lost = [
            one
            for one in others
            if one.lost_at and one.service is ticket.service and one.next_ask_at <= soon
        ]
        types = dict.fromkeys(one.request.report_type for one in [ticket, *lost])
        searched = list(types)[: ticket.service.types_per_search]
        return [one for one in lost if one.request.report_type in searched]

    def _search_later(self, lost: list[Ticket], error: AmazonError) -> None:
        throttled = isinstance(error, ThrottledError)
        trouble = Trouble.THROTTLED if throttled else Trouble.UNAVAILABLE
        pause = max(
            one.retry_seconds(
                trouble, error, policy=self._waiting.retry, clock=self._clock
            )
            for one in lost
        )
        for one in lost:
            one.next_ask_at = self._clock.monotonic() + pause

    def _found(self, ticket: Ticket, reports: list[Report]) -> bool:
        """Take the newest report that nobody holds and that fits; tell if there is."""
        fit = [
            report
            for report in reports
            if report.report_id not in self._held
            and report.status not in USELESS
            and is_same(report, ticket.request)
        ]
        ticket.lost_at = None
        newest = max(fit, key=lambda report: report.created, default=None)
        if newest is None:
            logger.info("%s is not being made, asking again", ticket)
            return False
        logger.info("%s is being made: report %s", ticket, newest.report_id)
        self.hold(newest.report_id)
        ticket.asked(
            newest.report_id,
            now=self._clock.now(),
            next_look_at=self._clock.monotonic(),
        )
        return True
