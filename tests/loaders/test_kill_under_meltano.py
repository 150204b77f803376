"""A pipeline that is killed, tap, Meltano and loader at once, and run again."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from tests.loaders.orders import COLUMNS, HEADER, KEY
from tests.loaders.project import Project, meltano
from tests.loaders.warehouses import DuckDb
from tests.local_amazon import BySeconds, LocalAmazon, StoredObject
from tests.report_types import ORDERS

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

    from tests.loaders.warehouses import Warehouse
    from tests.local_amazon.wire import Wire

STREAM = "sp_flat_file_all_orders_data_by_last_update_general"
DAYS = 40
ORDERS_A_DAY = 40
READ_BEFORE_THE_KILL = 36
KEPT_AT_LEAST = 1000
"""What the DuckDB loader takes at once, as meltano.yml sets it up."""
SPEED = 120
MIDNIGHT = datetime.now(tz=timezone.utc).replace(
    hour=0, minute=0, second=0, microsecond=0
)
TAP = "TAP_AMAZON_REPORTS_"


def _orders(report: Wire) -> StoredObject:
    """Return a day's orders, the same whenever the day is asked for."""
    day = report["dataStartTime"][:10]
    lines = [
        f"{day}-{n}\t{day}T01:00:00+00:00\t{day}T02:00:00+00:00\tSKU\tB0\t1\t{n}.5\tUlm"
        for n in range(ORDERS_A_DAY)
    ]
    return StoredObject("\n".join([HEADER, *lines]).encode())


def _all_orders() -> list[tuple[str, ...]]:
    """Return what the table is to hold in the end."""
    days = [MIDNIGHT - timedelta(days=age) for age in range(3, 3 + DAYS)]
    return sorted(
        (f"{day:%Y-%m-%d}-{n}", "SKU", "1", f"{n}.5", "Ulm")
        for day in days
        for n in range(ORDERS_A_DAY)
    )


@pytest.fixture(name="amazon")
def _amazon() -> Iterator[LocalAmazon]:
    """Yield an Amazon that makes a report every half second."""
    with LocalAmazon(speed=SPEED, populate=False) as amazon:
        amazon.selling_partner.ripening = BySeconds(0.2, 0.2)
        amazon.selling_partner.contents[ORDERS] = _orders
        yield amazon


def _settings(amazon: LocalAmazon, warehouse: Warehouse) -> dict[str, Any]:
    """Return a report for each day, and where the loader writes."""
    tap = {
        **{
            name: value
            for name, value in amazon.settings().items()
            if name.startswith(("sp_", "lwa_"))
        },
        "sp_marketplaces": ["US"],
        "sp_report_types": [
            {"report_type": ORDERS, "window_days": 1, "lookback_days": 0}
        ],
        "start_date": (MIDNIGHT - timedelta(days=DAYS + 2)).isoformat(),
        "end_date": (MIDNIGHT - timedelta(days=2)).isoformat(),
        "report_poll_interval": 1,
        "_select": [f"{STREAM}.*"],
    }
    where = {"path", "host", "port", "user", "password", "database"}
    where |= {"destination_path", "output_path"}
    return {
        **{f"{TAP}{name.upper()}": value for name, value in tap.items()},
        **{
            f"{warehouse.command.upper().replace('-', '_')}_{name.upper()}": value
            for name, value in warehouse.settings.items()
            if name in where
        },
    }


def _documents(amazon: LocalAmazon) -> int:
    return sum(seen.operation == "getReportDocument" for seen in amazon.seen)


def test_a_kill_loses_nothing_that_was_paid_for(
    warehouse: Warehouse, amazon: LocalAmazon
) -> None:
    """After SIGKILL the next run completes the table, and no report is made twice.

    DuckDB's has kept what was read but for the last thousand rows; PostgreSQL's loader
    and the CSV one pass a state on each five minutes, the JSON lines one at its end;
    what they had not passed on is read again from the reports that there are.
    """
    command = meltano()
    if command is None:
        pytest.skip("Meltano is not installed: pip install --group demo")
    project = Project(command, warehouse.folder, warehouse.command, warehouse.commands)
    project.write()

    def read_most(process: subprocess.Popen[bytes]) -> None:
        while _documents(amazon) < READ_BEFORE_THE_KILL and process.poll() is None:
            time.sleep(0.01)
        time.sleep(0.3)

    settings = _settings(amazon, warehouse)
    status, log = project.run(settings, until=read_most)
    assert -9 == status, log[-3000:]
    if isinstance(warehouse, DuckDb):
        assert len(warehouse.rows(STREAM, COLUMNS, KEY)) >= KEPT_AT_LEAST

    status, log = project.run(settings)

    assert 0 == status, log[-3000:]
    assert _all_orders() == warehouse.rows(STREAM, COLUMNS, KEY)
    assert DAYS == len(amazon.selling_partner.reports)
