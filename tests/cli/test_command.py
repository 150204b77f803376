"""The commands as they are installed, and what they stand on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


PROGRAM = Path(sys.executable).parent / "amazon-reports"


def _run(
    *command: str | Path, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("TAP_AMAZON_REPORTS_")
    }
    return subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        env={**kept, **(environment or {})},
    )


def test_the_second_command_is_installed() -> None:
    """`amazon-reports` is there once the package is."""
    done = _run(PROGRAM, "--help")

    assert 0 == done.returncode
    assert "types" in done.stdout


def test_the_package_is_the_tap() -> None:
    """`python -m tap_amazon_reports` runs the tap where no script is on the path."""
    done = _run(sys.executable, "-m", "tap_amazon_reports", "--version")

    assert 0 == done.returncode
    assert done.stdout.startswith("tap-amazon-reports v")


def test_the_tap_does_without_the_tables() -> None:
    """A run does not wait for what only the second command needs."""
    code = (
        "import sys, tap_amazon_reports.tap;"
        "print([name for name in sys.modules if name.startswith(('rich.',"
        " 'tap_amazon_reports.cli'))])"
    )

    assert "[]" == _run(sys.executable, "-c", code).stdout.strip()
