"""A run that is stopped: by a signal, or because nobody reads any more."""

from __future__ import annotations

import fcntl
import json
import signal
import subprocess
import sys
import termios
import threading
import time
from array import array
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import pytest

from tap_amazon_reports.amazon.clock import SystemClock
from tests.clock import ScriptedClock
from tests.leaks import assert_nothing_leaked
from tests.local_amazon import LocalAmazon, Slow
from tests.tap_run import Output, sync

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMAND = "from tap_amazon_reports.tap import TapAmazonReports; TapAmazonReports.cli()"
HASTY = (
    "from tap_amazon_reports.singer import messages; messages.STOP_SECONDS = 1.0;"
    f" {COMMAND}"
)
CLOSED = f"import sys; sys.stdout = None; {COMMAND}"
SIGNALS = [signal.SIGTERM, signal.SIGINT]


class _Gate(SystemClock):
    """The machine's clock, but who sleeps on it waits for a gate to be opened."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.opened = threading.Event()

    def sleep(self, seconds: float) -> None:
        """Wait for the gate."""
        self.reached.set()
        self.opened.wait(min(seconds, 20))


@pytest.fixture(name="gate")
def _gate() -> _Gate:
    return _Gate()


@pytest.fixture(name="amazon")
def _amazon(gate: _Gate) -> Iterator[LocalAmazon]:
    """Yield an Amazon in the machine's own time."""
    with LocalAmazon(clock=gate, speed=1000) as running:
        yield running
        gate.opened.set()


def _config(amazon: LocalAmazon) -> dict[str, Any]:
    return {**amazon.settings(), "sp_order_metrics": {}}


@contextmanager
def _running(
    amazon: LocalAmazon,
    folder: Path,
    command: str = COMMAND,
    *,
    stdout: int | IO[bytes] = subprocess.PIPE,
) -> Iterator[subprocess.Popen[bytes]]:
    """Start the command in a process of its own."""
    path = folder / "config.json"
    path.write_text(json.dumps(_config(amazon)), encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, "-c", command, "--config", str(path)],
        # What is read ahead by `readline` would be missing from what follows.
        bufsize=0,
        stdout=stdout,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None
    return stream


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_signal_ends_the_run_with_its_state(
    amazon: LocalAmazon, gate: _Gate, tmp_path: Path, number: signal.Signals
) -> None:
    """Within seconds: whole lines, the state of what is done, the shell's status."""
    amazon.faults.add("pay.getReports", Slow(60))
    with _running(amazon, tmp_path) as process:
        ends = ThreadPoolExecutor().submit(process.communicate, timeout=30)
        assert gate.reached.wait(20)
        sent = time.monotonic()
        process.send_signal(number)
        written, said = ends.result()
        took_seconds = time.monotonic() - sent
        gate.opened.set()
    output = Output.read(written.decode(), status=process.returncode)

    assert 128 + number == process.returncode
    assert took_seconds < 5
    assert "STATE" == output.messages[-1]["type"]
    assert output.bookmark("pay_disbursements")
    assert "replication_key_value" not in output.state["bookmarks"]["pay_reports"]
    assert b"Traceback" not in said
    assert b"the run is complete" not in said
    assert_nothing_leaked(amazon, [written.decode(), said.decode()], [])


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_signal_does_not_tear_a_line(
    amazon: LocalAmazon, tmp_path: Path, number: signal.Signals
) -> None:
    """While the target is slow to read, the line in hand is ended first."""
    with _running(amazon, tmp_path) as process:
        stdout = _pipe(process.stdout)
        first = stdout.readline()
        _wait_until_blocked(stdout)
        process.send_signal(number)
        # As a terminal's Ctrl-C comes, to the tap and to who has started it.
        process.send_signal(number)
        time.sleep(0.2)
        written, said = process.communicate(timeout=10)
    output = Output.read((first + written).decode(), status=process.returncode)

    assert 128 + number == process.returncode
    assert b"the run is incomplete" in said
    assert b"Traceback" not in said
    _assert_resumable(amazon, output)


