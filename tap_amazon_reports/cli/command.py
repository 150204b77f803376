"""`amazon-reports`: the command that has all others."""

from __future__ import annotations

import click

from tap_amazon_reports.cli.check import check
from tap_amazon_reports.cli.explain import explain
from tap_amazon_reports.cli.plan import plan
from tap_amazon_reports.cli.reports import reports
from tap_amazon_reports.cli.schedules import schedules
from tap_amazon_reports.cli.types import types


@click.group()
@click.version_option(package_name="tap-amazon-reports")
def main() -> None:
    """Work with Amazon's reports by hand, outside the runs of the tap."""


for command in (check, explain, plan, reports, schedules, types):
    main.add_command(command)
