"""The local Amazon with its usual holdings, and the time that a test scripts."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.clock import ScriptedClock
from tests.local_amazon import LocalAmazon
from tests.rehearsal import Rehearsal
from tests.streams.content_runs import ContentRuns

if TYPE_CHECKING:
    from collections.abc import Iterator

FAULT_MATRIX = re.compile(r"tests/fault_matrix/\w+\.py::test_a_cell_of_")


# A machine that is busy with something else is no reason to fail.
settings.register_profile(
    "unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("unhurried")


@pytest.fixture(autouse=True)
def _own_log() -> Iterator[None]:
    """Leave the log as it was: a command sets it up for the life of a process."""
    root = logging.getLogger()
    handlers = {one: one.filters[:] for one in root.handlers}
    before = {one: (one.level, one.propagate, one.disabled) for one in _loggers()}
    yield
    for handler in root.handlers[:]:
        if handler in handlers:
            handler.filters[:] = handlers[handler]
        else:
            root.removeHandler(handler)
    for logger in _loggers():
        level, logger.propagate, logger.disabled = before.get(
            logger, (logging.NOTSET, True, False)
        )
        logger.setLevel(level)


def _loggers() -> list[logging.Logger]:
    known = logging.Logger.manager.loggerDict.values()
    named = [one for one in known if isinstance(one, logging.Logger)]
    return [logging.getLogger(), *named]


@pytest.fixture
def clock() -> ScriptedClock:
    """Return the time of both the tap and Amazon; nobody waits for it."""
    return ScriptedClock()


@pytest.fixture
def amazon(clock: ScriptedClock) -> Iterator[LocalAmazon]:
    """Yield a running Amazon; an unknown request or a crash in it fails the test."""
    with LocalAmazon(clock=clock) as running:
        yield running


@pytest.fixture
def rehearse(
    amazon: LocalAmazon, clock: ScriptedClock, caplog: pytest.LogCaptureFixture
) -> Iterator[Rehearsal]:
    """Yield a rehearsal in which everything is logged, down to DEBUG."""
    caplog.set_level(logging.DEBUG)
    rehearsal = Rehearsal(amazon, clock, caplog)
    yield rehearsal
    rehearsal.check()
    assert rehearsal.outputs, "nothing was rehearsed"


@pytest.fixture
def content(
    clock: ScriptedClock, caplog: pytest.LogCaptureFixture
) -> Iterator[ContentRuns]:
    """Yield runs against an Amazon that holds no reports yet; nothing may leak."""
    caplog.set_level(logging.DEBUG)
    with LocalAmazon(clock=clock, populate=False) as amazon:
        runs = ContentRuns(amazon, clock, caplog)
        yield runs
        runs.check()
    assert runs.outputs, "nothing was read"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how large the fault matrix is, and how much of it holds."""
    found = {
        outcome: sum(
            getattr(report, "when", "") == "call"
            and FAULT_MATRIX.match(report.nodeid) is not None
            for report in terminalreporter.stats.get(outcome, ())
        )
        for outcome in ("passed", "failed")
    }
    if size := sum(found.values()):
        held = found["passed"]
        terminalreporter.write_line(f"fault matrix: {size} cells, {held} of them hold")
