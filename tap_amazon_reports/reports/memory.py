"""What is remembered of a stream's reports from one run to the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from tap_amazon_reports.amazon.wire_time import parse_instant, utc_text

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from datetime import datetime

_FORMER = {"asked": "created", "read_report_ids": "read_reports"}
"""What version 0.1 called some of it."""
_UNCHECKED = "unchecked"


_YEARS = range(1900, 3000)
"""Outside of them no look-back can be subtracted, and nobody sells."""


class UnreadableMemoryError(ValueError):
    """State has not the shape in which this tap writes it; says which part."""


@dataclass(frozen=True)
class CreatedReport:
    """A report that was created and has not been read.

    Attributes:
        report_id: Amazon's.
        start: of its data, as it was asked for; None for a snapshot without dates.
        end: likewise.
        is_unchecked: whether it was found in a listing, where the answer was lost, and
            may be another application's.
    """

    report_id: str
    start: datetime | None = None
    end: datetime | None = None
    is_unchecked: bool = False

    def written(self) -> list[str]:
        """Return it as state holds it."""
        mark = [_UNCHECKED] if self.is_unchecked else []
        return [self.report_id, _text(self.start), _text(self.end), *mark]


@dataclass(frozen=True, kw_only=True)
class Remembered:
    """All that is remembered of one stream in one partition, beside its bookmark.

    Attributes:
        created: by digest of the request, what was created and has not been read.
        read_at: when the reports were made that the newest data was read from, the
            earliest of them.
        read_reports: by id, when reports were made that were read, and that a listing
            may show again.
        unread_reports: by id, when reports were made that were passed over: stuck, or
            without a document that can be had.
        marketplaces: of which reports were read up to the bookmark, where one report
            or one listing is of several.
        options: with which reports were asked for up to the bookmark, as text.
        cancelled: the end of the last window that was cancelled although there may be
            rows in it, as others before it were read.
    """

    created: Mapping[str, CreatedReport] = field(default_factory=dict)
    read_at: datetime | None = None
    read_reports: Mapping[str, datetime] = field(default_factory=dict)
    unread_reports: Mapping[str, datetime] = field(default_factory=dict)
    marketplaces: tuple[str, ...] = ()
    options: str | None = None
    cancelled: datetime | None = None

    @classmethod
    def read(cls, state: Mapping[str, object]) -> Remembered:
        """Return what state holds; parts of other names are left alone.

        Raises:
            UnreadableMemoryError: if a part has another shape.
        """
        found = {new: state.get(new, state.get(old)) for old, new in _FORMER.items()}
        options = state.get("options")
        return cls(
            created={
                digest: _created(entry)
                for digest, entry in _mapping("created", found["created"]).items()
            },
            read_at=_moment("read_at", state.get("read_at")),
            read_reports=_moments("read_reports", found["read_reports"]),
            unread_reports=_moments("unread_reports", state.get("unread_reports")),
            marketplaces=_texts("marketplaces", state.get("marketplaces")),
            options=None if options is None else str(options),
            cancelled=_moment("cancelled", state.get("cancelled")),
        )

    def written(self) -> dict[str, object]:
        """Return it as state holds it: plain JSON; what is empty is to be forgotten."""
        return {
            **dict.fromkeys(_FORMER),
            "created": {digest: one.written() for digest, one in self.created.items()},
            "read_at": _text(self.read_at),
            "read_reports": _written(self.read_reports),
            "unread_reports": _written(self.unread_reports),
            "marketplaces": list(self.marketplaces),
            "options": self.options or "",
            "cancelled": _text(self.cancelled),
        }


class Memory(Protocol):
    """Where one stream remembers how far one partition was read."""

    def bookmark(self) -> datetime | None:
        """Return up to where everything has been read; None if nothing has."""

    def foreign_bookmark(self) -> str | None:
        """Return what a bookmark follows that says nothing of these reports."""

    def recall(self) -> Mapping[str, object]:
        """Return what else state holds of the partition."""

    def move_bookmark(self, moment: datetime, remember: Mapping[str, object]) -> None:
        """Move past what was read, every row of which is out, and remember more."""

    def remember(self, remember: Mapping[str, object]) -> None:
        """Remember more, and leave the bookmark; what is empty is forgotten."""

    def together(self) -> AbstractContextManager[None]:
        """Have all that is remembered meanwhile, here or elsewhere, told as one."""


def possible_moment(moment: datetime) -> datetime:
    """Return the moment, or the nearest of a year that can be remembered."""
    year = min(max(moment.year, _YEARS[0]), _YEARS[-1])
    # The 28th of each month is there in each year.
    return moment if year == moment.year else moment.replace(year=year, day=28)


def check_year(year: int) -> None:
    """Accept the year of what is remembered, if one can reckon from there.

    Raises:
        ValueError: it is long before or after all that Amazon has.
    """
    if year not in _YEARS:
        msg = f"the year {year} is not one of {_YEARS[0]} to {_YEARS[-1]}"
        raise ValueError(msg)


def _text(moment: datetime | None) -> str:
    return "" if moment is None else utc_text(moment)


def _written(moments: Mapping[str, datetime]) -> dict[str, str]:
    return {name: utc_text(moment) for name, moment in moments.items()}


def _created(entry: object) -> CreatedReport:
    parts = _texts("created", entry)
    is_unchecked = parts[3:] == (_UNCHECKED,)
    if not parts or (parts[3:] and not is_unchecked):
        msg = "created: an entry is not a report id with a start and an end"
        raise UnreadableMemoryError(msg)
    start, end, *_ = *(_moment("created", part) for part in parts[1:3]), None, None
    return CreatedReport(parts[0], start, end, is_unchecked)


def _mapping(part: str, value: object) -> Mapping[str, object]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        msg = f"{part}: found {type(value).__name__}, expected an object"
        raise UnreadableMemoryError(msg)
    return value


def _texts(part: str, value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, str) or not isinstance(value, Sequence):
        msg = f"{part}: found {type(value).__name__}, expected a list"
        raise UnreadableMemoryError(msg)
    return tuple(map(str, value))


def _moments(part: str, value: object) -> dict[str, datetime]:
    found = {key: _moment(part, text) for key, text in _mapping(part, value).items()}
    return {key: moment for key, moment in found.items() if moment is not None}


def _moment(part: str, text: object) -> datetime | None:
    if text is None or text == "":
        return None
    try:
        moment = parse_instant(str(text))
        check_year(moment.year)
    except ValueError:
        msg = f"{part}: {text!r} is not a date-time such as 2026-11-21T12:00:00Z"
        raise UnreadableMemoryError(msg) from None
    return moment
