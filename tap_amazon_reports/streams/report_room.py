"""What the content streams of a run share: one desk, and one plan for all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.errors import AmazonError
from tap_amazon_reports.reports.adoption import Known
from tap_amazon_reports.reports.desk import Desk

if TYPE_CHECKING:
    from tap_amazon_reports.amazon.clock import Clock
    from tap_amazon_reports.amazon.storage import Storage
    from tap_amazon_reports.reports.desk import Waiting
    from tap_amazon_reports.reports.report import ReportService
    from tap_amazon_reports.streams.report_group import ReportGroup


class ReportRoom:
    """Plans all wanted reports when the first of them is read."""

    def __init__(self, *, clock: Clock, waiting: Waiting, storage: Storage) -> None:
        """Start with nothing wanted."""
        self.clock = clock
        self.storage = storage
        self.desk = Desk(clock=clock, waiting=waiting)
        self.groups: list[ReportGroup] = []
        self._is_open = False

    def open(self) -> None:
        """Put what every selected stream wants on the desk, once in a run."""
        if self._is_open:
            return
        self._is_open = True
        wanting = [group for group in self.groups if group.wants_reports]
        for service in {id(group.service): group.service for group in wanting}.values():
            of_service = [group for group in wanting if group.service is service]
            known = self._listed(service, of_service)
            for group in of_service:
                group.plan(self.desk, known)

    def _listed(self, service: ReportService, groups: list[ReportGroup]) -> Known:
        """Return the reports that exist already, of the types that may be adopted."""
        adoptable = [group for group in groups if group.may_adopt]
        known = Known()
        if not adoptable:
            return known
        now = self.clock.now().replace(microsecond=0)
        oldest = max(group.fresh for group in adoptable)
        types = sorted({group.entry.kind.report_type for group in adoptable})
        try:
            for report in service.listed(types, now - oldest, now):
                known.add(report)
        except AmazonError as error:
            # To list is to save; what cannot be listed is asked for.
            for group in adoptable:
                group.warn(f"existing reports could not be listed: {error}")
        return known
