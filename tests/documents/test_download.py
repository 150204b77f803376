"""A document from its URL to its last byte, whatever happens on the way."""

from __future__ import annotations

import gzip
import random
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tap_amazon_reports.amazon.errors import (
    DocumentDamagedError,
    UnavailableError,
    UnexpectedAnswerError,
)
from tap_amazon_reports.amazon.storage import UrlExpiredError
from tap_amazon_reports.documents.container import members
from tap_amazon_reports.documents.download import Download, MemoryBudget
from tests.documents.scripted_urls import URL_LIFETIME_SECONDS, ScriptedUrls
from tests.local_amazon.faults import CutShort, ExpiredToken, Status
from tests.local_amazon.storage.models import StoredObject

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tap_amazon_reports.amazon.secret import DocumentUrl
    from tap_amazon_reports.amazon.storage import Storage
    from tap_amazon_reports.documents.container import Member
    from tests.clock import ScriptedClock
    from tests.local_amazon import LocalAmazon

CONTENT = random.Random(8).randbytes(300_000)  # noqa: S311 (bytes that differ)
GET = "storage.get"
GZIPPED = gzip.compress(CONTENT, mtime=0)


def whole_only(content: bytes = CONTENT, *, version: str = "1") -> StoredObject:
    """Return an object that storage sends in pieces, of no told length, and whole."""

    def pieces() -> Iterator[bytes]:
        for at in range(0, len(content), 10_000):
            yield content[at : at + 10_000]

    return StoredObject(pieces, version=version)


def read(storage: Storage, scheduler: ScriptedUrls) -> bytes:
    """Return all bytes of a document."""
    return b"".join(Download(ask=scheduler, storage=storage).pieces())


def ranges(amazon: LocalAmazon) -> list[str | None]:
    """Return which part each request to storage wanted."""
    return [seen.headers.get("range") for seen in amazon.seen]


class TestWhole:
    """A document that arrives without trouble."""

    def test_every_byte_arrives_once(
        self, amazon: LocalAmazon, storage: Storage
    ) -> None:
        """One URL, one request, the whole document."""
        scheduler = ScriptedUrls(amazon, CONTENT)

        assert CONTENT == read(storage, scheduler)
        assert (1, 1) == (scheduler.asked, len(amazon.seen))

    def test_an_empty_document_is_a_document(
        self, amazon: LocalAmazon, storage: Storage
    ) -> None:
        """No bytes are no trouble."""
        assert b"" == read(storage, ScriptedUrls(amazon, b""))

    def test_what_storage_tells_is_known_before_reading(
        self, amazon: LocalAmazon, storage: Storage
    ) -> None:
        """Charset and version are needed before the first byte."""
        document = StoredObject(CONTENT, "text/plain; charset=Shift_JIS")
        download = Download(ask=ScriptedUrls(amazon, document), storage=storage)

        assert "text/plain; charset=Shift_JIS" == download.content_type
        assert download.etag == document.etag
        assert not download.unchanged
        assert CONTENT == b"".join(download.pieces())

    def test_an_unchanged_document_is_not_read(
        self, amazon: LocalAmazon, storage: Storage
    ) -> None:
        """Who holds this version is told so."""
        etag = StoredObject(CONTENT).etag
        scheduler = ScriptedUrls(amazon, CONTENT)
        download = Download(ask=scheduler, storage=storage, known_etag=etag)

        assert download.unchanged
        assert b"" == b"".join(download.pieces())

    def test_a_missing_document_is_missing(
        self, amazon: LocalAmazon, storage: Storage
    ) -> None:
        """It is not asked for again."""
        amazon.faults.add(GET, Status(404), times=9)
        scheduler = ScriptedUrls(amazon, CONTENT)
        with pytest.raises(UnexpectedAnswerError):
            read(storage, scheduler)

        assert 1 == scheduler.asked


