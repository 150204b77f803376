"""Many accounts with Airflow: a DAG for each job, a mapped task for each account.

AMAZON_PROJECT is the folder of a Meltano project; accounts are its files
`accounts/*.env`, jobs its files `jobs/*.env`. The pools `amazon_daily` and
`amazon_slow` say how many accounts are read at once: `airflow pools set amazon_daily 25
accounts`.
"""

import os
from datetime import datetime, timedelta
from pathlib import Path

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import dag, task

PROJECT = Path(os.environ["AMAZON_PROJECT"])
LOADER = "target-postgres"
SCHEDULES = {"daily": "0 2 * * *", "slow": "30 * * * *"}


def dag_of(job: str, cron: str):
    """Return the DAG of one job."""

    @dag(
        dag_id=f"amazon_{job}",
        schedule=cron,
        start_date=datetime(2026, 1, 1),
        catchup=False,
        max_active_runs=1,
        default_args={"retries": 1, "retry_delay": timedelta(minutes=10)},
    )
    def accounts_dag():
        @task
        def accounts() -> list[dict[str, str]]:
            files = sorted((PROJECT / "accounts").glob("*.env"))
            return [{"ACCOUNT": path.stem} for path in files]

        BashOperator.partial(
            task_id="read",
            bash_command=f"docs/examples/run_account.sh $ACCOUNT {job} {LOADER}",
            cwd=str(PROJECT),
            append_env=True,
            pool=f"amazon_{job}",
            map_index_template="{{ task.env['ACCOUNT'] }}",
        ).expand(env=accounts())

    return accounts_dag()


for name, schedule in SCHEDULES.items():
    globals()[f"amazon_{name}"] = dag_of(name, schedule)
