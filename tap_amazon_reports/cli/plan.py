"""`amazon-reports plan`: what the next run would do, and when it ends."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tap_amazon_reports.amazon.counted import counted
from tap_amazon_reports.amazon.wire_time import utc_text
from tap_amazon_reports.cli.options import as_json, moment, unwritable, with_settings
from tap_amazon_reports.cli.plan_page import page
from tap_amazon_reports.cli.planning import plan_run
from tap_amazon_reports.cli.saved_state import SavedState
from tap_amazon_reports.cli.showing import say, table, write_json

if TYPE_CHECKING:
    from datetime import datetime

    from tap_amazon_reports.cli.planning import PlannedReports, RunPlan
    from tap_amazon_reports.cli.session import Session

_FILE = click.Path(dir_okay=False, path_type=Path)
_MAKING = "plus the time that Amazon takes to make each report, usually minutes"


@click.command("plan")
@with_settings
@click.option(
    "--state",
    type=_FILE,
    help="The state of the last run; without it, a first run is planned.",
)
@click.option(
    "--start-date",
    type=moment,
    metavar="DATE",
    help="Plan with this start_date instead of the configured one.",
)
@click.option("--html", type=_FILE, help="Also draw the plan as one HTML page.")
@as_json
def plan(
    session: Session,
    *,
    state: Path | None,
    start_date: datetime | None,
    html: Path | None,
    as_json: bool,
) -> None:
    """Show which reports the next run would read, and when it could end.

    No request is sent. Only rows inside reports are planned: a run waits for these,
    while the other streams take a few calls.
    """
    if start_date is not None:
        session.more["start_date"] = utc_text(start_date)
    run = plan_run(session, SavedState(state))
    if not run.rows:
        msg = (
            "there is nothing to plan: name report types in sp_report_types or"
            " pay_report_types; `amazon-reports types` finds them"
        )
        raise click.ClickException(msg)
    if html is not None:
        try:
            html.write_text(page(run), encoding="utf-8")
        except OSError as error:
            raise unwritable(html, error) from None
    if as_json:
        write_json(_wire(run))
        return
    _show(run)
    if html is not None:
        say(f"wrote {html}")


def _show(run: RunPlan) -> None:
    table(
        ("streams", "marketplace", "data", "reports", "exist", "quota", "ends at"),
        [
            (
                ", ".join(row.streams),
                row.marketplace,
                _span(row),
                "?" if row.collected else len(row.reports),
                len(row.reports) - row.to_create,
                row.quota,
                row.ends_at and f"{row.ends_at:%Y-%m-%d %H:%M}",
            )
            for row in run.rows
        ],
    )
    say()
    for row in run.rows:
        for note in row.notes:
            say(f"{row.streams[0]} {row.marketplace}: {note}")
    say(
        f"{counted(run.to_create, 'report')} to create; the run ends at"
        f" {run.ends_at:%Y-%m-%d %H:%M} UTC at the earliest, {_MAKING}"
    )
    if run.shorter:
        say("\nto make the run shorter:")
    for sentence in run.shorter:
        say(f"- {sentence}")


def _span(row: PlannedReports) -> str:
    starts = [one.start for one in row.reports if one.start]
    ends = [one.end for one in row.reports if one.end]
    if starts and ends:
        return f"{min(starts):%Y-%m-%d} to {max(ends):%Y-%m-%d}"
    return "now" if row.reports else ""


def _wire(run: RunPlan) -> dict[str, Any]:
    return {
        "made_at": utc_text(run.made_at),
        "to_create": run.to_create,
        "ends_at": utc_text(run.ends_at),
        "shorter": list(run.shorter),
        "streams": [_wire_row(row) for row in run.rows],
    }


def _wire_row(row: PlannedReports) -> dict[str, Any]:
    return {
        "streams": list(row.streams),
        "report_type": row.report_type,
        "marketplace": row.marketplace,
        "quota": row.quota,
        "collected": row.collected,
        "to_create": row.to_create,
        "ends_at": row.ends_at and utc_text(row.ends_at),
        "notes": list(row.notes),
        "reports": [
            {
                "start": one.start and utc_text(one.start),
                "end": one.end and utc_text(one.end),
                "exists": one.exists,
                "ready_at": utc_text(one.ready_at),
            }
            for one in row.reports
        ],
    }
