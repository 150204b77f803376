"""One pipeline: its settings, its target, its runs, and what it owes to its user."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from tap_amazon_reports.reports.adoption import tells_options
from tap_amazon_reports.reports.prefetch import Prefetch, inline
from tap_amazon_reports.reports.progress import Progress
from tap_amazon_reports.reports.report_job import JobStream, RunParts, WantedReports
from tap_amazon_reports.reports.report_run import ReportRun
from tap_amazon_reports.reports.scheduler import ReportScheduler
from tap_amazon_reports.reports.status import ReportStatus
from tap_amazon_reports.reports.tally import ReportTally
from tests.reports.run_model.owed import Owed
from tests.reports.run_model.target import (
    CutOffError,
    Journal,
    StreamOfModel,
    Tap,
    Target,
)
from tests.reports.scheduler_rig import usual_policy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tap_amazon_reports.amazon.storage import Storage
    from tap_amazon_reports.reports.partition import Partition
    from tap_amazon_reports.reports.report import ReportRequest
    from tests.reports.run_model.amazon import Made

TIMEOUT_SECONDS = 3600
POLICY = usual_policy(poll_interval_seconds=240, timeout_seconds=TIMEOUT_SECONDS)


@dataclass
class Outcome:
    """How a run went.

    Attributes:
        errors: what failed.
        left: what was left to the next run.
        is_cut_off: whether it was killed.
    """

    errors: list[Exception] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    is_cut_off: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether all was read that there was."""
        return not self.errors and not self.left and not self.is_cut_off


class Pipeline(Owed):
    """A tap that is run now and then."""

    def __init__(self, *given: Any, **more: Any) -> None:
        """Have not been run."""
        super().__init__(*given, **more)
        self._told: set[str] = set()
        self._runs = 0
        self._started = self.amazon.clock.now()

    def run(self, *, messages: int = 10**9) -> Outcome:
        """Run once, as a process that knows what the target confirmed."""
        self._runs += 1
        self._started = self.amazon.clock.now()
        self._told = {
            entry[0]
            for stream, parts in self.target.state.items()
            if stream in self.settings.streams
            for part in parts.values()
            for entry in part.get("created", {}).values()
        }
        self.forgive_what_is_set_otherwise()
        self.target.messages = messages
        hooks = self.amazon.maker, self.amazon.on_create
        self.amazon.maker = f"{self.name} {self._runs}"
        self.known_until[self.amazon.maker] = self._furthest()
        self.amazon.on_create = self._check_reason
        try:
            return self._run()
        except CutOffError:
            return Outcome(is_cut_off=True)
        finally:
            self.target.messages = 10**9
            self.amazon.maker, self.amazon.on_create = hooks
            self.forgive_what_was_cancelled()

    def asks_for(self) -> list[ReportRequest]:
        """Return the first report that a run would create now, if it creates any."""
        found: list[ReportRequest] = []

        def stop(request: ReportRequest) -> None:
            found.append(request)
            raise CutOffError

        hooks = self.amazon.on_create, self.target
        self.amazon.on_create = stop
        self.target = Target(states=self.target.states[-1:])
        try:
            self._run()
        except CutOffError:
            pass
        finally:
            self.amazon.on_create, self.target = hooks
        return found

    def _run(self) -> Outcome:
        journal = Journal()
        prefetch = Prefetch(
            storage=cast("Storage", self.amazon), at_once=4, workers=inline
        )
        clock = self.amazon.clock
        parts = RunParts(
            clock=clock,
            scheduler=ReportScheduler(clock=clock, policy=POLICY, prefetch=prefetch),
            prefetch=prefetch,
            progress=Progress(),
        )
        run = ReportRun(parts, journal=journal)
        streams = list(self._want(run, Tap(self.target)))
        run.start()
        run.read()
        left = [why for stream in streams for why in stream.left]
        return Outcome(journal.errors, left)

    def _want(self, run: ReportRun, tap: Tap) -> Iterator[StreamOfModel]:
        for partition in self.partitions:
            streams = [
                StreamOfModel(tap, one.stream, partition.name, self._check_row)
                for one in self._selected
            ]
            jobs = [
                JobStream(
                    name=one.stream,
                    records=one,
                    receiver=stream,
                    memory=stream,
                    replaces=self.settings.replaces,
                )
                for one, stream in zip(self._selected, streams, strict=True)
            ]
            want = run.collect if self.collects else run.request
            want(self._wanted(partition), jobs, ReportTally())
            yield from streams

    def _wanted(self, partition: Partition) -> WantedReports:
        said = self.settings
        return WantedReports(
            kind=self.report_type,
            partition=partition,
            service=self.amazon,
            options=tuple(self.options.items()),
            start=self.first_start,
            is_start_set=said.start is not None,
            end=min(said.end, self.amazon.clock.now()),
            window_days=said.window_days,
            lookback=said.lookback,
            waits_until_done=said.waits,
        )

    def _furthest(self) -> dict[str, datetime]:
        """Return the furthest bookmark of each partition, of what is selected."""
        furthest: dict[str, datetime] = {}
        for (stream, partition), bookmark in self.target.bookmarks().items():
            if stream in self.settings.streams:
                known = furthest.get(partition, bookmark)
                furthest[partition] = max(known, bookmark)
        return furthest

    # What must not be.

    def _check_row(self, row: Mapping[str, Any]) -> None:
        """No row is of other options or of another marketplace."""
        if not self.collects:
            wanted = self.options.get("detail", "FULL")
            assert wanted == row["detail"], "a row of other options"
        if not self.kind.is_regional:
            assert row["market"] in self.settings.markets, "a row from elsewhere"

    def _check_reason(self, request: ReportRequest) -> None:
        """No report is created while one that is as good is there to be read.

        Of what is listed, only the newest is looked at, and only where nothing is
        remembered, by a stream that is selected. Of two that were made in the same
        second, either may be the newest.
        """
        alike = [
            (report_id, made)
            for report_id, made in self.amazon.made.items()
            if made.request.marketplace_ids == request.marketplace_ids
            and self._is_same_window(made.request, request)
        ]
        told = {report_id for report_id, _ in alike if report_id in self._told}
        for report_id, made in alike:
            is_newest = all(one.at < made.at for _, one in alike if one is not made)
            is_known = report_id in told or made.maker == self.amazon.maker
            is_found = is_newest and not told and self._was_listed(made)
            is_same = made.request.options == request.options
            assert not (is_same and self._is_good(made) and (is_known or is_found)), (
                f"{request} is created again, and there is report {report_id}"
            )

    def _is_same_window(self, one: ReportRequest, other: ReportRequest) -> bool:
        if self.kind.kind.is_snapshot:
            # Of one with dates, those of long ago are not what is wanted now.
            oldest = self.amazon.clock.now() - self._fresh
            return not (one.data_end and other.data_end and one.data_end < oldest)
        return one.data_start == other.data_start and one.data_end == other.data_end

    @property
    def _fresh(self) -> timedelta:
        return timedelta(hours=self.kind.kind.fresh_hours)

    def _is_good(self, made: Made) -> bool:
        """Tell whether a report could be read by somebody who waits for it."""
        is_young = self.amazon.clock.now() - made.at < self._fresh
        return is_young and made.fate.status is ReportStatus.DONE and not made.is_gone

    def _was_listed(self, made: Made) -> bool:
        end = made.request.data_end
        is_past = end is None or self.kind.kind.is_snapshot or end <= made.at
        is_listed = made.at < self._started and is_past
        return tells_options(self.kind.kind) and is_listed
