"""When reports can be had at the earliest: quotas, limits, turns."""

from __future__ import annotations

from dataclasses import dataclass

from tap_amazon_reports.reports.create_limits import CreateLimits
from tap_amazon_reports.reports.estimate import QueuedReports, earliest_seconds


@dataclass(frozen=True)
class Bucket:
    """The published plan of the Selling Partner API: 15 at once, one a minute."""

    def create_wait_seconds(self, count: int = 1) -> float:
        """Return when the last of `count` reports can be created."""
        return max(0, count - 15) * 60.0

    def document_wait_seconds(self, count: int = 1) -> float:
        """Return when the last of `count` documents can be fetched."""
        return max(0, count - 15) * 60.0


BUCKET = Bucket()


def _queue(
    count: int, *, report_type: str = "A", limits: CreateLimits | None = None
) -> QueuedReports:
    return QueuedReports(
        report_type=report_type, service=BUCKET, limits=limits, exist=(False,) * count
    )


def test_the_first_fifteen_are_had_at_once() -> None:
    """The burst of the quota costs no time."""
    assert [[0.0] * 15] == earliest_seconds([_queue(15)])


def test_then_one_a_minute() -> None:
    """What is beyond the burst waits for its minute."""
    (seconds,) = earliest_seconds([_queue(18)])

    assert [60.0, 120.0, 180.0] == seconds[15:]


def test_queues_take_turns() -> None:
    """A long backfill does not keep a short stream waiting: oldest windows in turn."""
    long, short = earliest_seconds([_queue(100), _queue(2, report_type="B")])

    assert [0.0, 0.0] == short
    assert 87 * 60.0 == long[-1]


def test_a_type_with_a_limit_takes_its_own_time() -> None:
    """Four an hour are a quarter of an hour each, and others are not held up."""
    limits = CreateLimits(per_hour=4)
    slow, fast = earliest_seconds(
        [_queue(3, limits=limits), _queue(16, report_type="B")]
    )

    assert [0.0, 900.0, 1800.0] == slow
    assert 120.0 >= fast[-1]


def test_marketplaces_share_the_limit_of_a_type() -> None:
    """Two marketplaces of a limited type take twice as long."""
    limits = CreateLimits(per_hour=4)
    first, second = earliest_seconds([_queue(2, limits=limits)] * 2)

    assert [0.0, 1800.0] == first
    assert [900.0, 2700.0] == second


def test_what_exists_costs_no_createReport() -> None:  # noqa: N802 (Amazon's word)
    """A report that an earlier run created only has to be fetched."""
    queue = QueuedReports(
        report_type="A",
        service=BUCKET,
        limits=CreateLimits(per_hour=4),
        exist=(True, True, False),
    )

    assert [[0.0, 0.0, 0.0]] == earliest_seconds([queue])


def test_nothing_wanted_takes_no_time() -> None:
    """A run without reports ends at once."""
    assert [[]] == earliest_seconds([_queue(0)])
