"""`amazon-reports`: the command that has all others."""

from __future__ import annotations

import click

from tap_amazon_reports.cli.check import check
from tap_amazon_reports.cli.types import types


@click.group()
@click.version_option(package_name="tap-amazon-reports")
def main() -> None:
    """What one does by hand with Amazon's reports, beside the runs of the tap."""


main.add_command(check)
main.add_command(types)
