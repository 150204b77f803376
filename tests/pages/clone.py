"""A clone of this repository in a folder of its own, as a new user has it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.pages.blocks import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BASH = shutil.which("bash") or "/bin/bash"
_NO_NETWORK = re.compile(r"new connection|name resolution|Connection refused|timed out")
_FOREIGN = ("MELTANO_", "TAP_AMAZON_REPORTS_", "TARGET_", "PYTHON", "PYTEST", "COV")


_MADE = {
    *(".env", ".hypothesis", ".meltano", ".mypy_cache", ".pytest_cache", ".ruff_cache"),
    *(".venv", "__pycache__", "build", "dist", "output"),
}
_MADE_SUFFIXES = {".duckdb", ".wal", ".egg-info"}
"""What .gitignore leaves out."""


@dataclass(frozen=True)
class Clone:
    """A clone, and an empty home.

    Attributes:
        folder: where the clone is.
        home: of whoever runs commands in it.
    """

    folder: Path
    home: Path

    def run(
        self, commands: str, *, within: Path | None = None, path: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run commands by a shell that stops at the first that fails.

        Args:
            commands: as a page has them.
            within: another folder than the clone.
            path: folders of commands that are found first, joined with colons.
        """
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(_FOREIGN)
        }
        return subprocess.run(
            [BASH, "-euo", "pipefail", "-c", commands],
            cwd=within or self.folder,
            env={
                **kept,
                "HOME": str(self.home),
                "MELTANO_CLI_DISABLE_VERSION_CHECK": "true",
                "NO_PROXY": "127.0.0.1",
                "PATH": f"{path}:{os.environ['PATH']}" if path else os.environ["PATH"],
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def must(self, commands: str, *, within: Path | None = None, path: str = "") -> str:
        """Run commands that have to succeed; return all that they said."""
        ended = self.run(commands, within=within, path=path)
        said = ended.stdout + ended.stderr
        if ended.returncode and _NO_NETWORK.search(said):
            pytest.skip(f"the package index cannot be reached: {said[-300:]}")
        assert 0 == ended.returncode, said[-3000:]
        return said


def make_clone(folder: Path) -> Clone:
    """Copy what is under version control, and what is about to be."""
    clone = folder / "home" / "tap-amazon-reports"
    for name in _files():
        if (ROOT / name).is_file():
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, clone / name)
    return Clone(clone, folder / "home")


def _files() -> Iterator[str]:
    """Yield the files of the repository, also where it is a copy without git."""
    git = shutil.which("git")
    if git is not None and (ROOT / ".git").exists():
        listed = subprocess.run(
            [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout
        yield from filter(None, listed.split("\0"))
        return
    for path in ROOT.rglob("*"):
        name = path.relative_to(ROOT)
        if not _MADE.intersection(name.parts) and path.suffix not in _MADE_SUFFIXES:
            yield name.as_posix()
