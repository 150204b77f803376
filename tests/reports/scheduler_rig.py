"""A scheduler with a service that makes reports by a script."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from tap_amazon_reports.amazon.retry import RetryPolicy
from tap_amazon_reports.reports.pending_report import PendingReport
from tap_amazon_reports.reports.polling_policy import PollingPolicy
from tap_amazon_reports.reports.report import ReportRequest
from tap_amazon_reports.reports.scheduler import ReportScheduler
from tap_amazon_reports.reports.tally import ReportTally
from tap_amazon_reports.settings.schema import SETTINGS, declared_defaults
from tests.amazon.rig import unchanged
from tests.clock import NOON
from tests.reports.scripted_service import ScriptedService

if TYPE_CHECKING:
    from tap_amazon_reports.reports.report import Report

Service = TypeVar("Service", bound=ScriptedService)

DAY = timedelta(days=1)
_FIRST_DAY = NOON - 1000 * DAY
_DEFAULTS = declared_defaults(SETTINGS)


def usual_policy(**changed: Any) -> PollingPolicy:
    """Return what the settings say where they say nothing, but for what is changed."""
    usual = {
        "poll_interval_seconds": _DEFAULTS["report_poll_interval"],
        "timeout_seconds": _DEFAULTS["report_timeout"],
    }
    return PollingPolicy(**{**usual, **changed})


PATIENT = usual_policy(retry=RetryPolicy(jitter=unchanged))
"""The usual policy, without chance."""


class SchedulerRig(Generic[Service]):
    """A scheduler, the service that it asks, and what is remembered of its reports."""

    def __init__(self, service: Service, policy: PollingPolicy = PATIENT) -> None:
        """Begin with nothing wanted."""
        self.service = service
        self.clock = service.clock
        self.scheduler = ReportScheduler(clock=self.clock, policy=policy)
        self.remembered: list[str | None] = []
        self.tally = ReportTally()

    def pending(self, queue: str, day: int, *, option: str = "") -> PendingReport:
        """Return a report of one day, of a type of the queue's name."""
        start = _FIRST_DAY + day * DAY
        request = ReportRequest(
            report_type=queue.upper(),
            data_start=start,
            data_end=start + DAY,
            options=(("option", option),) if option else (),
        )
        return PendingReport(
            request, self.service, queue, self.remembered.append, tally=self.tally
        )

    def want(
        self, queue: str, windows: int = 1, *, known_id: str | None = None
    ) -> list[PendingReport]:
        """Want the reports of so many days, oldest first."""
        pendings = [self.pending(queue, day) for day in range(windows)]
        for pending in pendings:
            self.scheduler.want(pending, known_id=known_id)
        return pendings

    def want_day(self, queue: str, *, day: int = 0, option: str = "") -> PendingReport:
        """Want the report of one day."""
        pending = self.pending(queue, day, option=option)
        self.scheduler.want(pending)
        return pending

    def obtain(self, *pendings: PendingReport) -> list[Report]:
        """Wait for each in turn."""
        return [obtain(self.scheduler, pending) for pending in pendings]

    @property
    def created(self) -> list[str]:
        """What was created: queue and day."""
        return [
            f"{request.report_type.lower()}{day_of(request)}"
            for request, _ in self.service.asks
        ]

    @property
    def created_types(self) -> list[str]:
        """The types of which reports were created, as often as they were."""
        return [request.report_type for request, _ in self.service.asks]

    def created_at(self, queue: str) -> list[float]:
        """The seconds at which a queue's reports were created."""
        asks = self.service.asks
        return [at for request, at in asks if request.report_type == queue.upper()]

    @property
    def polled_at(self) -> list[float]:
        """The seconds at which a report was polled."""
        return [at for _, at in self.service.looks]

    @property
    def searched_at(self) -> list[float]:
        """The seconds at which the listing was searched."""
        return [at for _, at in self.service.searches]


def obtain(scheduler: ReportScheduler, pending: PendingReport) -> Report:
    """Wait until a report has ended, and return it, or raise why there is none."""
    scheduler.wait_for_any([pending])
    return pending.result()


def day_of(request: ReportRequest) -> int:
    """Return which day of a queue a request is for."""
    assert request.data_start is not None
    return (request.data_start - _FIRST_DAY).days
