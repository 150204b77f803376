"""The schedules on which a service makes reports by itself."""

from __future__ import annotations

import abc
from typing import TYPE_CHECKING

from tap_amazon_reports.documents.objects import ObjectReader
from tap_amazon_reports.streams.index import Client, Index

if TYPE_CHECKING:
    from collections.abc import Iterator

    from singer_sdk.helpers.types import Context, Record

    from tap_amazon_reports.amazon.answers import Entry
    from tap_amazon_reports.amazon.shapes import ReportSchedule


class ScheduleIndex(Index[Client]):
    """One schedule; all of them are read each run."""

    primary_keys = ("report_schedule_id",)

    @abc.abstractmethod
    def listed(self) -> Iterator[Entry[ReportSchedule]]:
        """Yield the schedules as the service has them.

        Raises:
            AmazonError: if they cannot be listed.
        """

    def read(self, context: Context | None) -> Iterator[Record]:
        """Yield all schedules."""
        reader = ObjectReader(self.schema)
        for entry in self.listed():
            values, extra = reader.read(entry.wire)
            yield {**values, "_extra": extra or None}
        self.warn_of_misfits(reader.misfits, "this listing")
