"""The Sales API: units, orders and sales by interval."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from tap_amazon_reports.amazon.counted import counted
from tap_amazon_reports.amazon.echo import printable
from tap_amazon_reports.amazon.errors import UnexpectedAnswerError
from tap_amazon_reports.amazon.wire_time import parse_instant, utc_text
from tap_amazon_reports.documents.objects import ObjectReader
from tap_amazon_reports.reports.metric_windows import (
    Calendar,
    FirstDayOfWeek,
    Granularity,
)
from tap_amazon_reports.singer.stream import CoreStream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from singer_sdk.helpers.types import Context, Record
    from singer_sdk.tap_base import Tap

    from tap_amazon_reports.amazon.answers import Json
    from tap_amazon_reports.amazon.http import Query
    from tap_amazon_reports.amazon.marketplaces import Marketplace
    from tap_amazon_reports.amazon.selling_partner import SellingPartnerClient
    from tap_amazon_reports.reports.windows import Window
    from tap_amazon_reports.settings.reader import MetricsQuery
    from tap_amazon_reports.singer.stream import Run

_ALL = "All"
"""Stands in a key for a filter that is not set: a key is never null."""
_PROGRAM = "amazon_program"
"""A part of the key where any query names one; tables from before have another key."""


class _Partition(NamedTuple):
    """One query of one marketplace."""

    marketplace: Marketplace
    query: MetricsQuery

    @property
    def time_zone(self) -> str:
        return self.query.time_zone or self.marketplace.time_zone

    @property
    def calendar(self) -> Calendar:
        return Calendar(
            self.query.granularity,
            ZoneInfo(self.time_zone),
            self.query.first_day_of_week or FirstDayOfWeek.MONDAY,
        )

    def context(self) -> dict[str, str]:
        """Return what tells its rows from those of other partitions."""
        query = self.query
        weekly = query.granularity is Granularity.WEEK
        first_day = query.first_day_of_week or FirstDayOfWeek.MONDAY
        # Where there is none it is left out, so that older state is still known.
        program = {_PROGRAM: query.amazon_program} if query.amazon_program else {}
        return {
            "marketplace_id": self.marketplace.marketplace_id,
            "granularity": query.granularity.value,
            "granularity_time_zone": self.time_zone,
            "buyer_type": query.buyer_type,
            "fulfillment_network": query.fulfillment_network or _ALL,
            "first_day_of_week": first_day.value if weekly else _ALL,
            "asin": query.asin or _ALL,
            "sku": query.sku or _ALL,
            **program,
        }

    def parameters(self, window: Window) -> Query:
        """Return what to send, as Amazon names it."""
        query = self.query
        start = _local_text(window.start, self.time_zone)
        end = _local_text(window.end, self.time_zone)
        optional = {
            # The zone of hours is told by the offsets of the interval.
            "granularityTimeZone": None
            if query.granularity is Granularity.HOUR
            else self.time_zone,
            "fulfillmentNetwork": query.fulfillment_network,
            "firstDayOfWeek": query.first_day_of_week and query.first_day_of_week.value,
            "asin": query.asin,
            "sku": query.sku,
            "amazonProgram": query.amazon_program,
        }
        return [
            ("marketplaceIds", self.marketplace.marketplace_id),
            ("interval", f"{start}--{end}"),
            ("granularity", query.granularity.value),
            ("buyerType", query.buyer_type),
            *((name, value) for name, value in optional.items() if value),
        ]


class SpOrderMetrics(CoreStream):
    """One interval of one query of the Sales API."""

    name = "sp_order_metrics"
    service = "selling_partner"
    primary_keys: tuple[str, ...] = (
        "marketplace_id",
        "granularity",
        "granularity_time_zone",
        "buyer_type",
        "fulfillment_network",
        "first_day_of_week",
        "asin",
        "sku",
        "interval_start",
    )
    replication_key = "interval_start"

    def __init__(
        self,
        tap: Tap,
        *,
        run: Run,
        client: Callable[[], SellingPartnerClient],
        marketplaces: Sequence[Marketplace],
        queries: Sequence[MetricsQuery],
    ) -> None:
        """Ask each of `queries` of each of `marketplaces`, through `client`."""
        super().__init__(tap, run=run)
        if any(query.amazon_program for query in queries):
            self.keys_of_settings = (_PROGRAM,)
            self.primary_keys = (*self.primary_keys, *self.keys_of_settings)
        self._client = client
        self._partitions = {
            tuple(partition.context().values()): partition
            for partition in (
                _Partition(marketplace, query)
                for marketplace in marketplaces
                for query in queries
            )
        }

    @property
    def partitions(self) -> list[dict[str, Any]]:
        """One for each query of each marketplace."""
        return [partition.context() for partition in self._partitions.values()]

    def read(self, context: Context | None) -> Iterator[Record]:
        """Yield the intervals since the bookmark, less the look-back.

        The bookmark is the end of what has been read; reading starts at the start of
        the bucket it lies in, less the look-back, so that an open bucket (a day, a
        week, a month) is read again until it is closed.
        """
        if context is None:
            return
        partition = self._partitions[tuple(context.values())]
        calendar = partition.calendar
        # Intervals are told without seconds.
        end = self.settings.end.replace(second=0, microsecond=0)
        start = self._start(context, partition)
        reader = ObjectReader(self.schema)
        for window in calendar.windows(start, end):
            query = partition.parameters(window)
            entries = self._client().get_order_metrics(query)
            answered = [_flat(entry.wire) for entry in entries]
            self._check(answered, calendar, window)
            for interval in answered:
                values, extra = reader.read(interval)
                yield {**values, _PROGRAM: _ALL, **context, "_extra": extra or None}
            self.move_bookmark(context, window.end)
        self.warn_of_oddities("this query", reader.misfits)

    def _check(
        self, answered: Sequence[Json], calendar: Calendar, window: Window
    ) -> None:
        """Compare an answer with what was asked: zeros are promised where none sold.

        The static sandbox answers the same to everything.

        Raises:
            UnexpectedAnswerError: if it has no interval at all.
        """
        settings = self.settings.selling_partner
        if settings is None or settings.sandbox:
            return
        if not answered:
            msg = (
                "getOrderMetrics answered without any interval, where Amazon documents"
                " zeros; the next run tries again"
            )
            raise UnexpectedAnswerError(msg)
        starts = [parse_instant(one["intervalStart"]) for one in answered]
        missing, strays = calendar.compared(window, starts)
        oddities = []
        if missing:
            oddities.append(_oddity("without what was requested", missing))
        if strays:
            oddities.append(_oddity("what was not requested", strays))
        if oddities:
            self.logger.warning(
                "%s: getOrderMetrics answered %s; its rows are written as they are;"
                " report it to this tap's maintainers",
                *(self.name, " and ".join(oddities)),
            )

    def _start(self, context: Context, partition: _Partition) -> datetime:
        """Return where reading starts, and say what Amazon has no more."""
        calendar, now = partition.calendar, self.clock.now()
        granularity = partition.query.granularity
        # A total is one row for all that is asked for, so it starts where it started.
        if granularity is Granularity.TOTAL:
            return calendar.window_starts(self.settings.start, now)
        wanted = self.resumed(context, lookback=partition.query.lookback)
        start = calendar.window_starts(wanted, now)
        bookmark = self.bookmark_moment(context)
        if bookmark and wanted <= bookmark < start:
            self.warn_once(
                f"Amazon keeps granularity {granularity.value} for"
                f" {granularity.reach.days} days; what lies between the bookmark,"
                f" {bookmark:%Y-%m-%d}, and {start:%Y-%m-%d} cannot be read"
            )
        return start


def _oddity(what: str, buckets: set[datetime]) -> str:
    """Return how many intervals are odd, and where the first of them begins."""
    how_many = counted(len(buckets), "interval", "intervals")
    return f"{what}: {how_many}, from {utc_text(min(buckets))}"


def _local_text(moment: datetime, time_zone: str) -> str:
    """Return `moment` with the offset that the zone has then; `Z` only for UTC."""
    if time_zone == "UTC":
        return utc_text(moment)
    return moment.astimezone(ZoneInfo(time_zone)).isoformat(timespec="seconds")


def _flat(wire: Json) -> Json:
    """Return an interval with its two ends and its two amounts as columns.

    Raises:
        UnexpectedAnswerError: if it does not say when it starts.
    """
    interval = str(wire.get("interval"))
    start, _, end = interval.partition("--")
    try:
        ends = {
            "intervalStart": utc_text(parse_instant(start)),
            "intervalEnd": utc_text(parse_instant(end)),
        }
    except ValueError:
        msg = (
            "getOrderMetrics answered with an interval that is not two date-times with"
            f" offsets: {printable(interval)!r}; report it to this tap's maintainers"
        )
        raise UnexpectedAnswerError(msg) from None
    return {**wire, **ends, **_money(wire, "averageUnitPrice", "totalSales")}


def _money(wire: Json, *names: str) -> Json:
    """Return each amount of money as two values, and nothing where it was."""
    found: Json = {}
    for name in names:
        money = wire.get(name)
        if isinstance(money, dict):
            found[name] = None
            for part, value in money.items():
                found[f"{name}{part[:1].upper()}{part[1:]}"] = value
    return found
