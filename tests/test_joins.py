"""The tables can be joined: an order is the same wherever it appears."""

from __future__ import annotations

import sqlite3
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tests.clock import ScriptedClock
from tests.local_amazon import LocalAmazon
from tests.local_amazon.marketplaces import MARKETPLACES as SHOPS
from tests.report_types import ORDERS, RETURNS, SETTLEMENT
from tests.tap_run import sync

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PAY_SETTLEMENT = "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_SETTLEMENT_DATA_"
TABLES = {
    "orders": "sp_flat_file_all_orders_data_by_last_update_general",
    "settlement": "sp_v2_settlement_report_data_flat_file_v2",
    "returns": "sp_flat_file_returns_data_by_return_date",
    "metrics": "sp_order_metrics",
    "pay_settlement": "pay_settlement_data",
    "disbursements": "pay_disbursements",
}
"""By short names, the streams that are joined."""
SETTINGS = {
    "start_date": "2026-10-12T00:00:00Z",
    "sp_order_metrics": {"granularity": "Day", "time_zone": "UTC"},
    "sp_report_types": [ORDERS, RETURNS, SETTLEMENT],
    "pay_report_types": [PAY_SETTLEMENT],
}
CENT = Decimal("0.01")


class Total:
    """An aggregate of SQL: the exact sum of decimals that are stored as texts."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._sum = Decimal()

    def step(self, value: str | None) -> None:
        """Add one value."""
        self._sum += Decimal(value or 0)

    def finalize(self) -> str:
        """Return the sum with two decimal places."""
        return str(self._sum.quantize(CENT))


@pytest.fixture(name="tables", scope="module")
def _tables() -> Iterator[sqlite3.Connection]:
    """Yield a database with what one run of the tap wrote."""
    clock = ScriptedClock()
    with LocalAmazon(clock=clock) as amazon:
        settings = {**amazon.settings(), **SETTINGS}
        output = sync(settings, clock=clock, only=[*TABLES.values()])
    assert 0 == output.status
    database = sqlite3.connect(":memory:")
    database.create_aggregate("total_of", 1, Total)  # type: ignore[arg-type]
    written = output.rows()
    for name, stream in TABLES.items():
        _load(database, name, [row for key, row in written.items() if key[0] == stream])
    channels = [{"id": one.id, "sales_channel": one.sales_channel} for one in SHOPS]
    _load(database, "marketplaces", channels)
    yield database
    database.close()


def _load(
    database: sqlite3.Connection, name: str, rows: Iterable[dict[str, Any]]
) -> None:
    """Make a table of records; decimals are texts, so that no digit is lost."""
    rows = list(rows)
    columns = sorted({column for row in rows for column in row})
    names = ", ".join(f'"{column}"' for column in columns)
    database.execute(f"CREATE TABLE {name} ({names})")
    marks = ", ".join("?" * len(columns))
    database.executemany(
        f"INSERT INTO {name} VALUES ({marks})",
        [[_cell(row.get(column)) for column in columns] for row in rows],
    )


def _cell(value: object) -> object:
    return value if isinstance(value, (str, int)) or value is None else str(value)


def test_a_settlement_adds_up_to_its_deposit(tables: sqlite3.Connection) -> None:
    """The lines of each settlement are as much as its summary says is deposited."""
    found = tables.execute(
        """
        SELECT summary.settlement_id, total_of(summary.total_amount), lines.amount
        FROM settlement AS summary
        JOIN (
            SELECT settlement_id, total_of(amount) AS amount
            FROM settlement WHERE total_amount IS NULL GROUP BY settlement_id
        ) AS lines USING (settlement_id)
        WHERE summary.total_amount IS NOT NULL GROUP BY summary.settlement_id
        """
    ).fetchall()

    assert len(found) > 5
    assert [total for _, total, _ in found] == [amount for *_, amount in found]
    assert all(Decimal(total) > 0 for _, total, _ in found)


def test_what_is_settled_was_ordered(tables: sqlite3.Connection) -> None:
    """The price of each line of a settlement is the price in the order report."""
    found = tables.execute(
        """
        SELECT settled.order_id, settled.amount, ordered.item_price
        FROM settlement AS settled
        JOIN orders AS ordered ON ordered.amazon_order_id = settled.order_id
            AND ordered.order_item_id = settled.order_item_code
        WHERE settled.transaction_type = 'Order'
            AND settled.amount_description = 'Principal'
        """
    ).fetchall()

    assert len(found) > 50
    assert [] == [row for row in found if Decimal(row[1]) != Decimal(row[2])]


def test_metrics_are_the_sums_of_the_orders(tables: sqlite3.Connection) -> None:
    """The sales of each day are those of the orders that were placed on it.

    An order report is of the whole region, and says by `sales_channel` where.
    """
    found = tables.execute(
        """
        SELECT metrics.interval_start, metrics.marketplace_id, metrics.order_count,
            metrics.unit_count, total_of(DISTINCT metrics.total_sales_amount),
            count(DISTINCT ordered.amazon_order_id), sum(ordered.quantity),
            total_of(ordered.item_price)
        FROM metrics
        JOIN marketplaces ON marketplaces.id = metrics.marketplace_id
        JOIN orders AS ordered ON ordered.sales_channel = marketplaces.sales_channel
            AND substr(ordered.purchase_date, 1, 10)
                = substr(metrics.interval_start, 1, 10)
        WHERE ordered.order_status NOT IN ('Pending', 'Cancelled')
        GROUP BY metrics.interval_start, metrics.marketplace_id
        """
    ).fetchall()

    assert len(found) > 50
    assert [row[2:5] for row in found] == [row[5:] for row in found]


def test_what_came_back_was_ordered(tables: sqlite3.Connection) -> None:
    """A return names an order, one of its lines, and no more than was paid for it."""
    found = tables.execute(
        """
        SELECT returned.refunded_amount, ordered.item_price
        FROM returns AS returned
        LEFT JOIN orders AS ordered ON ordered.amazon_order_id = returned.order_id
            AND ordered.order_item_id = returned.order_item_id
        WHERE ordered.purchase_date >= '2026-10-14'
        """
    ).fetchall()

    assert len(found) > 5
    assert all(Decimal(part or 0) <= Decimal(whole) for part, whole in found)


def test_refunds_are_fewer_than_sales(tables: sqlite3.Connection) -> None:
    """In each settlement more is sold than paid back."""
    found = tables.execute(
        """
        SELECT settlement_id,
            total_of(CASE transaction_type WHEN 'Order' THEN amount END),
            total_of(CASE transaction_type WHEN 'Refund' THEN amount END)
        FROM settlement WHERE amount_description = 'Principal'
        GROUP BY settlement_id
        """
    ).fetchall()

    assert found
    assert all(0 < -Decimal(back) < Decimal(sold) for _, sold, back in found)


def test_a_pay_settlement_is_what_was_paid_out(tables: sqlite3.Connection) -> None:
    """The lines of a settlement, but for the transfer, are its disbursements."""
    found = tables.execute(
        """
        SELECT lines.settlement_id, lines.amount, paid.amount
        FROM (
            SELECT settlement_id, total_of(net_transaction_amount) AS amount
            FROM pay_settlement WHERE transaction_type <> 'Transfer'
            GROUP BY settlement_id
        ) AS lines
        JOIN (
            SELECT settlement_id, total_of(amount) AS amount
            FROM disbursements GROUP BY settlement_id
        ) AS paid USING (settlement_id)
        """
    ).fetchall()
    settlements = tables.execute(
        "SELECT count(DISTINCT settlement_id) FROM pay_settlement"
    ).fetchone()

    assert len(found) > 30
    assert (len(found),) == settlements
    assert [amount for _, amount, _ in found] == [paid for *_, paid in found]
