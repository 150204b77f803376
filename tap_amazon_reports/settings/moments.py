"""Dates as a user writes them: ISO 8601, and nothing that could mean another day."""

from __future__ import annotations

import re
from datetime import datetime, timezone

ALLOWED = "an ISO 8601 date or date-time, such as 2026-11-01, from the year 2000 on"
_FIRST_YEAR, _LAST_YEAR = 2000, 9998
_ISO = re.compile(
    r"\d{4}-\d\d-\d\d"
    r"([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(?P<offset>Z|[+-]\d\d(:?\d\d)?)?)?"
)


def read_moment(text: str) -> datetime:
    """Return the moment of a date, or of a date-time with or without an offset, in UTC.

    Without an offset it is UTC. The years have bounds so that a look-back from the
    first one, or an offset in the last one, is a moment too.

    Raises:
        ValueError: if it is none.
    """
    found = _ISO.fullmatch(text)
    if not found:
        raise ValueError(ALLOWED)
    # Python 3.10 reads no Z and no offset of hours alone.
    offset = found["offset"] or ""
    whole = {0: "+00:00", 1: "+00:00", 3: f"{offset}:00"}.get(len(offset), offset)
    if len(whole) == len("+0000"):
        whole = f"{whole[:3]}:{whole[3:]}"
    try:
        moment = datetime.fromisoformat(_padded(text.removesuffix(offset)) + whole)
    except ValueError:
        raise ValueError(ALLOWED) from None
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise ValueError(ALLOWED)
    return moment.astimezone(timezone.utc)


def _padded(text: str) -> str:
    """Return a date with a time, and a fraction with six digits, for Python 3.10."""
    if len(text) == len("2026-11-01"):
        return f"{text}T00:00:00"
    seconds, point, fraction = text.partition(".")
    return f"{seconds}{point}{fraction.ljust(6, '0')}" if point else seconds
