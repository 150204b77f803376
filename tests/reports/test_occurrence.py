"""Rows with one key are numbered exactly, whatever the memory that is allowed."""

from __future__ import annotations

import tempfile
import tracemalloc
from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_amazon_reports.reports.occurrence import OccurrenceCounter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

MIB = 1 << 20


def numbered(
    counter: OccurrenceCounter, keys: Sequence[tuple[Any, ...]], sizes: Sequence[int]
) -> list[int]:
    """Return the number of each row, counted in blocks of these sizes in turn."""
    found: list[int] = []
    turn = 0
    while len(found) < len(keys):
        block = keys[len(found) : len(found) + sizes[turn % len(sizes)]]
        found += counter.count(list(zip(*block, strict=True)))
        turn += 1
    return found


def expected(keys: Sequence[tuple[Any, ...]]) -> list[int]:
    """Return what a dict of all keys would say."""
    seen: Counter[tuple[Any, ...]] = Counter()
    numbers = []
    for key in keys:
        seen[key] += 1
        numbers.append(seen[key])
    return numbers


@given(
    keys=st.lists(
        st.tuples(st.sampled_from("abcdefghij"), st.integers(-3, 3)), max_size=60
    ),
    sizes=st.lists(st.integers(1, 9), min_size=1, max_size=3),
    held_keys=st.integers(0, 12),
)
def test_many_repetitions_are_numbered(
    keys: list[tuple[str, int]], sizes: list[int], held_keys: int
) -> None:
    """A key that comes again and again is never given the same number twice."""
    counter = OccurrenceCounter(held_keys=held_keys)

    assert expected(keys) == numbered(counter, keys, sizes)


@pytest.mark.parametrize("size", [1, 7, 400, 5000])
@pytest.mark.parametrize("repeat", [1, 2, 300])
def test_long_documents_are_numbered(size: int, repeat: int) -> None:
    """None, a few or hundreds of repetitions, near and far, are all the same to it."""
    rows = 20_000
    near = [(f"order-{n // repeat}", "sku") for n in range(rows)]
    far = [(f"order-{n % (rows // repeat)}", "sku") for n in range(rows)]
    keys = near + far

    assert expected(keys) == numbered(OccurrenceCounter(held_keys=1000), keys, [size])


def test_equal_numbers_are_one_key() -> None:
    """What a database takes for the same key is counted as one, and only that."""
    keys: list[tuple[Any, ...]] = [
        (Decimal("1.50"),),
        (Decimal("1.5"),),
        (1,),
        (Decimal("1.0"),),
        (-1,),
        (-2,),
        ("1",),
    ]

    assert [1, 2, 1, 2, 1, 1, 1] == OccurrenceCounter().count(
        list(zip(*keys, strict=True))
    )


def test_the_place_of_a_text_counts() -> None:
    """Cells that are the same when they are joined are not the same key."""
    assert [1, 1, 1] == OccurrenceCounter().count([["a", "ab", ""], ["bc", "c", "abc"]])


def test_memory_does_not_grow_with_the_rows() -> None:
    """Half a million keys take no more than the fixed size of the counter."""
    counter = OccurrenceCounter(held_keys=20_000)
    tracemalloc.start()
    try:
        for start in range(0, 500_000, 5000):
            keys = [f"902-{n:014d}" for n in range(start, start + 5000)]
            counter.count([keys])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 32 * MIB


def test_nothing_of_a_cell_is_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is written has no name, and holds no text of the document."""
    files: list[Any] = []
    make = tempfile.TemporaryFile

    def made(**options: Any) -> Any:
        files.append(make(dir=tmp_path, **options))
        return files[-1]

    monkeypatch.setattr(tempfile, "TemporaryFile", made)
    counter = OccurrenceCounter(held_keys=10)
    names = [f"Jane Buyer {n}" for n in range(1000)]
    for start in range(0, 1000, 50):
        counter.count([names[start : start + 50]])
    (file,) = files
    file.seek(0)
    written = file.read()

    assert [] == list(tmp_path.iterdir())
    assert len(written) > 1000
    assert b"Jane" not in written
    assert b"Buyer" not in written


def test_the_file_is_gone_with_the_counter(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run of a thousand reports does not keep a thousand files open."""
    files: list[Any] = []
    make = tempfile.TemporaryFile

    def made(**options: Any) -> Any:
        files.append(make(**options))
        return files[-1]

    monkeypatch.setattr(tempfile, "TemporaryFile", made)
    counter = OccurrenceCounter(held_keys=0)
    counter.count([["a"]])

    assert not files[0].closed
    del counter
    assert files[0].closed
