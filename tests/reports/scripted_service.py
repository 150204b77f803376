"""A service that makes reports by a script, for the scheduler; time is the clock's."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.errors import (
    AmazonError,
    RequestRefusedError,
    UnavailableError,
)
from tap_amazon_reports.amazon.quota import TokenBucket
from tap_amazon_reports.reports.report import Report, ReportRequest
from tap_amazon_reports.reports.status import ReportStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from tap_amazon_reports.amazon.secret import DocumentUrl
    from tests.clock import ScriptedClock

RATE, BURST = 1 / 60, 15
"""Of createReport (Reports API, Usage plans): once a minute, fifteen at once."""
LIST_RATE, LIST_BURST = 1 / 45, 10
"""Of getReports (likewise): once in 45 seconds, ten at once."""


@dataclass
class Made:
    """A report that is being made: when it is done, and how it ends."""

    request: ReportRequest
    at: datetime
    ripening: timedelta
    status: ReportStatus


@dataclass
class ScriptedService:
    """Makes reports in so many seconds each.

    Attributes:
        clock: the time.
        ripening_seconds: how long a report takes.
        asks: what was asked for, and at which second.
        looks: at which report was looked, and at which second.
        refusals: what the next `ask` of a type raises.
        lost: how many of the next answers to `ask` are lost after the work.
        unlisted_seconds: how long a report is not listed yet.
        searches: for which types it was searched, and at which second.
        search_refusals: what the next searches raise.
        unknown_looks: how many looks do not find a report.
        status: how reports end.
        alter: what a report becomes before it is told.
    """

    clock: ScriptedClock
    name: str = "scripted"
    types_per_listing: int = 10
    ripening_seconds: Callable[[ReportRequest], float] = lambda _request: 30.0
    asks: list[tuple[ReportRequest, float]] = field(default_factory=list)
    looks: list[tuple[str, float]] = field(default_factory=list)
    refusals: dict[str, list[AmazonError]] = field(default_factory=dict)
    lost: int = 0
    unlisted_seconds: float = 0
    searches: list[tuple[tuple[str, ...], float]] = field(default_factory=list)
    search_refusals: list[AmazonError] = field(default_factory=list)
    unknown_looks: int = 0
    status: ReportStatus = ReportStatus.DONE
    alter: Callable[[Report], Report] = lambda report: report
    made: dict[str, Made] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with full buckets."""
        self._bucket = TokenBucket(rate_per_second=RATE, burst=BURST, clock=self.clock)
        self._list_bucket = TokenBucket(
            rate_per_second=LIST_RATE, burst=LIST_BURST, clock=self.clock
        )

    def create(self, request: ReportRequest) -> str:
        """Begin to make a report; fail the test if the quota does not allow it."""
        assert self._bucket.wait_seconds() <= 0, "asked before the quota allows it"
        self._bucket.owe()
        refusals = self.refusals.get(request.report_type)
        if refusals:
            raise refusals.pop(0)
        self.asks.append((request, self.clock.monotonic()))
        report_id = self.hold(request)
        if self.lost:
            self.lost -= 1
            msg = "createReport: the connection was lost"
            raise UnavailableError(msg)
        return report_id

    def hold(self, request: ReportRequest) -> str:
        """Begin to make a report for somebody else; return its id."""
        report_id = str(100 + len(self.made))
        ripening = timedelta(seconds=self.ripening_seconds(request))
        self.made[report_id] = Made(request, self.clock.now(), ripening, self.status)
        return report_id

    def create_wait_seconds(self, count: int = 1) -> float:
        """Return how long the next `ask` would wait."""
        return self._bucket.wait_seconds(count)

    def drain_create_quota(self) -> None:
        """Have no quota left."""
        self._bucket.drain()

    def get(self, report_id: str) -> Report:
        """Return a report as it is now.

        Raises:
            RequestRefusedError: if it is not known, or not yet.
        """
        self.looks.append((report_id, self.clock.monotonic()))
        if self.unknown_looks or report_id not in self.made:
            self.unknown_looks = max(0, self.unknown_looks - 1)
            msg = f"there is no report {report_id}"
            raise RequestRefusedError(msg)
        return self._report(report_id)

    def _report(self, report_id: str) -> Report:
        made = self.made[report_id]
        is_done = self.clock.now() >= made.at + made.ripening
        return self.alter(
            Report(
                report_id=report_id,
                report_type=made.request.report_type,
                status=made.status if is_done else ReportStatus.IN_PROGRESS,
                created=made.at,
                data_start=made.request.data_start,
                data_end=made.request.data_end,
                marketplace_ids=made.request.marketplace_ids,
                document_id=f"document of {report_id}" if is_done else None,
            )
        )

    def get_wait_seconds(self) -> float:
        """Return that one may always look."""
        return 0

    def list_wait_seconds(self) -> float:
        """Return how long the next search would wait."""
        return self._list_bucket.wait_seconds()

    def list_newest(
        self, report_types: Sequence[str], since: datetime, until: datetime
    ) -> list[Report]:
        """Return what is listed; fail the test if the quota does not allow it."""
        assert self._list_bucket.wait_seconds() <= 0, "searched before the quota allows"
        assert len(report_types) <= self.types_per_listing
        self._list_bucket.owe()
        self.searches.append((tuple(report_types), self.clock.monotonic()))
        if self.search_refusals:
            raise self.search_refusals.pop(0)
        listed = until - timedelta(seconds=self.unlisted_seconds)
        return [
            self._report(report_id)
            for report_id, made in self.made.items()
            if made.request.report_type in report_types and since <= made.at <= listed
        ]

    def list_reports(
        self, report_types: Sequence[str], since: datetime, until: datetime
    ) -> Iterator[Report]:
        """Fail the test: the scheduler searches, and lists nothing."""
        raise AssertionError(report_types, since, until)

    def document_url(self, document_id: str, *, restricted: bool) -> DocumentUrl:
        """Fail the test: a scheduler without prefetching opens nothing."""
        raise AssertionError(document_id, restricted)

    def document_wait_seconds(self, count: int = 1) -> float:
        """Return that documents may always be opened."""
        return 0 * count
