"""What became of a run, to be told at its end."""

from __future__ import annotations

import logging
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from singer_sdk import metrics

from tap_amazon_reports.amazon.counted import counted
from tap_amazon_reports.amazon.errors import AccountError, AmazonError, TapError
from tap_amazon_reports.reports.tally import ReportTally

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tap_amazon_reports.amazon.connection import Calls

logger = logging.getLogger(__name__)


@dataclass
class _Cause:
    """What made a stream fail, and the others that failed of the same."""

    stream: str
    error: Exception
    line: str
    others: set[str] = field(default_factory=set)

    def explains(self, error: Exception) -> bool:
        """Whether `error` says nothing that this does not say."""
        return str(self.error) in str(error)

    def told(self) -> str:
        """Return the line, with the other streams that it took along."""
        if not (others := sorted(self.others - {self.stream})):
            return self.line
        more = counted(len(others), "more stream")
        names = ", ".join(others)
        return f"{self.line}; for the same reason, {more} could not be read: {names}"


@dataclass
class RunOutcome:
    """Rows and failures of a run.

    Attributes:
        rows: how many records each stream gave.
        reports: what the reports of each stream took.
        failures: a line for each failure, in the order in which they happened.
        unread: what each stream left to a later run, without a failure.
        reached: up to where each stream has been read, by partition.
    """

    rows: Counter[str] = field(default_factory=Counter)
    reports: defaultdict[str, ReportTally] = field(
        default_factory=lambda: defaultdict(ReportTally)
    )
    failures: list[str] = field(default_factory=list)
    unread: defaultdict[str, list[str]] = field(
        default_factory=lambda: defaultdict(list)
    )
    _failed: set[str] = field(default_factory=set)
    reached: dict[str, dict[str, str]] = field(default_factory=dict)
    _causes: dict[tuple[str, ...], _Cause] = field(default_factory=dict)
    _down: dict[str, _Cause] = field(default_factory=dict)

    def failed(self, stream: str, service: str, error: Exception) -> None:
        """Remember that `stream` failed, and whether its whole service did.

        What follows from a refusal of the whole service is counted with it, and not
        told again for each stream.
        """
        self._failed.add(stream)
        if cause := self._known_cause(service, error):
            if stream not in cause.others:
                logger.debug("%s: %s", stream, error)
            cause.others.add(stream)
            return
        if isinstance(error, TapError):
            line = f"{stream}: {error}"
            logger.error(line)
        else:
            # A fault of ours: whoever mends it needs to see where.
            line = f"{stream}: {type(error).__name__}: {error}"
            logger.error(line, exc_info=error)
        self.failures.append(line)
        cause = _Cause(stream, error, line)
        self._causes[_alike(service, error)] = cause
        if isinstance(error, AmazonError) and error.ends_service:
            self._down.setdefault(service, cause)

    def _known_cause(self, service: str, error: Exception) -> _Cause | None:
        """Return what has been told and says all that `error` does."""
        down = self._down.get(service)
        if down and down.explains(error):
            return down
        return self._causes.get(_alike(service, error))

    def missed(self, stream: str) -> None:
        """Remember that `stream` is not whole, which was told of a sibling."""
        self._failed.add(stream)

    def left(self, stream: str, why: str) -> None:
        """Remember that `stream` left something to a later run, and why."""
        self.unread[stream].append(why)

    def is_whole(self, stream: str) -> bool:
        """Return whether `stream` neither failed nor left anything unread."""
        return stream not in self._failed and stream not in self.unread

    def refuses(self, service: str, streams: Iterable[str]) -> bool:
        """Tell whether `service` refuses everything by now, so that these fail."""
        if (cause := self._down.get(service)) is None:
            return False
        error = AmazonError(f"not read, because: {cause.error}")
        for stream in streams:
            self.failed(stream, service, error)
        return True

    def tell(self, calls: Iterable[Calls] = ()) -> None:
        """Log the summary: each stream, each operation, and what failed.

        Args:
            calls: what was asked of each service.
        """
        for stream, rows in sorted(self.rows.items()):
            took = self.reports.get(stream)
            said = _said(took) if took else ""
            records = counted(rows, "record")
            logger.info("%s: %s%s%s", stream, records, said, self._next(stream))
            if took:
                _measure_reports(stream, took)
        sent = [line for called in calls for line in _told_calls(called)]
        if sent:
            logger.info("calls: %s", ", ".join(sent))
        self._tell_end()

    def _next(self, stream: str) -> str:
        """Return up to when a stream is read, and what the next run will do."""
        parts = self.reached.get(stream, {}).values()
        upto = f"; read up to {min(parts)}" if parts else ""
        if stream in self._failed:
            return f"{upto}; it failed, and the next run goes on from the bookmark"
        if stream in self.unread:
            return f"{upto}; the next run reads what this one left"
        return upto or "; the next run reads all of it again"

    def _tell_end(self) -> None:
        left = [
            f"{stream}: {why}" for stream, all_ in self.unread.items() for why in all_
        ]
        if self.failures:
            failures = counted(len(self.failures), "failure")
            logger.error("the run is incomplete, %s:", failures)
            told = {cause.line: cause.told() for cause in self._causes.values()}
            for line in self.failures:
                logger.error("  %s", told.get(line, line))
        elif left:
            logger.warning(
                "no stream failed; left to the next run: %s", "; ".join(left)
            )
        else:
            logger.info("the run is complete")


