"""Loaders in environments of their own, installed once and kept for the next run."""

from __future__ import annotations

import fcntl
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
SCRIPTS = Path(sysconfig.get_path("scripts")).name


class CannotInstallError(Exception):
    """The package index cannot be reached, or has no fitting version."""


def pip_url(loader: str) -> list[str]:
    """Return what meltano.yml installs for a loader, as arguments of pip."""
    project = yaml.safe_load((ROOT / "meltano.yml").read_text(encoding="utf-8"))
    (found,) = (
        plugin["pip_url"]
        for plugin in project["plugins"]["loaders"]
        if plugin["name"] == loader
    )
    return str(found).split()


def install(loader: str, cache: Path) -> Path:
    """Return the folder of a loader's commands, after installing it where needed.

    Raises:
        CannotInstallError: with the last line that pip said.
    """
    wanted = pip_url(loader)
    folder = cache / f"{loader}-{sys.version_info.major}.{sys.version_info.minor}"
    with (cache / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = folder / "installed.txt"
        if not done.is_file() or wanted != done.read_text("utf-8").split():
            _run(sys.executable, "-m", "venv", "--clear", str(folder))
            python = str(folder / SCRIPTS / "python")
            _run(python, "-m", "pip", "install", "--quiet", *wanted)
            done.write_text(" ".join(wanted), encoding="utf-8")
    return folder / SCRIPTS


def _run(*command: str) -> None:
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise CannotInstallError(next(_last_lines(ended.stderr), "pip failed"))


def _last_lines(text: str) -> Iterator[str]:
    yield from (line for line in reversed(text.splitlines()) if line.strip())
