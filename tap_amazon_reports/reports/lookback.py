"""From where on data is read again, because Amazon may still change it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tap_amazon_reports.reports.plan import newest_data

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from tap_amazon_reports.reports.report_types import ReportType


@dataclass(frozen=True, kw_only=True)
class Lookback:
    """For how long the data of a type may change after it is there.

    What was older than that when Amazon made the report is settled: it is not read
    again, however lately it was read.

    Attributes:
        kind: the type, which says how late its data is.
        length: for how long it may change; nothing does if it is zero.
    """

    kind: ReportType
    length: timedelta

    def start(self, bookmark: datetime, read_at: datetime | None) -> datetime:
        """Return from where on a run reads.

        Args:
            bookmark: up to where everything has been read, UTC.
            read_at: when the reports were made that the newest data was read from, the
                earliest of them; None where nobody knows, and then it may be as long
                ago as when the data was new.
        """
        if not self.length:
            # What cannot change is not read again, whatever Amazon's clock says.
            return bookmark
        if read_at is None:
            return bookmark - self.length
        newest = newest_data(self.kind, read_at)
        return min(bookmark, newest - self.length)
