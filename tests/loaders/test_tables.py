"""Full load, second load, overlap: the table is what Amazon holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.loaders.orders import COLUMNS, KEY, Seller
from tests.loaders.warehouses import DuckDb
from tests.report_types import ORDERS

if TYPE_CHECKING:
    from tests.clock import ScriptedClock
    from tests.loaders.warehouses import Row, Warehouse
    from tests.streams.content_runs import ContentRuns

STREAM = "sp_flat_file_all_orders_data_by_last_update_general"
ORDERS_AT_FIRST = 1500
"""More than the DuckDB loader takes at once."""


def _as_loaded(warehouse: Warehouse, rows: list[Row]) -> list[Row]:
    """Return rows as a loader keeps them: DuckDB's makes doubles of decimals."""
    if not isinstance(warehouse, DuckDb):
        return rows
    price = COLUMNS.index("item_price")
    return sorted(
        (
            tuple(
                str(float(value)) if place == price and value else value
                for place, value in enumerate(row)
            )
            for row in rows
        ),
        key=str,
    )


def test_table_is_what_amazon_holds(
    warehouse: Warehouse, content: ContentRuns, clock: ScriptedClock
) -> None:
    """No row is missing, doubled or stale after three runs, nulls included.

    The second run reads a day again that has not changed; the third, orders that have
    lost their price.
    """
    seller = Seller(ORDERS_AT_FIRST)
    content.amazon.selling_partner.contents[ORDERS] = seller.report

    states = warehouse.load(content.read(ORDERS).text)
    assert _as_loaded(warehouse, seller.rows) == warehouse.rows(STREAM, COLUMNS, KEY)

    clock.advance(days=1)
    states = warehouse.load(content.read(ORDERS, state=states[-1]).text)
    assert _as_loaded(warehouse, seller.rows) == warehouse.rows(STREAM, COLUMNS, KEY)

    seller.change(2, at=f"{clock.now():%Y-%m-%dT%H:%M:%S}+00:00")
    seller.change(3, at=f"{clock.now():%Y-%m-%dT%H:%M:%S}+00:00")
    clock.advance(days=1)
    warehouse.load(content.read(ORDERS, state=states[-1]).text)
    assert _as_loaded(warehouse, seller.rows) == warehouse.rows(STREAM, COLUMNS, KEY)