class TestBrokenOff:
    """A document whose body breaks off."""

    def test_it_is_taken_up_where_it_broke(
        self, amazon: LocalAmazon, storage: Storage
    ) -> None:
        """Only what is missing is sent again, from a new URL."""
        amazon.faults.add(GET, CutShort(at_byte=123_456))
        scheduler = ScriptedUrls(amazon, CONTENT)

        assert CONTENT == read(storage, scheduler)
        assert [None, "bytes=123456-"] == ranges(amazon)
        assert 2 == scheduler.asked

    @pytest.mark.parametrize("seed", range(12))
    def test_it_does_not_matter_where_it_breaks(
        self, amazon: LocalAmazon, storage: Storage, seed: int
    ) -> None:
        """At any byte and up to four times: no byte is lost or doubled."""
        choice = random.Random(seed)  # noqa: S311 (the same each time)
        for _ in range(choice.randint(1, 4)):
            at_byte = choice.choice([0, 1, 65_535, 65_536, choice.randrange(70_000)])
            amazon.faults.add(GET, CutShort(at_byte=at_byte))

        assert CONTENT == read(storage, ScriptedUrls(amazon, CONTENT))
        assert {} == amazon.faults.pending
        assert [] == amazon.refused

    @pytest.mark.parametrize("cuts", [(0,), (1,), (150_001,), (150_000, 20, 299_999)])
    def test_storage_without_parts_is_read_again_from_the_start(
        self, amazon: LocalAmazon, storage: Storage, cuts: tuple[int, ...]
    ) -> None:
        """What was read already is passed over, also if it breaks off earlier."""
        for at_byte in cuts:
            amazon.faults.add(GET, CutShort(at_byte=at_byte))

        assert CONTENT == read(storage, ScriptedUrls(amazon, whole_only()))
        assert {} == amazon.faults.pending

    @pytest.mark.parametrize(
        "versions",
        [
            (CONTENT, CONTENT[::-1]),
            (whole_only(), whole_only(CONTENT[::-1], version="2")),
        ],
    )
    def test_two_versions_are_not_mixed(
        self,
        amazon: LocalAmazon,
        storage: Storage,
        versions: tuple[StoredObject | bytes, ...],
    ) -> None:
        """A document that changed in between is damaged, not silently patched."""
        amazon.faults.add(GET, CutShort(at_byte=100_000))
        with pytest.raises(DocumentDamagedError, match="changed"):
            read(storage, ScriptedUrls(amazon, *versions))

    @pytest.mark.parametrize("cut", [0, 1, 65_536, 100_000])
    def test_without_an_etag_the_beginning_is_compared(
        self, amazon: LocalAmazon, storage: Storage, cut: int
    ) -> None:
        """It is read again from the start, and must be what it was."""
        amazon.faults.add(GET, CutShort(at_byte=cut))
        same = StoredObject(CONTENT, tells_etag=False)

        assert CONTENT == read(storage, ScriptedUrls(amazon, same))
        assert [None, None] == ranges(amazon)
        amazon.faults.add(GET, CutShort(at_byte=100_000))
        other = StoredObject(CONTENT[::-1], tells_etag=False)
        with pytest.raises(DocumentDamagedError, match="changed"):
            read(storage, ScriptedUrls(amazon, same, other))

    def test_a_document_that_grew_shorter_is_damaged_too(
        self, amazon: LocalAmazon, storage: Storage
    ) -> None:
        """The new version ends before the place where the old one broke off."""
        amazon.faults.add(GET, CutShort(at_byte=100_000))
        with pytest.raises(DocumentDamagedError, match="changed"):
            read(storage, ScriptedUrls(amazon, CONTENT, b"short"))

    @pytest.mark.parametrize("tells_etag", [False, True])
    @pytest.mark.parametrize(
        "second", [CONTENT[:50_000], CONTENT[:100_000], CONTENT[:200_000], b"<html>"]
    )
    def test_a_second_copy_ends_where_the_first_would_have(
        self, amazon: LocalAmazon, storage: Storage, second: bytes, *, tells_etag: bool
    ) -> None:
        """A shorter copy, or a page in its place, is not taken for the rest."""
        amazon.faults.add(GET, CutShort(at_byte=100_000))
        versions = [
            StoredObject(
                partial(iter, (content,)), length=len(content), tells_etag=tells_etag
            )
            for content in (CONTENT, second)
        ]
        with pytest.raises(DocumentDamagedError, match="changed"):
            read(storage, ScriptedUrls(amazon, *versions))

    @pytest.mark.parametrize("tells_etag", [False, True])
    @pytest.mark.parametrize("second", [CONTENT[:50_000], b"<html>"])
    def test_what_was_read_is_in_every_later_copy(
        self, amazon: LocalAmazon, storage: Storage, second: bytes, *, tells_etag: bool
    ) -> None:
        """Also where storage tells no length: nothing may end before its middle."""
        amazon.faults.add(GET, CutShort(at_byte=100_000))
        versions = [
            replace(whole_only(content), tells_etag=tells_etag)
            for content in (CONTENT, second)
        ]
        with pytest.raises(DocumentDamagedError, match="changed"):
            read(storage, ScriptedUrls(amazon, *versions))

    def test_it_ends(self, amazon: LocalAmazon, storage: Storage) -> None:
        """A document that keeps breaking off fails after five tries, with a reason."""
        amazon.faults.add(GET, CutShort(at_byte=10), times=99)
        scheduler = ScriptedUrls(amazon, CONTENT)
        with pytest.raises(UnavailableError, match="broke off") as caught:
            read(storage, scheduler)

        assert 5 == scheduler.asked
        assert "X-Amz" not in str(caught.value)


