"""Points in time as Amazon writes them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

EXTENDED = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)"
)
BASIC = re.compile(r"\d{8}T\d{6}Z")


def parse_extended(text: str) -> datetime | None:
    """Return the moment of an ISO 8601 text with seconds and an offset, or None."""
    found = EXTENDED.fullmatch(text)
    if found is None:
        return None
    fraction = ((found[7] or ".0")[1:] + "000000")[:6]
    digits = "".join(found.groups()[:6]) + fraction
    try:
        parsed = datetime.strptime(digits, "%Y%m%d%H%M%S%f")  # noqa: DTZ007 (below)
        return parsed.replace(tzinfo=parse_offset(found[8]))
    except ValueError:
        return None


def parse_offset(text: str) -> timezone:
    """Return the zone of `Z` or `+hh:mm`."""
    if text == "Z":
        return timezone.utc
    sign = -1 if text[0] == "-" else 1
    hours, minutes = int(text[1:3]), int(text[4:6])
    return timezone(sign * timedelta(hours=hours, minutes=minutes))


def parse_basic(text: str) -> datetime | None:
    """Return the moment of a text like `20240102T030405Z`, or None."""
    if BASIC.fullmatch(text) is None:
        return None
    try:
        parsed = datetime.strptime(text, "%Y%m%dT%H%M%SZ")  # noqa: DTZ007 (below)
    except ValueError:
        return None
    return parsed.replace(tzinfo=timezone.utc)


def extended(moment: datetime) -> str:
    """Return `moment` as the Selling Partner API writes it."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S+00:00")


def basic(moment: datetime) -> str:
    """Return `moment` as Amazon Pay writes it in reports and schedules."""
    return moment.astimezone(timezone.utc).strftime("%Y%m%dT%H%M%SZ")


def milliseconds(moment: datetime) -> str:
    """Return `moment` as Amazon Pay writes it in disbursements."""
    utc = moment.astimezone(timezone.utc)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"
