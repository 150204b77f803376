"""What a pipeline owes to its user, and what the user cannot ask for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tap_amazon_reports.reports.status import ReportStatus
from tests.reports.run_model.wanted import LISTED, LONG_AGO, Wanted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.reports.run_model.amazon import Made, Order
    from tests.reports.run_model.target import RowKey


class Owed(Wanted):
    """The truth that a pipeline has to have, in its tables.

    Attributes:
        forgiven: rows that Amazon or the user said are not to be had.
        too_old: reports that were made before `start_date`, or that Amazon no longer
            lists.
        known_until: by run and partition, up to where had been read.
    """

    def __init__(self, *given: Any, **more: Any) -> None:
        """Owe nothing yet."""
        super().__init__(*given, **more)
        self.forgiven: set[RowKey] = set()
        self.too_old: set[str] = set()
        self.known_until: dict[str, dict[str, datetime]] = {}

    def forgive_what_is_set_otherwise(self) -> None:
        """A change behind the look-back is not owed, nor what is before the start."""
        for name, order in self.amazon.orders.items():
            for key in self.keys(name, order):
                behind = order.needs > self.settings.lookback
                before = order.updated < self._start(key)
                if behind or (before and key not in self.target.rows):
                    self.forgiven.add(key)
        listed_since = self.amazon.clock.now() - LISTED
        for report_id, made in self.amazon.made.items():
            if made.at < max(self.first_start, listed_since):
                self.too_old.add(report_id)

    def _start(self, key: RowKey) -> datetime:
        """Return before what nothing is owed: of what was read, where nobody said so.

        However long nobody ran it: then all behind the bookmark is owed.
        """
        bookmark = self.target.bookmarks().get((key.stream, key.partition))
        is_first = bookmark is None or self.settings.start is not None
        return self.first_start if is_first else LONG_AGO

    def forgive_what_was_cancelled(self) -> None:
        """Nobody can tell "no data" from "cancelled", but twice is enough.

        Once is enough where nothing was read before.
        """
        now = self.amazon.clock.now()
        cancelled = [
            one
            for one in self.amazon.made.values()
            if one.fate.status is ReportStatus.CANCELLED
            and one.maker.startswith(self.name)
            and one.is_over(now)
        ]
        for name, order in self.amazon.orders.items():
            of_order = [
                one
                for one in cancelled
                if one.covers(order)
                and (
                    self.kind.is_regional or order.market in one.request.marketplace_ids
                )
            ]
            if len(of_order) > 1 or any(map(self._is_first, of_order)):
                self.forgiven |= set(self.keys(name, order))

    def _is_first(self, made: Made) -> bool:
        """Tell whether the tap could not know of rows in the window of a report."""
        overlap = timedelta(days=self.kind.kind.overlap_days)
        start = made.request.data_start
        market = "na" if self.kind.is_regional else made.request.marketplace_ids[0]
        bookmark = self.known_until[made.maker].get(market)
        return start is None or bookmark is None or bookmark <= start + overlap

    def changed(self, name: str, order: Order) -> None:
        """An order was told anew: what was forgiven is owed again."""
        self.forgiven -= set(self.keys(name, order))

    def missing(self) -> list[str]:
        """Return what lies behind a bookmark, was never late, and is in no table."""
        return [
            f"{key} of {order.updated} is missing in {self.name}"
            for key, order in self._owed()
            if not order.needs and key not in self.target.rows
        ]

    def untrue(self) -> list[str]:
        """Return what is not in a table as it is at Amazon, and should be.

        What lies behind `end_date` is read again when that is set otherwise.
        """
        end = self.settings.end - timedelta(hours=self.kind.behind_hours)
        return [
            f"{key} of {order.updated} is not as it is in {self.name}"
            for key, order in self._owed()
            if order.updated < end and str(order.version) != self.target.rows.get(key)
        ]

    def _owed(self) -> Iterator[tuple[RowKey, Order]]:
        """Yield the orders that were read, by the bookmarks."""
        bookmarks = self.target.bookmarks()
        for name, order in self.amazon.orders.items():
            for key in self.keys(name, order):
                bookmark = bookmarks.get((key.stream, key.partition))
                start = self.settings.start or LONG_AGO
                is_read = bookmark and start <= order.updated < bookmark
                if is_read and key not in self.forgiven:
                    yield key, order

    def bookmarks(self) -> list[datetime | None]:
        """Return up to where each stream was read in each partition."""
        bookmarks = self.target.bookmarks()
        return [
            bookmarks.get((stream, partition.name))
            for stream in self.settings.streams
            for partition in self.partitions
        ]

    def untrue_now(self) -> list[RowKey]:
        """Return what is not in a table as it is at Amazon now."""
        return [
            key
            for name, order in self.amazon.orders.items()
            for key in self.keys(name, order)
            if str(order.version) != self.target.rows.get(key)
            and key not in self.forgiven
        ]

    def unread(self) -> list[str]:
        """Return the finished reports of which a stream has no row and should."""
        read = {
            (key.stream, place[0])
            for key, places in self.target.copies.items()
            for place in places
        }
        return [
            f"report {report_id} of {made.at} is in no row of {stream}"
            for report_id, made in self.amazon.made.items()
            for stream in self.settings.streams
            if self._is_to_be_collected(report_id, made)
            and (stream, report_id) not in read
        ]

    def _is_to_be_collected(self, report_id: str, made: Made) -> bool:
        return (
            bool(made.rows)
            and not made.is_gone
            and made.at < self.settings.end
            and report_id not in self.too_old
            and bool(set(made.request.marketplace_ids) & set(self.settings.markets))
        )
