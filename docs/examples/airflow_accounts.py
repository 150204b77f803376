"""Many accounts with Airflow: a DAG for each job, in it a task for each account.

AMAZON_PROJECT is the folder of a Meltano project; accounts are its files
`accounts/*.env`, jobs its files `jobs/*.env`. Each account has a pool of one slot, in
which its jobs wait for each other, on whatever worker.
"""

import os
from datetime import datetime, timedelta
from pathlib import Path

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

PROJECT = Path(os.environ["AMAZON_PROJECT"])
LOADER = "target-postgres"
SCHEDULES = {"daily": "0 2 * * *", "slow": "30 * * * *"}
AT_ONCE = 25

for job, cron in SCHEDULES.items():
    with DAG(
        dag_id=f"amazon_{job}",
        schedule=cron,
        start_date=datetime(2026, 1, 1),
        catchup=False,
        max_active_runs=1,
        max_active_tasks=AT_ONCE,
        default_args={"retries": 1, "retry_delay": timedelta(minutes=10)},
    ):
        for path in sorted((PROJECT / "accounts").glob("*.env")):
            BashOperator(
                task_id=path.stem,
                bash_command=f"docs/examples/run_account.sh {path.stem} {job} {LOADER}",
                cwd=str(PROJECT),
                append_env=True,
                pool=f"amazon_{path.stem}",
            )
