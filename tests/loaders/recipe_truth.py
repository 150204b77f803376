"""What the recipes are to find, by what the local Amazon itself knows."""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tests.clock import NOON
from tests.local_amazon.families.order_book import (
    CANCELLED,
    PENDING,
    orders_placed,
    orders_shipped,
    returns_between,
)
from tests.local_amazon.marketplaces import BY_COUNTRY, BY_ID
from tests.report_types import SETTLEMENT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.local_amazon import LocalAmazon
    from tests.local_amazon.families.order_book import Item, Order
    from tests.local_amazon.selling_partner.models import ReportDocument
    from tests.local_amazon.wire import Wire

UTC = timezone.utc


@dataclass
class Truth:
    """A seller and a merchant at one moment.

    Attributes:
        amazon: who knows.
        countries: where is sold.
        start: what was read from.
        now: the moment of the last run.
    """

    amazon: LocalAmazon
    countries: tuple[str, ...]
    start: datetime
    now: datetime

    def lines_sold(self) -> Iterator[tuple[Order, Item]]:
        """Yield each line of the orders that changed since the start, if it counts."""
        first = (self.start - timedelta(days=90)).date()
        for country in self.countries:
            market = BY_COUNTRY[country]
            for order in orders_placed(market, first, self.now.date(), at=self.now):
                counts = order.status not in {PENDING, CANCELLED}
                if order.updated >= self.start and counts:
                    yield from ((order, item) for item in order.items)

    def days_and_skus(self) -> dict[tuple[str, str, str], tuple[int, int, Decimal]]:
        """Return orders, units and revenue by local day, country and SKU."""
        orders: dict[tuple[str, str, str], set[str]] = defaultdict(set)
        units: dict[tuple[str, str, str], int] = defaultdict(int)
        revenue: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
        for order, item in self.lines_sold():
            key = (f"{local_day(order)}", order.marketplace.country, item.sku)
            orders[key].add(order.order_id)
            units[key] += item.quantity
            revenue[key] += item.amount
        return {
            key: (len(orders[key]), units[key], revenue[key]) for key in sorted(units)
        }

    def revenue_of_day(self, country: str, day: date) -> Decimal:
        """Return what was sold on a local day, as far as it has been sent."""
        market = BY_COUNTRY[country]
        near = day - timedelta(days=1), day + timedelta(days=1)
        return sum(
            (
                item.amount
                for order in orders_placed(market, *near, at=self.now)
                if order.shipped is not None and local_day(order) == day
                for item in order.items
            ),
            Decimal(),
        )

    def settlements(self) -> list[Wire]:
        """Return the reports of the settlements since the start."""
        return [
            report
            for report in self.amazon.selling_partner.reports
            if report["reportType"] == SETTLEMENT
            and BY_ID[report["marketplaceIds"][0]].country in self.countries
            and datetime.fromisoformat(_moment(report["createdTime"])) >= self.start
        ]

    def settled(self) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
        """Return what was sold and what was paid back in all settlements, by SKU."""
        sold: dict[str, Decimal] = defaultdict(Decimal)
        refunded: dict[str, Decimal] = defaultdict(Decimal)
        for report in self.settlements():
            market = BY_ID[report["marketplaceIds"][0]]
            period = tuple(
                datetime.fromisoformat(_moment(report[name]))
                for name in ("dataStartTime", "dataEndTime")
            )
            for order in orders_shipped(market, *period, at=self.now):
                for item in order.items:
                    sold[item.sku] += item.amount
            for _, back in returns_between(market, *period, at=self.now):
                refunded[back.item.sku] += back.item.price
        return sold, refunded

    def asked_for(self, report_type: str) -> Iterator[tuple[Wire, bytes]]:
        """Yield the reports of a type that the tap asked for, oldest first.

        Each with its document, unpacked.
        """
        by_id = {
            document.report["reportId"]: document
            for document in self.amazon.selling_partner.documents.values()
        }
        for report in self.amazon.selling_partner.reports:
            created = datetime.fromisoformat(_moment(report["createdTime"]))
            if report["reportType"] == report_type and created >= NOON:
                document = by_id.get(report["reportId"])
                if document is not None:
                    yield report, unpacked(document)

    def newest_rows(
        self, report_type: str, key: tuple[str, ...]
    ) -> list[dict[str, str]]:
        """Return the rows of all documents, the newest of each key and its count."""
        newest: dict[tuple[object, ...], dict[str, str]] = {}
        for report, document in self.asked_for(report_type):
            seen: Counter[tuple[str, ...]] = Counter()
            for line in cells(document):
                named = tuple(line[name] for name in key)
                seen[named] += 1
                place = (*report["marketplaceIds"], *named, seen[named])
                newest[place] = line
        return list(newest.values())


def local_day(order: Order) -> date:
    """Return the day on which an order was placed, where it was placed."""
    return order.placed.astimezone(ZoneInfo(order.marketplace.time_zone)).date()


def _moment(text: str) -> str:
    return text.replace("Z", "+00:00")


def unpacked(document: ReportDocument) -> bytes:
    """Return what is in a document."""
    body = document.content.body
    assert isinstance(body, bytes)
    return gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body


def cells(document: bytes) -> list[dict[str, str]]:
    """Return the rows of a tab-separated document by their columns' names."""
    text = io.StringIO(document.decode("utf-8", errors="replace"), newline="")
    lines = list(csv.DictReader(text, delimiter="\t"))
    # Amazon repeats a header now and then.
    return [line for line in lines if list(line) != list(line.values())]
