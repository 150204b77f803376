"""Random histories of runs against a model of the truth.

The rules are what happens to a pipeline: runs, runs that are cut off at any message,
days without a run, reports that are stuck or fail, orders that are new, late or
restated, windows and look-backs that are set otherwise. `TAP_TEST_HISTORIES=20000` runs
so many of them; `--hypothesis-seed` repeats one.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tap_amazon_reports.amazon.secret import DocumentUrl
from tap_amazon_reports.amazon.wire_time import parse_instant, utc_text
from tap_amazon_reports.documents.layout import DocumentFormat, Layout, RecordSet
from tap_amazon_reports.reports.partition import Partition
from tap_amazon_reports.reports.prefetch import Prefetch, inline
from tap_amazon_reports.reports.progress import Progress
from tap_amazon_reports.reports.report import Report, ReportRequest
from tap_amazon_reports.reports.report_job import JobStream, RunParts, WantedReports
from tap_amazon_reports.reports.report_run import ReportRun
from tap_amazon_reports.reports.report_types import DateMode, Dates, ReportType
from tap_amazon_reports.reports.scheduler import ReportScheduler
from tap_amazon_reports.reports.status import ReportStatus
from tap_amazon_reports.reports.tally import ReportTally
from tests.clock import NOON, ScriptedClock
from tests.reports.scheduler_rig import usual_policy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tap_amazon_reports.amazon.storage import Storage
    from tap_amazon_reports.documents.block import Block
    from tap_amazon_reports.reports.report_job import ReportJob

HISTORIES = int(os.environ.get("TAP_TEST_HISTORIES", "200"))
START = NOON - timedelta(days=40)
DAY = timedelta(days=1)
TIMEOUT_SECONDS = 3600
STUCK_SECONDS = 6 * 3600
RECORDS = RecordSet(
    "sp_x",
    None,
    key=("id",),
    unique=True,
    schema={
        "properties": {
            "id": {"type": ["string", "null"], "x-name": "id"},
            "version": {"type": ["string", "null"], "x-name": "version"},
        }
    },
)
KIND = ReportType(
    service="selling_partner",
    report_type="GET_X",
    layout=Layout(DocumentFormat.TSV, (RECORDS,)),
    dates=Dates(DateMode.WINDOW, longest_days=30),
    fresh_hours=96,
)


class CutOffError(Exception):
    """The process is killed here."""


@dataclass
class Order:
    """What is true of one order.

    Attributes:
        updated: when it was changed last: what reports filter by.
        version: how often it was.
        known_at: when Amazon's data had it: later than `updated` for a late row.
    """

    updated: datetime
    version: int
    known_at: datetime


@dataclass
class Made:
    """A report that Amazon makes: its rows are those that it has when it is made."""

    request: ReportRequest
    at: datetime
    seconds: float
    status: ReportStatus
    content: bytes


class Document:
    """A stored document."""

    etag = "1"
    content_type = "text/plain;charset=utf-8"
    unchanged = partial = False

    def __init__(self, content: bytes) -> None:
        """Hold its bytes."""
        self._content = content

    def pieces(self) -> Iterator[bytes]:
        """Yield the bytes."""
        yield self._content

    def close(self) -> None:
        """Have nothing to close."""


class Amazon:
    """Makes reports of the orders that there are, and stores their documents."""

    name = "model"
    types_per_listing = 10

    def __init__(self, clock: ScriptedClock) -> None:
        """Have no orders."""
        self.clock = clock
        self.orders: dict[str, Order] = {}
        self.made: dict[str, Made] = {}
        self.next_seconds: list[float] = []
        self.next_status: list[ReportStatus] = []

    def create(self, request: ReportRequest) -> str:
        """Make a report of what there is now."""
        assert request.data_start is not None
        assert request.data_end is not None
        assert request.data_end - request.data_start <= 30 * DAY
        now = self.clock.now()
        rows = [
            f"{name}\t{order.version}\n"
            for name, order in self.orders.items()
            if request.data_start <= order.updated < request.data_end
            and order.known_at <= now
        ]
        report_id = str(100 + len(self.made))
        self.made[report_id] = Made(
            request,
            now,
            self.next_seconds.pop(0) if self.next_seconds else 60,
            self.next_status.pop(0) if self.next_status else ReportStatus.DONE,
            "".join(["id\tversion\n", *rows]).encode(),
        )
        return report_id

    def get(self, report_id: str) -> Report:
        """Return a report as it is now."""
        made = self.made[report_id]
        is_over = self.clock.now() >= made.at + timedelta(seconds=made.seconds)
        has_document = is_over and made.status is ReportStatus.DONE
        return Report(
            report_id=report_id,
            report_type=made.request.report_type,
            status=made.status if is_over else ReportStatus.IN_PROGRESS,
            created=made.at,
            data_start=made.request.data_start,
            data_end=made.request.data_end,
            marketplace_ids=made.request.marketplace_ids,
            document_id=report_id if has_document else None,
        )

    def list_reports(
        self, report_types: Sequence[str], since: datetime, until: datetime
    ) -> Iterator[Report]:
        """Yield the reports that were created then."""
        for report_id, made in list(self.made.items()):
            if made.request.report_type in report_types and since <= made.at <= until:
                yield self.get(report_id)

    def list_newest(
        self, report_types: Sequence[str], since: datetime, until: datetime
    ) -> list[Report]:
        """Return the same."""
        return list(self.list_reports(report_types, since, until))

    def document_url(self, document_id: str, *, restricted: bool) -> DocumentUrl:
        """Return where a document lies."""
        assert not restricted
        return DocumentUrl(f"https://storage.example.com/{document_id}")

    def open(self, url: DocumentUrl, **_how: object) -> Document:
        """Return what lies there."""
        return Document(self.made[url.reveal().rpartition("/")[2]].content)

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


@dataclass
class Target:
    """A table, and the last state that was confirmed after the rows before it.

    Attributes:
        messages: how many are still taken before the process is killed.
    """

    table: dict[str, str] = field(default_factory=dict)
    state: dict[str, Any] = field(default_factory=dict)
    messages: int = 10**9

    def message(self) -> None:
        """Take one message, or die."""
        if self.messages <= 0:
            raise CutOffError
        self.messages -= 1


class Stream:
    """A stream of the run: it remembers in a state of its own until that is told."""

    def __init__(self, target: Target) -> None:
        """Begin with the state that the target confirmed."""
        self._target = target
        self._state = deepcopy(target.state)

    def take(self, block: Block) -> None:
        """Write rows."""
        self._target.message()
        for row in block.rows():
            self._target.table[row["id"]] = row["version"]

    def flush(self) -> None:
        """Have no files."""

    def leave(self, why: str) -> None:
        """Take no notice."""

    def bookmark(self) -> datetime | None:
        """Return up to where all was read."""
        value = self._state.get("replication_key_value")
        return None if value is None else parse_instant(value)

    def foreign_bookmark(self) -> str | None:
        """Return none."""
        return None

    def recall(self) -> Mapping[str, object]:
        """Return what is remembered."""
        return self._state

    def move_bookmark(self, moment: datetime, remember: Mapping[str, object]) -> None:
        """Move, and tell."""
        before = self.bookmark()
        assert before is None or moment >= before, "a bookmark went back"
        self._state["replication_key_value"] = utc_text(moment)
        self.remember(remember)

    def remember(self, remember: Mapping[str, object]) -> None:
        """Remember, and tell."""
        self._state.update(remember)
        self._target.message()
        self._target.state = deepcopy(self._state)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Tell each by itself."""
        yield


