"""A seller's orders, as Amazon writes them into reports, day by day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tests.local_amazon import StoredObject

if TYPE_CHECKING:
    from tests.local_amazon.wire import Wire

HEADER = (
    "amazon-order-id\tpurchase-date\tlast-updated-date\tsku\tasin\tquantity"
    "\titem-price\tship-city"
)
COLUMNS = ("amazon_order_id", "sku", "quantity", "item_price", "ship_city")
KEY = 1
PRICES = ("1000.50", "0.10", "12345678901234.57", "-17.90", "200", "")
CITIES = ("Zürich", 'Fort "W"', "a,b; c", "NULL", "")


@dataclass(frozen=True)
class Order:
    """One order of one item, with the moment at which it last changed."""

    number: int
    changed: str
    quantity: str
    price: str
    city: str

    @property
    def line(self) -> str:
        """The order's line in a flat file."""
        bought = "2026-11-02T03:04:05+00:00"
        return (
            f"306-{self.number:07d}\t{bought}\t{self.changed}\tSKU-{self.number}"
            f"\tB0{self.number:08d}\t{self.quantity}\t{self.price}\t{self.city}"
        )

    @property
    def row(self) -> tuple[str | None, ...]:
        """What a table that kept everything says of it, in the order of COLUMNS."""
        return (
            f"306-{self.number:07d}",
            f"SKU-{self.number}",
            self.quantity or None,
            self.price or None,
            self.city or None,
        )


class Seller:
    """Who has orders, some of which change after they were read."""

    def __init__(self, count: int) -> None:
        """Take so many orders in the first days of November 2026."""
        self.orders = {
            number: Order(
                number,
                f"2026-11-{number % 7 + 1:02d}T10:00:00+00:00",
                str(number % 3 + 1),
                PRICES[number % len(PRICES)],
                CITIES[number % len(CITIES)],
            )
            for number in range(count)
        }

    def report(self, report: Wire) -> StoredObject:
        """Return the orders that changed in a report's window, as a document."""
        start, end = report["dataStartTime"][:19], report["dataEndTime"][:19]
        lines = [
            order.line
            for order in self.orders.values()
            if start <= order.changed[:19] < end
        ]
        return StoredObject("\n".join([HEADER, *lines]).encode())

    def change(self, number: int, *, at: str) -> None:
        """Let an order lose its price and its city at a moment."""
        order = self.orders[number]
        self.orders[number] = replace(
            order, changed=at, price="", city="", quantity="9"
        )

    @property
    def rows(self) -> list[tuple[str | None, ...]]:
        """What a table that kept everything holds."""
        return sorted((order.row for order in self.orders.values()), key=str)
