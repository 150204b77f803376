"""What ran at the same time, told from when each run began and ended."""

from __future__ import annotations

from tests.loaders.spans import Span, most_at_once, overtaken


def _run(account: str, job: str, queued: float, start: float, end: float) -> Span:
    return Span(account, job, "done", queued, start, end)


def test_what_follows_at_once_is_not_at_the_same_time() -> None:
    """Two that overlap are two; one that begins as another ends is no third."""
    runs = [
        _run("A", "daily", 0, 0, 10),
        _run("B", "daily", 0, 5, 15),
        _run("C", "daily", 0, 15, 20),
    ]

    assert 2 == most_at_once(runs)
    assert 1 == most_at_once(runs[1:])
    assert 0 == most_at_once([])


def test_only_what_its_own_account_held_back_was_overtaken() -> None:
    """A later run began while the account was busy; a full house overtakes nobody."""
    busy = _run("A", "daily", 0, 0, 30)
    waits = _run("A", "slow", 1, 30, 40)
    passes = _run("B", "slow", 2, 10, 20)

    assert [waits] == overtaken([busy, waits, passes])
    assert [] == overtaken([busy, waits, _run("B", "slow", 2, 40, 50)])
    assert [] == overtaken([_run("A", "daily", 0, 0, 5), waits, passes])
