"""The reports, schedules and documents of one seller."""

from __future__ import annotations

import gzip
import json
import uuid
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from tests.local_amazon.moments import extended, parse_extended
from tests.local_amazon.ripening import BySeconds, Making, Outcome, Ripening, Stage
from tests.local_amazon.storage.models import StoredObject

from . import report_types
from .type_limits import TypeLimits

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_amazon_reports.amazon.clock import Clock
    from tests.local_amazon.families import Families
    from tests.local_amazon.storage.models import Storage
    from tests.local_amazon.wire import Wire

    from .echoes import Echo

T = TypeVar("T")
URL_LIFETIME_SECONDS = 300
"""(Reports API v2021-06-30 use case guide: the URL expires after five minutes)."""


@dataclass
class ReportDocument:
    """One document.

    Attributes:
        document_id: its id.
        report: the report that it belongs to.
        make: makes what storage holds.
        compression: `GZIP` or None, as it is declared; the bytes may differ.
    """

    document_id: str
    report: Wire
    make: Callable[[], StoredObject]
    compression: str | None = "GZIP"

    @cached_property
    def content(self) -> StoredObject:
        """What storage holds, made when it is asked for."""
        return self.make()


@dataclass
class RestrictedToken:
    """One restricted data token: for these paths, for so long."""

    paths: frozenset[str]
    expires_at: datetime


