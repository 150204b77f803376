"""From where on a run reads that follows another, and what is odd about that."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

__all__ = ["oddities_of", "resumed_at"]

_CLOCKS_DIFFER = timedelta(minutes=15)


def resumed_at(again: datetime, floor: datetime | None) -> datetime:
    """Return from where on a run reads that finds a bookmark.

    The start of a first run by default moves on with the days. It says nothing of later
    runs: after an outage that lasted longer there would be a gap.

    Args:
        again: the bookmark, less the look-back.
        floor: the start that the user set; None if nobody did.
    """
    return again if floor is None else max(again, floor)


def oddities_of(
    name: str, bookmark: datetime, *, floor: datetime | None, now: datetime
) -> Iterator[str]:
    """Yield what to say once of a bookmark.

    Args:
        name: of its stream.
        bookmark: up to where everything has been read, UTC.
        floor: the start that the user set; None if nobody did.
        now: UTC.
    """
    if floor is not None and bookmark < floor:
        yield gap_before(f"{floor:%Y-%m-%d}", f"{bookmark:%Y-%m-%d}")
    if bookmark > now + _CLOCKS_DIFFER:
        yield from_the_future(name, f"{bookmark:%Y-%m-%d %H:%MZ}")


def gap_before(start: str, bookmark: str) -> str:
    """Return what to say of a start that was moved past a bookmark."""
    return (
        f"start_date, {start}, is after the bookmark, {bookmark}: what lies between is"
        " not read; if you want it, set an earlier start_date and run with"
        " --full-refresh"
    )


def from_the_future(name: str, bookmark: str) -> str:
    """Return what to say of a bookmark that moves no more until its moment."""
    return (
        f"the bookmark of {name} is in the future, {bookmark}; until then runs read no"
        " more than the look-back; check the clock of this machine, or run with"
        " --full-refresh"
    )
