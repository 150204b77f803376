"""Which room may know which: read from the source, so that no import is missed."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = "tap_amazon_reports"
SOURCE = Path(__file__).parents[1] / PACKAGE

ORDER = ("amazon", "documents", "reports", "settings", "singer", "streams")
"""From the bottom up: a room knows itself and what lies below it."""
MAY_KNOW = {room: set(ORDER[: place + 1]) for place, room in enumerate(ORDER)} | {
    # What is done by hand is no stream; it stands on the services as the tap does.
    "cli": {"cli", *ORDER[:4], "checks", "services"},
}


def _files(*rooms: str) -> list[str]:
    """Return the package's files, or those of some rooms, relative to it."""
    found = sorted(path.relative_to(SOURCE) for path in SOURCE.rglob("*.py"))
    return [path.as_posix() for path in found if not rooms or path.parts[0] in rooms]


def _tree(name: str) -> ast.Module:
    return ast.parse((SOURCE / name).read_text(encoding="utf-8"))


def _imports(name: str) -> Iterator[str]:
    """Yield each module that a file imports, wherever in the file it does."""
    for node in ast.walk(_tree(name)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                pytest.fail(f"{name}: a relative import hides which room it means")
            module = node.module or ""
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def _imports_from(name: str, *packages: str) -> set[str]:
    """Return those of some packages that a file imports from."""
    return set(packages) & {module.partition(".")[0] for module in _imports(name)}


def _own_rooms(name: str) -> set[str]:
    """Return the rooms, and the files at the package's top, that a file imports."""
    return {
        module.split(".")[1]
        for module in _imports(name)
        if module.startswith(f"{PACKAGE}.")
    } & {path.stem for path in SOURCE.iterdir()}


def _reads(name: str) -> set[str]:
    """Return each dotted name that a file reads, `time.sleep` for one."""
    return {
        ast.unparse(node)
        for node in ast.walk(_tree(name))
        if isinstance(node, ast.Attribute)
    }


@pytest.mark.parametrize("name", _files(*MAY_KNOW))
def test_rooms_know_only_what_lies_below(name: str) -> None:
    """Each room can be read, tested and replaced without the rooms above it."""
    room = name.partition("/")[0]

    assert set() == _own_rooms(name) - MAY_KNOW[room]


def test_every_room_is_under_the_law() -> None:
    """A new room cannot slip in without a word on what it may know."""
    rooms = {path.parent.name for path in SOURCE.glob("*/__init__.py")}

    assert set(MAY_KNOW) == rooms


@pytest.mark.parametrize("name", _files(*ORDER[:3]))
def test_singer_stays_above(name: str) -> None:
    """The life of a report can be used without the framework."""
    assert set() == _imports_from(name, "singer_sdk")


def test_one_room_and_one_file_speak_http() -> None:
    """There is one way out: no request escapes quotas, retries and authentication."""
    speakers = {
        name
        for name in _files()
        if _imports_from(name, "http", "httpx", "requests", "urllib3")
    }

    assert set() == {
        name
        for name in speakers
        if not name.startswith("amazon/") and name != "documents/download.py"
    }


def test_one_file_reads_the_clock() -> None:
    """Time is handed in, so that tests can script it."""
    forbidden = ("datetime.now", "datetime.utcnow", "date.today", "datetime.today")
    readers = {
        name
        for name in _files()
        if "time" in set(_imports(name)) | {m.split(".")[0] for m in _imports(name)}
        or any(read.endswith(forbidden) for read in _reads(name))
    }

    assert {"amazon/clock.py"} == readers
