"""The loaders, installed; and a seller whose orders change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.loaders import postgres_server
from tests.loaders.installed import CannotInstallError, install
from tests.loaders.warehouses import CsvFiles, DuckDb, JsonLines, Postgres, Warehouse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.loaders.postgres_server import PostgresServer


@pytest.fixture(name="commands", scope="session")
def _commands(pytestconfig: pytest.Config) -> Callable[[str], Path]:
    """Return a function from a loader's name to the folder of its commands."""
    assert pytestconfig.cache is not None
    cache = pytestconfig.cache.mkdir("loaders")

    def found(loader: str) -> Path:
        try:
            return install(loader, cache)
        except CannotInstallError as error:
            pytest.skip(f"{loader} cannot be installed: {error}")

    return found


@pytest.fixture(name="server", scope="session")
def _server() -> Iterator[PostgresServer]:
    folder = postgres_server.programs()
    if folder is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    with postgres_server.running(folder) as server:
        yield server


@pytest.fixture(name="warehouse", params=["jsonl", "csv", "duckdb", "postgres"])
def _warehouse(
    request: pytest.FixtureRequest, commands: Callable[[str], Path], tmp_path: Path
) -> Warehouse:
    """Return an empty warehouse of each kind."""
    kind = request.param
    folder = commands(f"target-{kind}")
    if kind == "postgres":
        server: PostgresServer = request.getfixturevalue("server")
        server.query("DROP SCHEMA IF EXISTS amazon CASCADE")
        return Postgres(folder, tmp_path, server)
    if kind == "duckdb":
        return DuckDb(folder, tmp_path)
    return CsvFiles(folder, tmp_path) if kind == "csv" else JsonLines(folder, tmp_path)


@pytest.fixture(name="postgres")
def _postgres(
    commands: Callable[[str], Path], server: PostgresServer, tmp_path: Path
) -> Postgres:
    server.query("DROP SCHEMA IF EXISTS amazon CASCADE")
    return Postgres(commands("target-postgres"), tmp_path, server)
