"""What an entry of the settings wants of its type in one partition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_amazon_reports.reports.report_job import WantedReports

if TYPE_CHECKING:
    from collections.abc import Collection

    from tap_amazon_reports.reports.partition import Partition
    from tap_amazon_reports.reports.report import ReportService
    from tap_amazon_reports.settings.reader import Settings
    from tap_amazon_reports.settings.report_entries import ReportEntry


def wanted_reports(
    entry: ReportEntry,
    partition: Partition,
    service: ReportService,
    settings: Settings,
    *,
    record_streams: Collection[str],
) -> WantedReports:
    """Return what is wanted.

    Args:
        entry: of `sp_report_types` or `pay_report_types`.
        partition: one of those that its reports are asked for.
        service: makes the reports.
        settings: where the entry says nothing.
        record_streams: which rows are wanted, by the names that the type gives them.
    """
    return WantedReports(
        kind=entry.kind.for_streams(record_streams),
        partition=partition,
        service=service,
        options=entry.options,
        start=entry.start or settings.start,
        is_start_set=settings.is_start_set or entry.start is not None,
        end=settings.end,
        window_days=entry.window_days,
        lookback=entry.lookback,
        restricted=entry.restricted,
        waits_until_done=settings.waits_until_done,
        compared=entry.may_be_regional and len(entry.marketplaces) > 1,
    )
