"""Reports that somebody else creates meanwhile: looked for before they are created.

Two runs on one account want the same reports and share one quota. A 429 on createReport
tells each of them of the other. From then on a run looks in the listing now and then,
and adopts what it still wants; so the two of them create each report once, and the one
that gets no token makes progress by the other's.
"""

from __future__ import annotations

import logging
import math
from datetime import timedelta
from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.errors import AmazonError
from tap_amazon_reports.reports.adoption import is_same, may_stand_for

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import datetime

    from tap_amazon_reports.amazon.clock import Clock
    from tap_amazon_reports.reports.pending_report import PendingReport
    from tap_amazon_reports.reports.report import Report, ReportService

logger = logging.getLogger(__name__)

# Facts: createReport gives one report a minute, getReports can be called once in 45 s
# (Reports API v2021-06-30, "Usage plan"; read in November 2026). One look before
# each report is affordable.
_LOOK_EVERY_SECONDS = 50
_SLACK = timedelta(minutes=5)
"""For clocks that do not agree."""


class Contention:
    """Whether somebody else uses the quota of a service, and what they created."""

    def __init__(self, *, clock: Clock) -> None:
        """Know of nobody."""
        self._clock = clock
        self._since = clock.now()
        self._services: set[str] = set()
        self._looked_at: dict[str, float] = {}

    @property
    def is_met(self) -> bool:
        """Whether somebody else is at work, at any service."""
        return bool(self._services)

    def met(self, service: ReportService) -> None:
        """Take notice of a 429 on createReport."""
        self._services.add(service.name)

    def wait_seconds(self, pending: PendingReport) -> float | None:
        """Return how long to wait before the listing is looked at again.

        None where it is of no use: nobody else is at work, or a listing does not show
        such a report for what it is.
        """
        if pending.service.name not in self._services or not pending.can_be_searched:
            return None
        looked_at = self._looked_at.get(pending.request.report_type, -math.inf)
        return max(
            0.0,
            looked_at + _LOOK_EVERY_SECONDS - self._clock.monotonic(),
            pending.service.list_wait_seconds(),
        )

    def look(
        self,
        pending: PendingReport,
        wanted: Iterable[PendingReport],
        held: Collection[str],
    ) -> Iterator[tuple[PendingReport, str]]:
        """Look once; yield what is wanted and made already, with the report's id.

        Args:
            pending: what is wanted first.
            wanted: all that is.
            held: reports that this run has already.
        """
        alike = [
            one
            for one in wanted
            if one.service is pending.service and one.can_be_searched
        ]
        types = dict.fromkeys(one.request.report_type for one in [pending, *alike])
        asked = list(types)[: pending.service.types_per_listing]
        now = self._clock.now()
        self._looked_at.update(dict.fromkeys(asked, self._clock.monotonic()))
        listed = self._listed(pending.service, asked, now)
        taken = set(held)
        for one in alike:
            fit = [
                report
                for report in listed
                if report.report_id not in taken and _fits(one, report, now)
            ]
            if fit:
                newest = max(fit, key=lambda report: report.created).report_id
                taken.add(newest)
                yield one, newest

    def _listed(
        self, service: ReportService, report_types: list[str], now: datetime
    ) -> list[Report]:
        since = self._since.replace(microsecond=0) - _SLACK
        try:
            return service.list_newest(
                sorted(report_types), since, now.replace(microsecond=0)
            )
        except AmazonError as error:
            # To look is to save; what cannot be listed is created.
            logger.info("reports of other runs could not be listed: %s", error)
            return []


def _fits(pending: PendingReport, report: Report, now: datetime) -> bool:
    """Tell whether a listed report may stand for a wanted one."""
    return is_same(report, pending.request) and may_stand_for(
        report, pending.request, now=now, fresh=pending.fresh
    )
