"""Reports that are created on request: planned, adopted or created, in their order."""

from __future__ import annotations

import logging
from collections import Counter, deque
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tap_amazon_reports.amazon.marketplaces import countries_of
from tap_amazon_reports.reports.adoption import tells_options
from tap_amazon_reports.reports.document_reader import DocumentReader
from tap_amazon_reports.reports.forecast import Plan
from tap_amazon_reports.reports.memory import CreatedReport, Remembered
from tap_amazon_reports.reports.pending_report import PendingReport
from tap_amazon_reports.reports.report_job import ReportJob
from tap_amazon_reports.reports.window_plan import (
    WindowPlan,
    plan_windows,
    request_for,
    resumed,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from tap_amazon_reports.reports.adoption import Known
    from tap_amazon_reports.reports.plan import PlannedWindow
    from tap_amazon_reports.reports.prefetch import Need
    from tap_amazon_reports.reports.report import Report, ReportRequest

logger = logging.getLogger(__name__)


@dataclass
class NextReport:
    """A report that is wanted for a window, or for now.

    Attributes:
        pending: the report on its way.
        window: None for a snapshot without dates.
        need: when it is read, compared with others.
        is_second: whether it was created once more, because the first was no good.
    """

    pending: PendingReport
    window: PlannedWindow | None
    need: Need
    is_second: bool = False

    @property
    def is_of_others(self) -> bool:
        """Whether it was found in the listing, and may be another application's."""
        return self.pending.adopted and not self.pending.is_ours


class PlannedReports(ReportJob):
    """Has all reports of one type and partition created, or finds that they exist."""

    def __init__(self, *given: Any, **more: Any) -> None:
        """Plan nothing yet; takes what `ReportJob` takes."""
        super().__init__(*given, **more)
        self._reader = DocumentReader(
            self.wanted, name=self.name, parts=self._parts, tally=self.tally
        )
        self._next: deque[NextReport] = deque()
        self._counted = Counter[str]()
        self._memory = Remembered()
        self._made: datetime | None = None
        self._plan: WindowPlan | None = None

    @property
    def fresh(self) -> timedelta:
        """How old an existing report may be to stand for a wanted one."""
        return timedelta(hours=self.wanted.kind.fresh_hours)

    @property
    def windows(self) -> list[PlannedWindow]:
        """What is still to be read, but for snapshots without dates."""
        return [one.window for one in self._next if one.window]

    def plan(self, known: Known, *, place: int) -> None:
        """Have all reports created or adopted that the streams still want.

        Args:
            known: reports that exist.
            place: of the job among the others.

        Raises:
            UnreadableMemoryError: if state has another shape.
        """
        self.tell_of_foreign_bookmarks()
        self.tell_of_odd_bookmarks()
        self._memory = self._recalled()
        starts = {
            one.name: resumed(
                self.wanted, one.memory.bookmark(), one.remembered().read_at
            )
            for one in self.streams
        }
        now = self._parts.clock.now()
        plan = plan_windows(self.wanted, starts, self._memory.created, now=now)
        self._plan, self._made = plan, plan.made_at
        if plan.clipped:
            self.tell_once(plan.clipped)
        if plan.silence:
            self.tell_once(plan.silence, level=logging.INFO)
        for number, window in enumerate(plan.windows):
            self._want(window, known, need=(number, place))
        self._forget_others()

    def _recalled(self) -> Remembered:
        """Return what is remembered for all streams, and tell what has changed."""
        found = [stream.remembered() for stream in self.streams]
        created: dict[str, CreatedReport] = {}
        for digest, one in (item for of in found for item in of.created.items()):
            created[digest] = max(created.get(digest, one), one, key=_newness)
        memory = replace(found[0], created=created, **self._asked_of)
        told = {one.options for one in found} - {None, self._options}
        if told and not self.wanted.kind.is_snapshot:
            self.warn(
                "report_options have changed since the last run, from"
                f" {' or '.join(sorted(map(str, told)))} to {self._options}; rows"
                " before the bookmark stay as they are, unless you run with"
                " --full-refresh"
            )
        self._tell_of_added_marketplaces(found)
        return memory

    def _tell_of_added_marketplaces(self, found: Iterable[Remembered]) -> None:
        """Say that a marketplace was added to a region, which has one bookmark."""
        added = {
            marketplace_id
            for one in found
            for marketplace_id in set(self._marketplaces) - set(one.marketplaces)
            if one.marketplaces
        }
        if added and not self.wanted.kind.is_snapshot:
            self.warn(
                f"{countries_of(added)}: added since the last run to marketplaces that"
                " are read together; rows from before the bookmark are not read, unless"
                " you run with --full-refresh"
            )

    @property
    def _marketplaces(self) -> tuple[str, ...]:
        """What is read together, of a region; of one marketplace the name says it."""
        of = self.wanted.partition
        return tuple(sorted(one for one in of.marketplace_ids if one != of.name))

    @property
    def _asked_of(self) -> dict[str, Any]:
        """What each stream remembers of the requests for the rows that it has."""
        return {"options": self._options, "marketplaces": self._marketplaces}

    @property
    def _options(self) -> str:
        return ",".join(f"{name}={text}" for name, text in self.wanted.options) or "-"

    def _want(self, window: PlannedWindow | None, known: Known, *, need: Need) -> None:
        request = request_for(self.wanted, window)
        pending = self._pending(request, need)
        if ours := self._memory.created.get(request.digest):
            pending.is_ours = True
            pending.is_unchecked = ours.is_unchecked
            known_id: str | None = ours.report_id
        elif self._was_read_lately():
            return
        else:
            known_id = self._adopted_id(pending, known)
        pending.tally.windows += 1
        self._next.append(NextReport(pending, window, need))
        self._parts.scheduler.want(pending, known_id=known_id)

    def _was_read_lately(self) -> bool:
        """Tell whether a snapshot that was read is as good as another, and say so.

        Where a target drops the rows that do not come again, it is not.
        """
        if not self.wanted.kind.is_snapshot or any(
            one.replaces for one in self.streams
        ):
            return False
        now = self._parts.clock.now()
        read = [one.remembered() for one in self.streams]
        lately = [
            report_id
            for report_id, made in read[0].read_reports.items()
            if now - made <= self.fresh
            and all(report_id in one.read_reports for one in read)
            and read[0].options == self._options
            and read[0].marketplaces in {(), self._marketplaces}
        ]
        if lately:
            logger.debug("%s: report %s was read lately", self.name, lately[0])
            self.tell_once(
                "the snapshot that an earlier run read is less than"
                f" {self.wanted.kind.fresh_hours:g} h old, so it is not read again",
                level=logging.INFO,
            )
        return bool(lately)

    def _adopted_id(self, pending: PendingReport, known: Known) -> str | None:
        """Return the id of a listed report that may stand for a wanted one."""
        found = known.find(
            pending.request,
            kind=self.wanted.kind,
            now=self._parts.clock.now(),
            fresh=self.fresh,
        )
        pending.is_unchecked = found is not None
        return found

    def _pending(self, request: ReportRequest, need: Need) -> PendingReport:
        def remember(report_id: str | None) -> None:
            created = dict(self._memory.created)
            created.pop(request.digest, None)
            if report_id is not None:
                created[request.digest] = CreatedReport(
                    report_id,
                    request.data_start,
                    request.data_end,
                    pending.is_unchecked,
                )
            self._remember(created)

        def finished(report: Report) -> None:
            self._reader.expect(report, need)

        pending = PendingReport(
            request,
            self.wanted.service,
            self.queue,
            remember,
            place=need[0],
            finished=finished,
            fresh=self.fresh,
            is_listable=tells_options(self.wanted.kind),
            tally=self.tally,
        )
        return pending

    def _remember(self, created: Mapping[str, CreatedReport]) -> None:
        self._memory = replace(self._memory, created=created)
        self.streams[0].memory.remember(self._memory.written())

    def _forget_others(self) -> None:
        """Drop from state what nobody wants any more."""
        digests = {one.pending.request.digest for one in self._next}
        kept = {
            digest: one
            for digest, one in self._memory.created.items()
            if digest in digests
        }
        if kept != self._memory.created:
            self._remember(kept)

    def forecast(self) -> Plan:
        """Return how many reports are to be created and read."""
        to_create = sum(not one.pending.adopted for one in self._next)
        return Plan(self.wanted.service, to_create, len(self._next), self.wanted.kind)

    # Reading.

    @property
    def is_over(self) -> bool:
        """Whether there is nothing left to read."""
        return not self._next

    @property
    def is_ready(self) -> bool:
        """Whether the next report has ended."""
        return bool(self._next) and self._next[0].pending.has_ended

    @property
    def awaited(self) -> PendingReport | None:
        """The report that has to end before anything else can be read."""
        return self._next[0].pending if self._next else None

    @property
    def wait_seconds(self) -> float:
        """Nothing but the report is waited for."""
        return 0.0

    def drop(self) -> None:
        """Let go of what will not be read."""
        self._parts.scheduler.drop(self.queue)
        reports = (one.pending.report for one in self._next)
        self._reader.forget(report for report in reports if report)
        self._next.clear()


def _newness(created: CreatedReport) -> tuple[int, str]:
    """Order reports of one request, which each of several streams may remember.

    A stream that was not selected for some runs may remember an older one. The larger
    id is taken for the newer, although Amazon promises no order: a wrong guess costs a
    report, and no row.
    """
    return len(created.report_id), created.report_id
