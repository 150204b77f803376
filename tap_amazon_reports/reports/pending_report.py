"""A report that is wanted, on its way from being wanted to its end."""

from __future__ import annotations

import enum
import logging
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.errors import ThrottledError
from tap_amazon_reports.amazon.retry import Retry, Trouble
from tap_amazon_reports.reports.tally import ReportTally

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from tap_amazon_reports.amazon.clock import Clock
    from tap_amazon_reports.amazon.errors import AmazonError, UnavailableError
    from tap_amazon_reports.amazon.retry import Attempts, RetryPolicy
    from tap_amazon_reports.reports.report import Report, ReportRequest, ReportService
    from tap_amazon_reports.reports.status import ReportStatus

logger = logging.getLogger(__name__)


class PendingState(enum.Enum):
    """Where a wanted report stands."""

    WANTED = "wanted"
    CREATED = "created"
    ENDED = "ended"


MOVES: dict[PendingState, frozenset[PendingState]] = {
    PendingState.WANTED: frozenset({PendingState.CREATED, PendingState.ENDED}),
    PendingState.CREATED: frozenset(
        {PendingState.CREATED, PendingState.ENDED, PendingState.WANTED}
    ),
    PendingState.ENDED: frozenset(),
}
"""What may follow what: an asked report that Amazon no longer knows is wanted again."""


def _nothing(_report: Report) -> None:
    """Do nothing with a finished report."""


@dataclass(eq=False)
class PendingReport:
    """One wanted report on its way.

    Attributes:
        request: what is wanted.
        service: who makes it.
        queue: for whom, so that no stream waits for all reports of another.
        remember: told of the report's id as soon as it is asked for, and None when it
            need not be remembered any more.
        place: among those of its queue; the smallest is created first.
        finished: told of the report when it is done, before anybody waits for it.
        fresh: how old an adopted report may be.
        report: what is known of it, once it has ended.
        error: why there will be none.
        adopted: whether it was created earlier, or by somebody else.
        is_listable: whether a listing would show it for what it is.
        is_ours: whether state says that it was created for this very request.
        is_unchecked: whether its options are not known before its document is read.
        is_dropped: whether nobody wants it any more.
        lost_at: when it was asked for first without an answer; it is searched for
            before it is asked for again.
        tally: counts what is done for it.
        attempts: of what is being tried again, while Amazon does not answer.
    """

    request: ReportRequest
    service: ReportService
    queue: str
    remember: Callable[[str | None], None]
    place: int = 0
    finished: Callable[[Report], None] = _nothing
    fresh: timedelta = timedelta.max
    state: PendingState = PendingState.WANTED
    report_id: str | None = None
    waited_since: datetime | None = None
    next_create_at: float = 0
    next_poll_at: float = 0
    status: ReportStatus | None = None
    report: Report | None = None
    error: AmazonError | None = None
    adopted: bool = False
    is_listable: bool = True
    is_ours: bool = False
    is_unchecked: bool = False
    is_dropped: bool = False
    lost_at: datetime | None = None
    tally: ReportTally = field(default_factory=ReportTally)
    attempts: Attempts | None = None

    @property
    def can_be_searched(self) -> bool:
        """Whether a listing would show it, and asking twice would make two reports."""
        return self.service.types_per_listing > 0 and self.is_listable

    @property
    def has_ended(self) -> bool:
        """Whether there is nothing to wait for any more."""
        return self.state is PendingState.ENDED

    def move(self, state: PendingState) -> None:
        """Go on to `state`.

        Raises:
            ValueError: if that cannot follow; nothing is changed then.
        """
        if state not in MOVES[self.state]:
            msg = f"a report cannot go from {self.state.value} to {state.value}"
            raise ValueError(msg)
        self.state = state

    def created(self, report_id: str, *, now: datetime, next_poll_at: float) -> None:
        """Go on to being made, as `report_id`."""
        self.move(PendingState.CREATED)
        self.attempts = self.lost_at = None
        self.report_id = report_id
        self.waited_since = now
        self.next_poll_at = next_poll_at
        self.tally.created += 1
        self.remember(report_id)

    def adopt(self, report_id: str, *, now: datetime) -> None:
        """Go on to being made, by whomever, as `report_id`."""
        self.move(PendingState.CREATED)
        self.report_id = report_id
        self.adopted = True
        self.waited_since = now
        self.tally.adopted += 1

    def poll_again(self, at: float) -> None:
        """Stay in the making until the monotonic second `at`, at least."""
        self.move(PendingState.CREATED)
        self.next_poll_at = at

    def create_anew(self) -> None:
        """Go back to being wanted: what was adopted is of no use."""
        self.move(PendingState.WANTED)
        self.adopted = self.is_ours = self.is_unchecked = False
        self.report_id = self.status = self.attempts = None
        self.tally.adopted -= 1
        self.remember(None)

    def end(self, report: Report) -> None:
        """Have the report, which has ended, well or not."""
        self.move(PendingState.ENDED)
        self.report = report
        if report.status.is_done:
            self.finished(report)

    def result(self) -> Report:
        """Return the report, which has ended.

        Raises:
            AmazonError: if there is none.
        """
        if self.error is not None:
            raise self.error
        if self.report is None:
            msg = f"{self.request}: ended without a report"
            raise AssertionError(msg)
        return self.report

    def fail(self, error: AmazonError) -> None:
        """Have no report."""
        self.move(PendingState.ENDED)
        self.error = error

    def retry_seconds(
        self,
        error: ThrottledError | UnavailableError,
        *,
        policy: RetryPolicy,
        clock: Clock,
        at_least_seconds: float = 0,
    ) -> float:
        """Return after which pause to try again; fail if it is too late for that."""
        if self.attempts is None:
            self.attempts = policy.begin(clock)
        throttled = isinstance(error, ThrottledError)
        trouble = Trouble.THROTTLED if throttled else Trouble.UNAVAILABLE
        decision = self.attempts.decide(trouble, at_least_seconds=at_least_seconds)
        if isinstance(decision, Retry):
            delay_seconds = decision.delay_seconds
            logger.info("%s; trying again in %.0f s", error, delay_seconds)
            return delay_seconds
        msg = (
            f"{self}: {error} ({decision.reason}). The next run goes on from the"
            " bookmark"
        )
        self.fail(type(error)(msg, status=error.status))
        return 0

    def __str__(self) -> str:
        """Return it in words, for a log."""
        if self.report_id is None:
            return f"a report {self.request}"
        return f"report {self.report_id} ({self.request})"
