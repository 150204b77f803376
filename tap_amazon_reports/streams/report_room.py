"""What the content streams of a run share: one desk, and one plan for all of them."""

from __future__ import annotations

import logging
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
    from tap_amazon_reports.streams.report_requesting import Requesting

logger = logging.getLogger(__name__)


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
        wanting = [
            group for group in self.groups if group.requesting and group.selected
        ]
        for service in {id(one.service): one.service for one in wanting}.values():
            of_service = [
                group.requesting
                for group in wanting
                if group.requesting and group.service is service
            ]
            types = [
                group.entry.kind.report_type
                for group in wanting
                if group.service is service
                and group.requesting
                and group.requesting.may_adopt
            ]
            known = self._listed(service, of_service, types)
            for requesting in of_service:
                requesting.plan(self.desk, known)

    def _listed(
        self, service: ReportService, wanting: list[Requesting], types: list[str]
    ) -> Known:
        """Return the reports that exist already, of the types that may be adopted."""
        known = Known()
        if not types:
            return known
        now = self.clock.now().replace(microsecond=0)
        oldest = max(one.fresh for one in wanting if one.may_adopt)
        try:
            for report in service.listed(sorted(set(types)), now - oldest, now):
                known.add(report)
        except AmazonError as error:
            # To list is to save; what cannot be listed is asked for.
            logger.warning("existing reports could not be listed: %s", error)
        return known
