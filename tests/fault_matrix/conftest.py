"""A small account on scripted time for each cell, and the truth of each way."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING

import pytest

from tap_amazon_reports import services
from tap_amazon_reports.amazon import pay_key
from tap_amazon_reports.amazon.http import Transport
from tests.clock import ScriptedClock
from tests.fault_matrix.runs import Runs
from tests.fault_matrix.world import fill
from tests.local_amazon import LocalAmazon

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fault_matrix.runs import Rows
    from tests.fault_matrix.ways import Way

_KEY = lru_cache(pay_key.load_private_key)
_TRUTHS: dict[str, tuple[Rows, Rows]] = {}


@pytest.fixture(name="amazon")
def _amazon(clock: ScriptedClock) -> Iterator[LocalAmazon]:
    """Yield an Amazon that holds the small account."""
    with LocalAmazon(clock=clock, populate=False) as running:
        fill(running)
        yield running


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, clock: ScriptedClock) -> None:
    """Let answers trickle on scripted time, and parse the key once for all cells."""
    scripted = partial(Transport, monotonic=clock.monotonic)
    monkeypatch.setattr(services, "Transport", scripted)
    monkeypatch.setattr(services, "load_private_key", _KEY)


def truth_of(way: Way, caplog: pytest.LogCaptureFixture) -> tuple[Rows, Rows]:
    """Return the rows of a way without any trouble, and those of the stream beside."""
    if way.name not in _TRUTHS:
        clock = ScriptedClock()
        with LocalAmazon(clock=clock, populate=False) as amazon:
            fill(amazon)
            runs = Runs(amazon, clock, caplog, way=way)
            output = runs.run()
            assert 0 == output.status, runs.failures
            truth = runs.rows(output, way.stream), runs.rows(output, way.beside)
        assert all(truth), "nothing to be lost"
        _TRUTHS[way.name] = truth
    caplog.clear()
    return _TRUTHS[way.name]
