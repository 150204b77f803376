"""The options that commands share, and how a command fails."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, TypeVar

import click
from singer_sdk.exceptions import ConfigValidationError

from tap_amazon_reports.amazon.errors import AmazonError
from tap_amazon_reports.amazon.marketplaces import find_marketplace
from tap_amazon_reports.cli.session import Session
from tap_amazon_reports.settings.moments import read_moment
from tap_amazon_reports.settings.reader import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from tap_amazon_reports.amazon.marketplaces import Marketplace

_Command = TypeVar("_Command", bound="Callable[..., Any]")


def moment(text: str) -> datetime:
    """Return the moment of an ISO 8601 date or date-time, UTC unless it says else.

    Raises:
        click.BadParameter: if it is none.
    """
    try:
        return read_moment(text)
    except ValueError as error:
        msg = f"found {text!r}, allowed: {error}"
        raise click.BadParameter(msg) from None


def identifier(text: str) -> str:
    """Return the id of a report or a schedule.

    Raises:
        click.BadParameter: if it is none that Amazon can have made.
    """
    if text.isascii() and text.isprintable():
        return text
    msg = f"found {text!r}, allowed: an id, as Amazon writes it"
    raise click.BadParameter(msg)


def unwritable(path: Path, error: OSError) -> click.ClickException:
    """Return the error that says why a file cannot be written."""
    return click.ClickException(f"{path}: the file cannot be written: {error.strerror}")


types = click.argument("types", nargs=-1, metavar="[REPORT_TYPE]...")
options = click.option(
    "--option",
    "options",
    multiple=True,
    metavar="NAME=VALUE",
    help="A report option; may be repeated.",
)
marketplace = click.option(
    "--marketplace",
    help="Id or country code; required if several marketplaces are configured.",
)
service = click.option(
    "--service",
    type=click.Choice(["sp", "pay"]),
    help="Selling Partner API or Amazon Pay; required if both are configured and no"
    " report type is given.",
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
yes = click.option("--yes", is_flag=True, help="Do not ask for confirmation.")


def with_settings(command: _Command) -> Callable[..., Any]:
    """Give a command `--config`, and the session as its first argument.

    What the settings or Amazon refuse ends it with a line each, and exit status 1.
    """

    @click.option(
        "--config",
        "config_files",
        multiple=True,
        metavar="FILE",
        help="A JSON file with the tap's settings, or ENV for the environment variables"
        " TAP_AMAZON_REPORTS_…; may be repeated.  [default: ENV]",
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


def pairs(words: Sequence[str]) -> dict[str, str]:
    """Return `name=value` words as a mapping.

    Raises:
        click.BadParameter: if one is none.
    """
    found = {}
    for word in words:
        name, sign, value = word.partition("=")
        if not (name and sign):
            msg = f"found {word!r}, allowed: NAME=VALUE"
            raise click.BadParameter(msg)
        found[name] = value
    return found


def one_marketplace(known: Sequence[Marketplace], word: str | None) -> Marketplace:
    """Return the marketplace that is meant: the one that is named, or the only one.

    Args:
        known: those of `sp_marketplaces`.
        word: an id or a country code.

    Raises:
        click.UsageError: if it is none of them, or nobody says which.
    """
    found = find_marketplace(word) if word else None
    if found in known and found is not None:
        return found
    if word is None and len(known) == 1:
        return known[0]
    countries = ", ".join(one.country for one in known)
    msg = f"--marketplace: found {word or 'nothing'}, allowed: one of {countries}"
    raise click.UsageError(msg)


def ask_first(question: str, *, yes: bool) -> None:
    """Go on only when somebody agrees.

    Raises:
        click.Abort: if nobody does, or nobody is there to be asked.
    """
    if not yes:
        click.confirm(question, abort=True, err=True)
