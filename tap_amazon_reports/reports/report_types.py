"""What there is to know of a report type, and what its options may be."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_amazon_reports.documents.layout import Layout, RecordSet

__all__ = [
    "DateMode",
    "Dates",
    "Option",
    "Period",
    "PeriodRule",
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
        description: what it does, where the name does not say it.
    """

    required: bool = False
    values: tuple[str, ...] = ()
    default: str | None = None
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
        requestable: whether a report can be asked for; if not, it is collected.
        schedulable: whether a schedule can make it.
        restricted: whether its document is opened with a restricted data token.
        regional: whether one report has all marketplaces of the region.
        refused: why asking for it is pointless; None where it is not.
        dates: which dates a request carries.
        reach_days: how far back there is data; None where nobody knows.
        latency_hours: how far behind now the newest window ends; 0 is at now.
        lookback_days: how much before the bookmark is read again each run.
        fresh_hours: how old a finished report of the same request may be.
        retention_days: how long Amazon keeps its documents; None where nobody knows.
        options: the report options, by name; any are good for a type not known.
        one_of: groups of options of which exactly one is wanted, whole.
        marketplaces: country codes; empty for all.
        incremental: the column that grows from report to report, if there is one.
        path_word: what the Appstore's path says instead of the name, if it does.
        notes: what is worth knowing beyond this.
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
    requestable: bool = True
    schedulable: bool = False
    restricted: bool = False
    regional: bool = False
    refused: str | None = None
    reach_days: int | None = None
    latency_hours: float = 0
    lookback_days: int = 0
    fresh_hours: float = 0
    retention_days: int | None = None
    options: Mapping[str, Option] = field(default_factory=dict, hash=False)
    one_of: tuple[tuple[str, ...], ...] = ()
    marketplaces: tuple[str, ...] = ()
    incremental: str | None = None
    path_word: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def records(self) -> tuple[RecordSet, ...]:
        """The kinds of rows in a document: a stream each."""
        return self.layout.records

    @property
    def has_keys(self) -> bool:
        """Whether a row that is read again is the same row to a target."""
        return all(records.key for records in self.records)

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
            return f"{name}: there is no such report option; there are: {known}"
        if option.values and value not in option.values:
            return f"{name}: {value!r} is not allowed{_choice(option.values)}"
        return None

    def _groups(self, options: Mapping[str, str]) -> list[str]:
        given = [group for group in self.one_of if set(group) & set(options)]
        if self.one_of and len(given) != 1:
            groups = ", or ".join(" and ".join(group) for group in self.one_of)
            return [f"exactly one of these is required: {groups}"]
        return [
            f"{name}: this report option is required beside {' and '.join(others)}"
            for group in given
            for name in group
            if name not in options and (others := [n for n in group if n in options])
        ]

    def period(self, options: Mapping[str, str]) -> PeriodRule:
        """Return the period that a request with these options has.

        Raises:
            ValueError: its dates are no periods, or the options do not say which.
        """
        if self.dates.option is None and len(self.dates.periods) == 1:
            return self.dates.periods[0]
        name = self.dates.option or ""
        word = options.get(name, self.options.get(name, Option()).default)
        for rule in self.dates.periods:
            if rule.word == word:
                return rule
        msg = f"{self.report_type}: no period follows from its options"
        raise ValueError(msg)


def _choice(values: tuple[str, ...]) -> str:
    return f"; allowed: {', '.join(values)}" if values else ""
