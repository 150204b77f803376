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
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from singer_sdk.helpers.types import Context, Record


_LOOKBACK = timedelta(hours=1)
"""Listed again each run: a report may be listed a moment after it was created."""
_TYPES = "report_types"


class ReportIndex(Index):
    """One report that a service knows."""

    primary_keys = ("report_id",)
    replication_key = "created_time"

    def read(self, context: Context | None) -> Iterator[Record]:
        """Yield all reports since the bookmark, less the look-back.

        The bookmark stops before the oldest one that is still in the making, so that
        its end is seen by a later run. Types that were added are listed from the start.
        """
        until = self.settings.end.replace(microsecond=0)
        listings = [
            (since, types) for since, types in self._listings(context) if since < until
        ]
        if not listings:
            return
        reader = ObjectReader(self.schema)
        seen: list[tuple[datetime, ReportStatus]] = []
        for since, types in listings:
            for entry in self._client().get_reports(
                types, shape=ReportHead, created_since=since, created_until=until
            ):
                found = entry.known
                status = ReportStatus.read(found.processing_status, found.report_id)
                seen.append((found.created_time.moment, status))
                values, extra = reader.read(entry.wire)
                yield {**values, "_extra": extra or None}
        self.warn_of_oddities("this listing", reader.misfits)
        # What says that it was created before all that was listed moves nothing back.
        earliest = min(since for since, _ in listings)
        self.move_bookmark(
            context,
            max(earliest, settled_until(seen, until)),
            remember={_TYPES: list(self._report_types())},
        )

    def _listings(
        self, context: Context | None
    ) -> Iterator[tuple[datetime, Sequence[str]]]:
        """Yield from where on which types are listed; no types are all that are."""
        types, known = self._report_types(), self._known_types(context)
        since = self._since(self.resumed(context, lookback=_LOOKBACK))
        if known and not types:
            yield self._since(self.settings.start), types
            return
        added = [one for one in types if known and one not in known]
        if added:
            yield self._since(self.settings.start), added
        if len(added) < len(types) or not types:
            yield since, [one for one in types if one not in added]

    def _known_types(self, context: Context | None) -> set[str]:
        """Return the types that were listed up to the bookmark, if it is known."""
        found = self.get_context_state(context).get(_TYPES)
        has_bookmark = self.bookmark(context) is not None
        return {*map(str, found)} if isinstance(found, list) and has_bookmark else set()

    def _since(self, wanted: datetime) -> datetime:
        """Return the moment, or the first that Amazon has reports of, and say so."""
        oldest = oldest_listed(self.clock.now())
        if wanted < oldest:
            self.logger.info(
                "%s: Amazon keeps reports for 90 days, so they are listed from %s on",
                self.name,
                oldest.date(),
            )
        return max(wanted, oldest)
