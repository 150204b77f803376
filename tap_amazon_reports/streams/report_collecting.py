"""Reports that are made without asking: listed, and each finished one read once."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.errors import AmazonError, DocumentGoneError
from tap_amazon_reports.amazon.wire_time import utc_text
from tap_amazon_reports.streams.report_documents import ReportDocuments

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from datetime import datetime

    from tap_amazon_reports.documents.block import Block
    from tap_amazon_reports.reports.report import Report
    from tap_amazon_reports.streams.content import ContentStream
    from tap_amazon_reports.streams.report_group import Partition, ReportGroup

logger = logging.getLogger(__name__)

# Facts (both services' Reports pages): reports are listed by when they were created,
# and kept for 90 days.
_KEPT = timedelta(days=90)
_SLACK = timedelta(minutes=10)
_LISTED_AGAIN = timedelta(hours=1)
"""A report may be listed a moment after it was created."""
_READ = "read_report_ids"
"""In state: what was read of the hour before the bookmark, and when it was made."""


class Collecting:
    """Reads what a schedule, Amazon itself or another application makes."""

    def __init__(self, group: ReportGroup) -> None:
        """Read for `group`."""
        self._group = group
        self._documents = ReportDocuments(group)
        self._planned: dict[str, list[Report]] = {}

    def plan(self) -> None:
        """Have the documents fetched while others are read, if that costs no waiting.

        What cannot be listed now is listed when it is read, and fails then.
        """
        for partition in self._group.partitions:
            if self._group.service.list_wait_seconds() > 0:
                return
            try:
                self._unread(partition)
            except AmazonError as error:
                logger.info("to be listed again: %s", error)
                return

    def rows(self, driver: ContentStream, partition: Partition) -> Iterator[Block]:
        """Yield the rows of each finished report that has not been read yet, in order.

        Raises:
            AmazonError: if they cannot be listed or read.
        """
        counted = Counter[str]()
        unread = self._unread(partition)
        try:
            with self._group.room.timed(self._group):
                for report in unread:
                    counted["rows"] += yield from self._report_rows(
                        driver, partition, report
                    )
                    counted["reports"] += report.status.is_done
                    self._move_past(driver, partition, report)
        finally:
            self._documents.forget(unread)
        self._documents.warn_of_silence(counted)

    def _unread(self, partition: Partition) -> list[Report]:
        """Return what is to be read, listed once in a run."""
        if partition.name not in self._planned:
            read = self._group.remembered(partition, _READ)
            finished = self._finished(partition)
            unread = [one for one in finished if one.report_id not in read]
            self._expect(unread)
            self._planned[partition.name] = unread
        return self._planned[partition.name]

    def _expect(self, unread: list[Report]) -> None:
        """Have the documents fetched ahead, in the order of reading."""
        room = self._group.room
        tally = room.tally(self._group)
        tally.windows += len(unread)
        tally.adopted += len(unread)
        room.progress.grow(len(unread))
        for number, report in enumerate(unread):
            self._documents.expect(report, (room.place(self._group), number))

    def _move_past(
        self, driver: ContentStream, partition: Partition, report: Report
    ) -> None:
        read: dict[str, str] = self._group.remembered(partition, _READ)
        read = _recent({**read, report.report_id: utc_text(report.created)}, report)
        self._group.move_bookmark(partition, report.created, {_READ: read})
        self._group.room.progress.step()

    def _finished(self, partition: Partition) -> Iterator[Report]:
        """Yield the finished reports, oldest first, up to one still in the making.

        What is younger than that one is read by the run that sees it finished.
        """
        since, until = self._span(partition)
        types = [self._group.entry.kind.report_type]
        listed = self._group.service.list_reports(types, since, until)
        mine = filter(self._is_mine, listed)
        for report in sorted(mine, key=lambda one: (one.created, one.report_id)):
            if not report.status.is_terminal:
                return
            yield report

    def _span(self, partition: Partition) -> tuple[datetime, datetime]:
        now = self._group.room.clock.now().replace(microsecond=0)
        oldest = now - _KEPT + _SLACK
        wanted = self._group.start
        if bookmark := self._group.bookmark(partition):
            wanted = max(wanted, bookmark - _LISTED_AGAIN)
        if wanted < oldest:
            self._group.warn(
                "Amazon keeps reports for 90 days; what was made before"
                f" {oldest.date()} cannot be read"
            )
        end = self._group.settings.end.replace(microsecond=0)
        return max(wanted, oldest), min(end, now)

    def _is_mine(self, report: Report) -> bool:
        """Tell whether a report is of a marketplace that is wanted, or of none."""
        markets = self._group.entry.marketplaces
        wanted = {market.marketplace_id for market in markets}
        of_report = set(report.marketplace_ids)
        return not wanted or not of_report or bool(wanted & of_report)

    def _report_rows(
        self, driver: ContentStream, partition: Partition, report: Report
    ) -> Generator[Block, None, int]:
        """Yield the rows; a failed report, or one whose document is gone, is told."""
        if report.status.has_failed:
            self._group.warn(f"report {report.report_id} has failed: no rows")
        if not report.status.is_done:
            return 0
        market = report.marketplace_ids
        name = market[0] if len(market) == 1 else partition.name
        try:
            download = self._documents.open(report)
            return (
                yield from self._documents.rows(
                    driver, partition, report, download, marketplace_id=name
                )
            )
        except DocumentGoneError as error:
            self._group.warn(
                f"report {report.report_id} has lost its document: {error}"
            )
            return 0


def _recent(read: dict[str, str], newest: Report) -> dict[str, str]:
    """Return what a listing that starts an hour before `newest` can still show."""
    kept = utc_text(newest.created - _LISTED_AGAIN)
    return {report_id: made for report_id, made in read.items() if made >= kept}
