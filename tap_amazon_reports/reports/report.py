"""A report that is wanted, and a report that a service knows."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from tap_amazon_reports.amazon.secret import DocumentUrl
    from tap_amazon_reports.reports.status import ReportStatus


@dataclass(frozen=True, kw_only=True)
class ReportRequest:
    """What is asked for: the same request is the same report."""

    report_type: str
    marketplace_ids: tuple[str, ...] = ()
    data_start: datetime | None = None
    data_end: datetime | None = None
    options: tuple[tuple[str, str], ...] = ()

    @property
    def digest(self) -> str:
        """A short text that stands for the request in state."""
        said = json.dumps(
            [
                self.report_type,
                sorted(self.marketplace_ids),
                self.data_start and self.data_start.isoformat(),
                self.data_end and self.data_end.isoformat(),
                sorted(self.options),
            ]
        )
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    def __str__(self) -> str:
        """Return it in words, for a log."""
        words = [self.report_type, *self.marketplace_ids]
        if self.data_start and self.data_end:
            words.append(f"{self.data_start.isoformat()}/{self.data_end.isoformat()}")
        words += [f"{name}={value}" for name, value in self.options]
        return " ".join(words).replace("+00:00", "Z")


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a service says of a report, in no service's words."""

    report_id: str
    report_type: str
    status: ReportStatus
    created: datetime
    data_start: datetime | None = None
    data_end: datetime | None = None
    marketplace_ids: tuple[str, ...] = ()
    document_id: str | None = None


class ReportService(Protocol):
    """A service that makes reports, seen from the scheduler.

    Attributes:
        name: of the service.
        types_per_listing: how many types one `list_newest` takes; 0 where nothing has
            to be searched, as an ask that is repeated makes no second report.
    """

    name: str
    types_per_listing: int

    def create(self, request: ReportRequest) -> str:
        """Ask for a report once, and return its id; the scheduler plans the next try.

        Raises:
            ThrottledError: if this type, or whatever else, was asked for too often.
            UnavailableError: if the service does not answer.
            AmazonError: if it is refused.
        """

    def create_wait_seconds(self, count: int = 1) -> float:
        """Return how long the last of the next `count` asks would wait for quota."""

    def drain_create_quota(self) -> None:
        """Believe that the quota of `create` is used up now, for all types."""

    def get(self, report_id: str) -> Report:
        """Return what is known of a report; the scheduler plans the next try.

        Raises:
            ThrottledError: if it was looked at too often.
            UnavailableError: if the service does not answer.
            AmazonError: if it is not known, or cannot be told.
        """

    def get_wait_seconds(self) -> float:
        """Return how long the next `get` would wait for its quota."""

    def list_reports(
        self, report_types: Sequence[str], since: datetime, until: datetime
    ) -> Iterator[Report]:
        """Yield the reports of these types created from `since` to `until`.

        Raises:
            AmazonError: if they cannot be listed.
        """

    def list_newest(
        self, report_types: Sequence[str], since: datetime, until: datetime
    ) -> list[Report]:
        """Return what `list_reports` begins with, by one call.

        Raises:
            ThrottledError: if reports were listed too often.
            UnavailableError: if the service does not answer.
            AmazonError: if they cannot be listed.
        """

    def list_wait_seconds(self) -> float:
        """Return how long the next listing would wait for its quota."""

    def document_url(self, document_id: str, *, restricted: bool) -> DocumentUrl:
        """Return where a document lies, for a few minutes or seconds.

        Raises:
            AmazonError: if it is refused.
        """

    def document_wait_seconds(self, count: int = 1) -> float:
        """Return how long the last of the next `count` URLs would wait for quota."""
