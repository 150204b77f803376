"""An Amazon that holds the truth: orders, and reports of them as they were then."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.errors import (
    CredentialsError,
    DocumentGoneError,
    RequestRefusedError,
)
from tap_amazon_reports.amazon.secret import DocumentUrl
from tap_amazon_reports.documents.layout import DocumentFormat
from tap_amazon_reports.reports.report import Report, ReportRequest
from tap_amazon_reports.reports.status import ReportStatus
from tests.reports.run_model.kinds import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tap_amazon_reports.reports.report_types import ReportType
    from tests.clock import ScriptedClock

SECONDS = 60.0
"""How long a report takes to be made, if nothing else is said."""
NOT_YET = "the data is not yet available"
BROKEN = "an internal error"


@dataclass
class Order:
    """What is true of one order.

    Attributes:
        market: where it was placed.
        updated: what reports filter by.
        version: how often it was told.
        needs: how long a look-back has to be, to see the last change.
    """

    market: str
    updated: datetime
    version: int
    needs: timedelta


@dataclass
class Fate:
    """What becomes of a report.

    Attributes:
        seconds: how long it takes.
        status: how it ends.
        reason: why it fails, if it does.
    """

    seconds: float = SECONDS
    status: ReportStatus = ReportStatus.DONE
    reason: str = BROKEN


@dataclass
class Made:
    """A report that Amazon makes: its rows are those that it has when it is made.

    Attributes:
        maker: who asked for it.
        rows: names of the orders in it.
        is_gone: whether Amazon no longer knows it.
    """

    request: ReportRequest
    at: datetime
    fate: Fate
    content: bytes
    maker: str
    rows: tuple[str, ...] = ()
    is_gone: bool = False

    def covers(self, order: Order) -> bool:
        """Tell whether an order is of its window."""
        start, end = self.request.data_start, self.request.data_end
        return start is None or end is None or start <= order.updated <= end

    def is_over(self, now: datetime) -> bool:
        """Tell whether it has ended."""
        return now >= self.at + timedelta(seconds=self.fate.seconds)


class Document:
    """A stored document."""

    etag = "1"
    content_type = "text/plain;charset=utf-8"
    unchanged = partial = False
    length = md5 = None

    def __init__(self, content: bytes) -> None:
        """Hold its bytes."""
        self._content = content

    def pieces(self) -> Iterator[bytes]:
        """Yield the bytes."""
        yield self._content

    def close(self) -> None:
        """Have nothing to close."""


class Amazon:
    """Makes reports of the orders that there are, and stores their documents.

    Attributes:
        orders: the truth.
        made: every report, by its id.
        fates: of the next reports.
        calls: how many of each kind there were.
        answers: after how many calls the credentials are refused; None is never.
        maker: who is asking.
        on_call: told of each call, before it is answered.
        on_create: told of each request, before its report is made.
    """

    name = "model"
    types_per_listing = 10

    def __init__(self, clock: ScriptedClock, kind: ReportType) -> None:
        """Have no orders."""
        self.clock = clock
        self.kind = kind
        self.orders: dict[str, Order] = {}
        self.made: dict[str, Made] = {}
        self.fates: list[Fate] = []
        self.calls: Counter[str] = Counter()
        self.answers: int | None = None
        self.maker = "nobody"
        self.on_call: Callable[[], None] = lambda: None
        self.on_create: Callable[[ReportRequest], None] = lambda _request: None

    def make(self, request: ReportRequest, maker: str, fate: Fate) -> str:
        """Make a report of what there is now; return its id."""
        report_id = str(100 + len(self.made))
        made = Made(request, self.clock.now(), fate, b"", maker)
        if fate.status is ReportStatus.DONE:
            made.content = self._document(made)
        elif fate.status is not ReportStatus.CANCELLED:
            made.content = json.dumps({"errorDetails": fate.reason}).encode()
        self.made[report_id] = made
        return report_id

    def _document(self, made: Made) -> bytes:
        options = dict(made.request.options)
        detail = options.get("detail", "FULL")
        rows = [
            (name, str(order.version), detail, order.market)
            for name, order in self.orders.items()
            if made.covers(order)
            and (self.kind.regional or order.market in made.request.marketplace_ids)
        ]
        made.rows = tuple(row[0] for row in rows)
        if self.kind.layout.format is not DocumentFormat.JSON:
            lines = ["\t".join(row) + "\n" for row in [COLUMNS, *rows]]
            return "".join(lines).encode()
        records = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
        specification = {"reportType": made.request.report_type}
        return json.dumps(
            {
                "reportSpecification": {**specification, "reportOptions": options},
                "orders": records,
                "items": records,
            }
        ).encode()

    # What the tap calls.

    def create(self, request: ReportRequest) -> str:
        """Make a report of what there is now."""
        self._called("create")
        self.on_create(request)
        fate = self.fates.pop(0) if self.fates else Fate()
        return self.make(request, self.maker, fate)

    def get(self, report_id: str) -> Report:
        """Return a report as it is now."""
        self._called("get")
        if self.made[report_id].is_gone:
            msg = f"there is no report {report_id}"
            raise RequestRefusedError(msg)
        return self._report(report_id)

    def _report(self, report_id: str) -> Report:
        made = self.made[report_id]
        is_over = made.is_over(self.clock.now())
        return Report(
            report_id=report_id,
            report_type=made.request.report_type,
            status=made.fate.status if is_over else ReportStatus.IN_PROGRESS,
            created=made.at,
            data_start=made.request.data_start,
            data_end=made.request.data_end,
            marketplace_ids=made.request.marketplace_ids,
            document_id=report_id if is_over and made.content else None,
        )

    def list_reports(
        self, report_types: Sequence[str], since: datetime, until: datetime
    ) -> Iterator[Report]:
        """Yield the reports that were created then."""
        self._called("list")
        until += timedelta(seconds=1)  # The caller has cut its fraction off.
        for report_id, made in list(self.made.items()):
            is_listed = made.request.report_type in report_types and not made.is_gone
            if is_listed and since <= made.at < until:
                yield self._report(report_id)

    def list_newest(
        self, report_types: Sequence[str], since: datetime, until: datetime
    ) -> list[Report]:
        """Return the same."""
        return list(self.list_reports(report_types, since, until))

    def document_url(self, document_id: str, *, restricted: bool) -> DocumentUrl:
        """Return where a document lies."""
        assert not restricted
        self._called("document")
        if self.made[document_id].is_gone:
            msg = f"there is no document {document_id}"
            raise DocumentGoneError(msg)
        return DocumentUrl(f"https://storage.example.com/{document_id}")

    def open(self, url: DocumentUrl, **_how: object) -> Document:
        """Return what lies there."""
        return Document(self.made[url.reveal().rpartition("/")[2]].content)

    def _called(self, operation: str) -> None:
        if self.answers is not None:
            if not self.answers:
                msg = "the secret is wrong"
                raise CredentialsError(msg)
            self.answers -= 1
        self.calls[operation] += 1
        self.on_call()

    def create_wait_seconds(self, count: int = 1) -> float:
        """Return that there is no quota."""
        return 0.0 * count

    def document_wait_seconds(self, count: int = 1) -> float:
        """Return that there is no quota."""
        return 0.0 * count

    def get_wait_seconds(self) -> float:
        """Return that there is no quota."""
        return 0.0

    def list_wait_seconds(self) -> float:
        """Return that there is no quota."""
        return 0.0

    def drain_create_quota(self) -> None:
        """Have no quota to drain."""