@pytest.mark.parametrize("again", [True, False], ids=["another signal", "seconds"])
def test_a_target_that_does_not_read_holds_up_no_end(
    amazon: LocalAmazon,
    tmp_path: Path,
    again: bool,  # noqa: FBT001
) -> None:
    """The process ends as it is: at another signal, or by itself after some seconds."""
    command = COMMAND if again else HASTY
    with _running(amazon, tmp_path, command) as process:
        _wait_until_blocked(_pipe(process.stdout))
        process.terminate()
        if again:
            time.sleep(1.2)
            process.send_signal(signal.SIGINT)

        assert 128 + signal.SIGTERM == process.wait(5)
        assert b"Traceback" not in _pipe(process.stderr).read()


def _wait_until_blocked(stdout: IO[bytes]) -> None:
    """Wait until a pipe that nobody empties holds all that it can."""
    deadline, held = time.monotonic() + 20, -1
    while time.monotonic() < deadline:
        waiting = array("i", [0])
        fcntl.ioctl(stdout, termios.FIONREAD, waiting)
        if held == waiting[0] > 0:
            return
        held = waiting[0]
        time.sleep(0.3)
    pytest.fail("the pipe never filled")


def _assert_resumable(amazon: LocalAmazon, stopped: Output) -> None:
    """Fail unless the next run, from the last state, brings what is missing."""
    clock = ScriptedClock(amazon.clock.now())
    rest = sync(_config(amazon), clock=clock, state=stopped.state)
    whole = sync(_config(amazon), clock=clock)

    assert whole.rows().keys() == {**stopped.rows(), **rest.rows()}.keys()


def test_a_target_that_dies_ends_the_run(amazon: LocalAmazon, tmp_path: Path) -> None:
    """Nobody reads any more: one line that says so, status 1, no traceback."""
    with _running(amazon, tmp_path) as process:
        _pipe(process.stdout).readline()
        _pipe(process.stdout).close()
        said = _pipe(process.stderr).read().decode()
        status = process.wait(10)

    assert 1 == status
    assert "the target has closed its input" in said
    assert "1 failure" in said
    assert "Traceback" not in said
    assert "BrokenPipe" not in said


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has it")
def test_a_full_disk_ends_the_run(amazon: LocalAmazon, tmp_path: Path) -> None:
    """Where a file takes the place of a target: one line, status 1, no traceback."""
    with (
        Path("/dev/full").open("wb") as full,
        _running(amazon, tmp_path, stdout=full) as process,
    ):
        _, said = process.communicate(timeout=30)

    _assert_told(process, said, b"standard output cannot be written: No space left")


def test_a_closed_output_ends_the_run(amazon: LocalAmazon, tmp_path: Path) -> None:
    """There is no target at all: one line, status 1, no traceback."""
    with _running(amazon, tmp_path, CLOSED) as process:
        _, said = process.communicate(timeout=30)

    _assert_told(process, said, b"standard output is closed")


def test_a_signal_after_the_target_is_gone(amazon: LocalAmazon, tmp_path: Path) -> None:
    """Both at once, as a pipeline is stopped: the shell's status, no traceback."""
    with _running(amazon, tmp_path) as process:
        _wait_until_blocked(_pipe(process.stdout))
        process.terminate()
        time.sleep(0.2)
        _pipe(process.stdout).close()
        said = _pipe(process.stderr).read()
        status = process.wait(10)

    assert status in {1, 128 + signal.SIGTERM}
    assert b"the run is incomplete" in said
    assert b"Traceback" not in said


def _assert_told(process: subprocess.Popen[bytes], said: bytes, line: bytes) -> None:
    assert 1 == process.returncode
    assert line in said
    assert b"the run is incomplete, 1 failure" in said
    assert b"Traceback" not in said


def test_a_run_without_a_signal_ends_well(amazon: LocalAmazon, tmp_path: Path) -> None:
    """The command itself writes what a run in this process writes."""
    with _running(amazon, tmp_path) as process:
        written, said = process.communicate(timeout=30)
    output = Output.read(written.decode(), status=process.returncode)

    assert 0 == output.status
    assert 7 == len(output.schemas)
    assert b"the run is complete" in said
    assert [] == amazon.refused
