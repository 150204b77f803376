"""How much longer a table takes with the tap before the loader than without."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tap_amazon_reports.amazon.clock import SystemClock
from tests.bench.documents import STREAM, Documents, tap_settings
from tests.bench.running import BenchError, written_by_tap
from tests.bench.table import Line
from tests.loaders.installed import ROOT, CannotInstallError, install
from tests.loaders.project import Project, meltano
from tests.loaders.warehouses import DuckDb

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.bench.stage import Stage

LOADER = "target-duckdb"
CACHE = ROOT / ".pytest_cache" / "d" / "loaders"
"""Where the tests of the loaders keep it too."""
MOST_TIMES = 1.1
TAP = "TAP_AMAZON_REPORTS_"


def into_table_lines(*, total_bytes: int, repeats: int) -> Iterator[Line]:
    """Yield the line on a pipeline under Meltano.

    Args:
        total_bytes: how large the flat file is.
        repeats: how often each side is measured; the best time counts.
    """
    try:
        command, commands = _installed()
    except CannotInstallError as error:
        yield Line(f"meltano run into {LOADER}", str(error), "", "", "", reached=True)
        return
    with Documents(total_bytes) as documents:
        together, alone = documents.apart(
            [
                lambda stage: _meltano_seconds(stage, command, commands),
                lambda stage: _loader_seconds(stage, commands),
            ],
            repeats,
        )
    yield Line(
        f"meltano run into {LOADER} ({documents.rows:,} rows)",
        f"{together:.1f} s",
        f"{alone:.1f} s: the loader alone, the same messages from a file",
        f"{together / alone:.2f} x",
        f"at most {MOST_TIMES} x",
        reached=together <= MOST_TIMES * alone,
    )


def _installed() -> tuple[str, Path]:
    """Return Meltano's command, and the folder of the loader's.

    Raises:
        CannotInstallError: if one cannot be had.
    """
    command = meltano()
    if command is None:
        msg = "Meltano is missing: pip install --group demo"
        raise CannotInstallError(msg)
    CACHE.mkdir(parents=True, exist_ok=True)
    return command, install(LOADER, CACHE)


def _meltano_seconds(stage: Stage, command: str, commands: Path) -> float:
    """Return how long a pipeline takes, from Amazon to the table."""
    with tempfile.TemporaryDirectory() as folder:
        table = DuckDb(commands, Path(folder))
        project = Project(command, table.folder, LOADER, commands)
        project.write()
        settings = {
            **{
                f"{TAP}{name.upper()}": one for name, one in tap_settings(stage).items()
            },
            f"{TAP}_SELECT": [f"{STREAM}.*"],
            "TARGET_DUCKDB_PATH": table.settings["path"],
        }

        def run() -> None:
            status, log = project.run(settings)
            if status:
                raise BenchError(log[-2000:])

        return _timed(run, table, stage)


def _loader_seconds(stage: Stage, commands: Path) -> float:
    """Return how long the loader takes for what the tap wrote to a file."""
    with tempfile.TemporaryDirectory() as folder:
        table = DuckDb(commands, Path(folder))
        messages = Path(folder) / "messages.jsonl"
        messages.write_bytes(written_by_tap(tap_settings(stage), only=[STREAM]))
        config = Path(folder) / "settings.json"
        config.write_text(json.dumps(table.settings), encoding="utf-8")

        def run() -> None:
            with messages.open("rb") as given:
                loader: list[Any] = [commands / table.command, "--config", config]
                subprocess.run(loader, check=True, stdin=given, capture_output=True)

        return _timed(run, table, stage)


def _timed(run: Callable[[], None], table: DuckDb, stage: Stage) -> float:
    """Return how long it takes.

    Raises:
        BenchError: if not every row is in the table then.
    """
    clock = SystemClock()
    started = clock.monotonic()
    run()
    seconds = clock.monotonic() - started
    ((rows,),) = table.query(f"SELECT count(*) FROM {STREAM}")
    if int(rows or 0) != stage.held[0].rows:
        msg = f"{rows} rows are in the table, of {stage.held[0].rows}"
        raise BenchError(msg)
    return seconds
