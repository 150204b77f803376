"""Finished documents are fetched ahead: in order, within bounds, once each."""

from __future__ import annotations

import random
import threading
from typing import TYPE_CHECKING

import pytest

from tap_amazon_reports.amazon.errors import AccessDeniedError
from tap_amazon_reports.amazon.quota import TokenBucket
from tap_amazon_reports.amazon.secret import DocumentUrl
from tap_amazon_reports.reports.prefetch import Document, Prefetch, in_a_thread, inline
from tap_amazon_reports.reports.scheduler import ReportScheduler
from tests.amazon.rig import services_of
from tests.local_amazon import LocalAmazon
from tests.local_amazon.faults import CutShort, ExpiredToken, Status
from tests.local_amazon.storage.models import StoredObject
from tests.reports.scheduler_rig import usual_policy
from tests.reports.scripted_service import ScriptedService

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tap_amazon_reports.reports.prefetch import Workers
    from tests.clock import ScriptedClock

GET = "storage.get"
CONTENT = random.Random(5).randbytes(300_000)  # noqa: S311 (bytes that differ)
GENEROUS_SECONDS = 20


class Documents(ScriptedService):
    """Hands out URLs of documents in storage, within a quota.

    Attributes:
        urls: the documents whose URL was asked for, in order.
        refused: documents that nobody may have.
    """

    def __init__(self, amazon: LocalAmazon, clock: ScriptedClock) -> None:
        """Have a burst of five, and one a minute after that."""
        super().__init__(clock)
        self._amazon = amazon
        self._quota = TokenBucket(rate_per_second=1 / 60, burst=5, clock=clock)
        self.urls: list[str] = []
        self.refused: set[str] = set()

    def put(self, name: str, content: bytes = CONTENT) -> Document:
        """Hold a document."""
        self._amazon.storage.put(name, StoredObject(content))
        return Document(service=self, document_id=name, restricted=False)

    def document_url(self, document_id: str, *, restricted: bool) -> DocumentUrl:
        """Return where a document lies; fail the test if the quota forbids it."""
        assert self._quota.wait_seconds() <= 0, "asked for before the quota allows it"
        self._quota.owe()
        self.urls.append(document_id)
        if document_id in self.refused:
            msg = f"{document_id} is not for you"
            raise AccessDeniedError(msg)
        url = self._amazon.storage.presign(document_id, lifetime_seconds=300)
        return DocumentUrl(url)

    def document_wait_seconds(self, count: int = 1) -> float:
        """Return how long the last of so many URLs would wait."""
        return self._quota.wait_seconds(count)


@pytest.fixture(name="amazon")
def _amazon(clock: ScriptedClock) -> Iterator[LocalAmazon]:
    """Yield an Amazon that holds nothing."""
    with LocalAmazon(clock=clock, populate=False) as running:
        yield running


@pytest.fixture(name="documents")
def _documents(amazon: LocalAmazon, clock: ScriptedClock) -> Documents:
    return Documents(amazon, clock)


class Fetching:
    """A scheduler that fetches ahead."""

    def __init__(
        self,
        amazon: LocalAmazon,
        clock: ScriptedClock,
        *,
        at_once: int = 4,
        workers: Workers = inline,
        held_bytes: int = 10_000_000,
    ) -> None:
        """Fetch nothing yet."""
        self.prefetch = Prefetch(
            storage=services_of(amazon, clock).storage,
            at_once=at_once,
            workers=workers,
            held_bytes=held_bytes,
        )
        self.scheduler = ReportScheduler(
            clock=clock, policy=usual_policy(), prefetch=self.prefetch
        )

    def read(self, document: Document) -> bytes:
        """Return all bytes of a document, as a stream reads it."""
        download, _ = self.scheduler.open(document)
        return b"".join(download.pieces())


@pytest.fixture(name="fetching")
def _fetching(amazon: LocalAmazon, clock: ScriptedClock) -> Fetching:
    return Fetching(amazon, clock)


def test_a_document_that_is_read_later_is_there_already(
    amazon: LocalAmazon, documents: Documents, fetching: Fetching
) -> None:
    """It is fetched when it is finished; reading it asks nobody."""
    document = documents.put("one")
    fetching.prefetch.want(document, (0,))
    fetching.scheduler.turn()
    seen = len(amazon.seen)

    assert CONTENT == fetching.read(document)
    assert len(amazon.seen) == seen == 1
    assert ["one"] == documents.urls


