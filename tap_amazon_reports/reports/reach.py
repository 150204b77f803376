"""How far back Amazon can be asked.

Facts:
    - Reports are listed by when they were created, and kept for 90 days (Reports API
      v2021-06-30, getReports, `createdSince`; Amazon Pay API v2, "Get reports";
      November 2026).
"""

from __future__ import annotations

from datetime import datetime, timedelta

__all__ = ["SLACK", "oldest_listed"]

_KEPT = timedelta(days=90)
SLACK = timedelta(minutes=10)
"""Kept to every reach, because time passes before a request arrives."""


def oldest_listed(now: datetime) -> datetime:
    """Return the moment since when reports can be listed, in whole seconds.

    Args:
        now: UTC.
    """
    return (now - _KEPT + SLACK).replace(microsecond=0)
