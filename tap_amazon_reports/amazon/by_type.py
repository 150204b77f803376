"""Listings of many report types: what one of them is refused for spares the others."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.errors import (
    AccessDeniedError,
    AmazonError,
    WrongEntriesError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tap_amazon_reports.amazon.answers import Entry, Shape

logger = logging.getLogger(__name__)

TYPES_PER_CALL = 10
"""The most report types that getReports and getReportSchedules take in one call.

`reportTypes` has at most ten (SP-API Reports API v2021-06-30 model, both operations;
2026).
"""


def each_type(
    report_types: Sequence[str],
    listed_of: Callable[[Sequence[str]], Iterator[Entry[Shape]]],
) -> Iterator[Entry[Shape]]:
    """Yield what there is of all types: some at a time, alone where one is refused.

    Args:
        report_types: of any number.
        listed_of: lists what there is of some types, of `TYPES_PER_CALL` at most.

    Raises:
        AmazonError: at the end, what some of them failed with; at once, if all of the
            first ones are refused even alone: then it is not for a type.
    """
    failures: dict[str, AmazonError] = {}
    for first in range(0, len(report_types), TYPES_PER_CALL):
        types = report_types[first : first + TYPES_PER_CALL]
        try:
            yield from listed_of(types)
        except WrongEntriesError as problem:
            failures[", ".join(types)] = problem
        except AccessDeniedError as refusal:
            if len(types) > 1:
                logger.warning("%s. Now each of these types is listed alone", refusal)
            yield from _one_by_one(types, refusal, listed_of, failures)
            if first == 0 and failures.keys() == set(types):
                break
    if failures:
        raise _together(failures)


def _one_by_one(
    report_types: Sequence[str],
    refusal: AccessDeniedError,
    listed_of: Callable[[Sequence[str]], Iterator[Entry[Shape]]],
    failures: dict[str, AmazonError],
) -> Iterator[Entry[Shape]]:
    """Yield what there is of each type; put what it failed with into `failures`."""
    if len(report_types) == 1:
        failures[report_types[0]] = refusal
        return
    for report_type in report_types:
        try:
            yield from listed_of([report_type])
        except (AccessDeniedError, WrongEntriesError) as problem:
            failures[report_type] = problem


def _together(failures: dict[str, AmazonError]) -> AmazonError:
    """Return the first failure, which also says what else failed."""
    (_, first), *others = failures.items()
    names = ", ".join(name for name, _ in others)
    return type(first)(
        f"{first}. Likewise for {names}" if names else str(first),
        status=first.status,
        code=first.code,
        request_id=first.request_id,
    )
