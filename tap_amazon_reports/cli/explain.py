"""`amazon-reports explain`: what a failure means, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tap_amazon_reports.cli.options import as_json
from tap_amazon_reports.cli.showing import say, table, write_json
from tap_amazon_reports.reports.explanations import EXPLANATIONS
from tap_amazon_reports.reports.explanations import explain as rows_about

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST = 3


@click.command("explain")
@click.argument("words", nargs=-1)
@as_json
def explain(words: Sequence[str], *, as_json: bool) -> None:
    """Explain an error code of Amazon's or a line of the log, and say what to do.

    WORDS are a code (QuotaExceeded, invalid_grant, 403) or the whole line. Without
    WORDS, all explanations are listed.
    """
    text = " ".join(words)
    found = rows_about(text)[:_MOST] if text else list(EXPLANATIONS)
    if not found:
        msg = (
            f"no explanation found for {text!r}; `amazon-reports explain` lists all of"
            " them, and Amazon's support can look up a request id"
        )
        raise click.ClickException(msg)
    if as_json:
        write_json([row._asdict() for row in found])
        return
    for row in found:
        say(row.happened, style="bold")
        table(
            ("", ""),
            [("what the tap does", row.tap_does), ("what you do", row.you_do)],
            headed=False,
        )
        say()
