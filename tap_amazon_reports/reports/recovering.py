"""Recovers reports that were created, and of which the answer was lost."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.errors import (
    AmazonError,
    ThrottledError,
    UnavailableError,
)
from tap_amazon_reports.reports.adoption import USELESS, is_same

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tap_amazon_reports.amazon.clock import Clock
    from tap_amazon_reports.reports.pending_report import PendingReport
    from tap_amazon_reports.reports.polling_policy import PollingPolicy
    from tap_amazon_reports.reports.report import Report

logger = logging.getLogger(__name__)

# Facts (Reports API v2021-06-30 model; November 2026): createReport has no key by which
# Amazon would know a request that is repeated, and getReports may be called once in 45
# s after ten.

LISTED_AFTER_SECONDS = 30
"""A report may be listed a moment after it was asked for, and be asked for slowly."""
_TOGETHER_SECONDS = 10
"""What is due within so many seconds is searched for by the same call."""
_SLACK = timedelta(minutes=5)
"""For clocks that do not agree."""


class ReportRecovery:
    """Searches for what may be in the making, and never waits: it says how long to.

    Attributes:
        held: reports that this run has: they are none that were lost.
    """

    def __init__(self, *, clock: Clock, policy: PollingPolicy) -> None:
        """Know of no report."""
        self._clock = clock
        self._policy = policy
        self.held: set[str] = set()

    def wait_seconds(self, pending: PendingReport) -> float:
        """Return how long to wait before a report can be searched for."""
        return max(
            pending.service.list_wait_seconds(),
            pending.next_create_at - self._clock.monotonic(),
        )

    def recover(
        self, pending: PendingReport, others: Iterable[PendingReport]
    ) -> list[PendingReport]:
        """Search once, for whatever else is due too; return what was found.

        What was not found may be asked for again.

        Args:
            pending: of a lost answer.
            others: all that are wanted, it among them.
        """
        lost = self._together(pending, others)
        moments = [one.lost_at for one in lost if one.lost_at is not None]
        try:
            reports = pending.service.list_newest(
                sorted({one.request.report_type for one in lost}),
                min(moments).replace(microsecond=0) - _SLACK,
                self._clock.now().replace(microsecond=0),
            )
        except (ThrottledError, UnavailableError) as error:
            self._search_later(lost, error)
        except AmazonError as error:
            # To search is to save; what cannot be listed is asked for.
            logger.warning(
                "reports whose creation was not confirmed could not be listed: %s",
                error,
            )
            for one in lost:
                one.lost_at = None
        else:
            return [one for one in lost if self._found(one, reports)]
        return []

    def _together(
        self, pending: PendingReport, others: Iterable[PendingReport]
    ) -> list[PendingReport]:
        """Return what one call can find: of the same service, and of so many types."""
        soon = self._clock.monotonic() + _TOGETHER_SECONDS
        lost = [
            one
            for one in others
            if one.lost_at
            and one.service is pending.service
            and one.next_create_at <= soon
        ]
        types = dict.fromkeys(one.request.report_type for one in [pending, *lost])
        searched = list(types)[: pending.service.types_per_listing]
        return [one for one in lost if one.request.report_type in searched]

    def _search_later(
        self, lost: list[PendingReport], error: ThrottledError | UnavailableError
    ) -> None:
        pause = max(
            one.retry_seconds(error, policy=self._policy.retry, clock=self._clock)
            for one in lost
        )
        for one in lost:
            one.next_create_at = self._clock.monotonic() + pause

    def _found(self, pending: PendingReport, reports: list[Report]) -> bool:
        """Take the newest report that nobody holds and that fits; tell if there is."""
        fit = [
            report
            for report in reports
            if report.report_id not in self.held
            and report.status not in USELESS
            and is_same(report, pending.request)
        ]
        pending.lost_at = None
        newest = max(fit, key=lambda report: report.created, default=None)
        if newest is None:
            logger.info("Amazon did not create %s; creating it again", pending)
            return False
        logger.info("Amazon did create %s: report %s", pending, newest.report_id)
        self.held.add(newest.report_id)
        pending.is_unchecked = True
        pending.created(
            newest.report_id,
            now=self._clock.now(),
            next_poll_at=self._clock.monotonic(),
        )
        return True
