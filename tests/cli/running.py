"""Calls of `amazon-reports` in this process, against the local Amazon."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from click.testing import CliRunner

from tap_amazon_reports.amazon.retry import RetryPolicy
from tap_amazon_reports.cli.command import main
from tap_amazon_reports.cli.session import Session
from tests.leaks import assert_nothing_leaked

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pytest

    from tests.clock import ScriptedClock
    from tests.local_amazon import LocalAmazon


@dataclass
class Called:
    """How one call ended: its status, what it printed, what it complained of."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed, one JSON document."""
        assert self.out, self.err
        return json.loads(self.out)


@dataclass
class Commands:
    """Calls with one file of settings; nothing that they print may hold a secret."""

    amazon: LocalAmazon
    clock: ScriptedClock
    folder: Path
    caplog: pytest.LogCaptureFixture
    retry: RetryPolicy = field(default_factory=RetryPolicy)

    def __call__(
        self,
        *words: str,
        settings: Mapping[str, object] | None = None,
        answer: str | None = None,
    ) -> Called:
        """Call with more `settings`, and `answer` when asked; None stands for none."""
        path = self.folder / "config.json"
        config = {**self.amazon.settings(), **(settings or {})}
        path.write_text(json.dumps(config), encoding="utf-8")
        session = Session(clock=self.clock, retry=self.retry)
        done = CliRunner().invoke(
            main, [*words, "--config", str(path)], obj=session, input=answer
        )
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        texts = [done.stdout, done.stderr]
        assert_nothing_leaked(self.amazon, texts, self.caplog.records)
        return Called(done.exit_code, done.stdout, done.stderr)
