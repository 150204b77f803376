"""Date-times in all the shapes that documents have, to UTC.

Facts:
    - The shapes of the Appstore: `YYYY-MM-DD HH:MM:SS ZZZ`, the same with slashes,
      `YYYY-MM-DDTHH:MM:SSZ`, `MM/DD/YY HH:MM ZZZ`, `MM/DD/YYYY HH:MM[:SS] ZZZ`
      (developer.amazon.com, Sales Reports, for the one with slashes;
      github.com/MiguelCouto-DA/pypayment_v2, real files of March 2022, for the first).
    - `YYYY-MM-DDTHH:MM:SS -0700`, with a blank before the offset
      (github.com/wikimedia/wikimedia-fundraising-SmashPig, Amazon audit files of 2015
      and 2018).
    - ISO 8601 with an offset in orders, `YYYY-MM-DD HH:MM:SS UTC` in settlements, zone
      abbreviations in the open-date of listings (developer-docs.amazon.com, attributes
      of these reports, 2026; files in public repositories, named by the types).
    - `Dec 1, 2017 12:38:23 AM PST`, `1 May 2026 10:00:00 am UTC` in the transactions of
      a date range (public parsers of that report, 2026).
"""

from __future__ import annotations

import re
from datetime import datetime, timezone, tzinfo

from tap_amazon_reports.amazon.wire_time import parse_instant
from tap_amazon_reports.documents.values import DayOrder, full_year, is_missing
from tap_amazon_reports.documents.zones import UnknownZoneError, utc_offset

__all__ = ["utc_text"]

_SHAPE = re.compile(
    r"(?:(?P<year>[0-9]{4})(?P<mark>[-/.])(?P<month>[0-9]{1,2})(?P=mark)"
    r"(?P<day>[0-9]{1,2})"
    r"|(?P<first>[0-9]{1,2})(?P<slash>[-/.])(?P<second>[0-9]{1,2})(?P=slash)"
    r"(?P<last>[0-9]{4}|[0-9]{2})"
    r"|(?P<name>[A-Za-z]{3,9})\.? +(?P<number>[0-9]{1,2}),? +(?P<named_year>[0-9]{4}),?"
    r"|(?P<number_first>[0-9]{1,2})[ -](?P<name_last>[A-Za-z]{3,9})\.?[ -]"
    r"(?P<year_last>[0-9]{4}),?)"
    r"(?:T| +)"
    r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})"
    r"(?::(?P<seconds>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,9}))?)?"
    r"(?: *(?P<half>[AaPp])[Mm](?![A-Za-z]))?"
    r" *(?P<zone>[^0-9 ].*)?",
    re.ASCII,
)
_MONTHS = (
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
)
_HALF_DAY_HOURS = 12
_MICROSECOND_DIGITS = 6
# YYYY-MM-DDTHH:MM:SS, alone and with +00:00 behind it.
_PLAIN, _PLAIN_WITH_OFFSET = 19, 25
_AT_ZERO = ("Z", "+00:00")


def utc_text(
    cell: str,
    *,
    country: str | None = None,
    default_zone: tzinfo | None = None,
    order: DayOrder = DayOrder.MONTH_FIRST,
) -> str | None:
    """Return the moment as `YYYY-MM-DDTHH:MM:SSZ`, with microseconds if there are any.

    Args:
        cell: a date-time; blank is None.
        country: two letters, of the marketplace; decides ambiguous abbreviations.
        default_zone: the zone of a time without one.
        order: what stands first in a date with its year last.

    Raises:
        UnknownZoneError: a `ValueError`: it has no zone, or one that no table knows.
        ValueError: it has another shape, or is no moment of the calendar.
    """
    if len(cell) <= _PLAIN_WITH_OFFSET and cell[_PLAIN:] in _AT_ZERO:
        # What most cells are, and are already: checked by the C parser, kept as is.
        plain = _plain(cell)
        if plain is not None:
            return plain
    naive = _utc(cell, country, default_zone, order)
    return None if naive is None else f"{naive.isoformat()}Z"


def _plain(cell: str) -> str | None:
    # The C parser takes any sign between date and time, and an offset within.
    if cell[10] not in "T " or not cell[13] == cell[16] == ":":
        return None
    try:
        return f"{datetime.fromisoformat(cell[:_PLAIN]).isoformat()}Z"
    except ValueError:
        return None


def _utc(
    cell: str, country: str | None, default_zone: tzinfo | None, order: DayOrder
) -> datetime | None:
    """Return the moment in UTC, naive."""
    found = _SHAPE.fullmatch(cell.strip())
    if found is None:
        return None if is_missing(cell) else _instant(cell)
    local = _local(found, order)
    zone = found["zone"]
    try:
        if zone:
            return local - utc_offset(zone, country)
        if default_zone is None:
            raise UnknownZoneError
        aware = local.replace(tzinfo=default_zone)
        return aware.astimezone(timezone.utc).replace(tzinfo=None)
    except OverflowError as error:
        msg = "a date-time outside the calendar"
        raise ValueError(msg) from error


def _instant(cell: str) -> datetime:
    """Read ISO 8601 in its basic form, as Amazon Pay writes it in JSON."""
    try:
        return parse_instant(cell).replace(tzinfo=None)
    except ValueError:
        # Without the cause, which quotes the cell.
        msg = f"a cell of {len(cell)} characters is no date-time"
        raise ValueError(msg) from None


def _local(found: re.Match[str], order: DayOrder) -> datetime:
    fraction = (found["fraction"] or "")[:_MICROSECOND_DIGITS]
    return datetime(  # noqa: DTZ001 (the zone is subtracted by who called)
        *_day(found, order),
        _hour(int(found["hour"]), found["half"]),
        int(found["minute"]),
        int(found["seconds"] or 0),
        int(fraction.ljust(_MICROSECOND_DIGITS, "0")),
    )


def _hour(hour: int, half: str | None) -> int:
    """Return the hour of 24; `half` is the first letter of AM or PM."""
    if half is None:
        return hour
    if not 1 <= hour <= _HALF_DAY_HOURS:
        msg = "an hour that half a day does not have"
        raise ValueError(msg)
    return hour % _HALF_DAY_HOURS + _HALF_DAY_HOURS * (half in "Pp")


def _named_day(year: str, name: str, day: str) -> tuple[int, int, int]:
    word = name.lower()
    if word[:3] not in _MONTHS:
        msg = "a date-time whose month has no English name"
        raise ValueError(msg)
    return int(year), _MONTHS.index(word[:3]) + 1, int(day)


def _day(found: re.Match[str], order: DayOrder) -> tuple[int, int, int]:
    if found["year"]:
        return int(found["year"]), int(found["month"]), int(found["day"])
    if found["name"]:
        return _named_day(found["named_year"], found["name"], found["number"])
    if found["name_last"]:
        return _named_day(found["year_last"], found["name_last"], found["number_first"])
    first, second = int(found["first"]), int(found["second"])
    if found["slash"] == "." or order is DayOrder.DAY_FIRST:
        first, second = second, first
    elif order is not DayOrder.MONTH_FIRST:
        msg = "a date-time with its year last, of unknown order"
        raise ValueError(msg)
    return full_year(found["last"]), first, second
