"""What a server said, made fit to be printed: one short line without secrets."""

from __future__ import annotations

import re

LONGEST = 300
"""Characters of a server's sentence that are shown."""

_MOST_LOOKED_AT = 20_000
_TERMINAL_CODE = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?)"
)
_QUERY = re.compile(r"(?<=[^\s?])\?[^\s\"'<>)\]]*=[^\s\"'<>)\]]*")
_MAIL = re.compile(r"[^\s@<>\"'(),;:]+@[^\s@<>\"'(),;:]+")
# Login with Amazon marks its tokens and secrets so (SP-API documentation, "Connecting
# to the Selling Partner API").
_MARKED = re.compile(r"\b(?:Atz[A-Za-z.]*\||amzn1\.oa2-cs\.)[^\s\"',;)\]}]+")
_RUN = re.compile(r"[A-Za-z0-9+/_=-]{32,}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_HIDDEN = "***"


def printable(said: object, *, longest: int = LONGEST) -> str:
    """Return what a server said on one line of at most `longest` characters.

    Control characters and terminal codes go; what looks like a token, a signature, the
    query of a URL or a mail address is shown as `***`.
    """
    shown = without_codes(str(said)[:_MOST_LOOKED_AT])
    for hidden in (_QUERY, _MARKED, _MAIL):
        shown = hidden.sub(_HIDDEN, shown)
    return " ".join(_RUN.sub(_masked, shown).split())[:longest]


def without_codes(said: str) -> str:
    """Return a text in which nothing moves a cursor, sets a colour or ends a line."""
    text = _TERMINAL_CODE.sub(" ", said)
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _masked(run: re.Match[str]) -> str:
    """Return a run of letters and digits, unless it can be a token.

    Amazon's names for report types are long too, and in capitals; ids are UUIDs.
    """
    text = run.group()
    has_both = any(map(str.islower, text)) and any(map(str.isdigit, text))
    return text if _UUID.fullmatch(text) or not has_both else _HIDDEN
