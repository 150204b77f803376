"""Many accounts with Dagster: a partition for each, a schedule for each job.

Run it in the folder of a Meltano project, whose accounts are the files `accounts/*.env`
and whose jobs are the files `jobs/*.env`:

    dagster dev -f docs/examples/dagster_accounts.py
"""

import subprocess
from pathlib import Path

import dagster

PROJECT = Path.cwd()
LOADER = "target-postgres"
SCHEDULES = {"daily": "0 2 * * *", "slow": "30 * * * *"}

accounts = dagster.StaticPartitionsDefinition(
    sorted(path.stem for path in (PROJECT / "accounts").glob("*.env"))
)
tagged = dagster.PartitionedConfig(
    partitions_def=accounts,
    run_config_for_partition_key_fn=lambda _account: {},
    tags_for_partition_key_fn=lambda account: {"amazon_account": account},
)


def tables_of(job: str) -> dagster.AssetsDefinition:
    """Return the asset that one job fills, for each account."""

    @dagster.asset(name=f"amazon_{job}", partitions_def=accounts)
    def tables(context: dagster.AssetExecutionContext) -> None:
        script = PROJECT / "docs" / "examples" / "run_account.sh"
        subprocess.run(
            [script, context.partition_key, job, LOADER], cwd=PROJECT, check=True
        )

    return tables


def schedule_of(job: str, cron: str) -> dagster.ScheduleDefinition:
    """Return the schedule that asks for a run of each account."""

    @dagster.schedule(
        name=f"amazon_{job}_schedule",
        job=dagster.define_asset_job(
            f"amazon_{job}_job", selection=[f"amazon_{job}"], config=tagged
        ),
        cron_schedule=cron,
        default_status=dagster.DefaultScheduleStatus.RUNNING,
    )
    def runs(context: dagster.ScheduleEvaluationContext) -> list[dagster.RunRequest]:
        return [
            dagster.RunRequest(
                run_key=f"{context.scheduled_execution_time:%Y-%m-%dT%H:%M}-{account}",
                partition_key=account,
            )
            for account in accounts.get_partition_keys()
        ]

    return runs


definitions = dagster.Definitions(
    assets=[tables_of(job) for job in SCHEDULES],
    schedules=[schedule_of(job, cron) for job, cron in SCHEDULES.items()],
    executor=dagster.in_process_executor,  # a run has one step, which only waits
)