_CHANGING = re.compile(r"request id \S+|[0-9a-f]{8}-[0-9a-f-]{27,}")
"""What tells one refusal from another that has the same cause."""


def _alike(service: str, error: Exception) -> tuple[str, ...]:
    """Return what is equal for failures of one cause."""
    if isinstance(error, AccountError) and error.code:
        # It is the same for each operation and each report type.
        return (service, type(error).__name__, error.code)
    return (service, type(error).__name__, _CHANGING.sub("", str(error)))


def _said(took: ReportTally) -> str:
    """Return what the reports of a stream took, in words."""
    if not (took.windows or took.read):
        return "; no new report"
    return (
        f"; {counted(took.windows, 'window')},"
        f" {counted(took.created, 'report')} created, {took.adopted} adopted,"
        f" {took.read} read, {took.empty} of them empty,"
        f" {counted(took.document_bytes, 'byte')},"
        f" {took.waited_seconds:.1f} s waiting for Amazon,"
        f" {took.worked_seconds:.1f} s working"
    )


def _told_calls(called: Calls) -> Iterator[str]:
    """Yield how often each operation was called, in words; log it as metrics too.

    An operation that was throttled is news, and has a line of its own.
    """
    for operation, times in sorted(called.sent.items()):
        throttled = called.throttled[operation]
        yield f"{times} {operation}"
        if throttled:
            logger.info(
                "%s: %s, %d of them throttled (429)",
                operation,
                counted(times, "call"),
                throttled,
            )
        for status, count in {"429": throttled, "other": times - throttled}.items():
            tags: dict[str, str] = {
                metrics.Tag.ENDPOINT: operation,
                metrics.Tag.HTTP_STATUS_CODE: status,
            }
            point = metrics.Point(
                "counter", metrics.Metric.HTTP_REQUEST_COUNT, count, tags
            )
            metrics.log(metrics.get_metrics_logger(), point)


def _measure_reports(stream: str, took: ReportTally) -> None:
    """Log as metrics how long Amazon was waited for, and how long the rest took."""
    spent = {"wait": took.waited_seconds, "work": took.worked_seconds}
    for job_type, seconds in spent.items():
        tags: dict[str, str] = {
            metrics.Tag.STREAM: stream,
            metrics.Tag.JOB_TYPE: job_type,
        }
        point = metrics.Point("timer", metrics.Metric.JOB_DURATION, seconds, tags)
        metrics.log(metrics.get_metrics_logger(), point)
