"""How an answer is shown: a table for people, JSON for machines."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

import click
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tap_amazon_reports.amazon.echo import without_codes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["answer", "lines", "say", "show", "table", "write_json"]

_ENCODER = msgspec.json.Encoder(decimal_format="number")
_BARE_CODE = re.compile(r"[\x7f-\x9f]")
"""What terminals obey and JSON allows within a text."""
_WIDTH_OF_A_FILE = 10_000
"""Where nobody looks at a terminal, no line is broken."""


def write_json(content: object) -> None:
    """Print one JSON document; decimals keep their digits."""
    text = msgspec.json.format(_ENCODER.encode(content), indent=2).decode()
    click.echo(_BARE_CODE.sub(lambda code: f"\\u{ord(code.group()):04x}", text))


def lines(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Return JSON lines, one for each row; decimals keep their digits."""
    return b"".join(_ENCODER.encode(row) + b"\n" for row in rows)


def table(
    headers: Sequence[str], rows: Iterable[Sequence[object]], *, headed: bool = True
) -> None:
    """Print rows, under their headers if `headed`: Amazon's words, but no codes."""
    shown = Table(
        *headers, box=None, pad_edge=False, header_style="bold", show_header=headed
    )
    for column in shown.columns:
        column.overflow = "fold"
    for row in rows:
        cells = ("" if cell is None else without_codes(_text(cell)) for cell in row)
        shown.add_row(*cells)
    _print(shown)


def show(values: Mapping[str, Any], *, as_json: bool) -> None:
    """Print one thing of Amazon's: each field and its value."""
    if as_json:
        write_json(values)
    else:
        cells = ((name, _text(value)) for name, value in values.items())
        table(("", ""), cells, headed=False)


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def answer(values: Mapping[str, Any], *sentences: str, as_json: bool) -> None:
    """Print what was done: values for machines, or sentences for people."""
    if as_json:
        write_json(values)
        return
    for sentence in sentences:
        say(sentence)


def say(text: str = "", *, style: str | None = None) -> None:
    """Print one paragraph, broken at the terminal's edge."""
    _print(Text(text, style or ""))


def _print(shown: Table | Text) -> None:
    console = Console(
        force_terminal=sys.stdout.isatty(),
        width=None if sys.stdout.isatty() else _WIDTH_OF_A_FILE,
        # Brackets in Amazon's words are no mark-up.
        markup=False,
        emoji=False,
        highlight=False,
    )
    with console.capture() as captured:
        console.print(shown)
    for line in captured.get().splitlines():
        click.echo(line.rstrip())
