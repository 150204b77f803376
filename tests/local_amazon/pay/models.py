"""The holdings of one merchant, live and in the sandbox, in wire form."""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from tests.local_amazon.moments import basic
from tests.local_amazon.ripening import Making, Outcome, Ripening, Stage

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from tap_amazon_reports.amazon.clock import Clock
    from tests.local_amazon.families import Families
    from tests.local_amazon.storage.models import Storage, StoredObject
    from tests.local_amazon.wire import Answer, Wire

URL_LIFETIME_SECONDS = 30
"""(Amazon Pay API v2, Reports, Get Report Document)."""
STATUSES = {"DONE": "COMPLETED", "CANCELLED": "CANCELLED", "FATAL": "FAILED"}
"""How a family's end is called here."""
KEY_BODY = "AFVX7ULWSGBZ5535PCUQOY7B"


@lru_cache(maxsize=1)
def merchant_key() -> RSAPrivateKey:
    """Return the merchant's key: one for each process, for making it takes a while."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def merchant_key_pem() -> str:
    """Return the merchant's key as PEM text, PKCS#8, not encrypted."""
    pem = merchant_key().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    return pem.decode()


@dataclass(frozen=True)
class Remembered:
    """The first answer to an idempotency key."""

    fingerprint: tuple[str, str, bytes]
    answer: Answer


class Environment:
    """What the merchant has in one environment.

    Attributes:
        name: `live` or `sandbox`.
        reports: every report, in the order in which they were asked for.
        schedules: every schedule.
        disbursements: every payout.
        documents: what makes each document, by id.
        ripening: when reports that are asked for from now on move on.
        outcomes: how the next reports of a type end; then they end well.
        contents: what makes the document of a report of a type.
        answers: the first answers to idempotency keys, kept for ever.
    """

    def __init__(
        self,
        name: str,
        *,
        clock: Clock,
        storage: Storage,
        ripening: Ripening,
        families: Families,
    ) -> None:
        """Hold nothing yet; what is in the reports is up to the `families`."""
        self.name = name
        self._families = families
        self._clock = clock
        self._storage = storage
        self.reports: list[Wire] = []
        self.schedules: list[Wire] = []
        self.disbursements: list[Wire] = []
        self.documents: dict[str, Callable[[], StoredObject]] = {}
        self.ripening = ripening
        self.outcomes: dict[str, list[Outcome]] = defaultdict(list)
        self.contents: dict[str, Callable[[Wire], StoredObject]] = {}
        self.answers: dict[str, Remembered] = {}
        self._making: dict[str, Making] = {}
        self._schedules_made = 0

    def add_report(
        self, report_type: str, *, created: datetime, outcome: Outcome, **fields: object
    ) -> Wire:
        """Hold a report that is finished, and return it."""
        report = self._new_report(report_type, created, fields)
        self._finish(report, outcome, created)
        return report

    def ask(
        self,
        report_type: str,
        *,
        ripening: Ripening | None = None,
        outcome: Outcome | None = None,
        **fields: object,
    ) -> Wire:
        """Begin to make a report, and return it as it is now."""
        now = self._clock.now()
        report = self._new_report(report_type, now, fields)
        scripted = self.outcomes[report_type]
        end = outcome or (scripted.pop(0) if scripted else Outcome("COMPLETED"))
        making = Making(ripening or self.ripening, now, end)
        self._making[report["reportId"]] = making
        return report

    def look(self, report_id: str) -> Wire | None:
        """Return a report as it is now, which moves it on; None if it is unknown."""
        for report in self.reports:
            if report["reportId"] == report_id:
                self._move(report)
                return report
        return None

    def look_at_all(self) -> list[Wire]:
        """Return all reports as they are now, newest first."""
        for report in self.reports:
            self._move(report)
        return sorted(self.reports, key=_created, reverse=True)

    def _new_report(
        self, report_type: str, created: datetime, fields: dict[str, object]
    ) -> Wire:
        number = 59_007_019_641 + 13 * len(self.reports)
        report: Wire = {
            "reportId": str(number),
            "reportType": report_type,
            "startTime": None,
            "endTime": None,
            "createdTime": basic(created),
            "processingStatus": "IN_PROGRESS",
            "processingStartTime": basic(created),
            "processingEndTime": None,
            "reportDocumentId": None,
            **fields,
        }
        self.reports.append(report)
        return report

    def _move(self, report: Wire) -> None:
        making = self._making.get(report["reportId"])
        if making is None:
            return
        now = self._clock.now()
        if making.look(now) is Stage.FINISHED:
            del self._making[report["reportId"]]
            self._finish(report, making.outcome, now)

    def _finish(self, report: Wire, outcome: Outcome, ended: datetime) -> None:
        report["processingStatus"] = outcome.status
        report["processingEndTime"] = basic(ended)
        if not outcome.has_document:
            return
        content = outcome.content
        make = self.contents.get(report["reportType"])
        if content is None and outcome.status == "COMPLETED" and make is not None:
            content = make(report)
        if content is not None:
            self._hold(report, lambda: content)
        elif outcome.status == "COMPLETED":
            ending = self._families.pay_ending(report, self.name)
            report["processingStatus"] = STATUSES[ending.status]
            if ending.make is not None:
                self._hold(report, ending.make)

    def _hold(self, report: Wire, make: Callable[[], StoredObject]) -> None:
        number = uuid.uuid5(uuid.NAMESPACE_URL, f"{self.name} {report['reportId']}")
        document_id = f"amzn1.tortuga.3.{number}.T2LOCAL"
        self.documents[document_id] = make
        report["reportDocumentId"] = document_id

    def url(self, document_id: str) -> str:
        """Return a URL that opens a document for thirty seconds."""
        key = f"tortuga-pay/{self.name}/{document_id}"
        self._storage.put(key, self.documents[document_id]())
        return self._storage.presign(key, lifetime_seconds=URL_LIFETIME_SECONDS)

    def add_schedule(self, fields: Wire) -> Wire:
        """Hold a schedule."""
        self._schedules_made += 1
        number = f"A{self._schedules_made:02d}LOCALSCHEDULE"
        schedule = {"reportScheduleId": number, **fields}
        self.schedules.append(schedule)
        return schedule

    def schedule(self, schedule_id: str) -> Wire | None:
        """Return a schedule, None if it is unknown."""
        for schedule in self.schedules:
            if schedule["reportScheduleId"] == schedule_id:
                return schedule
        return None


class Pay(Environment):
    """The merchant: what is live, and the sandbox beside it.

    Attributes:
        sandbox: the other environment.
        live_key_id: a key id whose prefix says live.
        sandbox_key_id: a key id whose prefix says sandbox.
        bare_key_id: a key id without prefix; the path says the environment.
    """

    def __init__(
        self, *, clock: Clock, storage: Storage, ripening: Ripening, families: Families
    ) -> None:
        """Hold nothing yet; what is in the reports is up to the `families`."""
        super().__init__(
            "live", clock=clock, storage=storage, ripening=ripening, families=families
        )
        self.sandbox = Environment(
            "sandbox",
            clock=clock,
            storage=storage,
            ripening=ripening,
            families=families,
        )
        self.live_key_id = f"LIVE-{KEY_BODY}"
        self.sandbox_key_id = f"SANDBOX-{KEY_BODY}"
        self.bare_key_id = KEY_BODY

    @property
    def key_ids(self) -> frozenset[str]:
        """The ids under which the merchant's key is known."""
        return frozenset({self.live_key_id, self.sandbox_key_id, self.bare_key_id})


def _created(report: Wire) -> tuple[str, int]:
    return report["createdTime"], int(report["reportId"])
