"""Moments as Amazon's JSON writes them, and as it wants them written."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

# Facts: the Selling Partner API writes ISO 8601 with `Z` or `+00:00`; Amazon Pay writes
# the basic form `20221118T150630Z` for reports, the extended one with milliseconds for
# disbursements, and one page shows hyphens inside the time (Amazon Pay API v2,
# "Reports"; 2026). The Sales API writes intervals without seconds.
_INSTANT = re.compile(
    r"(\d{4})-?(\d{2})-?(\d{2})T(\d{2})[:-]?(\d{2})(?:[:-]?(\d{2})(?:[.,](\d{1,9}))?)?"
    r"(Z|[+-]\d{2}:?(?:\d{2})?)",
)


def parse_instant(text: str) -> datetime:
    """Return the moment that `text` stands for, in UTC.

    Raises:
        ValueError: if it is no ISO 8601 moment with an offset.
    """
    found = _INSTANT.fullmatch(text.strip())
    if not found:
        msg = f"{text!r} is not a date-time with an offset"
        raise ValueError(msg)
    *parts, second, fraction, offset = found.groups()
    year, month, day, hour, minute = (int(part) for part in parts)
    microsecond = int((fraction or "0")[:6].ljust(6, "0"))
    local = datetime(
        year, month, day, hour, minute, int(second or 0), microsecond, timezone.utc
    )
    try:
        return local - _offset(offset)
    except OverflowError as problem:
        msg = f"{text!r} is not a date-time in the years 1 to 9999"
        raise ValueError(msg) from problem


def _offset(text: str) -> timedelta:
    if text == "Z":
        return timedelta()
    digits = text[1:].replace(":", "").ljust(4, "0")
    size = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return -size if text[0] == "-" else size


def utc_text(moment: datetime) -> str:
    """Return `moment` as every record and bookmark shows it: ISO 8601, UTC, `Z`."""
    return moment.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")


def basic_text(moment: datetime) -> str:
    """Return `moment` in the basic form, whole seconds, UTC: `20221118T150630Z`."""
    return moment.astimezone(timezone.utc).strftime("%Y%m%dT%H%M%SZ")
