"""Creates reports, as fast as a service and each report type allow."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.errors import (
    AmazonError,
    ThrottledError,
    UnavailableError,
)
from tap_amazon_reports.reports.recovering import LISTED_AFTER_SECONDS
from tap_amazon_reports.reports.throttle import Throttle, Verdict

if TYPE_CHECKING:
    from datetime import datetime

    from tap_amazon_reports.amazon.clock import Clock
    from tap_amazon_reports.reports.contention import Contention
    from tap_amazon_reports.reports.pending_report import PendingReport
    from tap_amazon_reports.reports.polling_policy import PollingPolicy
    from tap_amazon_reports.reports.report import ReportService

logger = logging.getLogger(__name__)


class ReportCreator:
    """Asks for one report at a time, and never waits: it says how long to."""

    def __init__(
        self, *, clock: Clock, policy: PollingPolicy, contention: Contention
    ) -> None:
        """Know of no type that is held back.

        Args:
            clock: the time.
            policy: how patient to be.
            contention: told of each 429.
        """
        self._contention = contention
        self._clock = clock
        self._policy = policy
        self._throttles: dict[str, Throttle] = {}

    def wait_seconds(self, pending: PendingReport) -> float:
        """Return how long to wait before a wanted report can be asked for."""
        return max(
            pending.service.create_wait_seconds(),
            self._throttle(pending.service).wait_seconds(pending.request.report_type),
            pending.next_create_at - self._clock.monotonic(),
        )

    def create(self, pending: PendingReport) -> bool:
        """Ask once; return whether the report is being made now."""
        now = self._clock.now()
        try:
            report_id = pending.service.create(pending.request)
        except ThrottledError as error:
            self._hold_back(pending, error)
        except UnavailableError as error:
            self._unanswered(pending, error, waited_since=now)
        except AmazonError as error:
            pending.fail(error)
        else:
            self._given(pending, report_id)
            return True
        return False

    def progressed(self, pending: PendingReport) -> None:
        """Be patient anew: what was wanted has been created by somebody else."""
        self._throttle(pending.service).progressed(pending.request.report_type)

    def _given(self, pending: PendingReport, report_id: str) -> None:
        logger.debug("created report %s: %s", report_id, pending.request)
        self._throttle(pending.service).given(pending.request.report_type)
        interval_seconds = self._policy.poll_interval_seconds
        pending.created(
            report_id,
            now=self._clock.now(),
            next_poll_at=self._clock.monotonic() + interval_seconds,
        )

    def _unanswered(
        self, pending: PendingReport, error: UnavailableError, *, waited_since: datetime
    ) -> None:
        """Plan the next try; the report may be in the making all the same."""
        searched = pending.can_be_searched
        pause = pending.retry_seconds(
            error,
            policy=self._policy.retry,
            clock=self._clock,
            at_least_seconds=LISTED_AFTER_SECONDS if searched else 0,
        )
        pending.next_create_at = self._clock.monotonic() + pause
        if searched:
            pending.lost_at = waited_since

    def _hold_back(self, pending: PendingReport, error: ThrottledError) -> None:
        """Let one type wait, or all of a service, after a 429."""
        throttle = self._throttle(pending.service)
        self._contention.met(pending.service)
        verdict = throttle.refused(pending.request.report_type)
        if verdict is Verdict.TOO_LONG:
            pending.fail(self._refused_for_ever(pending, error))
            return
        if verdict is Verdict.OPERATION:
            self._empty(pending.service, error)
        logger.info(
            "%s: the quota of %s is used up; none is created before %s, other types"
            " go on",
            error,
            pending.request.report_type,
            self._moment(throttle.wait_seconds(pending.request.report_type)),
        )

    def _empty(self, service: ReportService, error: ThrottledError) -> None:
        service.drain_create_quota()
        logger.info(
            "%s: several types were refused, so none of any type is created before %s",
            error,
            self._moment(service.create_wait_seconds()),
        )

    def _refused_for_ever(
        self, pending: PendingReport, error: ThrottledError
    ) -> AmazonError:
        kind = pending.request.report_type
        seconds = self._policy.timeout_seconds
        return ThrottledError(
            f"{kind}: {error} for report_timeout ({seconds:g} s); Amazon limits this"
            " type, or does not make it for this account. The next run goes on from the"
            " bookmark",
            status=error.status,
        )

    def _throttle(self, service: ReportService) -> Throttle:
        if service.name not in self._throttles:
            self._throttles[service.name] = Throttle(
                clock=self._clock, timeout_seconds=self._policy.timeout_seconds
            )
        return self._throttles[service.name]

    def _moment(self, in_seconds: float) -> str:
        return f"{self._clock.now() + timedelta(seconds=in_seconds):%H:%M:%SZ}"
