"""Starts what is measured, each in a process of its own, and reads the measure."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.tap_run import selecting

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

ROOT = Path(__file__).parents[2]
TAP = ("-m", "tap_amazon_reports")
LAST_LINES = 20


@dataclass(frozen=True)
class Watched:
    """What was seen in the lines of a run.

    Attributes:
        first_rows: by stream, when its first record came, in seconds since the epoch.
        states: how many STATE messages there were.
        state_bytes: of all of them.
        largest_state_bytes: of the largest.
        under_way: of how many reports one tells at most that were not read yet.
        under_way_bytes: how many of its bytes tell of them.
    """

    first_rows: dict[str, float]
    states: int
    state_bytes: int
    largest_state_bytes: int
    under_way: int
    under_way_bytes: int


@dataclass(frozen=True)
class Measure:
    """What one process needed, and how many lines it wrote."""

    status: int
    lines: int
    wall_seconds: float
    cpu_seconds: float
    peak_bytes: int
    watched: Watched | None = None

    @property
    def seen(self) -> Watched:
        """What was seen in its lines.

        Raises:
            BenchError: if nobody looked.
        """
        if self.watched is None:
            msg = "nobody looked at the lines"
            raise BenchError(msg)
        return self.watched

    def check_lines(self, least: int) -> None:
        """Fail unless it wrote so many lines: what reads nothing is fast.

        Raises:
            BenchError: if it wrote fewer.
        """
        if self.lines < least:
            msg = f"{self.lines} lines were written, {least} were expected"
            raise BenchError(msg)


class BenchError(Exception):
    """What was to be measured did not work."""


def run(command: Sequence[str], *, given: str = "", watching: bool = False) -> Measure:
    """Run a Python command, and return what it needed.

    Args:
        command: what comes after `python`.
        given: what it reads from standard input.
        watching: whether to look at the lines that it writes.

    Raises:
        BenchError: if it fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "measure.json"
        done = subprocess.run(
            [
                *(sys.executable, "-m", "tests.bench.measured"),
                *(("--watch",) if watching else ()),
                *(str(path), sys.executable, *command),
            ],
            check=False,
            cwd=ROOT,
            env=_environment(),
            input=given,
            stderr=subprocess.PIPE,
            text=True,
        )
        if not path.exists():
            raise BenchError(done.stderr)
        found = json.loads(path.read_text(encoding="utf-8"))
        watched = found.pop("watched")
        measure = Measure(**found, watched=watched and Watched(**watched))
    if measure.status:
        said = "\n".join(done.stderr.splitlines()[-LAST_LINES:])
        msg = f"{' '.join(command)} ended with {measure.status}:\n{said}"
        raise BenchError(msg)
    return measure


def _environment() -> dict[str, str]:
    """Return the environment, in which Python keeps what it has compiled.

    What pip installs is compiled, and so are the packages that are measured against.
    """
    return {
        name: value
        for name, value in os.environ.items()
        if name != "PYTHONDONTWRITEBYTECODE"
    }


def run_tap(
    settings: Mapping[str, Any],
    *,
    only: Collection[str] = (),
    discovering: bool = False,
    watching: bool = False,
    command: Sequence[str] = (),
) -> Measure:
    """Run the tap's command.

    Args:
        settings: its settings.
        only: the streams that are read; none means all that hold rows of reports.
        discovering: offer streams, and read none.
        watching: whether to look at the lines that it writes.
        command: what comes after `python`, if not the tap's own.

    Raises:
        BenchError: if it fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        given = _arguments(settings, only, Path(folder), discovering=discovering)
        return run([*(command or TAP), *given], watching=watching)


def written_by_tap(settings: Mapping[str, Any], *, only: Collection[str]) -> bytes:
    """Return all that the tap's command writes."""
    with tempfile.TemporaryDirectory() as folder:
        given = _arguments(settings, only, Path(folder))
        command = [sys.executable, *TAP, *given]
        return subprocess.run(command, check=True, cwd=ROOT, capture_output=True).stdout


def _arguments(
    settings: Mapping[str, Any],
    only: Collection[str],
    folder: Path,
    *,
    discovering: bool = False,
) -> list[str]:
    """Return what comes after the command, with files that last as long as `folder`."""
    config = folder / "config.json"
    config.write_text(json.dumps(settings), encoding="utf-8")
    if discovering:
        return ["--config", str(config), "--discover"]
    catalog = folder / "catalog.json"
    chosen = _selecting(offered(settings), only)
    catalog.write_text(json.dumps(chosen), encoding="utf-8")
    return ["--config", str(config), "--catalog", str(catalog)]


def offered(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the catalog that the tap offers."""
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as config:
        json.dump(settings, config)
        config.flush()
        command = [sys.executable, *TAP, "--config", config.name, "--discover"]
        done = subprocess.run(command, check=True, cwd=ROOT, capture_output=True)
    catalog: dict[str, Any] = json.loads(done.stdout)
    return catalog


def _selecting(catalog: Mapping[str, Any], only: Collection[str]) -> dict[str, Any]:
    rows = [
        stream["tap_stream_id"]
        for stream in catalog["streams"]
        if "report_row" in stream["schema"]["properties"]
    ]
    return selecting(catalog, only or rows)
