"""docs/schedule.md: the engines' own limits hold, when many accounts are read."""

from __future__ import annotations

import os
import time
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from tests.loaders.airflow_engine import AIRFLOW, Airflow, airflow
from tests.loaders.daemons import must
from tests.loaders.dagster_engine import DAGSTER, dagster_daemon
from tests.loaders.sellers import Sellers, be_impatient, sellers
from tests.loaders.spans import Span, by, most_at_once, overtaken
from tests.local_amazon import BySeconds
from tests.pages.blocks import ROOT, marked
from tests.pages.clone import BASH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.loaders.warehouses import Postgres

ACCOUNTS = int(os.environ.get("TAP_TEST_ACCOUNTS", "3"))
"""How many accounts the engines read; a hundred take an hour on two processors."""
AT_ONCE = 2 if ACCOUNTS == 3 else 4
NAMES = [f"SELLER_{number:03d}" for number in range(ACCOUNTS)]
FIRST = "SELLER_00"
SOME = [name for name in NAMES if name.startswith(FIRST)]
"""Whose slow job runs a second time: ten accounts at most."""
RIPE_SECONDS = 30.0
"""After how long a report of the slow job is made."""
BUSY_SECONDS = 100.0
"""How long the first account's daily job waits for its reports."""
SECOND_TICK_AFTER = timedelta(minutes=1)
LONGEST_SECONDS = 600.0 + 120.0 * ACCOUNTS
ORDERS = "sp_flat_file_all_orders_data_by_last_update_general"
TRAFFIC = "sp_sales_and_traffic_report_by_asin"
SLOW_TYPE = "GET_SALES_AND_TRAFFIC_REPORT"
DAILY_TYPES = (
    "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL",
    "GET_FBA_MYI_ALL_INVENTORY_DATA",
)

_needs_dagster = pytest.mark.skipif(
    not DAGSTER.is_file(),
    reason="Dagster is not installed; TAP_TEST_DAGSTER says where it is",
)
_needs_airflow = pytest.mark.skipif(
    not AIRFLOW.is_file(),
    reason="Airflow is not installed; TAP_TEST_AIRFLOW says where it is",
)


@pytest.fixture(name="many")
def _many(postgres: Postgres) -> Iterator[Sellers]:
    """Yield the accounts: reports of the slow job take time, and all of the first's."""
    with sellers(postgres, *NAMES) as many:
        be_impatient(many)
        for amazon in many.amazons.values():
            late = BySeconds(0.0, RIPE_SECONDS)
            amazon.selling_partner.ripenings[SLOW_TYPE] = [late] * 50
        for daily in DAILY_TYPES:
            late = BySeconds(0.0, BUSY_SECONDS)
            many.amazons[NAMES[0]].selling_partner.ripenings[daily] = [late]
        yield many


@_needs_dagster
def test_dagster_holds_its_limits(many: Sellers) -> None:
    """The schedules' ticks queue runs of all accounts; dagster.yaml's limits hold.

    A slow job that leaves what is not made ends with success, and its next run reads
    it; no report is asked for twice.
    """
    example = many.folder / "docs" / "examples" / "dagster_accounts.py"
    example.write_text(
        _at(example.read_text(encoding="utf-8"), *_minutes()), encoding="utf-8"
    )
    settings = marked("dagster.yaml")
    assert "max_concurrent_runs: 25" in settings
    settings = settings.replace("runs: 25", f"runs: {AT_ONCE}")
    with dagster_daemon(many, settings) as dagster:
        runs = dagster.runs(2 * ACCOUNTS, within_seconds=LONGEST_SECONDS)
        assert {"SUCCESS"} == {run.state for run in runs}
        _check_limits(runs, AT_ONCE)
        _check_order(runs)
        asked = _check_first_runs(many, NAMES)
        time.sleep(RIPE_SECONDS)
        dagster.backfill("slow", SOME)
        again = dagster.runs(2 * ACCOUNTS + len(SOME), within_seconds=LONGEST_SECONDS)
        _tell(dagster.version(), runs)

    assert {"SUCCESS"} == {run.state for run in again}
    _check_limits(again, AT_ONCE)
    _check_second_runs(many, asked)


