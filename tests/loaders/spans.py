"""When an engine ran what, by its own records, and what ran at the same time."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


@dataclass(frozen=True)
class Span:
    """One run of a job of an account.

    Attributes:
        account: its name.
        job: `daily` or `slow`.
        state: how it ended, in the engine's word.
        queued: when the engine was asked for it, in seconds.
        start: when it began.
        end: when it ended.
    """

    account: str
    job: str
    state: str
    queued: float
    start: float
    end: float


def most_at_once(spans: Iterable[Span]) -> int:
    """Return how many ran at the busiest moment."""
    # What ends in the moment in which another begins does not run with it.
    moves = sorted(move for span in spans for move in ((span.start, 1), (span.end, -1)))
    return max(accumulate(by for _, by in moves), default=0)


def by(spans: Iterable[Span], key: Callable[[Span], str]) -> dict[str, list[Span]]:
    """Return the runs by the account, or by the job."""
    found = defaultdict(list)
    for span in spans:
        found[key(span)].append(span)
    return dict(found)


def overtaken(spans: Iterable[Span]) -> list[Span]:
    """Return the runs that only their account held back.

    A later one of another account began before them, so that a place was free, while
    their own account was at work with its other job.
    """
    runs = list(spans)
    return [
        waiting
        for waiting in runs
        for other in runs
        if waiting.queued <= other.queued
        and other.start < waiting.start
        and any(
            busy.account == waiting.account != other.account
            and busy.start < other.start < busy.end <= waiting.start
            for busy in runs
        )
    ]
