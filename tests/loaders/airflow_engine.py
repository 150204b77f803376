"""Airflow: its scheduler with LocalExecutor, its API server and its DAG processor."""

from __future__ import annotations

import json
import os
import shutil
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.loaders.daemons import free_port, must, running, wait_for
from tests.loaders.spans import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.loaders.sellers import Sellers

AIRFLOW = Path(os.environ.get("TAP_TEST_AIRFLOW", shutil.which("airflow") or "airflow"))
"""Where it is: in an environment of its own, which the tests do not make."""
DATABASE = "airflow"
SKIP_LOGS = "--skip-serve-logs"
"""No server of the logs, which would listen on every address."""
_SPANS = """
SELECT coalesce(json_agg(json_build_object(
    'account', CASE WHEN map_index < 0 THEN task_id ELSE rendered_map_index END,
    'job', regexp_replace(dag_id, '^.*_', ''),
    'state', coalesce(state, 'none'),
    'queued', extract(epoch FROM scheduled_dttm),
    'start', extract(epoch FROM start_date),
    'end', extract(epoch FROM end_date)
) ORDER BY scheduled_dttm), '[]')
FROM task_instance WHERE pool LIKE 'amazon%'
"""
_LEFT = "SELECT count(*) FROM dag_run WHERE state NOT IN ('success', 'failed')"


@dataclass(frozen=True)
class Airflow:
    """Airflow, all of whose parts run.

    Attributes:
        sellers: whose accounts it reads.
        environment: of its commands.
    """

    sellers: Sellers
    environment: dict[str, str]

    def must(self, *command: str) -> str:
        """Run a command of Airflow's that succeeds; return what it printed."""
        return must([AIRFLOW, *command], self.sellers.folder, self.environment)

    def tasks(self, *, within_seconds: float) -> list[Span]:
        """Return what its database knows of all tasks, after all DAGs have run."""
        server = self.sellers.warehouse.server
        deadline = time.monotonic() + within_seconds
        while "0" != server.query(_LEFT, DATABASE) and time.monotonic() < deadline:
            time.sleep(2)
        found = json.loads(server.query(_SPANS, DATABASE))
        assert "0" == server.query(_LEFT, DATABASE), found
        return [Span(**task) for task in found]


@contextmanager
def airflow(sellers: Sellers, example: str, *, places: int) -> Iterator[Airflow]:
    """Yield an Airflow that knows the DAGs of one example.

    Args:
        sellers: whose accounts it reads.
        example: the file's text.
        places: how many tasks the executor runs at once, whatever the pools say.
    """
    server = sellers.warehouse.server
    server.query(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
    server.query(f"CREATE DATABASE {DATABASE}")
    dags = sellers.folder / "dags"
    dags.mkdir()
    (dags / "accounts.py").write_text(example, encoding="utf-8")
    port = free_port()
    environment = sellers.environment | _settings(sellers, dags, places, port)
    one = Airflow(sellers, environment)
    one.must("db", "migrate")
    one.must("dags", "reserialize")
    with ExitStack() as parts:
        for part in (["api-server"], ["dag-processor"], ["scheduler", SKIP_LOGS]):
            parts.enter_context(running([AIRFLOW, *part], sellers.folder, environment))
            # Each task asks the API server, and fails where that is not up yet.
            wait_for(port)
        yield one


def _settings(sellers: Sellers, dags: Path, places: int, port: int) -> dict[str, str]:
    address = (
        f"postgresql+psycopg2://postgres@127.0.0.1:{sellers.warehouse.server.port}"
    )
    given = {
        "CORE__DAGS_FOLDER": dags,
        "CORE__DAGS_ARE_PAUSED_AT_CREATION": False,
        "CORE__LOAD_EXAMPLES": False,
        "CORE__EXECUTOR": "LocalExecutor",
        "CORE__PARALLELISM": places,
        "CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        "CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": True,
        "DATABASE__SQL_ALCHEMY_CONN": f"{address}/{DATABASE}",
        "API__HOST": "127.0.0.1",
        "API__PORT": port,
        "API__BASE_URL": f"http://127.0.0.1:{port}",
        "API__WORKERS": 1,
        "API__SECRET_KEY": "the tests' own",
        "API_AUTH__JWT_SECRET": "the tests' own, of 64 bytes ".ljust(64, "."),
    }
    return {
        "AMAZON_PROJECT": str(sellers.folder),
        "AIRFLOW_HOME": str(sellers.folder / "airflow"),
        **{f"AIRFLOW__{name}": str(value) for name, value in given.items()},
    }