class Journal:
    """Knows what failed."""

    def __init__(self) -> None:
        """Know nothing."""
        self.errors: list[Exception] = []

    def failed(self, job: ReportJob, error: Exception) -> None:
        """Remember it, or die."""
        if isinstance(error, CutOffError):
            raise error
        self.errors.append(error)

    def refuses(self, job: ReportJob) -> bool:
        """Return that nothing is refused."""
        return False

    def is_over(self, job: ReportJob) -> None:
        """Take no notice."""


class Histories(RuleBasedStateMachine):
    """What can happen to one stream, in any order."""

    def __init__(self) -> None:
        """Begin with a few orders, and no run."""
        super().__init__()
        self.clock = ScriptedClock()
        self.amazon = Amazon(self.clock)
        self.target = Target()
        self.window_days: int | None = None
        self.lookback = timedelta(days=3)
        self.number = 0

    # What happens outside.

    @rule(hours_ago=st.integers(1, 48))
    def an_order_comes(self, hours_ago: int) -> None:
        """One that is known from the moment when it is made."""
        moment = self.clock.now() - timedelta(hours=hours_ago)
        moment = max(moment, self._newest_known())
        self._put(f"o{self.number}", moment, known_at=self.clock.now())
        self.number += 1

    def _newest_known(self) -> datetime:
        """Return from when on an order is not late: nothing newer was read."""
        read = [made.at for made in self.amazon.made.values()]
        return max(read, default=START) + timedelta(seconds=1)

    @rule(hours=st.integers(1, 60))
    def an_order_comes_late(self, hours: int) -> None:
        """Within the look-back: the next complete run has it."""
        moment = self.clock.now() - timedelta(hours=hours)
        if moment > START:
            self._put(f"l{self.number}", moment, known_at=self.clock.now())
            self.number += 1

    def _put(self, name: str, updated: datetime, *, known_at: datetime) -> None:
        before = self.amazon.orders.get(name)
        version = before.version + 1 if before else 1
        self.amazon.orders[name] = Order(updated, version, known_at)

    @precondition(lambda self: self.amazon.orders)
    @rule(data=st.data())
    def an_order_is_restated(self, data: st.DataObject) -> None:
        """It moves to now, as an order by last update does."""
        name = data.draw(st.sampled_from(sorted(self.amazon.orders)))
        now = self.clock.now()
        self._put(name, max(now, self._newest_known()), known_at=now)

    @rule(hours=st.integers(1, 200))
    def time_passes(self, hours: int) -> None:
        """No run for hours, or for days."""
        self.clock.advance(hours=hours)

    @rule(count=st.integers(1, 3))
    def reports_get_stuck(self, count: int) -> None:
        """The next ones take longer than a run waits."""
        self.amazon.next_seconds = [STUCK_SECONDS] * count

    @rule(
        statuses=st.lists(
            st.sampled_from([ReportStatus.DONE, ReportStatus.FATAL]),
            min_size=1,
            max_size=3,
        )
    )
    def reports_fail(self, statuses: list[ReportStatus]) -> None:
        """Some of the next ones."""
        self.amazon.next_status = statuses

    # What the user sets otherwise.

    @rule(days=st.sampled_from([None, 1, 2, 7, 30]))
    def windows_are_set(self, days: int | None) -> None:
        """`window_days`."""
        self.window_days = days

    # Runs.

    @rule(messages=st.integers(0, 12))
    def a_run_is_cut_off(self, messages: int) -> None:
        """Killed after so many messages."""
        self.target.messages = messages
        try:
            self._run()
        except CutOffError:
            pass
        finally:
            self.target.messages = 10**9

    @rule()
    def a_run(self) -> None:
        """One that is let alone; it may fail."""
        self._run()

    @rule()
    def two_complete_runs(self) -> None:
        """Then the table is the truth, but for the hour that is left to the next."""
        self.amazon.next_seconds = []
        self.amazon.next_status = []
        self.clock.advance(seconds=STUCK_SECONDS)
        self._run()
        self.clock.advance(hours=2)
        now = self.clock.now()
        made = len(self.amazon.made)
        errors = self._run()
        assert not errors
        bookmark = self._bookmark()
        assert bookmark is not None
        assert now - bookmark < timedelta(hours=1)
        assert len(self.amazon.made) - made <= -(-4 * DAY // self._longest()) + 1
        for name, order in self.amazon.orders.items():
            if START <= order.updated < bookmark:
                assert str(order.version) == self.target.table.get(name), name

    @invariant()
    def nothing_behind_the_bookmark_is_missing(self) -> None:
        """A bookmark never passes what was not read, whatever happened."""
        bookmark = self._bookmark()
        if bookmark is None:
            return
        for name, order in self.amazon.orders.items():
            if (
                name.startswith("o")
                and order.version == 1
                and (START <= order.updated < bookmark)
            ):
                assert name in self.target.table, name

    def _longest(self) -> timedelta:
        return timedelta(days=self.window_days or 30)

    def _bookmark(self) -> datetime | None:
        value = self.target.state.get("replication_key_value")
        return None if value is None else parse_instant(value)

    def _run(self) -> list[Exception]:
        """Run once, as a process that knows what the target confirmed."""
        stream, journal = Stream(self.target), Journal()
        prefetch = Prefetch(
            storage=cast("Storage", self.amazon), at_once=4, workers=inline
        )
        policy = usual_policy(timeout_seconds=TIMEOUT_SECONDS)
        parts = RunParts(
            clock=self.clock,
            scheduler=ReportScheduler(
                clock=self.clock, policy=policy, prefetch=prefetch
            ),
            prefetch=prefetch,
            progress=Progress(),
        )
        run = ReportRun(parts, journal=journal)
        run.request(self._wanted(), [self._of_job(stream)], ReportTally())
        run.start()
        run.read()
        return journal.errors

    def _of_job(self, stream: Stream) -> JobStream:
        return JobStream(name="sp_x", records=RECORDS, receiver=stream, memory=stream)

    def _wanted(self) -> WantedReports:
        return WantedReports(
            kind=KIND,
            partition=Partition("US", ("US",), "US"),
            service=self.amazon,
            start=START,
            end=self.clock.now() + DAY * 4000,
            window_days=self.window_days,
            lookback=self.lookback,
        )


TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=HISTORIES, stateful_step_count=25, deadline=None
)
