"""`amazon-reports reports`: the operations on reports, by hand."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tap_amazon_reports.amazon.counted import counted
from tap_amazon_reports.cli.fetching import (
    open_document,
    typed_rows,
    unpacked,
    whole_or_nothing,
)
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
from tap_amazon_reports.reports.reach import oldest_listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from tap_amazon_reports.amazon.answers import Json
    from tap_amazon_reports.cli.session import Session

_LISTED_DAYS = 7


@click.group("reports")
def reports() -> None:
    """List, create, get, cancel and fetch reports."""


@reports.command("list")
@with_settings
@types
@click.option(
    "--since",
    type=moment,
    metavar="DATE",
    help="Only reports created since DATE; default: 7 days ago.",
)
@click.option(
    "--until",
    type=moment,
    metavar="DATE",
    help="Only reports created until DATE; default: now.",
)
@click.option(
    "--status",
    help="Only reports with this status, as the service writes it: DONE, COMPLETED,"
    " FATAL, FAILED.",
)
@click.option(
    "--marketplace", help="Only reports of this marketplace: id or country code."
)
@service
@as_json
def list_reports(
    session: Session,
    *,
    types: Sequence[str],
    since: datetime | None,
    until: datetime | None,
    status: str | None,
    marketplace: str | None,
    service: str | None,
    as_json: bool,
) -> None:
    """List the reports of the given types, or of those that the settings name."""
    now = session.clock.now()
    # Amazon refuses to look further back than it keeps reports.
    since = max(since or now - timedelta(days=_LISTED_DAYS), oldest_listed(now))
    found = operations_of(session, service, types).list_reports(
        types, since, until or now, status=status, marketplace=marketplace
    )
    kept = list(found)
    if as_json:
        write_json(kept)
        return
    table(
        ("report id", "type", "status", "created", "data", "marketplaces"),
        map(_row, kept),
    )
    listed = counted(len(kept), "report")
    say(f"\n{listed} created since {since:%Y-%m-%d %H:%M} UTC")


def _row(report: Json) -> tuple[Any, ...]:
    start = report.get("dataStartTime") or report.get("startTime")
    end = report.get("dataEndTime") or report.get("endTime")
    return (
        report.get("reportId"),
        report.get("reportType"),
        report.get("processingStatus"),
        report.get("createdTime"),
        f"{start} – {end}" if start else "",  # noqa: RUF001 (a dash between two times)
        report.get("marketplaceIds"),
    )


@reports.command("create")
@with_settings
@click.argument("report_type")
@click.option("--start", type=moment, metavar="DATE", help="Where the data starts.")
@click.option(
    "--end", type=moment, metavar="DATE", help="Where the data ends, exclusive."
)
@options
@marketplace
@service
@yes
@as_json
def create(
    session: Session,
    *,
    report_type: str,
    start: datetime | None,
    end: datetime | None,
    options: Sequence[str],
    marketplace: str | None,
    service: str | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Create a report, and print its id."""
    operations = operations_of(session, service, [report_type])
    kind = operations.kind(report_type)
    given = pairs(options)
    if kind.refused:
        msg = f"{report_type}: {kind.refused}"
        raise click.ClickException(msg)
    if problems := kind.check_options(given):
        raise click.ClickException("\n".join(problems))
    request = operations.request(report_type, (start, end), given, marketplace)
    ask_first(f"Create report {request}?", yes=yes)
    report_id = operations.reports.create(request)
    answer(
        {"reportId": report_id},
        f"report {report_id} was created; fetch it when it is done:",
        f"amazon-reports reports fetch {report_id}",
        as_json=as_json,
    )


@reports.command("get")
@with_settings
@click.argument("report_id", type=identifier)
@service
@as_json
def get(
    session: Session, *, report_id: str, service: str | None, as_json: bool
) -> None:
    """Show one report and its current status."""
    show(operations_of(session, service).get_report(report_id), as_json=as_json)


@reports.command("cancel")
@with_settings
@click.argument("report_id", type=identifier)
@service
@yes
@as_json
def cancel(
    session: Session, *, report_id: str, service: str | None, yes: bool, as_json: bool
) -> None:
    """Cancel a report that is still in the queue."""
    operations = operations_of(session, service)
    ask_first(f"Cancel report {report_id}?", yes=yes)
    operations.cancel_report(report_id)
    answer(
        {"reportId": report_id, "cancelled": True},
        f"report {report_id} was cancelled",
        as_json=as_json,
    )


@reports.command("fetch")
@with_settings
@click.argument("report_id", type=identifier)
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to FILE, readable by its owner only; default: standard output.",
    metavar="FILE",
)
@click.option("--rows", is_flag=True, help="Write typed rows, as JSON lines.")
@click.option(
    "--as-stored",
    is_flag=True,
    help="Write the document as Amazon stores it, not unpacked.",
)
@service
@as_json
def fetch(
    session: Session,
    *,
    report_id: str,
    output: Path | None,
    rows: bool,
    as_stored: bool,
    service: str | None,
    as_json: bool,
) -> None:
    """Write the document of a report: unpacked, as rows, or as it is stored.

    `--json` does the same as `--rows`.
    """
    operations = operations_of(session, service)

    def fetched() -> Iterator[bytes]:
        """Yield the document; nothing is requested before a file is there for it."""
        report = operations.reports.get(report_id)
        download = open_document(report, operations, session.services.storage)
        if as_stored:
            yield from download.pieces()
        elif rows or as_json:
            yield from typed_rows(download, report, operations)
        else:
            yield from unpacked(download)

    if output is None:
        for piece in fetched():
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
        return
    with whole_or_nothing(output) as file:
        size = sum(map(file.write, fetched()))
    click.echo(f"{output}: {counted(size, 'byte')}", err=True)
