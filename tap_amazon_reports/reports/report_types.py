"""What there is to know of a report type, and what its options may be."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tap_amazon_reports.documents.layout import Layout, RecordSet
    from tap_amazon_reports.reports.create_limits import CreateLimits

__all__ = [
    "DateMode",
    "Dates",
    "Option",
    "Period",
    "PeriodRule",
    "Removal",
    "ReportStatus",
    "ReportType",
]


class ReportStatus(Enum):
    """How Amazon stands to a type."""

    ACTIVE = "active"
    DEPRECATED = "deprecated"
    REMOVED = "removed"


class DateMode(Enum):
    """Which dates a request carries."""

    NONE = "none"
    """None: the report is a snapshot."""

    WINDOW = "window"
    """Any two, up to `Dates.longest_days` apart."""

    DAY = "day"
    """One UTC day, for rows that do not say their day."""

    PERIOD = "period"
    """The exact limits of one or several `Period`s."""

    HOURS = "hours"
    """Whole hours, up to `Dates.longest_hours` of them."""


class Period(Enum):
    """A stretch of the calendar, in UTC. A week is Sunday to Saturday."""

    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"
    QUARTER = "QUARTER"
    YEAR = "YEAR"


@dataclass(frozen=True)
class Removal:
    """Since when Amazon no longer makes reports of a type.

    Attributes:
        since: the day, `YYYY-MM-DD`; None where no public source tells it.
        replaced_by: the types that have its data now, if any do.
    """

    since: str | None = None
    replaced_by: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """What to tell somebody who asks for it."""
        when = f" on {self.since}" if self.since else ""
        others = " and ".join(self.replaced_by)
        instead = f"; use {others} instead" if others else ""
        return f"Amazon removed this report type{when}{instead}"


@dataclass(frozen=True)
class PeriodRule:
    """One kind of period that a type knows.

    Attributes:
        word: what the option says for it, `WEEK` or `WEEKLY`.
        period: what it means.
        longest: how many one report may span.
        reach: how many back from now there is data for; None where nobody knows.
    """

    word: str
    period: Period
    longest: int
    reach: int | None


@dataclass(frozen=True)
class Dates:
    """Which dates requests of a type carry; `mode` says which of the rest are set.

    Attributes:
        mode: the kind.
        required: of `WINDOW`: whether a request without dates is refused.
        longest_days: of `WINDOW`: how long one report may be.
        longest_hours: of `HOURS`: how long one report may be.
        trailing_hours: of `NONE`: a snapshot that wants dates all the same, from so
            long before now until now; None for one that wants none.
        option: of `PERIOD`: the report option that says which; None if one is known.
        periods: of `PERIOD`: those that the type knows.
    """

    mode: DateMode
    required: bool = False
    longest_days: int | None = None
    longest_hours: int | None = None
    trailing_hours: int | None = None
    option: str | None = None
    periods: tuple[PeriodRule, ...] = ()


@dataclass(frozen=True)
class Option:
    """A report option; its value is always text.

    Attributes:
        required: whether Amazon refuses a request without it.
        values: what it may be; empty for anything.
        default: what Amazon takes it for when it is left out; None if nobody knows.
        sent: what the tap sends when nobody says anything; None for nothing.
        dates: which dates a request carries when the option is `true`, where those
            are others; None where they are not.
        description: what it does, where the name does not say it.
    """

    required: bool = False
    values: tuple[str, ...] = ()
    default: str | None = None
    sent: str | None = None
    dates: Dates | None = None
    description: str = ""


@dataclass(frozen=True)
class ReportType:
    """All that the tap needs to know to read reports of one type.

    Attributes:
        service: `selling_partner`, `amazon_pay` or `appstore`.
        report_type: Amazon's name.
        description: one sentence; empty for a type that nobody knows.
        is_known: whether there is a file for it.
        is_core: whether its layout is known and it is in common use.
        status: how Amazon stands to it; `status_note` says more.
        layout: how its documents are made, and which kinds of rows they have.
        removal: since when there are no reports of it; None while there are.
        requestable: whether a report can be asked for; if not, it is collected.
        schedulable: whether a schedule can make it.
        restricted: whether its document is opened with a restricted data token.
        regional: whether one report has all marketplaces of the region.
        regional_suspected: whether it may be so, by its kind, and no source tells.
        refused: why asking for it is pointless; None where it is not.
        dates: which dates a request carries.
        longest_alone: by stream, then by the period's word: how many periods one report
            may span where no other rows are wanted, as each of these says its own.
        overlap_days: how many days a window begins before the end of the one before,
            as Amazon's days are not those of UTC; of types with a natural key only.
        reach_days: how far back there is data; None where nobody knows.
        latency_hours: how far behind now the newest window ends; 0 is at now.
        lookback_days: how much before the bookmark is read again each run.
        fresh_hours: how old a finished report of the same request may be.
        retention_days: how long Amazon keeps its documents; None where nobody knows.
        limits: how often a report of it can be asked for, where that is seldom.
        options: the report options, by name; any are good for a type not known.
        one_of: groups of options of which exactly one is wanted, whole.
        marketplaces: country codes; empty for all.
        incremental: the column that grows from report to report, if there is one.
        path_word: what the Appstore's path says instead of the name, if it does.
        notes: what is worth knowing beyond this.
        sources: who says so, where sources differ or are few.
    """

    service: str
    report_type: str
    layout: Layout
    dates: Dates
    description: str = ""
    is_known: bool = True
    is_core: bool = False
    status: ReportStatus = ReportStatus.ACTIVE
    status_note: str = ""
    removal: Removal | None = None
    requestable: bool = True
    schedulable: bool = False
    restricted: bool = False
    regional: bool = False
    regional_suspected: bool = False
    refused: str | None = None
    longest_alone: Mapping[str, Mapping[str, int]] = field(
        default_factory=dict, hash=False
    )
    overlap_days: int = 0
    reach_days: int | None = None
    latency_hours: float = 0
    lookback_days: int = 0
    fresh_hours: float = 0
    retention_days: int | None = None
    limits: CreateLimits | None = None
    options: Mapping[str, Option] = field(default_factory=dict, hash=False)
    one_of: tuple[tuple[str, ...], ...] = ()
    marketplaces: tuple[str, ...] = ()
    incremental: str | None = None
    path_word: str | None = None
    notes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    @property
    def records(self) -> tuple[RecordSet, ...]:
        """The kinds of rows in a document: a stream each."""
        return self.layout.records

    @property
    def has_keys(self) -> bool:
        """Whether a row that is read again is the same row to a target."""
        return all(records.key for records in self.records)

    @property
    def is_snapshot(self) -> bool:
        """Whether a report shows how things are, and not what happened when."""
        return self.dates.mode is DateMode.NONE

    def sent_options(self, given: Mapping[str, str | None]) -> dict[str, str]:
        """Return the options of a request: those that are given, and those by default.

        Args:
            given: by name; None or an empty text takes a default away.
        """
        sent = {name: option.sent for name, option in self.options.items()}
        whole = {**sent, **given}
        return {name: value for name, value in whole.items() if value}

    def for_options(self, options: Mapping[str, str]) -> ReportType:
        """Return the type as it is with these options, which may choose its dates."""
        for name, value in options.items():
            option = self.options.get(name, Option())
            if option.dates is not None and value == "true":
                return replace(self, dates=option.dates)
        chooser = self.dates.option or ""
        word = options.get(chooser, self.options.get(chooser, Option()).default)
        chosen = tuple(rule for rule in self.dates.periods if rule.word == word)
        if not chosen:
            return self
        return replace(self, dates=replace(self.dates, periods=chosen))

    def for_streams(self, streams: Collection[str]) -> ReportType:
        """Return the type as it is where only some of its streams are wanted.

        Rows that say their own period need no report for each of them.

        Args:
            streams: names as `records` has them.
        """
        wanted = [self.longest_alone.get(stream, {}) for stream in streams]
        if not wanted:
            return self
        periods = tuple(
            replace(
                rule, longest=min(one.get(rule.word, rule.longest) for one in wanted)
            )
            for rule in self.dates.periods
        )
        return replace(self, dates=replace(self.dates, periods=periods))

    def check_options(self, options: Mapping[str, str]) -> list[str]:
        """Return what Amazon would refuse about these options, each in one sentence.

        A type that nobody knows takes any.
        """
        if not self.is_known:
            return []
        problems = [self._problem(name, value) for name, value in options.items()]
        missing = [
            f"{name}: this report option is required{_choice(option.values)}"
            for name, option in self.options.items()
            if option.required and name not in options
        ]
        return [*filter(None, problems), *missing, *self._groups(options)]

    def _problem(self, name: str, value: str) -> str | None:
        option = self.options.get(name)
        if option is None:
            known = ", ".join(self.options) or "none"
            return f"{name}: there is no such report option; allowed: {known}"
        if option.values and value not in option.values:
            return f"{name}: {value!r} is not allowed{_choice(option.values)}"
        return None

    def _groups(self, options: Mapping[str, str]) -> list[str]:
        given = [group for group in self.one_of if set(group) & set(options)]
        if self.one_of and len(given) != 1:
            groups = ", or ".join(" and ".join(group) for group in self.one_of)
            return [f"exactly one of these is required: {groups}"]
        return [
            f"{name}: this report option is required with {' and '.join(others)}"
            for group in given
            for name in group
            if name not in options and (others := [n for n in group if n in options])
        ]

    @property
    def period_rule(self) -> PeriodRule:
        """The period of its reports.

        Raises:
            ValueError: its dates are no periods, or `for_options` did not choose one.
        """
        if len(self.dates.periods) == 1:
            return self.dates.periods[0]
        msg = f"{self.report_type}: report_options do not determine the period"
        raise ValueError(msg)


def _choice(values: tuple[str, ...]) -> str:
    return f"; allowed: {', '.join(values)}" if values else ""
