"""The commands of README.md and docs/, run to the letter by a new user.

They have a fresh clone, an empty home, and the local Amazon in place of an account.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.local_amazon import LocalAmazon
from tests.local_amazon.settings import environment_lines
from tests.pages.blocks import blocks, marked
from tests.pages.clone import BASH, Clone, make_clone

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

SPEED = 1000
pytestmark = pytest.mark.xdist_group("clone")
CHOSEN = {
    "sp_report_types": ["GET_FBA_MYI_ALL_INVENTORY_DATA"],
    "report_poll_interval": 1,
}


@pytest.fixture(name="amazon", scope="module")
def _amazon() -> Iterator[LocalAmazon]:
    with LocalAmazon(speed=SPEED) as amazon:
        yield amazon


@pytest.fixture(name="settings", scope="module")
def _settings(amazon: LocalAmazon) -> dict[str, object]:
    """Return what a new user fills in: one service's credentials, one report type."""
    day = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 20 * 86400))
    given = {
        name: value
        for name, value in amazon.settings().items()
        if name.startswith(("sp_", "lwa_", "pay_"))
    }
    return {
        **given,
        **CHOSEN,
        "start_date": day,
        "sp_marketplaces": ["US"],
        "sp_order_metrics": {"granularity": "Day"},
    }


@pytest.fixture(name="clone", scope="module")
def _clone(
    tmp_path_factory: pytest.TempPathFactory, settings: Mapping[str, object]
) -> Clone:
    """Return a clone in which the README's installation was done."""
    clone = make_clone(tmp_path_factory.mktemp("stranger"))
    clone.must(marked("install"))
    lines = environment_lines(settings)
    (clone.folder / ".env").write_text("\n".join(lines), encoding="utf-8")
    return clone


def _tables(clone: Clone, database: str) -> dict[str, int]:
    """Return how many rows each table of a DuckDB file has."""
    python = clone.folder / ".meltano/loaders/target-duckdb/venv/bin/python"
    script = (
        "import duckdb, json, sys; c = duckdb.connect(sys.argv[1], read_only=True);"
        "names = [n for n, in c.execute('SELECT table_name FROM duckdb_tables()')"
        ".fetchall()]; print(json.dumps({n: len(c.table(n)) for n in names}))"
    )
    written = subprocess.run(
        [python, "-c", script, database],
        cwd=clone.folder,
        check=True,
        stdout=subprocess.PIPE,
    ).stdout
    found: dict[str, int] = json.loads(written)
    return found


def test_first_real_run(clone: Clone, amazon: LocalAmazon) -> None:
    """From the wheel to tables in four steps, and the checks ask for no report."""
    said = clone.must(marked("check"))
    assert re.search(r"\nall \d+ passed", said)
    assert "sp_fba_myi_all_inventory_data" in said
    assert [] == [seen for seen in amazon.seen if seen.operation == "createReport"]

    clone.must(marked("load"))
    tables = _tables(clone, "amazon.duckdb")

    for table in ("sp_fba_myi_all_inventory_data", "sp_order_metrics"):
        assert tables[table] > 0


def test_a_question_is_answered(clone: Clone) -> None:
    """A statement in a file is run by the DuckDB that the loader brought along."""
    clone.must(marked("load"))
    said = clone.must(marked("ask duckdb"))

    assert "ATVPDKIKX0DER" in said
    assert "orders" in said


def test_runs_by_hand(clone: Clone) -> None:
    """Both loaders run; a stream that is left out is; all can be read again."""
    block = marked("runs")
    (leaving_out,) = (
        found.text for found in blocks() if "!sp_report_schedules" in found.text
    )
    clone.must(f"export {leaving_out}\n{block}")
    written = {path.stem for path in (clone.folder / "output").glob("*.jsonl")}
    assert "sp_order_metrics" in written
    assert "sp_report_schedules" not in written

    clone.must(marked("full refresh"))
    clone.must(marked("copy state"))
    states = clone.must(".venv/bin/meltano state list")
    assert "prod:tap-amazon-reports-to-target-duckdb" in states


def test_a_quiet_night(clone: Clone) -> None:
    """Cron mails nothing when all is well, and the reason when it is not."""
    hour, minute, *_, command, loader = marked("crontab").splitlines()[1].split()[:8]
    script = command.replace("/srv/amazon/", "./")
    assert ("0", "2", "target-postgres") == (hour, minute, loader)

    assert "" == clone.must(f"{script} target-duckdb")

    env = clone.folder / ".env"
    kept = env.read_text(encoding="utf-8")
    env.write_text(
        kept + "\nTAP_AMAZON_REPORTS_SP_CLIENT_SECRET=wrong", encoding="utf-8"
    )
    failed = clone.run(f"{script} target-duckdb")
    env.write_text(kept, encoding="utf-8")

    assert 1 == failed.returncode
    assert "sp_client_secret" in failed.stdout
    assert "The run into target-duckdb failed" in failed.stdout


def test_own_project(clone: Clone) -> None:
    """The hub's entry and the wheel make a plugin of another project."""
    project = clone.home / "own"
    project.mkdir()
    (project / "meltano.yml").write_text("project_id: own\n", encoding="utf-8")
    path = str(clone.folder / ".venv" / "bin")

    said = clone.must(marked("own project"), within=project, path=path)

    assert "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2" in said


def test_without_meltano(
    clone: Clone, settings: Mapping[str, object], tmp_path: Path
) -> None:
    """Two runs by pipes: the second goes on from the state of the first."""
    (tmp_path / "config.json").write_text(json.dumps(settings), encoding="utf-8")
    clone.must(".venv/bin/meltano install loader target-jsonl")
    loaders = f"{clone.folder}/.meltano/loaders/target-jsonl/venv/bin"
    path = f"{clone.folder}/.venv/bin:{loaders}"

    clone.must(marked("singer"), within=tmp_path, path=path)
    first = (tmp_path / "state.json").read_text(encoding="utf-8")
    clone.must(marked("singer again"), within=tmp_path, path=path)

    assert "pay_disbursements" in json.loads(first)["bookmarks"]
    assert 2 <= len((tmp_path / "states.jsonl").read_text("utf-8").splitlines())


def test_rehearsal(clone: Clone) -> None:
    """The local Amazon runs alone, for the tap and for a whole pipeline."""
    command = marked("local amazon").replace("| tee amazon.txt", "> amazon.txt")
    kept = (clone.folder / ".env").read_text(encoding="utf-8")
    with subprocess.Popen(
        # The tests' own Python has what the local Amazon needs.
        [
            BASH,
            "-c",
            f"exec {command.strip().replace('.venv/bin/python', sys.executable)}",
        ],
        cwd=clone.folder,
        stderr=subprocess.DEVNULL,
    ) as amazon:
        try:
            _wait_for(clone.folder / "amazon.txt")
            clone.must(marked("rehearse the tap"))
            clone.must(marked("rehearse a pipeline"))
        finally:
            amazon.terminate()
            (clone.folder / ".env").write_text(kept, encoding="utf-8")

    assert (clone.folder / "messages.jsonl").stat().st_size
    assert list((clone.folder / ".meltano/rehearsal").glob("*listings*.jsonl"))


def _wait_for(path: Path) -> None:
    """Wait until the local Amazon has told its settings, for ten seconds at most."""
    for _ in range(100):
        if path.is_file() and "PAY_BASE_URL" in path.read_text(encoding="utf-8"):
            return
        time.sleep(0.1)
    message = f"{path} does not come"
    raise TimeoutError(message)
