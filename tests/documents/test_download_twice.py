"""A document that is too long to be held: read once to be checked, once to be used."""

from __future__ import annotations

import gzip
import random
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tap_amazon_reports.amazon.errors import DocumentDamagedError
from tap_amazon_reports.documents.download import Download, MemoryBudget
from tests.documents.scripted_urls import URL_LIFETIME_SECONDS, ScriptedUrls
from tests.local_amazon.faults import CutShort
from tests.local_amazon.storage.models import StoredObject

if TYPE_CHECKING:
    from tap_amazon_reports.amazon.storage import Storage
    from tests.clock import ScriptedClock
    from tests.local_amazon import LocalAmazon

PLAIN = random.Random(8).randbytes(300_000)  # noqa: S311 (bytes that differ)
CONTENT = gzip.compress(PLAIN, mtime=0)
GET = "storage.get"


def stored(content: bytes = CONTENT) -> StoredObject:
    """Return a document whose ETag does not tell what is in it."""
    return StoredObject(partial(iter, (content,)), length=len(content))


def read_twice(download: Download) -> bytes:
    """Return all bytes of a document, once it was checked."""
    assert not download.check(at_most_bytes=1000)
    download.check_passing()
    return b"".join(download.pieces())


@pytest.mark.parametrize("tells_etag", [True, False])
def test_one_url_is_enough(
    amazon: LocalAmazon, storage: Storage, *, tells_etag: bool
) -> None:
    """The service is asked for one URL, as its quota is small; storage has none."""
    urls = ScriptedUrls(amazon, replace(stored(), tells_etag=tells_etag))

    assert CONTENT == read_twice(Download(ask=urls, storage=storage))
    assert (1, 2) == (urls.asked, len(amazon.seen))


def test_the_url_may_die_in_between(
    amazon: LocalAmazon, storage: Storage, clock: ScriptedClock
) -> None:
    """Then another one is asked for, and the document is read from its start."""
    urls = ScriptedUrls(amazon, stored())
    download = Download(ask=urls, storage=storage)
    download.between_pieces = lambda: clock.advance(seconds=URL_LIFETIME_SECONDS + 1)

    assert CONTENT == read_twice(download)
    assert 2 == urls.asked


@pytest.mark.parametrize("cuts", [(0,), (200_000,), (100_000, 250_000)])
@pytest.mark.parametrize("whole_first", [0, 1])
def test_either_time_may_break_off(
    amazon: LocalAmazon, storage: Storage, cuts: tuple[int, ...], whole_first: int
) -> None:
    """It is taken up where it broke: no byte is lost or doubled."""
    for at_byte in (*(whole_first * [len(CONTENT)]), *cuts):
        amazon.faults.add(GET, CutShort(at_byte=at_byte))
    urls = ScriptedUrls(amazon, stored())

    assert CONTENT == read_twice(Download(ask=urls, storage=storage))
    assert {} == amazon.faults.pending


def test_what_is_held_ahead_is_let_go(amazon: LocalAmazon, storage: Storage) -> None:
    """What a budget allowed to be held counts against it no longer than that."""
    budget = MemoryBudget(100_000)
    download = Download(ask=ScriptedUrls(amazon, stored()), storage=storage)
    download.hold(budget, until=lambda: False)
    assert budget.is_spent

    assert CONTENT == read_twice(download)
    assert not budget.is_spent


def test_damage_is_told_before_the_first_byte(
    amazon: LocalAmazon, storage: Storage
) -> None:
    """A wrong checksum at the very end is known before anything is given out."""
    broken = CONTENT[:-8] + bytes(byte ^ 0xFF for byte in CONTENT[-8:])
    download = Download(ask=ScriptedUrls(amazon, stored(broken)), storage=storage)
    with pytest.raises(DocumentDamagedError, match="gzip"):
        download.check_passing()
