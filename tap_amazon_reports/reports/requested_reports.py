"""Reports that are created on request, read in their order; and what ends otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.errors import (
    DocumentDamagedError,
    DocumentGoneError,
    DocumentMissingError,
)
from tap_amazon_reports.documents.errors import MissingColumnError, NotATableError
from tap_amazon_reports.reports.adoption import OtherOptionsError, check_options
from tap_amazon_reports.reports.errors import (
    ReportFailedError,
    ReportStuckError,
    WrongReportError,
)
from tap_amazon_reports.reports.failure import is_not_yet
from tap_amazon_reports.reports.memory import Remembered
from tap_amazon_reports.reports.planned_reports import NextReport, PlannedReports
from tap_amazon_reports.reports.reach import oldest_listed
from tap_amazon_reports.reports.status import ReportStatus
from tap_amazon_reports.reports.windows import Window

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from tap_amazon_reports.reports.plan import PlannedWindow
    from tap_amazon_reports.reports.report import Report
    from tap_amazon_reports.reports.report_job import JobStream

_LATE = timedelta(hours=72)
"""How much later than a type's latency data may be, to be late and not missing."""


class RequestedReports(PlannedReports):
    """Reads one type window by window, or as a snapshot."""

    def read_next(self) -> None:
        """Read the next report, and move past its window.

        One that is not done in time is left to the next run, if that is wished.

        Raises:
            AmazonError: if it cannot be had or read.
        """
        head = self._next[0]
        try:
            report = self._ended(head)
        except ReportStuckError as error:
            if self.wanted.waits_until_done:
                raise
            self.leave(str(error))
            self.drop()
            return
        if report.status is ReportStatus.CANCELLED:
            self._cancelled(head, report)
        elif report.status.has_failed:
            self._failed(head, report)
        elif not report.document_id:
            self._tell_of_no_rows(
                f"report {report.report_id} ({head.pending.request}) is done but has no"
                " document: no rows"
            )
            self._move_past(head, report)
        else:
            self._read(head, report)

    def finish(self) -> None:
        """Say that no report had a row."""
        self.tell_of_silence(self._counted)

    def _ended(self, head: NextReport) -> Report:
        """Return the ended report; one of no use is not adopted by the next run."""
        try:
            report = head.pending.result()
        except WrongReportError:
            head.pending.remember(None)
            raise
        if report.status.has_failed:
            head.pending.remember(None)
        # Keys have the window of a report, and an answer may lack it.
        asked = head.pending.request
        return replace(
            report,
            data_start=report.data_start or asked.data_start,
            data_end=report.data_end or asked.data_end,
        )

    def _read(self, head: NextReport, report: Report) -> None:
        def check(document: Mapping[str, object]) -> None:
            if head.pending.is_unchecked:
                check_options(self.wanted.kind, head.pending.request, document)

        try:
            rows = self._reader.read(report, self._takers(head.window), check=check)
        except OtherOptionsError as error:
            self._create_anew(head, str(error))
            return
        except (DocumentGoneError, DocumentMissingError) as error:
            head.pending.remember(None)
            if not head.pending.adopted:
                raise
            self._create_anew(head, f"report {report.report_id}: {error}")
            return
        except (DocumentDamagedError, MissingColumnError, NotATableError) as error:
            # Ours would be the same once more. Of a damaged one, rows may be out.
            is_rowless = not isinstance(error, DocumentDamagedError)
            if not head.is_of_others or not (is_rowless or self.wanted.kind.has_keys):
                raise
            self._create_anew(head, f"report {report.report_id}: {error}")
            return
        self._counted["reports"] += 1
        self._counted["rows"] += rows
        self._forget_cancelled(head.window)
        self._move_past(head, report)

    def _takers(self, window: PlannedWindow | None) -> list[JobStream]:
        if self._plan is None:
            return []
        return [one for one in self.streams if self._plan.takes(one, window)]

    def _create_anew(self, head: NextReport, why: str) -> None:
        """Have another report created for the same window."""
        self.warn(f"{why}; creating another")
        head.pending.remember(None)
        head.pending = self._pending(head.pending.request, head.need)
        head.is_second = True
        self._parts.scheduler.want(head.pending)

    def _create_own(self, head: NextReport, report: Report) -> None:
        """Have a report created instead of another application's, which came to naught.

        Whoever made it may have cancelled it; that says nothing of the data.
        """
        said = (
            f"report {report.report_id}, which was found in Amazon's listing, is"
            f" {report.status.value}"
        )
        self._create_anew(head, said)
        head.is_second = False

    def _cancelled(self, head: NextReport, report: Report) -> None:
        """Create it once more, leave its window to the next run, or move past it.

        Nobody can tell "there is no data" from "somebody cancelled it"; where there
        were rows, in other windows or by the bookmark, the second is worth a try.
        """
        if head.is_of_others:
            self._create_own(head, report)
            return
        if self._counted["rows"] and not head.is_second:
            self._create_anew(head, f"report {report.report_id} was cancelled")
            return
        window = head.window
        had_rows = window and any(
            bookmark and window.window.start < bookmark
            for bookmark in (stream.memory.bookmark() for stream in self.streams)
        )
        head.pending.remember(None)
        if window and had_rows:
            twice_until = self._cancelled_before(window)
            until = max(filter(None, (window.window.end, self._memory.cancelled)))
            self._memory = replace(self._memory, cancelled=until)
            if twice_until is None or twice_until < window.window.end:
                self._leave_cancelled(head, report, twice_until)
                return
        self._tell_of_no_rows(
            f"report {report.report_id} ({head.pending.request}) was cancelled: Amazon"
            " has no data for it, or somebody cancelled it"
        )
        self._move_past(head, report)

    def _tell_of_no_rows(self, why: str) -> None:
        """Say that a report has no rows, which does not tell that there are none.

        Where the rows of a snapshot take the place of all earlier ones, those stay.
        """
        if self.wanted.kind.is_snapshot:
            self.leave(f"{why}; rows of earlier runs stay as they are")
        else:
            self.warn(why)

    def _leave_cancelled(
        self, head: NextReport, report: Report, twice_until: datetime | None
    ) -> None:
        """Move past what was cancelled twice, and leave the rest to the next run."""
        if head.window and twice_until:
            window = Window(head.window.window.start, twice_until)
            head.window = replace(head.window, window=window)
            self._move_past(head, report)
        else:
            self._remember(self._memory.created)
        self.leave(
            f"report {report.report_id} was cancelled, although an earlier run has read"
            " a part of its window; the next run tries again, and moves on if that is"
            " cancelled too"
        )
        self.drop()

    def _cancelled_before(self, window: PlannedWindow) -> datetime | None:
        """Return up to where an earlier run met a cancelled report of this window."""
        until = self._memory.cancelled
        is_within = until is not None and window.window.start < until
        return until if is_within else None

    def _forget_cancelled(self, window: PlannedWindow | None) -> None:
        """Take the next one that is cancelled for the first, as this one is there."""
        until = self._memory.cancelled
        if window and until and window.window.start < until <= window.window.end:
            self._memory = replace(self._memory, cancelled=None)

    def _failed(self, head: NextReport, report: Report) -> None:
        """Leave a window whose data is late to the next run.

        Raises:
            ReportFailedError: if the report failed for another reason.
        """
        if head.is_of_others:
            self._create_own(head, report)
            return
        reason = self._reader.failure(report)
        if is_not_yet(reason) and self._may_be_late(head.window):
            self.leave(
                f"report {report.report_id}: Amazon says {reason!r}; the next run"
                " tries again"
            )
            self.drop()
            return
        late = "; data this old should be available" if is_not_yet(reason) else ""
        msg = (
            f"report {report.report_id} ({head.pending.request}) failed; Amazon says"
            f" {reason!r}{late}; check report_options, the dates and whether the"
            " account has this data"
        )
        raise ReportFailedError(msg)

    def _may_be_late(self, window: PlannedWindow | None) -> bool:
        if window is None:
            return True
        latency = timedelta(hours=self.wanted.kind.latency_hours)
        return self._parts.clock.now() - window.window.end < latency + _LATE

    def _move_past(self, head: NextReport, report: Report) -> None:
        """Move the bookmarks past a window that was read.

        When the reports were made is remembered by the earliest of this run, and no
        later than its plan, so that the next look-back starts early enough for each.
        The stream that remembers for all moves last: if a run ends in between, the
        report is still known to it.
        """
        self._next.popleft()
        created = dict(self._memory.created)
        created.pop(head.pending.request.digest, None)
        self._memory = replace(self._memory, created=created)
        if head.window is None or self.wanted.kind.is_snapshot:
            read = {report.report_id: self._made_at(report)}
            for stream in self.streams:
                stream.receiver.flush()
            self._memory = replace(self._memory, read_reports=read)
            with self.streams[0].memory.together():
                for stream in reversed(self.streams):
                    stream.memory.remember(self._memory.written())
            return
        made = self._made_at(report)
        made = made if self._made is None else min(made, self._made)
        self._made = made
        with self.streams[0].memory.together():
            for stream in reversed(self.streams):
                self._move(stream, head.window.window.end, made)

    def _made_at(self, report: Report) -> datetime:
        """Return when a report was made, as far as that can be."""
        now = self._parts.clock.now()
        return min(max(report.created, oldest_listed(now)), now)

    def _move(self, stream: JobStream, end: datetime, made: datetime) -> None:
        bookmark = stream.memory.bookmark()
        is_first = stream is self.streams[0]
        if bookmark is None or bookmark <= end:
            memory = self._memory if is_first else Remembered(**self._asked_of)
            memory = replace(memory, read_at=made)
            if is_first:
                self._memory = memory
            stream.memory.move_bookmark(end, memory.written())
        elif is_first:
            stream.memory.remember(self._memory.written())
