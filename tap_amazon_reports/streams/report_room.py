"""What the content streams of a run share: a scheduler, and a plan for all of them."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.errors import AmazonError
from tap_amazon_reports.reports.adoption import Known
from tap_amazon_reports.reports.forecast import Plan, least_seconds
from tap_amazon_reports.reports.progress import Progress
from tap_amazon_reports.reports.scheduler import ReportScheduler

if TYPE_CHECKING:
    from collections import defaultdict
    from collections.abc import Iterator, Sequence

    from tap_amazon_reports.amazon.clock import Clock
    from tap_amazon_reports.reports.polling_policy import PollingPolicy
    from tap_amazon_reports.reports.prefetch import Prefetch
    from tap_amazon_reports.reports.report import ReportService
    from tap_amazon_reports.reports.tally import ReportTally
    from tap_amazon_reports.streams.report_group import ReportGroup
    from tap_amazon_reports.streams.report_requesting import Requesting

logger = logging.getLogger(__name__)


class ReportRoom:
    """Plans all wanted reports when the first of them is read."""

    def __init__(
        self,
        *,
        clock: Clock,
        policy: PollingPolicy,
        prefetch: Prefetch,
        tallies: defaultdict[str, ReportTally],
        groups: Sequence[ReportGroup],
    ) -> None:
        """Put nothing on the scheduler yet.

        Args:
            clock: the time.
            policy: how patient the scheduler is.
            prefetch: fetches the documents.
            tallies: by stream, made when they are asked for; the summary tells them.
            groups: all of the run.
        """
        self.clock = clock
        self.prefetch = prefetch
        self.progress = Progress()
        self.scheduler = ReportScheduler(clock=clock, policy=policy, prefetch=prefetch)
        self._groups = groups
        self._tallies = tallies
        self._is_open = False

    def tally(self, group: ReportGroup) -> ReportTally:
        """Return what is counted for a group: in the name of its first stream."""
        return self._tallies[group.streams[0].name]

    def place(self, group: ReportGroup) -> int:
        """Return when a group is read, compared with others: by name, as the SDK does.

        A group is read with the first of its streams.
        """
        return self._in_order().index(group)

    @contextmanager
    def timed(self, group: ReportGroup) -> Iterator[None]:
        """Count the time that a group takes, beside that in which Amazon is waited for.

        Whoever writes the rows works within it.
        """
        tally = self.tally(group)
        started_at, waited_before = self.clock.monotonic(), tally.waited_seconds
        try:
            yield
        finally:
            waited_seconds = tally.waited_seconds - waited_before
            elapsed_seconds = self.clock.monotonic() - started_at
            tally.worked_seconds += elapsed_seconds - waited_seconds

    def open(self) -> None:
        """Put what every selected stream wants on the scheduler, once in a run."""
        if self._is_open:
            return
        self._is_open = True
        wanting = [
            (group, group.requesting)
            for group in self._in_order()
            if group.requesting and group.selected
        ]
        known = {
            id(service): self._listed(
                service, [way for group, way in wanting if group.service is service]
            )
            for service in {id(one.service): one.service for one, _ in wanting}.values()
        }
        for group, requesting in wanting:
            place = self.place(group)
            requesting.plan(self.scheduler, known[id(group.service)], place=place)
        self._tell(wanting)
        self.scheduler.turn()
        for group in self._in_order():
            if group.collecting and group.selected:
                group.collecting.plan()

    def _in_order(self) -> list[ReportGroup]:
        return sorted(
            self._groups,
            key=lambda group: min(
                stream.name for stream in group.selected or group.streams
            ),
        )

    def _listed(self, service: ReportService, wanting: list[Requesting]) -> Known:
        """Return the reports that exist already, of the types that may be adopted."""
        known = Known()
        adopting = [one for one in wanting if one.may_adopt]
        if not adopting:
            return known
        now = self.clock.now().replace(microsecond=0)
        oldest = max(one.fresh for one in adopting)
        types = sorted({one.report_type for one in adopting})
        try:
            for report in service.list_reports(types, now - oldest, now):
                known.add(report)
        except AmazonError as error:
            # To list is to save; what cannot be listed is asked for.
            logger.warning("existing reports could not be listed: %s", error)
        return known

    def _tell(self, wanting: list[tuple[ReportGroup, Requesting]]) -> None:
        """Say in one line what the run is going to do."""
        plans = [self._plan(group) for group, _ in wanting]
        if not (to_read := sum(plan.to_read for plan in plans)):
            return
        self.progress.grow(to_read)
        to_ask = sum(plan.to_ask for plan in plans)
        windows = [window for _, way in wanting for window in way.windows]
        span = ""
        if windows:
            start = min(window.start for window in windows)
            end = max(window.end for window in windows)
            span = f" from {start:%Y-%m-%d} to {end:%Y-%m-%d}"
        earliest = self.clock.now() + timedelta(seconds=least_seconds(plans))
        logger.info(
            "reports for %d streams: %d windows%s, %d to ask for, %d adopted; by the"
            " quotas the end is at %s at the earliest, and Amazon takes its time to"
            " make them",
            sum(len(group.selected) for group, _ in wanting),
            to_read,
            span,
            to_ask,
            to_read - to_ask,
            f"{earliest:%Y-%m-%d %H:%M:%SZ}",
        )

    def _plan(self, group: ReportGroup) -> Plan:
        tally = self.tally(group)
        to_ask = tally.windows - tally.adopted
        return Plan(group.service, to_ask, tally.windows)
