"""What each loader made of the rows: its settings, and its table read back."""

from __future__ import annotations

import csv
import json
import subprocess
from abc import ABC, abstractmethod
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.loaders.postgres_server import PostgresServer

Row = tuple[str | None, ...]
"""A row of a table, each value as the text of its digits or letters."""


@dataclass
class Warehouse(ABC):
    """Where a loader puts its rows.

    Attributes:
        commands: the folder of the loader's commands.
        folder: a folder for its files.
    """

    commands: Path
    folder: Path

    @property
    @abstractmethod
    def settings(self) -> dict[str, Any]:
        """The settings of the loader."""

    @property
    @abstractmethod
    def command(self) -> str:
        """The name of the loader's command."""

    @abstractmethod
    def rows(self, stream: str, columns: Sequence[str], key: int) -> list[Row]:
        """Return the newest row of each key; the first `key` columns are the key."""

    def load(self, messages: str) -> list[dict[str, Any]]:
        """Hand messages to the loader; return the states that it passed on.

        Raises:
            AssertionError: if it fails, with what it said.
        """
        ended = self.attempt(messages)
        assert 0 == ended.returncode, ended.stderr[-3000:]
        return [json.loads(line) for line in ended.stdout.splitlines()]

    def attempt(self, messages: str) -> subprocess.CompletedProcess[str]:
        """Hand messages to the loader, whatever becomes of it."""
        config = self.folder / "settings.json"
        config.write_text(json.dumps(self.settings), encoding="utf-8")
        return subprocess.run(
            [self.commands / self.command, "--config", config],
            input=messages,
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
        )


class JsonLines(Warehouse):
    """Files to which each run appends: the last line of a key is its row."""

    command = "target-jsonl"

    @property
    def settings(self) -> dict[str, Any]:
        """Return what meltano.yml says."""
        return {"destination_path": str(self.folder), "do_timestamp_file": False}

    def rows(self, stream: str, columns: Sequence[str], key: int) -> list[Row]:
        """Read the file as it is."""
        newest: dict[Row, Row] = {}
        with (self.folder / f"{stream}.jsonl").open(encoding="utf-8") as lines:
            for line in lines:
                record = json.loads(line, parse_float=Decimal)
                row = tuple(_text(record.get(name)) for name in columns)
                newest[row[:key]] = row
        return sorted(newest.values(), key=str)


class CsvFiles(Warehouse):
    """A file for each run: the row of a key is that of the last file that has it."""

    command = "target-csv"

    @property
    def settings(self) -> dict[str, Any]:
        """Return what meltano.yml says, with moments short enough for a test."""
        return {
            "output_path": str(self.folder),
            "file_naming_scheme": "{stream_name}-{timestamp}.csv",
            "timestamp_format": "%Y%m%dT%H%M%S%f",
        }

    def rows(self, stream: str, columns: Sequence[str], key: int) -> list[Row]:
        """Read the files in their order; an empty cell is null."""
        newest: dict[Row, Row] = {}
        for path in sorted(self.folder.glob(f"{stream}-*.csv")):
            with path.open(encoding="utf-8", newline="") as lines:
                for record in csv.DictReader(lines):
                    row = tuple(record[name] or None for name in columns)
                    newest[row[:key]] = row
        return sorted(newest.values(), key=str)


class DuckDb(Warehouse):
    """Tables of a DuckDB file, read by the loader's own DuckDB."""

    command = "target-duckdb"

    @property
    def settings(self) -> dict[str, Any]:
        """Return what meltano.yml says."""
        return {
            "path": str(self.folder / "amazon.duckdb"),
            "default_target_schema": "main",
            "batch_size_rows": 1000,
            "flush_all_streams": True,
        }

    def rows(self, stream: str, columns: Sequence[str], key: int) -> list[Row]:
        """Return all rows: the loader has merged them."""
        del key
        listed = ", ".join(f'"{name}"::VARCHAR' for name in columns)
        return self.query(f"SELECT {listed} FROM {stream}")

    def query(self, sql: str) -> list[Row]:
        """Return what a statement yields, sorted."""
        script = (
            "import duckdb, json, sys; print(json.dumps("
            "duckdb.connect(sys.argv[1]).execute(sys.argv[2]).fetchall()))"
        )
        path = self.settings["path"]
        written = subprocess.run(
            [self.commands / "python", "-c", script, path, sql],
            check=True,
            stdout=subprocess.PIPE,
        ).stdout
        return sorted(map(tuple, json.loads(written)), key=str)


@dataclass
class Postgres(Warehouse):
    """Tables of a PostgreSQL server."""

    server: PostgresServer

    @property
    def command(self) -> str:
        """The name of the loader's command."""
        return "target-postgres"

    @property
    def settings(self) -> dict[str, Any]:
        """Return what meltano.yml says."""
        return {
            "host": "127.0.0.1",
            "port": self.server.port,
            "user": "postgres",
            "password": "none is needed",
            "database": "postgres",
            "default_target_schema": "amazon",
            "use_copy": False,
            "validate_records": False,
            "add_record_metadata": False,
            "activate_version": False,
            "sanitize_null_text_characters": True,
        }

    def rows(self, stream: str, columns: Sequence[str], key: int) -> list[Row]:
        """Return all rows: the loader has merged them."""
        del key
        listed = ", ".join(f'"{name}"::text' for name in columns)
        array = f"json_build_array({listed})"
        sql = f"SELECT coalesce(json_agg({array}), '[]') FROM amazon.{stream}"
        return sorted(map(tuple, json.loads(self.server.query(sql))), key=str)


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else str(value)
