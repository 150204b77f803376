"""The blocks of code on the pages, and the comments that mark them."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]

_BLOCK = re.compile(
    r"(?:^ *<!-- (?P<mark>[^\n]+?) -->\n+)?"
    r"^(?P<fence> *```)(?P<language>\w*)\n(?P<text>.*?)^ *```$",
    re.MULTILINE | re.DOTALL,
)


class Block(NamedTuple):
    """One block of code.

    Attributes:
        page: the name of its page.
        mark: what the comment right above it says; empty without one.
        language: `sh`, `json`, `sql`, …
        text: without indentation.
    """

    page: str
    mark: str
    language: str
    text: str


def blocks() -> list[Block]:
    """Return each block of each page."""
    return [
        Block(
            page.name,
            found["mark"] or "",
            found["language"],
            textwrap.dedent(found["text"]),
        )
        for page in PAGES
        for found in _BLOCK.finditer(page.read_text(encoding="utf-8"))
    ]


def marked(mark: str) -> str:
    """Return the text of the one block with a mark."""
    (found,) = (block.text for block in blocks() if block.mark == mark)
    return found
