"""Many accounts with Airflow: a DAG for each job, a mapped task for each account.

AMAZON_PROJECT is the folder of a Meltano project; accounts are its files
`accounts/*.env`, jobs its files `jobs/*.env`, and both are looked up when the DAG runs.
The pools `amazon_daily` and `amazon_slow` say how many accounts are read at once.
"""

import os
from datetime import datetime, timedelta
from pathlib import Path

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, task

PROJECT = Path(os.environ["AMAZON_PROJECT"])
LOADER = "target-postgres"
SCHEDULES = {"daily": "0 2 * * *", "slow": "30 * * * *"}


@task
def accounts() -> list[dict[str, str]]:
    """Return the environment of each account's task."""
    files = sorted((PROJECT / "accounts").glob("*.env"))
    return [{"ACCOUNT": path.stem} for path in files]


for job, cron in SCHEDULES.items():
    with DAG(
        dag_id=f"amazon_mapped_{job}",
        schedule=cron,
        start_date=datetime(2026, 1, 1),
        catchup=False,
        max_active_runs=1,
        max_active_tasks=1000,  # the pool has fewer slots, and Airflow's default is 16
        default_args={"retries": 1, "retry_delay": timedelta(minutes=10)},
    ):
        BashOperator.partial(
            task_id="read",
            bash_command=f"docs/examples/run_account.sh $ACCOUNT {job} {LOADER}",
            cwd=str(PROJECT),
            append_env=True,
            pool=f"amazon_{job}",
            map_index_template="{{ task.env['ACCOUNT'] }}",
        ).expand(env=accounts())
