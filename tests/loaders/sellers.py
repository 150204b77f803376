"""Many sellers, each with an Amazon and quotas of its own, and one project for all."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.loaders.project import OWN_SCRIPTS, Project, meltano
from tests.local_amazon import LocalAmazon
from tests.local_amazon.settings import environment_lines
from tests.pages.blocks import ROOT, marked
from tests.pages.clone import BASH

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.loaders.warehouses import Postgres
    from tests.local_amazon import Seen

SPEED = 1000
HISTORY_DAYS = 5


@dataclass(frozen=True)
class Sellers:
    """Accounts of a project.

    Attributes:
        folder: of the project.
        amazons: by account.
        warehouse: where all of them are loaded into.
    """

    folder: Path
    amazons: dict[str, LocalAmazon]
    warehouse: Postgres

    @property
    def environment(self) -> dict[str, str]:
        """What the worker that runs the pipelines has in its environment."""
        settings = self.warehouse.settings
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("MELTANO_", "TAP_AMAZON_", "TARGET_", "PYTEST"))
        }
        return {
            **kept,
            **{
                f"TARGET_POSTGRES_{name.upper()}": str(settings[name])
                for name in ("host", "port", "user", "password", "database")
            },
            "MELTANO_CLI_DISABLE_VERSION_CHECK": "true",
            "MELTANO_STATE_BACKEND_URI": (self.folder / "states").as_uri(),
            "NO_PROXY": "127.0.0.1",
            "PATH": f"{OWN_SCRIPTS}:{os.environ['PATH']}",
        }

    def run(self, commands: str) -> subprocess.CompletedProcess[str]:
        """Run commands in the project's folder, as a worker does."""
        return subprocess.run(
            [BASH, "-euo", "pipefail", "-c", commands],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def accounts_in(self, table: str) -> dict[str, int]:
        """Return how many rows of a table each account has."""
        sql = f"SELECT account, count(*) AS n FROM amazon.{table} GROUP BY account"
        found = self.warehouse.server.query(
            f"SELECT coalesce(json_object_agg(account, n), '{{}}') FROM ({sql}) AS x"
        )
        rows: dict[str, int] = json.loads(found)
        return rows

    def asked(self, account: str, report_type: str) -> int:
        """Return how many reports of a type an account has asked for."""
        reports = self.amazons[account].selling_partner.reports
        return [one["reportType"] for one in reports].count(report_type)

    def throttled(self) -> list[Seen]:
        """Return what was refused for a quota, of all accounts."""
        return [seen for one in self.amazons.values() for seen in one.throttled]

    def states(self) -> list[str]:
        """Return the ids of the states that are kept."""
        return sorted(path.name for path in (self.folder / "states").iterdir())


@contextmanager
def sellers(warehouse: Postgres, *names: str) -> Iterator[Sellers]:
    """Yield a project with these accounts, and the jobs of docs/schedule.md."""
    command = meltano()
    if command is None or shutil.which("flock") is None:
        pytest.skip("Meltano or flock is not installed")
    folder = warehouse.folder
    Project(command, folder, warehouse.command, warehouse.commands).write()
    shutil.copytree(ROOT / "docs" / "examples", folder / "docs" / "examples")
    for name in ("accounts", "jobs", "states"):
        (folder / name).mkdir()
    for job in ("jobs/daily.env", "jobs/slow.env"):
        (folder / job).write_text(marked(job), encoding="utf-8")
    with ExitStack() as running:
        amazons = {
            name: running.enter_context(LocalAmazon(speed=SPEED, populate=False))
            for name in names
        }
        for name, amazon in amazons.items():
            lines = "\n".join(environment_lines(_settings(amazon)))
            (folder / "accounts" / f"{name}.env").write_text(lines, encoding="utf-8")
        yield Sellers(folder, amazons, warehouse)


def be_impatient(project: Sellers) -> None:
    """Have the slow job of docs/schedule.md wait a second, and not five minutes."""
    jobs = project.folder / "jobs" / "slow.env"
    written = jobs.read_text(encoding="utf-8")
    patient = "TAP_AMAZON_REPORTS_REPORT_TIMEOUT=300"
    assert patient in written
    jobs.write_text(written.replace(patient, f"{patient[:-3]}1"), encoding="utf-8")


def _settings(amazon: LocalAmazon) -> dict[str, Any]:
    start = time.gmtime(time.time() - HISTORY_DAYS * 86_400)
    return {
        **{
            name: value
            for name, value in amazon.settings().items()
            if name.startswith(("sp_", "lwa_"))
        },
        "start_date": time.strftime("%Y-%m-%d", start),
        "sp_marketplaces": ["US"],
        "sp_order_metrics": {"granularity": "Day"},
        "report_poll_interval": 1,
    }
