"""Two runs at once on one account: they share its quota, and each other's reports.

Both taps run over sockets against one local Amazon with the published usage plans. They
share a clock that moves when both of them sleep.
"""

from __future__ import annotations

import io
import sys
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tap_amazon_reports.tap import TapAmazonReports
from tests.clock import NOON, ScriptedClock
from tests.local_amazon import LocalAmazon
from tests.report_types import ORDERS, RETURNS
from tests.tap_run import Output, discover, selecting

if TYPE_CHECKING:
    from datetime import datetime

    import pytest

TYPES = {
    ORDERS: "sp_flat_file_all_orders_data_by_last_update_general",
    RETURNS: "sp_flat_file_returns_data_by_return_date",
}
BURST, SECONDS_FOR_ONE = 15, 60
"""Of createReport and of getReportDocument (Reports API v2021-06-30, "Usage plan")."""
DAYS = 29
"""Of each type: 58 reports, as many as were 43 times made twice once."""


class SharedClock(ScriptedClock):
    """Time of several threads: it moves when all of them sleep, to whoever wakes."""

    def __init__(self, sleepers: int, start: datetime = NOON) -> None:
        """Wait for so many."""
        super().__init__(start)
        self._sleepers = sleepers
        self._wakes: dict[int, float] = {}
        self._turn = threading.Condition()

    def sleep(self, seconds: float) -> None:
        """Sleep until time has come so far."""
        with self._turn:
            wakes_at = self.monotonic() + max(0.0, seconds)
            self._wakes[threading.get_ident()] = wakes_at
            self._move()
            while self.monotonic() < wakes_at:
                self._turn.wait()
            del self._wakes[threading.get_ident()]

    def leave(self) -> None:
        """Sleep no more."""
        with self._turn:
            self._sleepers -= 1
            self._move()

    def _move(self) -> None:
        asleep = [at for at in self._wakes.values() if at > self.monotonic()]
        if asleep and len(asleep) == self._sleepers:
            super().sleep(min(asleep) - self.monotonic())
            self._turn.notify_all()


class Stdout:
    """Standard output, each thread's to itself."""

    def __init__(self) -> None:
        """Have nothing."""
        self.written: dict[int, io.BytesIO] = {}

    @property
    def buffer(self) -> io.BytesIO:
        """What the thread that asks has written."""
        return self.written.setdefault(threading.get_ident(), io.BytesIO())

    def write(self, text: str) -> int:
        """Write text."""
        return self.buffer.write(text.encode())

    def flush(self) -> None:
        """Have nothing to flush."""


@dataclass
class TwoRuns:
    """Runs of one configuration, which begin at the same moment."""

    amazon: LocalAmazon
    clock: SharedClock
    config: dict[str, Any]
    outputs: dict[str, Output] = field(default_factory=dict)

    def run(self, stdout: Stdout, *names: str) -> None:
        """Run once for each name, side by side."""
        catalog = discover(self.config, clock=self.clock)
        catalog = selecting(catalog, TYPES.values())
        taps = {
            name: TapAmazonReports(
                config=self.config, catalog=catalog, clock=self.clock
            )
            for name in names
        }

        def work(name: str) -> None:
            try:
                status = taps[name].run()
                text = stdout.buffer.getvalue().decode()
                self.outputs[name] = Output.read(text, status=status)
            finally:
                self.clock.leave()

        threads = [threading.Thread(target=work, args=(name,)) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=120)


def test_each_is_made_once_but_for_the_first_burst(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Both runs succeed with the same rows; the quota is not paid twice."""
    clock = SharedClock(2)
    stdout = Stdout()
    with LocalAmazon(clock=clock, populate=False) as amazon:
        config = {
            **amazon.settings(),
            "start_date": "2026-10-20",
            "end_date": "2026-11-18",
            "sp_marketplaces": ["US"],
            "sp_order_metrics": {},
            "sp_report_types": [
                {"report_type": name, "window_days": 1} for name in TYPES
            ],
        }
        runs = TwoRuns(amazon, clock, config)
        discover(config, clock=clock)
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", stdout)
            runs.run(stdout, "one", "other")
        made = Counter(
            (one["reportType"], one["dataStartTime"])
            for one in amazon.selling_partner.reports
        )
        documents = len(made) * 2
    one, other = (runs.outputs[name] for name in ("one", "other"))

    assert (0, 0) == (one.status, other.status)
    assert len(TYPES) * DAYS == len(made)
    assert sum(made.values()) - len(made) <= BURST
    assert clock.monotonic() <= 1.1 * (documents - BURST) * SECONDS_FOR_ONE
    for stream in TYPES.values():
        assert _rows(one, stream) == _rows(other, stream)


def _rows(output: Output, stream: str) -> list[str]:
    """Return the rows of a stream, but for what tells two reports apart."""
    told = {"report_id", "report_created_time"}
    rows = [
        {name: str(value) for name, value in row.items() if name not in told}
        for row in output.records(stream)
    ]
    return sorted(map(str, rows))
