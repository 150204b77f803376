"""`amazon-reports schedules`: the operations on report schedules, by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tap_amazon_reports.amazon.counted import counted
from tap_amazon_reports.cli.operations import operations_of
from tap_amazon_reports.cli.options import (
    as_json,
    ask_first,
    identifier,
    marketplace,
    moment,
    options,
    pairs,
    service,
    types,
    with_settings,
    yes,
)
from tap_amazon_reports.cli.showing import answer, say, show, table, write_json

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tap_amazon_reports.cli.session import Session


@click.group("schedules")
def schedules() -> None:
    """List, get, create and cancel schedules, by which Amazon creates reports."""


@schedules.command("list")
@with_settings
@types
@service
@as_json
def list_schedules(
    session: Session, *, types: Sequence[str], service: str | None, as_json: bool
) -> None:
    """List the schedules of the given types, or of those that the settings name."""
    found = operations_of(session, service, types).list_schedules(types)
    if as_json:
        write_json(found)
        return
    table(
        ("schedule id", "type", "period", "next report", "marketplaces"),
        [
            (
                one.get("reportScheduleId"),
                one.get("reportType"),
                one.get("period") or one.get("scheduleFrequency"),
                one.get("nextReportCreationTime"),
                one.get("marketplaceIds"),
            )
            for one in found
        ],
    )
    say(f"\n{counted(len(found), 'schedule')}")


@schedules.command("get")
@with_settings
@click.argument("schedule_id", type=identifier)
@service
@as_json
def get(
    session: Session, *, schedule_id: str, service: str | None, as_json: bool
) -> None:
    """Show one schedule."""
    show(operations_of(session, service).get_schedule(schedule_id), as_json=as_json)


@schedules.command("create")
@with_settings
@click.argument("report_type")
@click.option(
    "--period",
    default="P1D",
    show_default=True,
    help="An ISO 8601 duration that Amazon allows: PT5M to PT12H, P1D to P30D, P1M.",
)
@click.option(
    "--first",
    type=moment,
    metavar="DATE",
    help="When the first report is created; default: now.",
)
@options
@marketplace
@click.option("--replace", is_flag=True, help="Replace an existing schedule.")
@service
@yes
@as_json
def create(
    session: Session,
    *,
    report_type: str,
    period: str,
    first: datetime | None,
    options: Sequence[str],
    marketplace: str | None,
    replace: bool,
    service: str | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Let Amazon create a report regularly, for `source: collect` to read."""
    operations = operations_of(session, service, [report_type])
    kind = operations.kind(report_type)
    given = pairs(options)
    if kind.is_known and not kind.schedulable:
        msg = f"{report_type}: Amazon does not create this type on a schedule"
        raise click.ClickException(msg)
    if problems := kind.check_options(given):
        raise click.ClickException("\n".join(problems))
    request = operations.request(report_type, (None, None), given, marketplace)
    ask_first(f"Let Amazon create report {request} every {period}?", yes=yes)
    schedule_id = operations.create_schedule(
        request, period=period, first=first or session.clock.now(), replace=replace
    )
    if schedule_id is None:
        msg = (
            f"a schedule of {request} exists already, and Amazon keeps only one; see it"
            f" with `amazon-reports schedules list {report_type}`, or add --replace"
        )
        raise click.ClickException(msg)
    answer(
        {"reportScheduleId": schedule_id},
        f"schedule {schedule_id} was created",
        as_json=as_json,
    )


@schedules.command("cancel")
@with_settings
@click.argument("schedule_id", type=identifier)
@service
@yes
@as_json
def cancel(
    session: Session, *, schedule_id: str, service: str | None, yes: bool, as_json: bool
) -> None:
    """Cancel a schedule; the reports that it created stay."""
    operations = operations_of(session, service)
    ask_first(f"Cancel schedule {schedule_id}?", yes=yes)
    operations.cancel_schedule(schedule_id)
    answer(
        {"reportScheduleId": schedule_id, "cancelled": True},
        f"schedule {schedule_id} was cancelled",
        as_json=as_json,
    )