class TestDeadUrl:
    """A URL that dies before, or while, it is used."""

    def test_a_dead_url_is_asked_for_again(
        self, amazon: LocalAmazon, storage: Storage, clock: ScriptedClock
    ) -> None:
        """A URL that waited too long is replaced by a new one."""
        scheduler = ScriptedUrls(amazon, CONTENT)

        def ask() -> DocumentUrl:
            url = scheduler()
            clock.advance(seconds=URL_LIFETIME_SECONDS if scheduler.asked < 3 else 0)
            return url

        download = Download(ask=ask, storage=storage)

        assert CONTENT == b"".join(download.pieces())
        assert 3 == scheduler.asked

    def test_a_url_may_die_while_its_document_is_read(
        self, amazon: LocalAmazon, storage: Storage, clock: ScriptedClock
    ) -> None:
        """Going on needs a new URL, and gets one."""
        amazon.faults.add(GET, CutShort(at_byte=200_000))
        scheduler = ScriptedUrls(amazon, CONTENT)
        pieces = Download(ask=scheduler, storage=storage).pieces()
        start = next(pieces)
        clock.advance(seconds=URL_LIFETIME_SECONDS)

        assert CONTENT == start + b"".join(pieces)
        assert 2 == scheduler.asked

    def test_a_new_url_may_be_dead_too(
        self, amazon: LocalAmazon, storage: Storage
    ) -> None:
        """Breaking off and dying together are no reason to fail."""
        amazon.faults.add(GET, CutShort(at_byte=200_000))
        amazon.faults.add(GET, ExpiredToken(), times=2)

        assert CONTENT == read(storage, ScriptedUrls(amazon, CONTENT))

    def test_it_ends(self, amazon: LocalAmazon, storage: Storage) -> None:
        """URLs that are always dead are not asked for for ever."""
        amazon.faults.add(GET, ExpiredToken(), times=99)
        scheduler = ScriptedUrls(amazon, CONTENT)
        with pytest.raises(UrlExpiredError):
            read(storage, scheduler)

        assert 5 == scheduler.asked