def test_what_is_needed_first_is_fetched_first(
    documents: Documents, fetching: Fetching
) -> None:
    """In whichever order the reports were done."""
    for need, name in ((3, "d"), (1, "b"), (2, "c"), (0, "a")):
        fetching.prefetch.want(documents.put(name, b"x"), (need,))
    fetching.scheduler.turn()

    assert ["a", "b", "c", "d"] == documents.urls


def test_urls_are_asked_for_within_their_quota(
    documents: Documents, fetching: Fetching, clock: ScriptedClock
) -> None:
    """Ten documents with a burst of five: five now, the others one a minute."""
    wanted = [documents.put(f"{number}", b"x") for number in range(10)]
    for number, document in enumerate(wanted):
        fetching.prefetch.want(document, (number,))
    fetching.scheduler.turn()
    assert 5 == len(documents.urls)
    contents = [fetching.read(document) for document in wanted]

    assert [b"x"] * 10 == contents
    assert documents.urls == [f"{number}" for number in range(10)]
    assert 5 * 60 <= clock.monotonic() <= 5 * 60 * 1.05


def test_a_document_read_now_does_not_queue_behind_others(
    documents: Documents, fetching: Fetching
) -> None:
    """The next URL is for what is waited for, not for what is read much later."""
    for number in range(9):
        fetching.prefetch.want(documents.put(f"{number}", b"x"), (number,))
    fetching.scheduler.turn()
    assert b"y" == fetching.read(documents.put("now", b"y"))

    assert ["now"] == documents.urls[5:]


def test_memory_is_bounded(
    amazon: LocalAmazon, clock: ScriptedClock, documents: Documents
) -> None:
    """What does not fit stays in storage until it is read, and nothing more starts."""
    fetching = Fetching(amazon, clock, held_bytes=100_000)
    wanted = [documents.put(f"{number}") for number in range(3)]
    for number, document in enumerate(wanted):
        fetching.prefetch.want(document, (number,))
    fetching.scheduler.turn()
    assert ["0"] == documents.urls
    download, _ = fetching.scheduler.open(wanted[0])
    pieces = download.pieces()
    held = next(pieces)
    assert CONTENT == held + b"".join(pieces)

    assert [CONTENT] * 2 == [fetching.read(document) for document in wanted[1:]]
    assert ["0", "1", "2"] == documents.urls


def test_a_document_larger_than_memory_is_asked_for_once(
    amazon: LocalAmazon, clock: ScriptedClock, documents: Documents
) -> None:
    """Its beginning is held, the rest comes over the same connection."""
    fetching = Fetching(amazon, clock, held_bytes=1)
    document = documents.put("large")
    fetching.prefetch.want(document, (0,))
    fetching.scheduler.turn()

    assert CONTENT == fetching.read(document)
    assert ["large"] == documents.urls
    assert 1 == len(amazon.seen)


def test_read_memory_can_be_used_again(
    amazon: LocalAmazon, clock: ScriptedClock, documents: Documents
) -> None:
    """The bound is on what is held at once, not on all that a run reads."""
    fetching = Fetching(amazon, clock, held_bytes=350_000)
    for number in range(4):
        document = documents.put(f"{number}")
        fetching.prefetch.want(document, (number,))
        fetching.scheduler.turn()
        seen = len(amazon.seen)
        assert CONTENT == fetching.read(document)
        assert len(amazon.seen) == seen


def test_dropped_documents_give_their_memory_back(
    amazon: LocalAmazon, clock: ScriptedClock, documents: Documents
) -> None:
    """A stream that failed does not keep others from being fetched ahead."""
    fetching = Fetching(amazon, clock, held_bytes=200_000)
    fetching.prefetch.want(documents.put("failed"), (0,))
    fetching.scheduler.turn()
    fetching.prefetch.want(documents.put("good", b"x"), (1,))
    fetching.scheduler.turn()
    assert ["failed"] == documents.urls
    fetching.prefetch.forget(["failed", "unheard of"])
    fetching.scheduler.turn()

    assert ["failed", "good"] == documents.urls


def test_what_goes_wrong_is_told_to_the_reader(
    documents: Documents, fetching: Fetching
) -> None:
    """Others are not disturbed by it, and it is not asked for again."""
    bad, good = documents.put("bad"), documents.put("good")
    documents.refused.add("bad")
    fetching.prefetch.want(bad, (0,))
    fetching.prefetch.want(good, (1,))
    fetching.scheduler.turn()

    assert CONTENT == fetching.read(good)
    with pytest.raises(AccessDeniedError, match="bad is not for you"):
        fetching.read(bad)
    assert ["bad", "good"] == documents.urls


