"""Which days the reports are of that are asked for."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

FIRST_DAY_AGO = 20


def first_day() -> datetime:
    """Return the start of the first window."""
    today = datetime.now(tz=timezone.utc).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    return today - timedelta(days=FIRST_DAY_AGO)


def spanning(start: datetime, days: int) -> dict[str, Any]:
    """Return the settings that want the data of so many days, from `start`."""
    return {
        "start_date": start.isoformat(),
        "end_date": (start + timedelta(days=days)).isoformat(),
    }
