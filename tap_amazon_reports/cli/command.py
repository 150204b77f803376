"""`amazon-reports`: the command that has all others."""

from __future__ import annotations

import logging

import click

from tap_amazon_reports.cli.check import check
from tap_amazon_reports.cli.explain import explain
from tap_amazon_reports.cli.plan import plan
from tap_amazon_reports.cli.reports import reports
from tap_amazon_reports.cli.schedules import schedules
from tap_amazon_reports.cli.types import types

_LOGGER = logging.getLogger("tap_amazon_reports")


@click.group()
@click.version_option(package_name="tap-amazon-reports")
@click.pass_context
def main(context: click.Context) -> None:
    """Work with Amazon's reports by hand, outside the runs of the tap."""
    # What is waited for is seen at once, on standard error, apart from the results.
    handler = logging.StreamHandler()
    handler.setLevel(logging.INFO)
    level = _LOGGER.level
    _LOGGER.addHandler(handler)
    _LOGGER.setLevel(min(logging.INFO, _LOGGER.getEffectiveLevel()))

    def close() -> None:
        _LOGGER.removeHandler(handler)
        _LOGGER.setLevel(level)

    context.call_on_close(close)


for command in (check, explain, plan, reports, schedules, types):
    main.add_command(command)