@pytest.mark.parametrize("fault", [CutShort(at_byte=100_000), ExpiredToken()])
def test_a_broken_download_is_mended_ahead_too(
    amazon: LocalAmazon,
    documents: Documents,
    fetching: Fetching,
    fault: CutShort | ExpiredToken,
) -> None:
    """A dead URL is asked for again, and a body that broke off is taken up."""
    amazon.faults.add(GET, fault)
    document = documents.put("one")
    fetching.prefetch.want(document, (0,))
    fetching.scheduler.turn()

    assert CONTENT == fetching.read(document)
    assert ["one", "one"] == documents.urls


def test_a_document_can_be_read_a_second_time(
    amazon: LocalAmazon, documents: Documents, fetching: Fetching
) -> None:
    """One that turned out to be damaged is fetched anew."""
    document = documents.put("one")
    assert CONTENT == fetching.read(document)
    assert CONTENT == fetching.read(document)

    assert 2 == len(amazon.seen)


def test_a_scheduler_without_documents_says_so(
    documents: Documents, clock: ScriptedClock
) -> None:
    """Who made it so made a mistake."""
    scheduler = ReportScheduler(clock=clock, policy=usual_policy())
    with pytest.raises(ValueError, match="no documents"):
        scheduler.open(documents.put("one"))


class Gate:
    """Workers in threads, none of which begins before it is let in."""

    def __init__(self) -> None:
        """Be closed."""
        self.opened = threading.Event()
        self.ended = threading.Semaphore(0)
        self.began = 0

    def __call__(self, job: Callable[[], None]) -> None:
        """Run `job` beside everything else when the gate is open."""
        self.began += 1

        def wait_and_run() -> None:
            assert self.opened.wait(GENEROUS_SECONDS)
            job()
            self.ended.release()

        in_a_thread(wait_and_run)


def test_so_many_downloads_at_once_and_no_more(
    amazon: LocalAmazon, clock: ScriptedClock, documents: Documents
) -> None:
    """`max_downloads` bounds what is under way; the rest follows as there is room."""
    gate = Gate()
    fetching = Fetching(amazon, clock, at_once=2, workers=gate)
    wanted = [documents.put(f"{number}") for number in range(5)]
    for number, document in enumerate(wanted):
        fetching.prefetch.want(document, (number,))
    pause = fetching.scheduler.turn()
    assert 2 == gate.began
    assert pause <= 0.25
    gate.opened.set()

    assert [CONTENT] * 5 == [fetching.read(document) for document in wanted]
    assert sorted(documents.urls) == [f"{number}" for number in range(5)]


def test_threads_do_not_outrun_the_quota(
    amazon: LocalAmazon, clock: ScriptedClock, documents: Documents
) -> None:
    """A download that has not paid for its URL yet counts as if it had."""
    gate = Gate()
    fetching = Fetching(amazon, clock, at_once=16, workers=gate)
    for number in range(8):
        fetching.prefetch.want(documents.put(f"{number}"), (number,))
    fetching.scheduler.turn()
    assert 5 == gate.began
    gate.opened.set()
    assert all(gate.ended.acquire(timeout=GENEROUS_SECONDS) for _ in range(5))

    assert 5 == len(documents.urls)


def test_downloads_run_while_rows_are_written(
    amazon: LocalAmazon, clock: ScriptedClock, documents: Documents
) -> None:
    """Between two pieces of one document, the next ones are started."""
    fetching = Fetching(amazon, clock)
    first, second = documents.put("first"), documents.put("second")
    download, _ = fetching.scheduler.open(first)
    download.between_pieces = fetching.scheduler.turn
    pieces = download.pieces()
    start = next(pieces)
    fetching.prefetch.want(second, (1,))
    following = next(pieces)
    assert ["first", "second"] == documents.urls

    assert CONTENT == start + following + b"".join(pieces)


def test_storage_that_is_down_for_a_moment(
    amazon: LocalAmazon, documents: Documents, fetching: Fetching
) -> None:
    """It is tried again with the same URL."""
    amazon.faults.add(GET, Status(503), times=2)
    document = documents.put("one")
    fetching.prefetch.want(document, (0,))
    fetching.scheduler.turn()

    assert CONTENT == fetching.read(document)
    assert ["one"] == documents.urls
