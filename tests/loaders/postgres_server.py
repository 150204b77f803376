"""A PostgreSQL server of one's own, on loopback and in a temporary folder."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

USER = "postgres"
"""Who owns the database, and who the server runs as where the tests run as root."""


@dataclass(frozen=True)
class PostgresServer:
    """A server that runs, with an empty database `postgres` that needs no password."""

    port: int

    def query(self, sql: str, database: str = USER) -> str:
        """Return what a statement yields, as psql prints it without decoration."""
        return subprocess.run(
            [
                *("psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align"),
                *("--set", "ON_ERROR_STOP=1", "--host", "127.0.0.1"),
                *("--port", str(self.port), "--username", USER, "--dbname", database),
                *("--command", sql),
            ],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout.strip()


def programs() -> Path | None:
    """Return the folder of PostgreSQL's programs, or None where it is not installed."""
    if shutil.which("psql") is None:
        return None
    found = shutil.which("initdb")
    candidates = [Path(found)] if found else []
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    return candidates[0].resolve().parent if candidates else None


@contextmanager
def running(folder: Path) -> Iterator[PostgresServer]:
    """Yield a server with the programs in `folder`; it is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="pg-") as workshop:
        data = Path(workshop) / "data"
        if os.getuid() == 0:
            owner = pwd.getpwnam(USER)
            os.chown(workshop, owner.pw_uid, owner.pw_gid)
        as_user = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups"]
        prefix = as_user if os.getuid() == 0 else []
        subprocess.run(
            [
                *(*prefix, str(folder / "initdb"), "--pgdata", str(data)),
                *("--username", USER),
                *("--auth=trust", "--encoding=UTF8", "--no-sync", "--locale=C.UTF-8"),
            ],
            check=True,
            cwd=workshop,
            stdout=subprocess.DEVNULL,
        )
        port = _free_port()
        with subprocess.Popen(
            [
                *(*prefix, str(folder / "postgres"), "-D", str(data)),
                *("-p", str(port)),
                *("-h", "127.0.0.1", "-k", workshop, "-F"),
            ],
            cwd=workshop,
            stderr=subprocess.DEVNULL,
        ) as process:
            try:
                yield _ready(PostgresServer(port))
            finally:
                process.terminate()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
    return port


def _ready(server: PostgresServer) -> PostgresServer:
    """Wait until the server answers, for half a minute at most."""
    for _ in range(300):
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", server.port)) == 0:
                break
        time.sleep(0.1)
    for _ in range(300):
        try:
            server.query("SELECT 1")
        except subprocess.CalledProcessError:
            time.sleep(0.1)
        else:
            return server
    msg = "the PostgreSQL server does not answer"
    raise TimeoutError(msg)
