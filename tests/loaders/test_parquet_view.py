"""DuckDB over the tap's own Parquet files, by the recipe of docs/loaders.md."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from tests.loaders.installed import ROOT
from tests.loaders.orders import COLUMNS, Seller
from tests.loaders.warehouses import DuckDb
from tests.report_types import ORDERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from tests.clock import ScriptedClock
    from tests.loaders.warehouses import Row
    from tests.streams.content_runs import ContentRuns

PRICE = COLUMNS.index("item_price")


def _view(folder: Path) -> str:
    """Return the recipe's statement, for files in another folder."""
    text = (ROOT / "docs" / "loaders.md").read_text(encoding="utf-8")
    found = re.search(r"<!-- view -->\n\n```sql\n(.*?)```", text, re.DOTALL)
    assert found
    assert "/data/amazon/" in found.group(1)
    return found.group(1).replace("/data/amazon/", f"{folder}/")


def _exact(rows: Iterable[Row]) -> list[tuple[object, ...]]:
    """Return rows with prices as numbers: a column of decimals has one scale."""
    return [
        tuple(
            Decimal(value) if place == PRICE and value else value
            for place, value in enumerate(row)
        )
        for row in rows
    ]


def test_view_holds_the_newest_row_of_each_key(
    commands: Callable[[str], Path],
    content: ContentRuns,
    clock: ScriptedClock,
    tmp_path: Path,
) -> None:
    """Files of three runs, one of them an overlap, are one exact table."""
    seller = Seller(200)
    content.amazon.selling_partner.contents[ORDERS] = seller.report
    files = tmp_path / "files"
    files.mkdir()
    config = {
        "encoding": {"format": "parquet"},
        "storage": {"root": files.as_uri(), "prefix": "amazon-"},
    }
    state = content.read(ORDERS, batch_config=config).state
    clock.advance(days=1)
    state = content.read(ORDERS, state=state, batch_config=config).state
    seller.change(2, at=f"{clock.now():%Y-%m-%dT%H:%M:%S}+00:00")
    clock.advance(days=1)
    content.read(ORDERS, state=state, batch_config=config)

    database = DuckDb(commands("target-duckdb"), tmp_path)
    database.query(_view(files))

    assert _exact(seller.rows) == _exact(database.rows("orders", COLUMNS, 1))
