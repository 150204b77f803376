"""A run that is stopped while reports ripen or documents are on their way."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tap_amazon_reports.amazon.clock import SystemClock
from tests.clock import ScriptedClock
from tests.local_amazon import LocalAmazon, Slow
from tests.local_amazon.ripening import Stage
from tests.tap_run import Output, discover, selecting, sync

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

COMMAND = "from tap_amazon_reports.tap import TapAmazonReports; TapAmazonReports.cli()"
STREAM = "sp_flat_file_returns_data_by_return_date"
WINDOWS = 5
GENEROUS_SECONDS = 20


class Gate(SystemClock):
    """The machine's clock, but who sleeps on it waits for a gate to be opened."""

    def __init__(self) -> None:
        """Be closed."""
        self.opened = threading.Event()

    def sleep(self, seconds: float) -> None:
        """Wait for the gate."""
        self.opened.wait(min(seconds, GENEROUS_SECONDS))


@dataclass
class UntilTold:
    """Reports that stay in the queue until the test says that they are done."""

    told: threading.Event = field(default_factory=threading.Event)

    def stage(self, *, age_seconds: float, looks: int) -> Stage:
        """Return that a report is in the queue, or done."""
        del age_seconds, looks
        return Stage.FINISHED if self.told.is_set() else Stage.QUEUED


@pytest.fixture(name="ripening")
def _ripening() -> UntilTold:
    return UntilTold()


@pytest.fixture(name="amazon")
def _amazon(ripening: UntilTold) -> Iterator[LocalAmazon]:
    """Yield an Amazon in the machine's own time."""
    gate = Gate()
    with LocalAmazon(clock=gate, speed=1000, populate=False) as running:
        running.selling_partner.ripening = ripening
        yield running
        gate.opened.set()


def _config(amazon: LocalAmazon) -> dict[str, Any]:
    today = amazon.clock.now().date()
    return {
        **amazon.settings(),
        "sp_marketplaces": ["US"],
        "start_date": str(today - timedelta(days=20)),
        "end_date": str(today - timedelta(days=20 - WINDOWS)),
        "report_poll_interval": 1,
        "sp_report_types": [
            {
                "report_type": "GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE",
                "window_days": 1,
            }
        ],
    }


def _catalog(amazon: LocalAmazon) -> dict[str, Any]:
    clock = ScriptedClock(amazon.clock.now())
    return selecting(discover(_config(amazon), clock=clock), [STREAM])


def _stopped(
    amazon: LocalAmazon,
    folder: Path,
    number: signal.Signals,
    when: Callable[[], bool],
) -> tuple[Output, float]:
    """Run the command, stop it; return what it wrote and how long it took to leave."""
    for name, content in (("config", _config(amazon)), ("catalog", _catalog(amazon))):
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    arguments = [
        "--config",
        str(folder / "config"),
        "--catalog",
        str(folder / "catalog"),
    ]
    with subprocess.Popen(
        [sys.executable, "-c", COMMAND, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            deadline = time.monotonic() + GENEROUS_SECONDS
            while not when():
                assert time.monotonic() < deadline, "the moment never came"
                time.sleep(0.02)
            sent_at = time.monotonic()
            process.send_signal(number)
            written, said = process.communicate(timeout=GENEROUS_SECONDS)
        finally:
            process.kill()
    assert b"Traceback" not in said
    took_seconds = time.monotonic() - sent_at
    return Output.read(written.decode(), status=process.returncode), took_seconds


def _count(amazon: LocalAmazon, operation: str) -> int:
    return sum(seen.operation == operation for seen in amazon.seen)


def _resumed(amazon: LocalAmazon, stopped: Output) -> Output:
    clock = ScriptedClock(amazon.clock.now())
    catalog = _catalog(amazon)
    return sync(_config(amazon), clock=clock, state=stopped.state, catalog=catalog)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stopped_while_reports_ripen(
    amazon: LocalAmazon, ripening: UntilTold, tmp_path: Path, number: signal.Signals
) -> None:
    """It leaves at once, cancels nothing, and the next run adopts all of it."""
    stopped, took_seconds = _stopped(
        amazon, tmp_path, number, lambda: _count(amazon, "getReport") > 0
    )
    ripening.told.set()
    (partition,) = stopped.state["bookmarks"][STREAM]["partitions"]
    resumed = _resumed(amazon, stopped)

    assert 128 + number == stopped.status
    assert took_seconds < 5
    assert WINDOWS == len(partition["created"])
    assert 0 == _count(amazon, "cancelReport")
    assert 0 == resumed.status
    assert WINDOWS == _count(amazon, "createReport")
    assert resumed.records(STREAM)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stopped_while_documents_are_on_their_way(
    amazon: LocalAmazon, ripening: UntilTold, tmp_path: Path, number: signal.Signals
) -> None:
    """Downloads that hang do not keep the run from leaving."""
    ripening.told.set()
    amazon.faults.add("storage.get", Slow(60), times=WINDOWS)
    stopped, took_seconds = _stopped(
        amazon, tmp_path, number, lambda: _count(amazon, "getReportDocument") > 1
    )
    amazon.clock.opened.set()  # type: ignore[attr-defined]  # it is a Gate
    resumed = _resumed(amazon, stopped)

    assert 128 + number == stopped.status
    assert took_seconds < 5
    assert "STATE" == stopped.messages[-1]["type"]
    assert [] == stopped.records(STREAM)
    assert 0 == resumed.status
    assert WINDOWS == _count(amazon, "createReport")
    assert resumed.records(STREAM)
