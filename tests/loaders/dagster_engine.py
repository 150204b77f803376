"""Dagster's daemon, which ticks, queues and launches the example's runs."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.loaders.daemons import must, running
from tests.loaders.spans import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.loaders.sellers import Sellers

DAGSTER = Path(os.environ.get("TAP_TEST_DAGSTER", shutil.which("dagster") or "dagster"))
"""Where it is: in an environment of its own, which the tests do not make."""
EXAMPLE = "docs/examples/dagster_accounts.py"
_RUNS = """
import json, sys, time
import dagster

count, deadline = int(sys.argv[1]), time.monotonic() + float(sys.argv[2])
with dagster.DagsterInstance.get() as instance:
    while True:
        records = instance.get_run_records(ascending=True)
        ended = [one for one in records if one.dagster_run.is_finished]
        if len(ended) >= count or time.monotonic() > deadline:
            break
        time.sleep(2)
    print(json.dumps([
        {
            "account": one.dagster_run.tags["amazon_account"],
            "job": one.dagster_run.job_name.split("_")[1],
            "state": one.dagster_run.status.value,
            "queued": one.create_timestamp.timestamp(),
            "start": one.start_time or 0,
            "end": one.end_time or 0,
        }
        for one in records
    ]))
"""


@dataclass(frozen=True)
class Dagster:
    """An instance whose daemon runs.

    Attributes:
        sellers: whose accounts it reads.
        environment: of its commands.
    """

    sellers: Sellers
    environment: dict[str, str]

    def version(self) -> str:
        """Return what it says of itself."""
        return must([DAGSTER, "--version"], self.sellers.folder, self.environment)

    def backfill(self, job: str, accounts: list[str]) -> None:
        """Ask for a run of each account."""
        must(
            [
                *(DAGSTER, "job", "backfill", "--noprompt", "-f", EXAMPLE),
                *("-j", f"amazon_{job}_job", "--partitions", ",".join(accounts)),
            ],
            self.sellers.folder,
            self.environment,
        )

    def runs(self, count: int, *, within_seconds: float) -> list[Span]:
        """Return what its storage knows of all runs, after so many have ended."""
        python = DAGSTER.with_name("python")
        said = must(
            [python, "-c", _RUNS, str(count), str(within_seconds)],
            self.sellers.folder,
            self.environment,
        )
        found = [Span(**run) for run in json.loads(said.splitlines()[-1])]
        assert count == len([run for run in found if run.end]), found
        return found


@contextmanager
def dagster_daemon(sellers: Sellers, settings: str) -> Iterator[Dagster]:
    """Yield an instance with these settings, whose daemon runs as long."""
    home = sellers.folder / "dagster"
    home.mkdir()
    (home / "dagster.yaml").write_text(settings, encoding="utf-8")
    environment = {
        **sellers.environment,
        "DAGSTER_HOME": str(home),
        "DAGSTER_DISABLE_TELEMETRY": "yes",
        "NO_PROXY": "127.0.0.1,localhost",
    }
    # Makes the tables of its storage, before two programs would both begin to.
    must([DAGSTER, "run", "list"], sellers.folder, environment)
    daemon: list[str | Path] = [DAGSTER.with_name("dagster-daemon"), "run"]
    daemon += ["-f", EXAMPLE]
    with running(daemon, sellers.folder, environment):
        yield Dagster(sellers, environment)
