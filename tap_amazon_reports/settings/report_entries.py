"""The report types whose rows a user wants, as the settings name them."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tap_amazon_reports.amazon.marketplaces import Marketplace, find_marketplace
from tap_amazon_reports.reports.snapshot_history import kept_by_day
from tap_amazon_reports.settings.report_names import (
    absences,
    countries,
    existing,
    meant,
    strayed,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Mapping, Sequence
    from datetime import datetime

    from tap_amazon_reports.reports.report_catalogue import ReportCatalogue
    from tap_amazon_reports.reports.report_types import ReportType

_STREAM_NAME = re.compile(r"[a-z][a-z0-9_]*")
_LONGEST_NAME = 63
"""What PostgreSQL has room for in the name of a table, in bytes."""


class Source(enum.Enum):
    """How one comes by a report."""

    REQUEST = "request"
    """Ask for it."""
    COLLECT = "collect"
    """Read what a schedule, Amazon itself or another application makes."""


@dataclass(frozen=True, kw_only=True)
class ReportEntry:
    """One report type whose rows are wanted, and how.

    Attributes:
        kind: the type, with the dates that its options lead to.
        source: how one comes by its reports.
        options: of each request, those that are sent by default among them.
        marketplaces: those where it is wanted and exists.
        start: from where on; None for the tap's `start_date`.
        window_days: how long a window is; None for as long as the type allows.
        lookback: how much is read again each run.
        restricted: whether documents are opened with a restricted data token.
        regional: whether one report is asked for, for all marketplaces at once.
        may_be_regional: whether the entry does not say, so that it is worth telling
            if several marketplaces give the same document.

        name: of its streams; None for the type's.
    """

    kind: ReportType
    source: Source
    options: tuple[tuple[str, str], ...] = ()
    marketplaces: tuple[Marketplace, ...] = ()
    start: datetime | None = None
    window_days: int | None = None
    lookback: timedelta
    restricted: bool
    regional: bool = False
    may_be_regional: bool = False
    name: str | None = None

    @property
    def stream_names(self) -> tuple[str, ...]:
        """The streams that it becomes, one for each array of records."""
        names = tuple(records.stream for records in self.kind.records)
        if self.name is None:
            return names
        if len(names) == 1:
            return (self.name,)
        shared = _shared_prefix(names)
        return tuple(f"{self.name}_{name[len(shared) :]}" for name in names)


class EntryReader:
    """Reads the entries of one setting, and refuses what cannot be used."""

    def __init__(
        self,
        setting: str,
        *,
        service: str,
        catalogue: ReportCatalogue,
        marketplaces: Sequence[Marketplace],
        read_moment: Callable[[str], datetime],
        taken: Container[str] = (),
    ) -> None:
        """Read the entries of `setting`, which belong to `service`.

        Args:
            setting: its name.
            service: as the catalogue calls it.
            catalogue: the report types that are known.
            marketplaces: those of the account.
            read_moment: reads a moment; `ValueError` if it is none.
            taken: names that other streams have.
        """
        self._setting = setting
        self._service = service
        self._catalogue = catalogue
        self._marketplaces = marketplaces
        self._read_moment = read_moment
        self._taken = taken
        self.problems: list[str] = []
        self.notices: list[str] = []

    def read(self, entries: Sequence[str | Mapping[str, Any]]) -> list[ReportEntry]:
        """Return the entries.

        `problems` then says what is wrong with any, and `notices` what is not, but is
        worth to be said once.
        """
        found = [self._entry(entry) for entry in entries]
        names = [name for entry in found for name in entry.stream_names]
        for name in names:
            if len(name) > _LONGEST_NAME:
                self._refuse(
                    f"a stream that would be named {name}",
                    f"at most {_LONGEST_NAME} characters; set a shorter `name` in its"
                    " entry",
                )
        doubled = {
            name for name in names if names.count(name) > 1 or name in self._taken
        }
        for name in sorted(doubled):
            self._refuse(
                f"two streams named {name}",
                "one; set another `name` in one of the entries",
            )
        return found

    def _refuse(self, found: str, allowed: str) -> None:
        self.problems.append(f"{self._setting}: found {found}, allowed: {allowed}")

    def _notice(self, text: str) -> None:
        self.notices.append(f"{self._setting}: {text}")

    def _entry(self, entry: str | Mapping[str, Any]) -> ReportEntry:
        given: Mapping[str, Any] = (
            {"report_type": entry} if isinstance(entry, str) else entry
        )
        kind = self._kind(given)
        options = kind.sent_options(given.get("report_options", {}))
        source = self._source(kind, given.get("source"))
        if source is Source.REQUEST and kind.removal is None:
            self.problems += [
                f"{self._setting}: {kind.report_type}: {problem}"
                for problem in kind.check_options(options)
            ]
        # Read again, a row without a key of its own would be another row.
        default_days = kind.lookback_days if kind.has_keys else 0
        lookback_days = given.get("lookback_days", default_days)
        as_asked = kind.for_options(options)
        has_history = self._history(kind, wanted=given.get("history", False))
        return ReportEntry(
            kind=kept_by_day(as_asked) if has_history else as_asked,
            source=source,
            options=tuple(options.items()),
            marketplaces=tuple(self._of_type(kind, given.get("marketplaces"))),
            start=self._start(given.get("start_date")),
            window_days=self._window_days(kind, given.get("window_days")),
            lookback=timedelta(days=lookback_days),
            restricted=given.get("restricted", kind.restricted),
            regional=given.get("regional", kind.regional),
            may_be_regional=source is Source.REQUEST and "regional" not in given,
            name=self._name(given.get("name")),
        )

    def _kind(self, given: Mapping[str, Any]) -> ReportType:
        """Return the type that is named, and refuse it where it cannot be read."""
        kind = self._catalogue.find(self._service, given["report_type"])
        elsewhere = strayed(
            kind.report_type, service=self._service, catalogue=self._catalogue
        )
        if elsewhere:
            self._refuse(kind.report_type, f"other types; {elsewhere}")
        elif not kind.is_known:
            self._notice(meant(kind, self._catalogue))
        # What cannot be asked for may still appear.
        collected = given.get("source") == Source.COLLECT.value
        if kind.removal:
            self._refuse(kind.report_type, f"other types; {kind.removal.sentence}")
        elif kind.refused and not (collected and kind.layout.format.is_readable):
            self._refuse(kind.report_type, f"other types; {kind.refused}")
        return kind

    def _history(self, kind: ReportType, *, wanted: bool) -> bool:
        if wanted and not kind.is_snapshot:
            self._refuse(
                f"history for {kind.report_type}",
                "snapshots only; the rows of this type are kept anyway",
            )
        return wanted

    def _source(self, kind: ReportType, word: str | None) -> Source:
        if word is None:
            return Source.REQUEST if kind.requestable else Source.COLLECT
        source = Source(word)
        if source is Source.REQUEST and not kind.requestable:
            self._refuse(
                f"source request for {kind.report_type}",
                "collect, because only a schedule creates it"
                if kind.schedulable
                else "collect, because only Amazon creates it",
            )
        return source

    def _of_type(
        self, kind: ReportType, words: Sequence[str] | None
    ) -> list[Marketplace]:
        """Return the marketplaces to ask for, each once, of those where the type is."""
        wanted = list(dict.fromkeys(self._named(words)))
        there = existing(kind, wanted)
        if wanted and not there and not kind.refused:
            self._refuse(
                f"{kind.report_type} for {countries(wanted)}",
                f"marketplaces where it exists: {', '.join(kind.marketplaces)}",
            )
        for absence in absences(kind, wanted):
            self._notice(absence)
        return there

    def _named(self, words: Sequence[str] | None) -> Iterator[Marketplace]:
        if words is None:
            yield from self._marketplaces
            return
        for word in words:
            marketplace = find_marketplace(word)
            if marketplace and marketplace in self._marketplaces:
                yield marketplace
            else:
                self._refuse(f"marketplace {word!r}", "those of sp_marketplaces")

    def _start(self, text: str | None) -> datetime | None:
        if text is None:
            return None
        try:
            return self._read_moment(text)
        except ValueError:
            self._refuse(f"start_date {text!r}", "an ISO 8601 date or date-time")
            return None

    def _window_days(self, kind: ReportType, days: int | None) -> int | None:
        longest = kind.dates.longest_days
        if days is not None and longest is not None and days > longest:
            self._refuse(
                f"window_days {days} for {kind.report_type}", f"at most {longest}"
            )
        return days

    def _name(self, name: str | None) -> str | None:
        if name is not None and not _STREAM_NAME.fullmatch(name):
            self._refuse(
                f"name {name!r}",
                "lower case letters, digits and underscores, a letter first",
            )
        return name


def _shared_prefix(names: Sequence[str]) -> str:
    """Return what all names start with, up to an underscore."""
    first, last = min(names), max(names)
    size = next(
        (place for place, letter in enumerate(first) if last[place] != letter),
        len(first),
    )
    return first[: first.rfind("_", 0, size) + 1]
