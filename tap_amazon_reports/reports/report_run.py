"""One run: all report jobs planned at once, and read as their reports ripen."""

from __future__ import annotations

import logging
import math
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from tap_amazon_reports.amazon.counted import counted
from tap_amazon_reports.amazon.errors import AmazonError
from tap_amazon_reports.reports.adoption import Known, tells_options
from tap_amazon_reports.reports.collected_reports import CollectedReports
from tap_amazon_reports.reports.forecast import least_seconds
from tap_amazon_reports.reports.requested_reports import RequestedReports

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tap_amazon_reports.reports.report import ReportService
    from tap_amazon_reports.reports.report_job import (
        JobStream,
        ReportJob,
        RunParts,
        WantedReports,
    )
    from tap_amazon_reports.reports.tally import ReportTally

logger = logging.getLogger(__name__)


class RunJournal(Protocol):
    """Is told what becomes of the jobs."""

    def failed(self, job: ReportJob, error: Exception) -> None:
        """Take notice that a job failed; raise what is to end the run."""

    def refuses(self, job: ReportJob) -> bool:
        """Tell whether the job's service refuses everything by now."""

    def is_over(self, job: ReportJob) -> None:
        """Take notice that nothing more will come of a job."""


class ReportRun:
    """Has all reports of a run created first, and reads whichever is ready next."""

    def __init__(self, parts: RunParts, *, journal: RunJournal) -> None:
        """Want nothing yet.

        Args:
            parts: what the jobs share.
            journal: is told what becomes of them.
        """
        self._parts = parts
        self._journal = journal
        self._jobs: list[RequestedReports | CollectedReports] = []
        self._open: list[ReportJob] = []
        self._reads: Counter[ReportJob] = Counter()

    def request(
        self, wanted: WantedReports, streams: Sequence[JobStream], tally: ReportTally
    ) -> None:
        """Want reports that are created on request."""
        job = RequestedReports(wanted, streams, parts=self._parts, tally=tally)
        self._jobs.append(job)

    def collect(
        self, wanted: WantedReports, streams: Sequence[JobStream], tally: ReportTally
    ) -> None:
        """Want reports that are made without asking."""
        job = CollectedReports(wanted, streams, parts=self._parts, tally=tally)
        self._jobs.append(job)

    def start(self) -> None:
        """Plan all jobs, and have created what the quotas allow at once."""
        known = self._known()
        for place, job in enumerate(self._jobs):
            self._try(job, self._planning(job, known, place))
        self._tell()
        self._parts.scheduler.turn()

    def work(self) -> None:
        """Do what is due; for whoever has other work while reports ripen."""
        self._parts.scheduler.turn_if_due()

    def read(self) -> None:
        """Read every report as soon as it can be, in order within each job."""
        while self._open:
            job = self._next()
            with job.timed():
                self._reads[job] += 1
                self._try(job, job.read_next)
        self._parts.progress.close()

    def _planning(
        self, job: RequestedReports | CollectedReports, known: Known, place: int
    ) -> Callable[[], None]:
        def plan() -> None:
            self._open.append(job)
            if isinstance(job, RequestedReports):
                job.plan(known, place=place)
            else:
                job.plan(place=place)

        return plan

    def _try(self, job: ReportJob, step: Callable[[], None]) -> None:
        """Take one step of a job; one that fails lets the others go on.

        A job whose service refuses everything is not finished: what it would remember
        or tell at its end, it has not come by.
        """
        try:
            if self._journal.refuses(job):
                job.drop()
                self._close(job)
                self._journal.is_over(job)
                return
            step()
            if job.is_over:
                self._close(job)
                job.finish()
                self._journal.is_over(job)
        except Exception as error:  # noqa: BLE001 (whatever it is, the others go on)
            job.drop()
            self._close(job)
            self._journal.failed(job, error)

    def _close(self, job: ReportJob) -> None:
        self._open = [one for one in self._open if one is not job]

    def _next(self) -> ReportJob:
        """Return the job that is read next; wait until there is one.

        Of those that are ready, the one that had the fewest turns.
        """
        while True:
            ready = [job for job in self._open if job.is_ready]
            if ready:
                return min(ready, key=self._reads.__getitem__)
            refused = [job for job in self._open if self._journal.refuses(job)]
            if refused:
                return refused[0]
            self._wait()

    def _wait(self) -> None:
        awaited = [job.awaited for job in self._open]
        waits = [job.wait_seconds for job in self._open if job.awaited is None]
        self._parts.scheduler.wait_for_any(
            [pending for pending in awaited if pending],
            at_most_seconds=min(waits, default=math.inf),
        )

    def _known(self) -> Known:
        """Return the reports that exist already, of the types that may be adopted."""
        known = Known()
        by_service: dict[int, list[RequestedReports]] = {}
        for job in self._jobs:
            if isinstance(job, RequestedReports) and tells_options(job.wanted.kind):
                by_service.setdefault(id(job.wanted.service), []).append(job)
        for jobs in by_service.values():
            self._list(jobs[0].wanted.service, jobs, known)
        return known

    def _list(
        self, service: ReportService, jobs: Sequence[RequestedReports], known: Known
    ) -> None:
        now = self._parts.clock.now().replace(microsecond=0)
        oldest = max(job.fresh for job in jobs)
        types = sorted({job.wanted.kind.report_type for job in jobs})
        try:
            for report in service.list_reports(types, now - oldest, now):
                known.add(report)
        except AmazonError as error:
            # To list is to save; what cannot be listed is created.
            logger.warning(
                "existing reports could not be listed, so new ones are created: %s",
                error,
            )

    def _tell(self) -> None:
        """Say in one line what the run is going to do."""
        jobs = [job for job in self._jobs if isinstance(job, RequestedReports)]
        plans = [job.forecast() for job in jobs]
        if not (to_read := sum(plan.to_read for plan in plans)):
            return
        self._parts.progress.grow(to_read)
        to_create = sum(plan.to_create for plan in plans)
        windows = [one.window for job in jobs for one in job.windows]
        span = ""
        if windows:
            start = min(window.start for window in windows)
            end = max(window.end for window in windows)
            span = f" from {start:%Y-%m-%d} to {end:%Y-%m-%d}"
        earliest = self._parts.clock.now() + timedelta(seconds=least_seconds(plans))
        logger.info(
            "reports for %s: %s%s, %d to create, %d adopted; by the quotas the end is"
            " at %s at the earliest, plus the time that Amazon takes to make them",
            counted(
                len({stream.name for job in jobs for stream in job.streams}), "stream"
            ),
            counted(to_read, "window"),
            span,
            to_create,
            to_read - to_create,
            f"{earliest:%Y-%m-%d %H:%M:%SZ}",
        )
