"""`amazon-reports check`: whether the next run can succeed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tap_amazon_reports.checks import Checks
from tap_amazon_reports.cli.options import as_json, with_settings
from tap_amazon_reports.cli.showing import say, table, write_json
from tap_amazon_reports.settings.reader import SettingsError, missing_credentials

if TYPE_CHECKING:
    from tap_amazon_reports.checks import Finding
    from tap_amazon_reports.cli.session import Session


@click.command("check")
@with_settings
@as_json
def check(session: Session, *, as_json: bool) -> None:
    """Try each configured service, marketplace and report type; create no report.

    Exits with 1 if anything fails, and says what to do about it.
    """
    if not session.settings.has_a_service:
        raise SettingsError([missing_credentials()])
    findings = list(Checks(session.settings, session.services, session.clock).run())
    failed = sum(not found.passed for found in findings)
    if as_json:
        write_json([_wire(found) for found in findings])
    else:
        table(
            ("service", "tried", "result"),
            [(found.service, found.tried, _result(found)) for found in findings],
        )
        passed = f"all {len(findings)} passed"
        say(f"\n{failed} of {len(findings)} failed" if failed else f"\n{passed}")
    if failed:
        raise click.exceptions.Exit(1)


def _result(found: Finding) -> str:
    if found.problem:
        return f"FAILED: {found.problem}"
    return f"ok; {found.note}" if found.note else "ok"


def _wire(found: Finding) -> dict[str, object]:
    return {
        "service": found.service,
        "tried": found.tried,
        "passed": found.passed,
        "problem": found.problem or None,
        "note": found.note or None,
    }
