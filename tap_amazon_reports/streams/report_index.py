"""What a service knows of its reports: an index of what was made, not of its rows."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.shapes import ReportHead
from tap_amazon_reports.documents.objects import ObjectReader
from tap_amazon_reports.reports.reach import oldest_listed
from tap_amazon_reports.reports.status import ReportStatus, settled_until
from tap_amazon_reports.streams.index import Index

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from singer_sdk.helpers.types import Context, Record


_LOOKBACK = timedelta(hours=1)
"""Listed again each run: a report may be listed a moment after it was created."""


class ReportIndex(Index):
    """One report that a service knows."""

    primary_keys = ("report_id",)
    replication_key = "created_time"

    def read(self, context: Context | None) -> Iterator[Record]:
        """Yield all reports since the bookmark, less the look-back.

        The bookmark stops before the oldest one that is still in the making, so that
        its end is seen by a later run.
        """
        since, until = self._span(context)
        if since >= until:
            return
        reader = ObjectReader(self.schema)
        seen: list[tuple[datetime, ReportStatus]] = []
        for entry in self._client().get_reports(
            self._report_types(),
            shape=ReportHead,
            created_since=since,
            created_until=until,
        ):
            found = entry.known
            status = ReportStatus.read(found.processing_status, found.report_id)
            seen.append((found.created_time.moment, status))
            values, extra = reader.read(entry.wire)
            yield {**values, "_extra": extra or None}
        self.warn_of_oddities("this listing", reader.misfits)
        # What says that it was created before all that was listed moves nothing back.
        self.move_bookmark(context, max(since, settled_until(seen, until)))

    def _span(self, context: Context | None) -> tuple[datetime, datetime]:
        until = self.settings.end.replace(microsecond=0)
        wanted = self.resumed(context, lookback=_LOOKBACK)
        oldest = oldest_listed(self.clock.now())
        if wanted < oldest:
            self.logger.info(
                "%s: Amazon keeps reports for 90 days, so they are listed from %s on",
                self.name,
                oldest.date(),
            )
        return max(wanted, oldest), until
