"""What the next run would do with the rows inside reports; nobody is asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from tap_amazon_reports.amazon.counted import counted
from tap_amazon_reports.reports.estimate import QueuedReports, earliest_seconds
from tap_amazon_reports.reports.partition import Partition
from tap_amazon_reports.reports.report_types import DateMode
from tap_amazon_reports.reports.schema_files import CATALOGUE
from tap_amazon_reports.reports.window_plan import plan_windows, request_for, resumed
from tap_amazon_reports.settings.partitions import selling_partner_partitions
from tap_amazon_reports.settings.report_entries import Source
from tap_amazon_reports.settings.wanted_reports import wanted_reports

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tap_amazon_reports.cli.saved_state import SavedState
    from tap_amazon_reports.cli.session import Session
    from tap_amazon_reports.reports.memory import CreatedReport
    from tap_amazon_reports.reports.plan import PlannedWindow
    from tap_amazon_reports.reports.report_job import WantedReports
    from tap_amazon_reports.settings.report_entries import ReportEntry

__all__ = ["PlannedReport", "PlannedReports", "RunPlan", "plan_run"]

_PLAN = "15 reports at once and one a minute, for all types together"
_PAY_PLAN = "one call a second; Amazon publishes no limit"


class PlannedReport(NamedTuple):
    """One report of the next run.

    Attributes:
        start: of its data, UTC; None of a snapshot of now.
        end: of its data, exclusive, UTC; None of a snapshot of now.
        exists: whether an earlier run had it created.
        ready_at: when it can have been fetched at the earliest, UTC.
    """

    start: datetime | None
    end: datetime | None
    exists: bool
    ready_at: datetime


@dataclass(frozen=True, kw_only=True)
class PlannedReports:
    """What the next run reads of one type in one marketplace.

    Attributes:
        streams: what the rows become.
        report_type: Amazon's name.
        marketplace: country, id or region.
        quota: what holds it up.
        collected: whether its reports come by themselves, so that nobody can count
            them without asking.
        reports: oldest first.
        notes: what one should know, a sentence each.
    """

    streams: tuple[str, ...]
    report_type: str
    marketplace: str
    quota: str
    collected: bool
    reports: tuple[PlannedReport, ...]
    notes: tuple[str, ...]

    @property
    def to_create(self) -> int:
        """How many reports have to be asked for."""
        return sum(not one.exists for one in self.reports)

    @property
    def ends_at(self) -> datetime | None:
        """When the last of them can have been fetched at the earliest."""
        return max((one.ready_at for one in self.reports), default=None)


@dataclass(frozen=True, kw_only=True)
class RunPlan:
    """What the next run does.

    Attributes:
        made_at: when the plan was made, UTC.
        rows: one for each type and marketplace.
        shorter: what would make it shorter, a sentence each.
    """

    made_at: datetime
    rows: tuple[PlannedReports, ...]
    shorter: tuple[str, ...]

    @property
    def to_create(self) -> int:
        """How many reports have to be asked for."""
        return sum(row.to_create for row in self.rows)

    @property
    def ends_at(self) -> datetime:
        """When all of it can have been fetched at the earliest."""
        ends = [row.ends_at for row in self.rows if row.ends_at]
        return max(ends, default=self.made_at)


class _Job(NamedTuple):
    """What is wanted in one partition, and what is planned of it."""

    entry: ReportEntry
    wanted: WantedReports
    windows: tuple[PlannedWindow | None, ...] = ()
    exist: tuple[bool, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def collected(self) -> bool:
        """Whether its reports come by themselves."""
        return self.entry.source is Source.COLLECT


def plan_run(session: Session, state: SavedState) -> RunPlan:
    """Return what a run that begins now would do.

    Args:
        session: the settings, and services that know their quotas.
        state: what earlier runs remember.

    Raises:
        ClickException: if state has another shape.
    """
    now = session.clock.now().replace(microsecond=0)
    jobs = [_job(*found, state, now) for found in _wanted(session)]
    seconds = earliest_seconds([_queue(job) for job in jobs])
    rows = [
        _row(job, [now + timedelta(seconds=one) for one in moments])
        for job, moments in zip(jobs, seconds, strict=True)
    ]
    return RunPlan(made_at=now, rows=tuple(rows), shorter=tuple(_shorter(jobs, now)))


def _wanted(session: Session) -> Iterator[tuple[ReportEntry, WantedReports]]:
    """Yield each entry of the settings in each of its partitions."""
    settings = session.settings
    if found := settings.selling_partner:
        for entry in found.report_entries:
            for partition in selling_partner_partitions(entry):
                yield entry, _of_entry(entry, partition, session)
    if pay := settings.pay:
        for entry in pay.report_entries:
            partition = Partition(pay.region.value, ())
            yield entry, _of_entry(entry, partition, session)


def _of_entry(
    entry: ReportEntry, partition: Partition, session: Session
) -> WantedReports:
    services = session.services
    is_pay = entry.kind.service == "amazon_pay"
    return wanted_reports(
        entry,
        partition,
        services.pay_reports if is_pay else services.selling_partner_reports,
        session.settings,
        record_streams=_record_streams(entry),
    )


def _record_streams(entry: ReportEntry) -> set[str]:
    return {records.stream for records in entry.kind.records}


def _job(
    entry: ReportEntry, wanted: WantedReports, state: SavedState, now: datetime
) -> _Job:
    if entry.source is Source.COLLECT:
        note = "its reports are collected: the run creates none"
        return _Job(entry, wanted, notes=(note,))
    starts: dict[str, datetime] = {}
    created: dict[str, CreatedReport] = {}
    for name in entry.stream_names:
        memory = state.memory(name, wanted.partition.name)
        remembered = memory.remembered()
        starts[name] = resumed(wanted, memory.bookmark(), remembered.read_at)
        created.update(remembered.created)
    plan = plan_windows(wanted, starts, created, now=now)
    exist = tuple(request_for(wanted, one).digest in created for one in plan.windows)
    notes = tuple(filter(None, (plan.clipped, plan.silence)))
    return _Job(entry, wanted, plan.windows, exist, notes)


def _queue(job: _Job) -> QueuedReports:
    return QueuedReports(
        report_type=job.entry.kind.report_type,
        service=job.wanted.service,
        limits=job.entry.kind.limits,
        exist=job.exist,
    )


def _row(job: _Job, moments: Sequence[datetime]) -> PlannedReports:
    partition = job.wanted.partition
    return PlannedReports(
        streams=job.entry.stream_names,
        report_type=job.entry.kind.report_type,
        marketplace=partition.country or partition.name,
        quota=_quota(job),
        collected=job.collected,
        reports=tuple(
            PlannedReport(
                window.window.start if window else None,
                window.window.end if window else None,
                there,
                moment,
            )
            for window, there, moment in zip(
                job.windows, job.exist, moments, strict=True
            )
        ),
        notes=job.notes,
    )


def _quota(job: _Job) -> str:
    kind = job.entry.kind
    if job.collected:
        return "none: collected"
    if kind.limits:
        return f"{kind.limits.sentence} of this type, all marketplaces together"
    return _PLAN if kind.service == "selling_partner" else _PAY_PLAN


# What would make it shorter.


def _shorter(jobs: Sequence[_Job], now: datetime) -> Iterator[str]:
    """Yield what would make the run shorter: each type once, for its marketplaces."""
    by_entry: dict[int, list[_Job]] = {}
    for job in jobs:
        by_entry.setdefault(id(job.entry), []).append(job)
    for group in by_entry.values():
        yield from _coarser(group[0], now)
        yield from _longer_windows(group[0], now)
        yield from _fewer_marketplaces(group)


def _coarser(job: _Job, now: datetime) -> Iterator[str]:
    """Yield the periods with which there would be fewer reports."""
    dates = job.entry.kind.dates
    if dates.mode is not DateMode.PERIOD or dates.option is None:
        return
    now_many = len(job.windows)
    kind = CATALOGUE.find(job.entry.kind.service, job.entry.kind.report_type)
    for rule in kind.dates.periods:
        options = {**dict(job.entry.options), dates.option: rule.word}
        coarser = replace(
            job.wanted,
            kind=kind.for_options(options).for_streams(_record_streams(job.entry)),
            options=tuple(options.items()),
        )
        many = _count(job, coarser, now)
        if 0 < many < now_many:
            yield (
                f"{job.entry.kind.report_type}: {dates.option}={rule.word} would need"
                f" {counted(many, 'report')} instead of {now_many} for each marketplace"
            )


def _longer_windows(job: _Job, now: datetime) -> Iterator[str]:
    """Yield whether windows are cut shorter than they need be."""
    if job.entry.window_days is None:
        return
    many = _count(job, replace(job.wanted, window_days=None), now)
    if 0 < many < len(job.windows):
        yield (
            f"{job.entry.kind.report_type}: without window_days there would be"
            f" {counted(many, 'report')} instead of {len(job.windows)} for each"
            " marketplace"
        )


def _fewer_marketplaces(group: Sequence[_Job]) -> Iterator[str]:
    many = sum(not there for job in group for there in job.exist)
    if len(group) > 1 and many > len(group):
        yield (
            f"{group[0].entry.kind.report_type}: each marketplace left out of"
            f" `marketplaces` saves {many // len(group)} of {many} reports"
        )


def _count(job: _Job, wanted: WantedReports, now: datetime) -> int:
    """Return how many reports the same stretch of time would need otherwise."""
    starts = [one.window.start for one in job.windows if one]
    start = min(starts, default=wanted.start)
    return len(plan_windows(wanted, {"": start}, {}, now=now).windows)
