"""The schedules on which a service makes reports by itself."""

from __future__ import annotations

import abc
from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.errors import UnexpectedAnswerError
from tap_amazon_reports.documents.objects import ObjectReader
from tap_amazon_reports.singer.stream import CoreStream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from singer_sdk.helpers.types import Context, Record

    from tap_amazon_reports.amazon.http import Json


class ScheduleIndex(CoreStream):
    """One schedule; all of them are read each run."""

    primary_keys = ("report_schedule_id",)

    @abc.abstractmethod
    def listed(self) -> Iterator[Json]:
        """Yield the schedules as the service has them.

        Raises:
            AmazonError: if they cannot be listed.
        """

    def read(self, context: Context | None) -> Iterator[Record]:
        """Yield all schedules."""
        reader = ObjectReader(self.schema)
        for wire in self.listed():
            if not isinstance(wire.get("reportScheduleId"), str):
                msg = f"{self.name}: Amazon listed a schedule without an id"
                raise UnexpectedAnswerError(msg)
            values, extra = reader.read(wire)
            yield {**values, "_extra": extra or None}
        self.warn_of_misfits(reader.misfits, "this listing")
