"""Amazon Pay: its reports, its schedules, and what it paid out."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.counted import counted
from tap_amazon_reports.documents.objects import ObjectReader
from tap_amazon_reports.reports.windows import day_windows
from tap_amazon_reports.singer.stream import CoreStream
from tap_amazon_reports.streams.report_index import ReportIndex
from tap_amazon_reports.streams.schedule_index import ScheduleIndex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from singer_sdk.helpers.types import Context, Record
    from singer_sdk.tap_base import Tap

    from tap_amazon_reports.amazon.pay import PayClient
    from tap_amazon_reports.singer.stream import Run

_WINDOW_DAYS = 30
"""Amazon tells no longest range for disbursements; a settlement lasts 30 days."""
_LOOKBACK = timedelta(days=7)
_UNKNOWN = "Unknown"


class PayReports(ReportIndex):
    """One report known to the Amazon Pay API."""

    name = "pay_reports"
    service = "pay"


class PayReportSchedules(ScheduleIndex):
    """One schedule of the Amazon Pay API."""

    name = "pay_report_schedules"
    service = "pay"


class PayDisbursements(CoreStream):
    """One payout to the merchant's bank."""

    name = "pay_disbursements"
    service = "pay"
    primary_keys = ("settlement_id", "amazon_disbursement_reference_id")
    replication_key = "transaction_time"

    def __init__(self, tap: Tap, *, run: Run, client: Callable[[], PayClient]) -> None:
        """Ask through `client`."""
        super().__init__(tap, run=run)
        self._client = client

    def read(self, context: Context | None) -> Iterator[Record]:
        """Yield the payouts since the bookmark, less a look-back of a week."""
        start = self.resumed(context, lookback=_LOOKBACK)
        end = self.settings.end.replace(microsecond=0)
        reader = ObjectReader(self.schema)
        sharing = 0
        for window in day_windows(start, end, days=_WINDOW_DAYS):
            seen: set[tuple[object, ...]] = set()
            for entry in self._client().get_disbursements(window.start, window.end):
                values, extra = reader.read(entry.wire)
                for key in PayDisbursements.primary_keys:
                    values[key] = values[key] or _UNKNOWN
                identity = tuple(values[key] for key in PayDisbursements.primary_keys)
                sharing += identity in seen
                seen.add(identity)
                yield {**values, "_extra": extra or None}
            self.move_bookmark(context, window.end)
        if sharing:
            self.warn_once(
                f"{counted(sharing, 'payout shares', 'payouts share')} the key of"
                f" another, {' and '.join(PayDisbursements.primary_keys)}; a table that"
                " is updated by key keeps one of those that share a key"
            )
        self.warn_of_oddities("this listing", reader.misfits)
