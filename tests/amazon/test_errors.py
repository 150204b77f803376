"""The tree of errors, as it is drawn and as it is."""

from __future__ import annotations

import importlib
import pkgutil
import re

import tap_amazon_reports
from tap_amazon_reports.amazon import errors
from tap_amazon_reports.amazon.errors import TapError


def _drawn() -> list[tuple[int, str]]:
    """Return the depth and the name of each class in the drawing."""
    lines = str(errors.__doc__).splitlines()
    found = (re.match(r"    ([│├└─ ]*)(\w+Error)\b", line) for line in lines)
    return [(len(line[1]) // 4, line[2]) for line in found if line]


def _tree(kind: type[TapError], depth: int = 0) -> list[tuple[int, str]]:
    """Return the depth and the name of `kind` and of all that are of its kind."""
    own = [one for one in kind.__subclasses__() if one.__module__.startswith("tap_")]
    return [(depth, kind.__name__)] + [
        line for one in own for line in _tree(one, depth + 1)
    ]


def test_the_drawing_is_the_tree() -> None:
    """Who catches an error can see in one place what it covers, in every room."""
    for module in pkgutil.walk_packages(
        tap_amazon_reports.__path__, "tap_amazon_reports."
    ):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)

    assert sorted(_drawn()) == sorted(_tree(TapError))