@_needs_airflow
def test_airflow_holds_the_pool_of_each_account(many: Sellers) -> None:
    """Two DAGs at once: the jobs of one account wait for each other in its pool.

    A slow job that leaves what is not made ends with success, and its next run reads
    it; no report is asked for twice.
    """
    example = _airflow_example("airflow_accounts.py")
    assert "AT_ONCE = 25" in example
    example = example.replace("AT_ONCE = 25", f"AT_ONCE = {AT_ONCE}")
    # Of a hundred accounts, ten have a slow job: Dagster reads both of all of them.
    some = f'"{FIRST}*.env" if job == "slow" else "*.env"'
    example = example.replace('"*.env"', some)
    with airflow(many, example, places=2 * AT_ONCE) as engine:
        _make_pools(engine)
        engine.must("dags", "trigger", "amazon_daily")
        engine.must("dags", "trigger", "amazon_slow")
        tasks = engine.tasks(within_seconds=LONGEST_SECONDS)
        assert ACCOUNTS + len(SOME) == len(tasks)
        assert {"success"} == {task.state for task in tasks}
        for job in by(tasks, lambda task: task.job).values():
            assert most_at_once(job) <= AT_ONCE
        _check_limits(tasks, 2 * AT_ONCE)
        _check_order(tasks)
        asked = _check_first_runs(many, SOME)
        time.sleep(RIPE_SECONDS)
        engine.must("dags", "trigger", "amazon_slow")
        again = engine.tasks(within_seconds=LONGEST_SECONDS)
        _tell(f"Airflow {engine.must('version')}", tasks)

    assert ACCOUNTS + 2 * len(SOME) == len(again)
    assert {"success"} == {task.state for task in again}
    _check_limits(again, 2 * AT_ONCE)
    _check_second_runs(many, asked)


@_needs_airflow
def test_airflow_holds_the_pool_of_a_mapped_task(many: Sellers) -> None:
    """A mapped task for each account that there is; the job's pool has few slots."""
    with airflow(many, _airflow_example("airflow_mapped.py"), places=99) as engine:
        engine.must("pools", "set", "amazon_daily", str(AT_ONCE), "accounts at once")
        engine.must("dags", "trigger", "amazon_mapped_daily")
        tasks = engine.tasks(within_seconds=LONGEST_SECONDS)
        _tell(f"Airflow {engine.must('version')}", tasks)

    assert NAMES == sorted(task.account for task in tasks)
    assert {"success"} == {task.state for task in tasks}
    assert 1 < most_at_once(tasks) <= AT_ONCE
    assert NAMES == sorted(many.accounts_in(ORDERS))
    assert ACCOUNTS == len(many.states())
    assert [] == many.throttled()


def _airflow_example(name: str) -> str:
    """Return the DAGs, whose next time is in 2028: they run when they are asked to."""
    example = (ROOT / "docs" / "examples" / name).read_text(encoding="utf-8")
    return _at(example, "0 0 29 2 *", "0 0 29 2 *")


def _at(example: str, daily: str, slow: str) -> str:
    """Return an example whose jobs run at other times."""
    schedules = '{"daily": "0 2 * * *", "slow": "30 * * * *"}'
    assert schedules in example
    return example.replace(schedules, f'{{"daily": "{daily}", "slow": "{slow}"}}')


def _minutes() -> list[str]:
    """Return the cron expressions of two minutes that begin when the daemon is up."""
    soon = datetime.now(timezone.utc) + timedelta(seconds=90)
    return [
        f"{minute:%M} {minute:%H} * * *" for minute in (soon, soon + SECOND_TICK_AFTER)
    ]


def _make_pools(engine: Airflow) -> None:
    path = f"{engine.environment['PATH']}:{AIRFLOW.parent}"
    command = [BASH, "-euo", "pipefail", "-c", marked("pools")]
    must(command, engine.sellers.folder, engine.environment | {"PATH": path})


def _check_limits(runs: list[Span], limit: int) -> None:
    """Many accounts at once, never more than are allowed, never two of one account."""
    assert 1 < most_at_once(runs) <= limit
    assert {1} == {most_at_once(own) for own in by(runs, _account).values()}


def _check_order(runs: list[Span]) -> None:
    """The first account's slow job waits for its daily one, and others run meanwhile.

    With many accounts its daily job has ended before there is a place for the slow one.
    """
    if ACCOUNTS == 3:
        assert (NAMES[0], "slow") in {(one.account, one.job) for one in overtaken(runs)}


def _check_first_runs(many: Sellers, slow: list[str]) -> dict[str, int]:
    """All was read that was ripe; return how many slow reports each has asked for."""
    assert NAMES == sorted(many.accounts_in(ORDERS))
    assert {} == many.accounts_in(TRAFFIC)
    assert len(NAMES) + len(slow) == len(many.states())
    asked = {name: many.asked(name, SLOW_TYPE) for name in slow}
    assert all(asked.values())
    assert {2} == {
        sum(many.asked(name, daily) for daily in DAILY_TYPES) for name in NAMES
    }
    assert [] == many.throttled()
    return asked


def _check_second_runs(many: Sellers, asked: dict[str, int]) -> None:
    """What was left has been read, and was not asked for again."""
    assert SOME == sorted(many.accounts_in(TRAFFIC))
    assert asked == {name: many.asked(name, SLOW_TYPE) for name in asked}
    assert [] == many.throttled()


def _account(run: Span) -> str:
    return run.account


def _tell(engine: str, runs: list[Span]) -> None:
    """Print what docs/schedule.md tells of the run."""
    took = max(run.end for run in runs) - min(run.start for run in runs)
    print(  # noqa: T201
        f"{engine.strip()}: {ACCOUNTS} accounts, {len(runs)} runs, "
        f"{most_at_once(runs)} at once, {took:.0f} s"
    )