class TestChecked:
    """A document that is held and checked before it is read."""

    @pytest.mark.parametrize("content", [b"", b"a\tb\n", GZIPPED, CONTENT])
    def test_a_sound_document_is_read_as_it_is(
        self, amazon: LocalAmazon, storage: Storage, content: bytes
    ) -> None:
        """Each byte comes once, after one request."""
        download = Download(ask=ScriptedUrls(amazon, content), storage=storage)

        assert download.check(at_most_bytes=len(content))
        assert b"".join(download.pieces()) == content
        assert 1 == len(amazon.seen)

    @pytest.mark.parametrize(
        "document", [StoredObject(GZIPPED), whole_only(GZIPPED)], ids=["told", "untold"]
    )
    def test_a_long_document_is_not_held(
        self, amazon: LocalAmazon, storage: Storage, document: StoredObject
    ) -> None:
        """It is read all the same, and its damage shows where it is."""
        download = Download(ask=ScriptedUrls(amazon, document), storage=storage)

        assert not download.check(at_most_bytes=len(GZIPPED) - 1)
        assert GZIPPED == b"".join(download.pieces())

    @pytest.mark.parametrize(
        "document",
        [
            StoredObject(GZIPPED[:-1]),
            StoredObject(GZIPPED[:-8] + b"\0" * 4 + GZIPPED[-4:]),
            StoredObject(CONTENT, content_md5="1B2M2Y8AsgTpgAmY7PhCfg=="),
            StoredObject(lambda: iter([CONTENT]), encrypted_by="AES256"),
            StoredObject(lambda: iter([b""]), version="not of nothing"),
        ],
        ids=["cut", "checksum", "content-md5", "etag", "empty"],
    )
    def test_damage_is_told_before_the_first_byte(
        self, amazon: LocalAmazon, storage: Storage, document: StoredObject
    ) -> None:
        """By its own checksum, or by one that storage tells."""
        download = Download(ask=ScriptedUrls(amazon, document), storage=storage)
        with pytest.raises(DocumentDamagedError, match="damaged"):
            download.check(at_most_bytes=1_000_000)

    @pytest.mark.parametrize(
        "document",
        [
            StoredObject(CONTENT, encrypted_by="AES256"),
            StoredObject(lambda: iter([CONTENT]), encrypted_by="aws:kms"),
            StoredObject(lambda: iter([CONTENT])),
            StoredObject(CONTENT, content_md5="not base64"),
            StoredObject(CONTENT, content_md5="c2hvcnQ="),
        ],
        ids=["equal", "kms", "unknown", "nonsense", "short"],
    )
    def test_an_etag_is_no_checksum_unless_storage_says_so(
        self, amazon: LocalAmazon, storage: Storage, document: StoredObject
    ) -> None:
        """What only looks like one makes no document damaged."""
        download = Download(ask=ScriptedUrls(amazon, document), storage=storage)

        assert download.check(at_most_bytes=1_000_000)

    @pytest.mark.parametrize("unpacked_bytes", [0, len(CONTENT) - 1, len(CONTENT)])
    def test_what_is_in_it_is_the_same_however_long(
        self,
        amazon: LocalAmazon,
        storage: Storage,
        unpacked_bytes: int,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """One that was unpacked to be checked is so once, if it is short enough."""
        monkeypatch.setattr(
            "tap_amazon_reports.documents.download._UNPACKED_BYTES", unpacked_bytes
        )
        download = Download(ask=ScriptedUrls(amazon, GZIPPED), storage=storage)
        assert download.check(at_most_bytes=1_000_000)
        turns: list[None] = []
        download.between_pieces = lambda: turns.append(None)
        unpacked: list[None] = []

        def unpack(pieces: Iterable[bytes]) -> Iterator[Member]:
            unpacked.append(None)
            return members(pieces)

        monkeypatch.setattr("tap_amazon_reports.documents.download.members", unpack)
        (file,) = download.files()

        assert CONTENT == b"".join(file.chunks)
        assert turns
        assert (unpacked_bytes < len(CONTENT)) == bool(unpacked)
        assert [] == list(download.pieces())

    def test_two_versions_give_no_byte(
        self, amazon: LocalAmazon, storage: Storage
    ) -> None:
        """A document that changed on the way is told before its first byte."""
        amazon.faults.add(GET, CutShort(at_byte=100_000))
        urls = ScriptedUrls(amazon, CONTENT, CONTENT[::-1])
        download = Download(ask=urls, storage=storage)
        with pytest.raises(DocumentDamagedError, match="changed"):
            download.check(at_most_bytes=1_000_000)

    def test_what_is_held_ahead_is_checked_there(
        self, amazon: LocalAmazon, storage: Storage
    ) -> None:
        """Beside the reading of others, and only once; what is cut off is not."""
        budget = MemoryBudget(1_000_000)
        download = Download(ask=ScriptedUrls(amazon, GZIPPED), storage=storage)
        download.hold(budget, until=lambda: False)

        assert download.is_sound
        bad = Download(ask=ScriptedUrls(amazon, GZIPPED[:-1]), storage=storage)
        with pytest.raises(DocumentDamagedError, match="cut short"):
            bad.hold(budget, until=lambda: False)
        bad.release()
        download.release()
        some = Download(ask=ScriptedUrls(amazon, GZIPPED), storage=storage)
        some.hold(MemoryBudget(1), until=lambda: False)

        assert not some.is_sound
        assert some.check(at_most_bytes=1_000_000)
        assert GZIPPED == b"".join(some.pieces())
