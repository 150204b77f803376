"""The statements of docs/recipes.md, and the tables that they are run on."""

from __future__ import annotations

import json
import re
import subprocess
from abc import ABC, abstractmethod
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.loaders.installed import ROOT

if TYPE_CHECKING:
    from tests.loaders.warehouses import DuckDb, Postgres

PAGE = ROOT / "docs" / "recipes.md"
SEED = ROOT / "docs" / "marketplaces.csv"

Row = dict[str, str | None]
"""A row by its columns, each value as text."""

_READ = """
import duckdb, json, sys
found = duckdb.connect(sys.argv[1]).execute(sys.argv[2])
names = [column[0] for column in found.description]
print(json.dumps([dict(zip(names, row)) for row in found.fetchall()], default=str))
"""


def statements() -> dict[str, str]:
    """Return the statement of each question, by the heading above it."""
    text = PAGE.read_text(encoding="utf-8")
    sections = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    found = {
        section.partition("\n")[0]: re.findall(r"```sql\n(.*?)```", section, re.DOTALL)
        for section in sections
    }
    return {name: sql[0] for name, sql in found.items() if len(sql) == 1}


def seed(engine: str) -> str:
    """Return the statements that make the table of marketplaces, for one engine."""
    text = PAGE.read_text(encoding="utf-8")
    marked = rf"<!-- {engine}: marketplaces -->\n\n```sql\n(.*?)```"
    (found,) = re.findall(marked, text, re.DOTALL)
    assert "docs/marketplaces.csv" in found
    return str(found).replace("docs/marketplaces.csv", str(SEED))


@dataclass
class Tables(ABC):
    """The tables that a loader made, with the marketplaces beside them."""

    @abstractmethod
    def read(self, sql: str) -> list[Row]:
        """Return the rows of a query, in its order."""

    def recipe(self, name: str) -> list[Row]:
        """Return the rows of a recipe."""
        return self.read(statements()[name].rstrip().rstrip(";"))


@dataclass
class DuckDbTables(Tables):
    """Those of a DuckDB file."""

    warehouse: DuckDb

    def read(self, sql: str) -> list[Row]:
        """Return the rows of a query, by the loader's own DuckDB."""
        python = self.warehouse.commands / "python"
        path = self.warehouse.settings["path"]
        return _texts(
            subprocess.run(
                [python, "-c", _READ, path, sql], check=True, stdout=subprocess.PIPE
            ).stdout
        )


@dataclass
class PostgresTables(Tables):
    """Those in the loader's schema of a PostgreSQL database."""

    warehouse: Postgres

    def script(self, sql: str) -> None:
        """Run statements and commands of psql."""
        self._psql(sql)

    def read(self, sql: str) -> list[Row]:
        """Return the rows of a query."""
        return _texts(
            self._psql(f"SELECT coalesce(json_agg(found), '[]') FROM ({sql}) AS found;")
        )

    def _psql(self, script: str) -> bytes:
        port = str(self.warehouse.server.port)
        return subprocess.run(
            [
                *("psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align"),
                *("--set", "ON_ERROR_STOP=1", "--host", "127.0.0.1"),
                *("--port", port, "--username", "postgres"),
            ],
            check=True,
            input=f"SET search_path TO amazon;\n{script}\n".encode(),
            stdout=subprocess.PIPE,
        ).stdout


def _texts(written: bytes) -> list[Row]:
    rows: list[dict[str, Any]] = json.loads(written, parse_float=Decimal)
    return [{name: _text(value) for name, value in row.items()} for row in rows]


def _text(value: object) -> str | None:
    if value is None:
        return None
    # PostgreSQL writes a moment into JSON with a T, DuckDB's Python without.
    return re.sub(r"^(\d{4}-\d\d-\d\d)T(\d\d:)", r"\1 \2", str(value))
