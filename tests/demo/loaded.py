"""Prints what a DuckDB file holds, as JSON: run by the Python that has DuckDB.

The queries whose rows are wanted besides are a JSON list on standard input.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:
    from collections.abc import Iterator

SAMPLE_ROWS = 3


def tables(path: str) -> Iterator[dict[str, Any]]:
    """Yield each table's name, row count, columns (key first) and first rows."""
    with duckdb.connect(path, read_only=True) as database:
        found = database.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1")
        for (name,) in found.fetchall():
            yield _table(database, name)


def rows_of(path: str, queries: list[str]) -> Iterator[list[Any]]:
    """Yield the one row of each query."""
    with duckdb.connect(path, read_only=True) as database:
        for query in queries:
            yield list(database.execute(query).fetchall()[0])


def _table(database: duckdb.DuckDBPyConnection, name: str) -> dict[str, Any]:
    key = _key(database, name)
    everything = database.table(name)
    columns = key + [column for column in everything.columns if column not in key]
    by_key = everything.sort(*map(duckdb.ColumnExpression, key or columns[:1]))
    rows = by_key.select(*map(duckdb.ColumnExpression, columns))
    return {
        "name": name,
        "row_count": len(everything),
        "columns": columns,
        "rows": rows.limit(SAMPLE_ROWS).fetchall(),
    }


def _key(database: duckdb.DuckDBPyConnection, name: str) -> list[str]:
    found = database.execute(
        "SELECT constraint_column_names FROM duckdb_constraints() "
        "WHERE table_name = ? AND constraint_type = 'PRIMARY KEY'",
        [name],
    ).fetchall()
    return [column for columns in found for column in columns[0]]


if __name__ == "__main__":
    wanted = json.load(sys.stdin)
    found = {
        "tables": list(tables(sys.argv[1])),
        "rows": list(rows_of(sys.argv[1], wanted)),
    }
    json.dump(found, sys.stdout, default=str)
