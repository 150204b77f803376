"""Programs of an engine: those that end, and those that run until they are stopped."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
    return port


def wait_for(port: int) -> None:
    """Wait until something listens on a port of loopback, for two minutes at most."""
    for _ in range(240):
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.5)
    msg = f"nobody listens on port {port}"
    raise TimeoutError(msg)


def must(
    command: Sequence[str | Path], folder: Path, environment: Mapping[str, str]
) -> str:
    """Run a command that succeeds; return what it printed."""
    ended = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == ended.returncode, (ended.stdout + ended.stderr)[-5000:]
    return ended.stdout


@contextmanager
def running(
    command: Sequence[str | Path], folder: Path, environment: Mapping[str, str]
) -> Iterator[None]:
    """Run a command until the end of the block, with all that it starts."""
    name = "-".join(str(part).rsplit("/", 1)[-1] for part in command[:2])
    with (
        (folder / f"{name}.log").open("wb") as log,
        subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process,
    ):
        try:
            yield
            assert process.poll() is None, _last(folder / f"{name}.log")
        finally:
            _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End a program as an operator does; what is left of it after that is killed."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(30)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _last(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-5000:]
