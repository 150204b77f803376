"""Which windows of an entry the next run reads in one marketplace."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from tap_amazon_reports.reports.lookback import Lookback
from tap_amazon_reports.reports.plan import (
    PlannedWindow,
    oldest_data,
    planned_windows,
)
from tap_amazon_reports.reports.report import ReportRequest
from tap_amazon_reports.settings.report_entries import Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tap_amazon_reports.cli.saved_state import SavedMemory
    from tap_amazon_reports.settings.reader import Settings
    from tap_amazon_reports.settings.report_entries import ReportEntry

__all__ = ["Partition", "WantedReports", "partitions_of", "request_for", "windows_of"]


class Partition(NamedTuple):
    """What is asked for at once.

    Attributes:
        name: the marketplace's id, or the region's code.
        marketplace_ids: what to ask Amazon for; none for Amazon Pay.
        country: of the marketplace, when it is one.
    """

    name: str
    marketplace_ids: tuple[str, ...]
    country: str | None = None


class WantedReports(NamedTuple):
    """What is wanted of an entry in one partition, from `start` to `end`, UTC."""

    entry: ReportEntry
    partition: Partition
    start: datetime
    end: datetime

    @classmethod
    def of(
        cls, entry: ReportEntry, partition: Partition, settings: Settings
    ) -> WantedReports:
        """Return what the settings want."""
        return cls(entry, partition, entry.start or settings.start, settings.end)


def partitions_of(entry: ReportEntry) -> Iterator[Partition]:
    """Yield what an entry of the Selling Partner API is asked for at once."""
    markets = entry.marketplaces
    if markets and (entry.regional or entry.source is Source.COLLECT):
        ids = tuple(market.marketplace_id for market in markets)
        country = markets[0].country if len(markets) == 1 else None
        yield Partition(markets[0].region.value, ids, country)
        return
    for market in markets:
        yield Partition(market.marketplace_id, (market.marketplace_id,), market.country)


def windows_of(
    wanted: WantedReports, memories: Sequence[SavedMemory], now: datetime
) -> list[PlannedWindow | None]:
    """Return the windows, oldest first; None stands for a snapshot without dates.

    Args:
        wanted: what is wanted.
        memories: of each stream of the entry; none for a first run.
        now: UTC, whole seconds.
    """
    kind, options = wanted.entry.kind, dict(wanted.entry.options)
    if kind.is_snapshot and kind.dates.trailing_hours is None:
        return [None]
    starts = [wanted.start, _resumed(wanted, memories)]
    starts.append(oldest_data(kind, now, options=options))
    end = min(wanted.end.replace(microsecond=0), _newest(wanted, now))
    return list(
        planned_windows(
            kind,
            max(filter(None, starts)),
            end,
            days=wanted.entry.window_days,
            options=options,
        )
    )


def request_for(wanted: WantedReports, window: PlannedWindow | None) -> ReportRequest:
    """Return the request for a window, or for now."""
    return ReportRequest(
        report_type=wanted.entry.kind.report_type,
        marketplace_ids=wanted.partition.marketplace_ids,
        data_start=window.window.start if window else None,
        data_end=window.data_end if window else None,
        options=wanted.entry.options,
    )


def _newest(wanted: WantedReports, now: datetime) -> datetime:
    return now - timedelta(hours=wanted.entry.kind.latency_hours)


def _resumed(wanted: WantedReports, memories: Sequence[SavedMemory]) -> datetime | None:
    """Return from where on an earlier run left something to be read, if one did."""
    entry = wanted.entry
    lookback = Lookback(
        kind=entry.kind, length=entry.lookback, options=dict(entry.options)
    )
    starts = []
    for memory in memories:
        if (bookmark := memory.bookmark()) is None:
            return None
        starts.append(lookback.start(bookmark, memory.read_at))
    return min(starts, default=None)
