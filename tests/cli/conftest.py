"""Calls of the second command against the local Amazon."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from tests.cli.running import Commands

if TYPE_CHECKING:
    from pathlib import Path

    from tests.clock import ScriptedClock
    from tests.local_amazon import LocalAmazon


@pytest.fixture
def amazon_reports(
    amazon: LocalAmazon,
    clock: ScriptedClock,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> Commands:
    """Return the command, with the settings of the local Amazon."""
    caplog.set_level(logging.DEBUG)
    return Commands(amazon, clock, tmp_path, caplog)
