"""The measurements work; what they say is for whoever runs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.bench.__main__ import main
from tests.bench.table import Line, table

if TYPE_CHECKING:
    from collections.abc import Sequence

TINY = ["--reports", "4", "--types", "1", "--speed", "1000", "--rows-mb", "2"]
TINY += ["--keys", "1000", "--memory-mb", "1", "--repeats", "1"]


@pytest.mark.parametrize(
    ("part", "lines"),
    [
        (
            "waiting",
            ["4 reports of 4 types", "adopted", "429", "25 times", "first row"],
        ),
        ("fewest", ["reports asked for, ", "| equal"]),
        ("many", ["each of 100 reports", "STATE message", "peak memory, 100"]),
        ("throughput", ["RECORD", "bare loop", "BATCH, JSONL", "BATCH, Parquet"]),
        ("counting", ["a dict of all keys", "counting 1,000 keys"]),
        ("memory", ["TSV without a key, 1 MB", "that is counted", "JSON"]),
        ("discovery", ["--discover"]),
    ],
)
def test_each_part_is_measured(
    capsys: pytest.CaptureFixture[str], part: str, lines: Sequence[str]
) -> None:
    """One command measures a part, in small, and prints a table and the machine."""
    assert main([*TINY, "--only", part]) in {0, 1}
    written = capsys.readouterr().out

    assert written.startswith("| what ")
    assert [] == [line for line in lines if line not in written]
    assert "processors" in written


@pytest.mark.parametrize(
    ("reached", "told"), [(True, "at most 2 x |"), (False, "at most 2 x: **missed** |")]
)
def test_what_is_missed_says_so(told: str, *, reached: bool) -> None:
    """A line that does not reach what is wanted is told from one that does."""
    line = Line("time", "3 s", "1 s", "3 x", "at most 2 x", reached=reached)

    assert told in table([line])