class SellingPartner:
    """The holdings of the Selling Partner API, in wire form.

    Attributes:
        region: the region of the account; marketplaces of others are refused.
        reports: every report, in the order in which they were asked for.
        schedules: every schedule.
        documents: every document, by id.
        ripening: when reports that are asked for from now on move on.
        ripenings: when the next reports of a type move on; then as all others.
        outcomes: how the next reports of a type end; then they end well.
        contents: what makes the document of a report of a type.
        options: the reportOptions that each report was asked for with, by its id.
        restricted_types: types whose documents need a restricted data token.
        unknown_looks: how many looks do not find a report that was just asked for.
        compression: `GZIP` or None, for documents made from now on.
        new_types: report types that Amazon has as well, and nobody here knows.
        type_limits: how often reports of one type can be asked for; no limits at first.
        echo: makes other dates of those that were asked for, when getReport tells them.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        storage: Storage,
        ripening: Ripening,
        families: Families,
        region: str = "na",
    ) -> None:
        """Hold nothing yet; what is in the reports is up to the `families`."""
        self._clock = clock
        self._storage = storage
        self._families = families
        self.region = region
        self.reports: list[Wire] = []
        self.schedules: list[Wire] = []
        self.documents: dict[str, ReportDocument] = {}
        self.ripening = ripening
        self.ripenings: dict[str, list[Ripening]] = defaultdict(list)
        self.outcomes: dict[str, list[Outcome]] = defaultdict(list)
        self.contents: dict[str, Callable[[Wire], StoredObject]] = {}
        self.options: dict[str, Wire] = {}
        self.restricted_types = set(report_types.RESTRICTED)
        self.restricted_tokens: dict[str, RestrictedToken] = {}
        self.unknown_looks = 0
        self.compression: str | None = "GZIP"
        self.new_types: set[str] = set()
        self.type_limits = TypeLimits()
        self.echo: Echo | None = None
        self._making: dict[str, Making] = {}
        self._schedules_made = 0

    # Reports

    def add_report(
        self,
        report_type: str,
        *,
        created: datetime,
        outcome: Outcome,
        options: Wire | None = None,
        **fields: object,
    ) -> Wire:
        """Hold a report that is finished, and return it.

        Args:
            report_type: Amazon's name.
            created: when it was asked for, and done.
            outcome: how it ended.
            options: the report options, which its document tells and no listing.
            fields: the other fields of the report.
        """
        report = self._new_report(report_type, created, options, fields)
        self._finish(report, outcome, created, created)
        return report

    def ask(
        self,
        report_type: str,
        *,
        ripening: Ripening | None = None,
        outcome: Outcome | None = None,
        created: datetime | None = None,
        unknown_looks: int = 0,
        options: Wire | None = None,
        **fields: object,
    ) -> Wire:
        """Begin to make a report, now or when it was `created`; return it as it is."""
        since = created or self._clock.now()
        report = self._new_report(report_type, since, options, fields)
        end = outcome or _next(self.outcomes[report_type], Outcome("DONE"))
        pace = ripening or _next(self.ripenings[report_type], self.ripening)
        making = Making(pace, since, end, unknown_looks)
        self._making[report["reportId"]] = making
        return report

    def has_type(self, report_type: str) -> bool:
        """Tell whether Amazon has a type: today, or because a test says so."""
        told = report_type in self.new_types or report_type in self.contents
        return told or report_types.exists(report_type)

    def echoed(self, times: Wire) -> Wire:
        """Return the dates that getReport will tell of a request with these."""
        moments = [parse_extended(text) for text in times.values()]
        if self.echo is None or len(moments) < 2 or None in moments:
            return times
        start, end = (moment for moment in moments if moment is not None)
        told = self.echo(start, end)
        return dict(zip(times, map(extended, told), strict=True))

    def look(self, report_id: str) -> Wire | None:
        """Return a report as it is now, which moves it on; None if it is unknown."""
        making = self._making.get(report_id)
        if making is not None and making.unknown_looks > 0:
            making.unknown_looks -= 1
            return None
        report = self.report(report_id)
        if report is not None and making is not None:
            self._move(report, making)
        return report

    def report(self, report_id: str) -> Wire | None:
        """Return a report without looking at it: nothing moves on."""
        for report in self.reports:
            if report["reportId"] == report_id:
                return report
        return None

    def look_at_all(self) -> list[Wire]:
        """Return all reports as they are now, newest first."""
        for report_id in list(self._making):
            self.look(report_id)
        return sorted(self.reports, key=_created, reverse=True)

    def cancel(self, report: Wire) -> None:
        """End a report that is in the queue."""
        self._making.pop(report["reportId"], None)
        report["processingStatus"] = "CANCELLED"
        report["processingEndTime"] = extended(self._clock.now())

    def _new_report(
        self,
        report_type: str,
        created: datetime,
        options: Wire | None,
        fields: dict[str, object],
    ) -> Wire:
        report: Wire = {
            "reportId": str(50_000_018_765 + 17 * len(self.reports)),
            "reportType": report_type,
            "createdTime": extended(created),
            "processingStatus": "IN_QUEUE",
            **fields,
        }
        self.reports.append(report)
        self.options[report["reportId"]] = options or {}
        return report

    def _move(self, report: Wire, making: Making) -> None:
        now = self._clock.now()
        stage = making.look(now)
        if stage is Stage.RUNNING:
            report["processingStatus"] = "IN_PROGRESS"
            report["processingStartTime"] = extended(now)
        elif stage is Stage.FINISHED:
            del self._making[report["reportId"]]
            self._finish(report, making.outcome, making.started or now, now)

    def _finish(
        self, report: Wire, outcome: Outcome, started: datetime, ended: datetime
    ) -> None:
        report["processingStatus"] = outcome.status
        report.setdefault("processingStartTime", extended(started))
        report["processingEndTime"] = extended(ended)
        content = outcome.content
        make = self.contents.get(report["reportType"])
        if not outcome.has_document:
            return
        if content is None and outcome.status == "DONE" and make is not None:
            content = make(report)
        if content is not None:
            self.add_document(report, content)
        elif outcome.status == "DONE":
            self._finish_by_family(report)

    def _finish_by_family(self, report: Wire) -> None:
        options = self.options[report["reportId"]]
        ending = self._families.selling_partner_ending(
            report, options, compressed=self.compression is not None
        )
        report["processingStatus"] = ending.status
        if ending.make is not None:
            self._hold(report, ending.make, ending.compression)

    # Documents

    def add_document(self, report: Wire, content: StoredObject) -> ReportDocument:
        """Hold a document; plain bytes are compressed as `compression` says."""
        compression = None if callable(content.body) else self.compression
        if compression and not callable(content.body):
            body = gzip.compress(content.body, mtime=0)
            content = StoredObject(body, content.content_type)
        return self._hold(report, lambda: content, compression)

    def _hold(
        self, report: Wire, make: Callable[[], StoredObject], compression: str | None
    ) -> ReportDocument:
        number = uuid.uuid5(uuid.NAMESPACE_URL, report["reportId"])
        document_id = f"amzn1.spdoc.1.4.{self.region}.{number}.T2LOCAL.2651"
        document = ReportDocument(document_id, report, make, compression)
        self.documents[document_id] = document
        report["reportDocumentId"] = document_id
        return document

    def is_restricted(self, document: ReportDocument) -> bool:
        """Tell whether a document needs a restricted data token."""
        return document.report["reportType"] in self.restricted_types

    def url(self, document: ReportDocument) -> str:
        """Return a URL that opens a document for five minutes."""
        key = f"tortuga/{document.document_id}"
        self._storage.put(key, document.content)
        return self._storage.presign(key, lifetime_seconds=URL_LIFETIME_SECONDS)

    def grant_restricted(self, paths: frozenset[str]) -> str:
        """Hand out a restricted data token for `paths`, for an hour."""
        number = len(self.restricted_tokens)
        token = f"Atz.sprdt|{uuid.uuid5(uuid.NAMESPACE_OID, str(number)).hex}"
        expiry = self._clock.now() + timedelta(hours=1)
        self.restricted_tokens[token] = RestrictedToken(paths, expiry)
        return token

    # Schedules

    def add_schedule(self, fields: Wire) -> Wire:
        """Hold a schedule, in place of one of the same type and marketplaces."""
        self._schedules_made += 1
        number = 50_900_000_000 + self._schedules_made
        schedule = {"reportScheduleId": str(number), **fields}
        self.schedules[:] = [
            other for other in self.schedules if _subject(other) != _subject(schedule)
        ]
        self.schedules.append(schedule)
        return schedule

    def schedule(self, schedule_id: str) -> Wire | None:
        """Return a schedule, None if it is unknown."""
        for schedule in self.schedules:
            if schedule["reportScheduleId"] == schedule_id:
                return schedule
        return None


def _next(scripted: list[T], usual: T) -> T:
    """Return the first that was scripted, and take it off; else the usual."""
    return scripted.pop(0) if scripted else usual


def default_ripening(speed: float) -> Ripening:
    """Return half a minute's ripening, as much faster as the rates are."""
    return BySeconds(queued_seconds=10 / speed, running_seconds=20 / speed)


def fatal_document(reason: str) -> StoredObject:
    """Return the document of a FATAL report: why it failed."""
    body = json.dumps({"errorDetails": reason}).encode()
    return StoredObject(body, "application/json")


def _created(report: Wire) -> tuple[str, int]:
    return report["createdTime"], int(report["reportId"])


def _subject(schedule: Wire) -> tuple[str, tuple[str, ...]]:
    return schedule["reportType"], tuple(sorted(schedule.get("marketplaceIds", ())))
