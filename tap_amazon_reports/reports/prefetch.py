"""Finished documents, fetched ahead of the reading and within bounds."""

from __future__ import annotations

import heapq
import math
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from tap_amazon_reports.documents.download import Download, MemoryBudget

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tap_amazon_reports.amazon.secret import DocumentUrl
    from tap_amazon_reports.amazon.storage import Storage
    from tap_amazon_reports.reports.report import ReportService

Need = tuple[int, ...]
"""When a document will be read, compared with others: the smallest comes first."""

HELD_BYTES = 64 * 1024 * 1024
"""All documents together, as Amazon compressed them."""
_BUSY_PAUSE_SECONDS = 0.25
"""While all downloads are busy, how soon to see whether one of them is free."""
_SERVICES = 2
"""How many services make reports; each has a quota of its own."""

Workers = Callable[[Callable[[], None]], None]
"""What runs a download beside, or in between, the reading: `in_a_thread`, `inline`."""


def in_a_thread(job: Callable[[], None]) -> None:
    """Run `job` beside everything else; a run that ends does not wait for it."""
    threading.Thread(target=job, name="download", daemon=True).start()


def inline(job: Callable[[], None]) -> None:
    """Run `job` now, for tests in which time is scripted."""
    job()


@dataclass(frozen=True, kw_only=True)
class Document:
    """A document that will be read.

    Attributes:
        service: who hands out its URLs.
        document_id: by which.
        restricted: whether its URL needs a token of its own.
    """

    service: ReportService
    document_id: str
    restricted: bool

    def url(self) -> DocumentUrl:
        """Ask for a URL, which lives for minutes or seconds.

        Raises:
            AmazonError: if it is refused.
        """
        return self.service.document_url(self.document_id, restricted=self.restricted)


@dataclass(eq=False)
class _Fetch:
    """One document on its way.

    Attributes:
        has_url: whether its URL has been paid for.
        is_wanted_now: whether somebody waits for it, so that no more is to be held.
        over: set when the download is there, or will not be.
    """

    document: Document
    need: Need
    has_started: bool = False
    has_url: bool = False
    is_wanted_now: bool = False
    over: threading.Event = field(default_factory=threading.Event)
    download: Download | None = None
    error: Exception | None = None
    is_dropped: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, storage: Storage, budget: MemoryBudget) -> None:
        """Fetch it; what goes wrong is told to whoever reads it."""
        try:
            self.download = Download(ask=self._url, storage=storage)
            self.download.hold(budget, until=lambda: self.is_wanted_now)
        except Exception as error:  # noqa: BLE001 (raised where it is read)
            self.error = error
        finally:
            self.has_url = True
            with self._lock:
                self.over.set()
                is_dropped = self.is_dropped
        if is_dropped:
            self._release()

    def drop(self) -> None:
        """Let go of what is held, now or as soon as the download has ended."""
        self.is_wanted_now = True
        with self._lock:
            self.is_dropped = True
            is_over = self.over.is_set()
        if is_over:
            self._release()

    def _release(self) -> None:
        if self.download:
            self.download.release()

    def result(self) -> Download:
        """Return the download.

        Raises:
            AmazonError: if it failed.
        """
        if self.error is not None:
            self._release()
            raise self.error
        if self.download is None:
            msg = "a download ended without a document"
            raise AssertionError(msg)
        return self.download

    def _url(self) -> DocumentUrl:
        url = self.document.url()
        self.has_url = True
        return url


class Prefetch:
    """Fetches what is finished, in the order in which it will be read.

    At most so many at once; all that is held fits into a budget of bytes, and what does
    not fit is left in storage until it is read. A URL is asked for when its download
    starts, and no download starts before its URL can be asked for without waiting.
    """

    def __init__(
        self,
        *,
        storage: Storage,
        at_once: int,
        workers: Workers,
        held_bytes: int = HELD_BYTES,
    ) -> None:
        """Fetch nothing yet.

        Args:
            storage: opens the documents.
            at_once: how many to fetch at the same time.
            workers: run the downloads.
            held_bytes: how much to hold of all of them.
        """
        self._storage = storage
        self._at_once = at_once
        self._workers = workers
        self._budget = MemoryBudget(held_bytes)
        self._fetches: dict[str, _Fetch] = {}
        self._waiting: list[tuple[Need, int, _Fetch]] = []
        self._busy: list[_Fetch] = []
        self._numbers = count()

    def want(self, document: Document, need: Need) -> None:
        """Fetch a document when there is room for it."""
        if document.document_id not in self._fetches:
            fetch = self._fetches[document.document_id] = _Fetch(document, need)
            self._queue(fetch)

    def want_now(self, document: Document) -> None:
        """Open a document before all others, and leave it to whoever reads it."""
        self.want(document, ())
        fetch = self._fetches[document.document_id]
        fetch.need = ()
        fetch.is_wanted_now = True
        if not fetch.has_started:
            self._queue(fetch)

    def _queue(self, fetch: _Fetch) -> None:
        heapq.heappush(self._waiting, (fetch.need, next(self._numbers), fetch))

    def has_started(self, document: Document) -> bool:
        """Tell whether a wanted document is on its way."""
        return self._fetches[document.document_id].has_started

    def turn(self) -> float:
        """Start what can be started; return the seconds until more may be."""
        pause = math.inf
        blocked: list[tuple[Need, int, _Fetch]] = []
        services: set[int] = set()
        self._busy = [one for one in self._busy if not one.over.is_set()]
        while self._waiting and len(services) < _SERVICES:
            entry = heapq.heappop(self._waiting)
            fetch = entry[-1]
            if fetch.has_started or fetch.is_dropped:
                continue
            if id(fetch.document.service) in services:
                blocked.append(entry)
            elif (wait_seconds := self._wait_seconds(fetch)) > 0:
                blocked.append(entry)
                pause = min(pause, wait_seconds)
                if wait_seconds in {math.inf, _BUSY_PAUSE_SECONDS}:
                    break
                services.add(id(fetch.document.service))
            else:
                self._start(fetch)
        for entry in blocked:
            heapq.heappush(self._waiting, entry)
        return pause

    def _start(self, fetch: _Fetch) -> None:
        fetch.has_started = True
        self._busy.append(fetch)
        self._workers(lambda: fetch.run(self._storage, self._budget))

    def forget(self, document_ids: Iterable[str]) -> None:
        """Let go of documents that nobody will read."""
        for document_id in document_ids:
            if fetch := self._fetches.pop(document_id, None):
                fetch.drop()

    def take(
        self, document: Document, wait: Callable[[threading.Event], None]
    ) -> Download:
        """Return the download of a document, which is to be read now.

        Args:
            document: held already, or being fetched, or at least wanted.
            wait: waits until an event is set.

        Raises:
            AmazonError: if it cannot be fetched.
        """
        fetch = self._fetches.pop(document.document_id)
        if not fetch.has_started:
            fetch.is_dropped = True
            return Download(ask=document.url, storage=self._storage)
        if not fetch.over.is_set():
            wait(fetch.over)
        return fetch.result()

    def _wait_seconds(self, fetch: _Fetch) -> float:
        """Return for how long a fetch cannot be started; 0 if it can be now."""
        busy = [one for one in self._busy if not one.over.is_set()]
        if self._budget.is_spent and not fetch.is_wanted_now:
            return math.inf
        if len(busy) >= self._at_once:
            return _BUSY_PAUSE_SECONDS
        service = fetch.document.service
        unpaid = sum(
            not one.has_url and one.document.service is service for one in busy
        )
        return service.document_wait_seconds(unpaid + 1)
