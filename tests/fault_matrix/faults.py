"""The faults: what each is, how often it happens, and which kind of trouble it is."""

from __future__ import annotations

import enum
import gzip
import io
import zipfile
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from tests.local_amazon import (
    Altered,
    BadJson,
    ConnectionLost,
    CutShort,
    ExpiredToken,
    Redirect,
    Silent,
    Status,
    Trickling,
)

if TYPE_CHECKING:
    from tests.local_amazon.faults import Fault

_GZIP = b"\x1f\x8b"
ONCE = 1
ALWAYS = 10_000
HTML = b"<html><head><title>Sign in</title></head><body>Welcome to Wi-Fi</body></html>"
MINUTE_SECONDS = 60.0


class Kind(enum.Enum):
    """What can be done about a fault."""

    PASSES = "the next try succeeds"
    LASTS = "no try succeeds for as long as anybody waits"
    DONE_UNSEEN = "the next try succeeds, and the first has done the work"
    EMPTY = "an answer without a body"
    OTHER_SHAPE = "a JSON object, and not the one that is documented"
    NONSENSE = "an answer that is none, under a status that says that it is one"
    ELSEWHERE = "an answer that sends the caller to another address"
    REFUSED = "a refusal that asking again does not change"
    DAMAGED = "a document that is not what was stored, however often it is fetched"
    STRANGER = "a page of what stands in front of the service"


@dataclass(frozen=True)
class Trouble:
    """One fault, as the matrix has it.

    Attributes:
        name: of the fault.
        kind: of trouble.
        fault: what the local Amazon does.
        times: how many requests meet it.
        for_seconds: for how long it is met, by the clock; None for ever.
        then: what the request after those meets.
    """

    name: str
    kind: Kind
    fault: Fault
    times: int = ALWAYS
    for_seconds: float | None = None
    then: Fault | None = None

    def __str__(self) -> str:
        """Return its name, for the names of the tests."""
        return self.name


_passes = partial(Trouble, kind=Kind.PASSES, times=ONCE)
_unseen = partial(Trouble, kind=Kind.DONE_UNSEEN, times=ONCE)
_nonsense = partial(Trouble, kind=Kind.NONSENSE)
_elsewhere = partial(Trouble, kind=Kind.ELSEWHERE)
_lasts = partial(Trouble, kind=Kind.LASTS)
_refused = partial(Trouble, kind=Kind.REFUSED)

TROUBLES = (
    _passes("429 once", fault=Status(429)),
    _passes("429 with a pause", fault=Status(429, headers={"retry-after": "20"})),
    Trouble(
        "429 for a minute",
        Kind.PASSES,
        Status(429),
        for_seconds=MINUTE_SECONDS,
    ),
    *(_passes(f"{status} once", fault=Status(status)) for status in (500, 503)),
    _passes("502 once, a page", fault=Status(502, body=HTML)),
    _passes("504 once, a page", fault=Status(504, body=HTML)),
    _unseen("500 once, the work is done", fault=Status(500, after_work=True)),
    _passes("closed before the headers", fault=ConnectionLost()),
    _passes("reset before the headers", fault=ConnectionLost(reset=True)),
    _unseen("lost after the work", fault=ConnectionLost(after_work=True)),
    _unseen("reset after the work", fault=ConnectionLost(after_work=True, reset=True)),
    _passes("closed after the headers", fault=CutShort(0)),
    _passes("reset after the headers", fault=CutShort(0, reset=True)),
    _passes("closed in mid-body", fault=CutShort(5)),
    _passes("reset in mid-body", fault=CutShort(5, reset=True)),
    _unseen("no answer", fault=Silent()),
    _unseen("headers without an end", fault=Trickling(in_headers=True)),
    _unseen("a body without an end", fault=Trickling()),
    _lasts("429 without an end", fault=Status(429)),
    _lasts("503 without an end", fault=Status(503)),
    _lasts("never a connection that lasts", fault=ConnectionLost(reset=True)),
    _nonsense("HTML", fault=BadJson(HTML)),
    _nonsense("JSON cut short", fault=BadJson(b'{"reports": [{"reportId": "1')),
    Trouble("an empty body", Kind.EMPTY, BadJson(b"")),
    _nonsense("null", fault=BadJson(b"null")),
    _nonsense("a JSON array", fault=BadJson(b'[{"reportId": "1"}]')),
    Trouble(
        "JSON of another shape", Kind.OTHER_SHAPE, BadJson(b'{"something": "else"}')
    ),
    _nonsense("brackets without an end", fault=BadJson(b'{"a":' * 100_000)),
    _elsewhere("302 to another host", fault=Redirect("https://example.com/x")),
    _elsewhere("302 to itself", fault=Redirect()),
    _elsewhere("308 to itself", fault=Redirect(status=308)),
    _refused("400", fault=Status(400)),
    _refused("403", fault=Status(403)),
    _refused("404", fault=Status(404)),
    Trouble("404, a page", Kind.STRANGER, Status(404, body=HTML)),
    Trouble("403, a page", Kind.STRANGER, Status(403, body=HTML)),
)

SPENT = _passes("a token that is spent", fault=ExpiredToken())
"""Of the operations that carry a token, or a URL that lives for a while."""


def _packed(body: bytes) -> bytes:
    """Return a document as gzip that was plain, and the other way round."""
    plain = _plain(body)
    return plain if body.startswith(_GZIP) else gzip.compress(plain)


def _in_two(body: bytes) -> bytes:
    """Return a document as two members of gzip."""
    plain = _plain(body)
    return gzip.compress(plain[:40]) + gzip.compress(plain[40:])


def _miscounted(body: bytes) -> bytes:
    """Return a document as gzip of another table, with the checksum of this one."""
    packed = gzip.compress(_plain(body))
    other = gzip.compress(_plain(body).replace(b"1", b"9"))
    return other[:-8] + packed[-8:]


def _cut(body: bytes) -> bytes:
    """Return a document as gzip without its last bytes."""
    return gzip.compress(_plain(body))[:-10]


def _plain(body: bytes) -> bytes:
    if body.startswith(_GZIP):
        return gzip.decompress(body)
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return archive.read(archive.namelist()[0])
    return body


_damaged = partial(Trouble, kind=Kind.DAMAGED)

DOCUMENT_TROUBLES = (
    _passes("a URL that dies on the way", fault=CutShort(5), then=ExpiredToken()),
    _passes("another packing than is declared", fault=Altered(_packed), times=ALWAYS),
    _passes("a second member of gzip", fault=Altered(_in_two), times=ALWAYS),
    _passes("a wrong checksum once", fault=Altered(_miscounted)),
    _passes("a copy cut short once", fault=Altered(_cut)),
    _damaged("a wrong checksum", fault=Altered(_miscounted)),
    _damaged("a copy cut short", fault=Altered(_cut)),
)
"""Of the documents in storage."""
