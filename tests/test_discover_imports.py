"""What a listing of streams leaves alone, because only a run needs it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.bench.discovery import every_type

if TYPE_CHECKING:
    from pathlib import Path

    from tests.local_amazon import LocalAmazon

LISTING = """
import sys
from tap_amazon_reports.tap import TapAmazonReports
try:
    TapAmazonReports.cli(args=["--config", sys.argv[1], "--discover"])
finally:
    print(*sys.modules, file=open(sys.argv[2], "w"))
"""


def _imported(config: dict[str, Any], folder: Path) -> tuple[set[str], int]:
    """List the streams; return all modules that took, and how many streams it found."""
    settings, modules = folder / "config.json", folder / "modules.txt"
    settings.write_text(json.dumps(config), encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "-c", LISTING, str(settings), str(modules)],
        check=True,
        stdout=subprocess.PIPE,
    )
    found = set(modules.read_text(encoding="utf-8").split())
    return found, len(json.loads(ended.stdout)["streams"])


@pytest.fixture(name="modules")
def _modules(amazon: LocalAmazon, tmp_path: Path) -> set[str]:
    """Return what is imported to list the streams of all services and types."""
    modules, streams = _imported({**amazon.settings(), **every_type()}, tmp_path)
    assert 130 <= streams
    return modules


def test_a_listing_draws_nothing_and_writes_no_file(modules: set[str]) -> None:
    """No progress bar, no Parquet: they take long to be imported."""
    assert set() == modules & {"pyarrow", "tqdm"}


def test_a_listing_asks_nothing(amazon: LocalAmazon, tmp_path: Path) -> None:
    """What there is to read is known without a single request."""
    _imported({**amazon.settings(), **every_type()}, tmp_path)

    assert [] == amazon.seen


def test_a_key_with_a_gap_is_refused(amazon: LocalAmazon, tmp_path: Path) -> None:
    """A damaged Amazon Pay key is refused by the listing, not by the first call."""
    lines = str(amazon.settings()["pay_private_key"]).splitlines()
    damaged = "\n".join(lines[:4] + lines[5:])
    path = tmp_path / "config.json"
    path.write_text(
        json.dumps({**amazon.settings(), "pay_private_key": damaged}), encoding="utf-8"
    )
    ended = subprocess.run(
        [sys.executable, "-c", LISTING, str(path), str(tmp_path / "modules.txt")],
        check=False,
        capture_output=True,
        text=True,
    )
    errors = [line for line in ended.stderr.splitlines() if "| ERROR" in line]

    assert (1, "") == (ended.returncode, ended.stdout)
    assert 1 == len(errors)
    assert "pay_private_key: " in errors[0]
    assert "damaged" in errors[0]
    assert "Traceback" not in ended.stderr
