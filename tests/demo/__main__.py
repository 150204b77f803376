"""Runs the pipeline against a local Amazon and prints the tables that come of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.demo.columns import TELLING
from tests.demo.joins import JOINS, sentence
from tests.demo.layout import Table, lines
from tests.local_amazon import LocalAmazon

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[2]
DATABASE = ROOT / ".meltano" / "rehearsal.duckdb"
STATE = ROOT / ".meltano" / "rehearsal" / "state"
LOADER = ROOT / ".meltano" / "loaders" / "target-duckdb" / "venv"
SCRIPTS = Path(sysconfig.get_path("scripts"))

PIPELINE = ("run", "tap-amazon-reports", "target-duckdb")
SPEED = 1000  # so many of Amazon's seconds pass in one of ours


def _days_ago(days: int) -> str:
    """Return the date so many days ago."""
    return (datetime.now(tz=timezone.utc) - timedelta(days=days)).date().isoformat()


# Beside the streams that there always are: rows inside reports, a few of each service.
ROWS = {
    "appstore_reports": ["sales", "earnings"],
    "sp_report_types": [
        "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL",
        "GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE",
        "GET_MERCHANT_LISTINGS_ALL_DATA",
        {
            "report_type": "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2",
            # A settlement has a line for each amount, and loading takes its time.
            "start_date": _days_ago(45),
        },
    ],
    "pay_report_types": [
        {
            "report_type": "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_SETTLEMENT_DATA_",
            # A report a day, and Amazon Pay is asked no more than once a second.
            "start_date": _days_ago(10),
        },
        "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_REFUND_DATA_",
    ],
    "report_poll_interval": 1,
}

NEXT = f"""
All of it is in {DATABASE.relative_to(ROOT)}; each run of this demo starts anew.
Next, your own account: put its credentials into .env, as README.md tells, and run

  .venv/bin/meltano {" ".join(PIPELINE)}
"""


def main() -> int:
    """Run the demo; return the exit status of `meltano run`."""
    _forget_last_time()
    with LocalAmazon(speed=SPEED) as amazon:
        status = _run_pipeline({**amazon.settings(), **ROWS})
    if status:
        print("\nThe run failed; the lines above say why.", file=sys.stderr)
        return status
    print(
        f"\nThe local Amazon answered {len(amazon.seen)} requests;"
        f" {len(amazon.refused)} were refused, {len(amazon.throttled)} came too early."
    )
    tables, counts = _loaded()
    for table in tables:
        shown = table.led_by(TELLING.get(table.name, ()))
        print("", *lines(shown), sep="\n")
    print("\nThe tables agree:")
    for join, (cases, agreeing) in zip(JOINS, counts, strict=True):
        print(f"  {sentence(join, cases, agreeing)}")
    print(NEXT)
    return 0


def _forget_last_time() -> None:
    """Remove what the last demo loaded and remembered; what it installed stays."""
    shutil.rmtree(STATE, ignore_errors=True)
    for path in (DATABASE, DATABASE.with_name(f"{DATABASE.name}.wal")):
        path.unlink(missing_ok=True)


def _run_pipeline(settings: Mapping[str, object]) -> int:
    """Run Meltano as anybody would, but for where the tap finds Amazon."""
    options = ("--environment", "rehearsal", "--env-file", os.devnull)
    command = (SCRIPTS / "meltano", *options, *PIPELINE)
    print("$ meltano --environment rehearsal", *PIPELINE, flush=True)
    return subprocess.run(
        command, cwd=ROOT, env=_environment(settings), check=False
    ).returncode


def _environment(settings: Mapping[str, object]) -> dict[str, str]:
    """Return this process's environment, without what is set for a real account."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("MELTANO_", "TAP_AMAZON_REPORTS_", "TARGET_DUCKDB_"))
    }
    return {
        **kept,
        "MELTANO_CLI_DISABLE_VERSION_CHECK": "true",
        "MELTANO_STATE_BACKEND_URI": STATE.as_uri(),
        # A proxy leads nowhere from which the local Amazon can be reached.
        "NO_PROXY": ",".join(filter(None, [os.environ.get("NO_PROXY"), "127.0.0.1"])),
        **{
            f"TAP_AMAZON_REPORTS_{name.upper()}": _text(value)
            for name, value in settings.items()
        },
    }


def _text(value: object) -> str:
    """Return a setting's value as Meltano reads it from the environment."""
    return value if isinstance(value, str) else json.dumps(value)


def _loaded() -> tuple[list[Table], list[tuple[int, int]]]:
    """Return the tables of the loader's database, and what each join counts.

    They are read by the loader's own DuckDB.
    """
    python = LOADER / SCRIPTS.name / "python"
    script = Path(__file__).with_name("loaded.py")
    output = subprocess.run(
        [python, script, DATABASE],
        check=True,
        stdout=subprocess.PIPE,
        input=json.dumps([join.query for join in JOINS]).encode(),
    ).stdout
    found: dict[str, list[Any]] = json.loads(output)
    return [Table(**table) for table in found["tables"]], found["rows"]


if __name__ == "__main__":
    sys.exit(main())
