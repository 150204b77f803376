"""The schedules on which a service makes reports by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_amazon_reports.documents.objects import ObjectReader
from tap_amazon_reports.streams.index import Index

if TYPE_CHECKING:
    from collections.abc import Iterator

    from singer_sdk.helpers.types import Context, Record


class ScheduleIndex(Index):
    """One schedule; all of them are read each run."""

    primary_keys = ("report_schedule_id",)

    def read(self, context: Context | None) -> Iterator[Record]:
        """Yield all schedules."""
        reader = ObjectReader(self.schema)
        for entry in self._client().get_report_schedules(self._report_types()):
            values, extra = reader.read(entry.wire)
            yield {**values, "_extra": extra or None}
        self.warn_of_oddities("this listing", reader.misfits)
