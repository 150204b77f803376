"""Polls reports that are being made, until they have ended."""

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
from tap_amazon_reports.reports.adoption import may_stand_for
from tap_amazon_reports.reports.errors import ReportStuckError, WrongReportError
from tap_amazon_reports.reports.report_check import echoed_otherwise, wrong

if TYPE_CHECKING:
    from tap_amazon_reports.amazon.clock import Clock
    from tap_amazon_reports.reports.pending_report import PendingReport
    from tap_amazon_reports.reports.polling_policy import PollingPolicy
    from tap_amazon_reports.reports.report import Report

logger = logging.getLogger(__name__)

_UNKNOWN_AT_FIRST = timedelta(seconds=60)
"""A report that was just asked for may be unknown for a moment."""
_LONGEST_PAUSE_SECONDS = 300
_AGE_BY_PAUSE = 10
"""A report that has been making for ten minutes is looked at each minute."""


class ReportPoller:
    """Looks at one report at a time, and never waits: it says when to look again."""

    def __init__(self, *, clock: Clock, policy: PollingPolicy) -> None:
        """Have seen nothing."""
        self._clock = clock
        self._policy = policy

    def wait_seconds(self, pending: PendingReport) -> float:
        """Return how long to wait before a report is to be looked at."""
        return max(
            pending.next_poll_at - self._clock.monotonic(),
            pending.service.get_wait_seconds(),
        )

    def poll(self, pending: PendingReport) -> None:
        """Look once."""
        try:
            report = pending.service.get(str(pending.report_id))
        except (ThrottledError, UnavailableError) as error:
            self._look_after(pending, error)
        except RequestRefusedError as error:
            self._unknown(pending, error)
        except AmazonError as error:
            pending.fail(error)
        else:
            self._seen(pending, report)

    def age(self, pending: PendingReport) -> timedelta:
        """Return for how long a report has been waited for in this run."""
        return self._clock.now() - (pending.waited_since or self._clock.now())

    def _look_after(
        self, pending: PendingReport, error: ThrottledError | UnavailableError
    ) -> None:
        pause = pending.retry_seconds(
            error, policy=self._policy.retry, clock=self._clock
        )
        pending.next_poll_at = self._clock.monotonic() + pause

    def _seen(self, pending: PendingReport, report: Report) -> None:
        is_first = pending.status is None
        pending.attempts = None
        if report.status is not pending.status:
            pending.status = report.status
            logger.debug("%s is %s", pending, report.status.value)
        if pending.adopted and is_first and not self._fits(pending, report):
            logger.info("%s can no longer be used; creating another", pending)
            pending.create_anew()
        elif report.status.is_terminal:
            self._finish(pending, report)
        elif self.age(pending) >= timedelta(seconds=self._policy.timeout_seconds):
            pending.fail(self._stuck(pending, report))
        else:
            self._look_later(pending)

    def _fits(self, pending: PendingReport, report: Report) -> bool:
        """Tell whether an adopted report may stand for the one that is wanted."""
        return may_stand_for(
            report,
            pending.request,
            now=self._clock.now(),
            fresh=pending.fresh,
            # Clocks differ; what was created for this very window is made of it.
            any_window=pending.is_ours or pending.is_unchecked,
        )

    def _unknown(self, pending: PendingReport, error: AmazonError) -> None:
        """Ask again for an adopted report that is gone; wait for one just asked for."""
        if pending.adopted:
            logger.info("%s no longer exists; creating another", pending)
            pending.create_anew()
        elif self.age(pending) < _UNKNOWN_AT_FIRST:
            self._look_later(pending)
        else:
            pending.fail(error)

    def _finish(self, pending: PendingReport, report: Report) -> None:
        if said := wrong(pending.request, report):
            pending.fail(WrongReportError(said))
            return
        if said := echoed_otherwise(pending.request, report):
            logger.warning(said)
        pending.end(report)

    def _stuck(self, pending: PendingReport, report: Report) -> ReportStuckError:
        seconds = self._policy.timeout_seconds
        return ReportStuckError(
            f"{pending} is still {report.status.value} after report_timeout"
            f" ({seconds:g} s); the next run goes on waiting for it"
        )

    def _look_later(self, pending: PendingReport) -> None:
        interval = self._policy.poll_interval_seconds
        grown = self.age(pending).total_seconds() / _AGE_BY_PAUSE
        pause = max(interval, min(grown, _LONGEST_PAUSE_SECONDS))
        pending.poll_again(self._clock.monotonic() + pause)
