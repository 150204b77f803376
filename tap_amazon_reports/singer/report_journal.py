"""What becomes of report jobs, told to the streams and to the outcome of the run."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from singer_sdk.exceptions import SyncLifecycleSignal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tap_amazon_reports.reports.report_job import ReportJob
    from tap_amazon_reports.singer.outcome import RunOutcome
    from tap_amazon_reports.singer.report_stream import ReportStream


class ReportJournal:
    """Ends each stream with its last job, and tells what failed."""

    def __init__(self, streams: Iterable[ReportStream], outcome: RunOutcome) -> None:
        """Know the streams that are read together, by name."""
        self._streams = {stream.name: stream for stream in streams}
        self._outcome = outcome
        self._left: Counter[str] = Counter()

    def expect(self, names: Iterable[str]) -> None:
        """Count a job for each of some streams."""
        self._left.update(names)

    def failed(self, job: ReportJob, error: Exception) -> None:
        """Tell of it in the name of the first stream.

        Raises:
            BrokenPipeError: if that was it; nobody reads any more.
            SyncLifecycleSignal: if that was it; the SDK has enough of a test run.
        """
        if isinstance(error, (BrokenPipeError, SyncLifecycleSignal)):
            raise error
        self._streams[job.name].fail(error)
        for stream in job.streams:
            self._outcome.missed(stream.name)
        self.is_over(job)

    def refuses(self, job: ReportJob) -> bool:
        """Tell whether the job's service refuses everything by now."""
        service = self._streams[job.name].service
        return self._outcome.refuses(service, [one.name for one in job.streams])

    def is_over(self, job: ReportJob) -> None:
        """End the streams of which this was the last job."""
        for one in job.streams:
            self._left[one.name] -= 1
            if self._left[one.name] == 0:
                self._streams[one.name].end()
