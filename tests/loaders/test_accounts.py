"""docs/schedule.md: many accounts at once, one warehouse, each with its own quota."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.loaders.sellers import Sellers, sellers
from tests.loaders.warehouses import Postgres
from tests.local_amazon import BySeconds
from tests.pages.blocks import ROOT, marked

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.loaders.postgres_server import PostgresServer

RIPE_SECONDS = 15.0
"""After how long a slow report is made: the machine is quicker, Amazon slower."""
ORDERS = "sp_flat_file_all_orders_data_by_last_update_general"
TRAFFIC = "sp_sales_and_traffic_report_by_asin"
ACCOUNTS = int(os.environ.get("TAP_TEST_ACCOUNTS", "3"))
"""How many accounts the engines read."""
AT_ONCE = 3
DAGSTER = Path(os.environ.get("TAP_TEST_DAGSTER", shutil.which("dagster") or "dagster"))
AIRFLOW = Path(os.environ.get("TAP_TEST_AIRFLOW", shutil.which("airflow") or "airflow"))
"""Where the engines are: in environments of their own, which the tests do not make."""
_MATERIALIZE = """
import importlib.util, sys
from concurrent.futures import ThreadPoolExecutor

import dagster

spec = importlib.util.spec_from_file_location("example", sys.argv[1])
example = importlib.util.module_from_spec(spec)
spec.loader.exec_module(example)
assets = {one.key.path[0]: one for one in example.definitions.assets}
keys = example.accounts.get_partition_keys()

def run(key):
    return dagster.materialize([assets["amazon_daily"]], partition_key=key).success

with ThreadPoolExecutor(int(sys.argv[2])) as pool:
    assert all(pool.map(run, keys))
repository = example.definitions.get_repository_def()
for schedule in example.definitions.schedules:
    context = dagster.build_schedule_context(
        repository_def=repository,
        scheduled_execution_time=__import__("datetime").datetime(2026, 11, 1, 2)
    )
    runs = schedule.evaluate_tick(context).run_requests
    assert keys == [run.partition_key for run in runs]
    assert keys == [run.tags["amazon_account"] for run in runs]
