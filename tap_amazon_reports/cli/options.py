"""The options that commands share, and how a command fails."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, TypeVar

import click
from singer_sdk.exceptions import ConfigValidationError

from tap_amazon_reports.amazon.errors import AmazonError
from tap_amazon_reports.cli.session import Session
from tap_amazon_reports.settings.reader import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable

_Command = TypeVar("_Command", bound="Callable[..., Any]")

as_json = click.option("--json", "as_json", is_flag=True, help="JSON, for machines.")
yes = click.option("--yes", is_flag=True, help="Do not ask before it is done.")


def with_settings(command: _Command) -> Callable[..., Any]:
    """Give a command `--config`, and the session as its first argument.

    What the settings or Amazon refuse ends it with a line each, and exit status 1.
    """

    @click.option(
        "--config",
        "config_files",
        multiple=True,
        metavar="FILE",
        help="A JSON file of the tap's settings, or ENV; may be given more than once."
        " Without it: the variables TAP_AMAZON_REPORTS_… of the environment.",
    )
    @functools.wraps(command)
    def wrapped(**given: Any) -> object:
        ctx = click.get_current_context()
        session = ctx.ensure_object(Session)
        session.config_files = given.pop("config_files")
        try:
            return command(session, **given)
        except ConfigValidationError as error:
            raise click.ClickException("\n".join(error.errors)) from None
        except SettingsError as error:
            raise click.ClickException("\n".join(error.problems)) from None
        except AmazonError as error:
            raise click.ClickException(str(error)) from None

    return wrapped


def ask_first(question: str, *, yes: bool) -> None:
    """Go on only when somebody agrees.

    Raises:
        click.Abort: if nobody does, or nobody is there to be asked.
    """
    if not yes:
        click.confirm(question, abort=True, err=True)