"""


@pytest.fixture(name="postgres")
def _postgres(
    commands: Callable[[str], Path], server: PostgresServer, tmp_path: Path
) -> Postgres:
    server.query("DROP SCHEMA IF EXISTS amazon CASCADE")
    return Postgres(commands("target-postgres"), tmp_path, server)


def test_accounts_share_tables_and_no_state(postgres: Postgres) -> None:
    """Two accounts, two jobs: shared tables, a state each; what is slow fails nothing.

    The reports of the slow job are not ripe in its first run, which ends with success;
    a later run reads them, and none is asked for twice.
    """
    daily, slow = marked("run account").splitlines()
    with sellers(postgres, "ACME_EU", "ZETA") as two:
        jobs = two.folder / "jobs" / "slow.env"
        patient = "TAP_AMAZON_REPORTS_REPORT_TIMEOUT=300"
        assert patient in jobs.read_text(encoding="utf-8")
        jobs.write_text(
            jobs.read_text(encoding="utf-8").replace(patient, f"{patient[:-3]}1"),
            encoding="utf-8",
        )
        _must(two, daily)
        amazon = two.amazons["ACME_EU"].selling_partner
        before = len(amazon.reports)
        amazon.ripening = BySeconds(0.0, RIPE_SECONDS)
        _must(two, slow)
        asked = len(amazon.reports) - before
        assert {} == two.accounts_in(TRAFFIC)
        _must(two, daily.replace("ACME_EU", "ZETA"))
        time.sleep(RIPE_SECONDS)
        _must(two, slow)

        assert {"ACME_EU", "ZETA"} == set(two.accounts_in(ORDERS))
        assert {"ACME_EU"} == set(two.accounts_in(TRAFFIC))
        assert asked == len(amazon.reports) - before > 0
        assert 3 == len(two.states())


def _must(run_by: Sellers, command: str) -> str:
    ended = run_by.run(command)
    said = ended.stdout + ended.stderr
    assert 0 == ended.returncode, said[-3000:]
    return said


def test_dagster_reads_many_accounts(postgres: Postgres) -> None:
    """A partition for each account; each is read whole, by its own quota."""
    python = DAGSTER.with_name("python")
    if not DAGSTER.is_file():
        pytest.skip("Dagster is not installed; TAP_TEST_DAGSTER says where it is")
    names = [f"SELLER_{number:03d}" for number in range(ACCOUNTS)]
    with sellers(postgres, *names) as many:
        script = many.folder / "materialize.py"
        script.write_text(_MATERIALIZE, encoding="utf-8")
        home = many.folder / "dagster"
        home.mkdir()
        (home / "dagster.yaml").write_text(marked("dagster.yaml"), encoding="utf-8")
        ended = subprocess.run(
            [python, script, "docs/examples/dagster_accounts.py", str(AT_ONCE)],
            cwd=many.folder,
            env={**many.environment, "DAGSTER_HOME": str(home)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert 0 == ended.returncode, (ended.stdout + ended.stderr)[-200_000:]
        _check_all(many, names)


def _check_all(many: Sellers, names: list[str]) -> None:
    """Each account has rows and a state of its own; nobody was throttled."""
    assert names == sorted(many.accounts_in(ORDERS))
    assert len(names) == len(many.states())
    assert [] == [seen for one in many.amazons.values() for seen in one.throttled]
    assert {2} == {len(one.selling_partner.reports) for one in many.amazons.values()}


def test_airflow_reads_many_accounts(postgres: Postgres) -> None:
    """A mapped task for each account that there is when the DAG runs."""
    if not AIRFLOW.is_file():
        pytest.skip("Airflow is not installed; TAP_TEST_AIRFLOW says where it is")
    names = [f"SELLER_{number:03d}" for number in range(ACCOUNTS)]
    with sellers(postgres, *names) as many:
        environment = {
            **many.environment,
            "AMAZON_PROJECT": str(many.folder),
            "AIRFLOW_HOME": str(many.folder / "airflow"),
            "AIRFLOW__CORE__DAGS_FOLDER": str(many.folder / "docs" / "examples"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        }
        for command in (
            ("db", "migrate"),
            ("pools", "set", "amazon_daily", str(AT_ONCE), "accounts at once"),
            ("pools", "set", "amazon_slow", str(AT_ONCE), "accounts at once"),
            ("dags", "reserialize"),
            ("dags", "test", "amazon_daily"),
        ):
            ended = subprocess.run(
                [AIRFLOW, *command],
                cwd=many.folder,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            assert 0 == ended.returncode, (ended.stdout + ended.stderr)[-3000:]
        _check_all(many, names)


def test_kubernetes_runs_what_was_tested() -> None:
    """The CronJob's command and variables are those of the other examples.

    Nothing here asks a cluster: what is checked is the file.
    """
    text = (ROOT / "docs/examples/kubernetes.yaml").read_text(encoding="utf-8")
    job = yaml.safe_load(text)
    pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    script = (ROOT / "docs/examples/run_account.sh").read_text(encoding="utf-8")
    project = yaml.safe_load((ROOT / "meltano.yml").read_text(encoding="utf-8"))
    (tap,) = project["plugins"]["extractors"]
    known = {f"TAP_AMAZON_REPORTS_{one['name'].upper()}" for one in tap["settings"]}
    set_there = {one["name"] for one in container["env"]}

    assert ("batch/v1", "CronJob") == (job["apiVersion"], job["kind"])
    assert "Never" == pod["restartPolicy"]
    line = " ".join(container["command"])
    line = line.replace("ACME_EU-daily", '"$account-$job"')
    assert line.replace("target-postgres", '"$loader"') in script
    assert set_there <= known | {"MELTANO_STATE_BACKEND_URI"}
