"""What is stored, and the URLs that open it for a while."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlencode

from tests.local_amazon.moments import basic, parse_basic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tap_amazon_reports.amazon.clock import Clock

SIGNING_KEY = b"the local Amazon's own signing key"


@dataclass(frozen=True)
class StoredObject:
    """One object.

    Attributes:
        body: the bytes, or a callable that makes their pieces anew each time.
        content_type: with a charset, if the object is to tell one.
        length: how many bytes `body` makes, if it is a callable and this is known;
            without it the object is sent chunked, and in whole only.
        version: tells two callables apart in the ETag.
        content_encoding: sent as a header, when the object has one.
        content_md5: likewise, in base64.
        tells_etag: whether an ETag is sent.
        encrypted_by: likewise sent; by `AES256` the ETag is an MD5, by `aws:kms` none.
    """

    body: bytes | Callable[[], Iterator[bytes]]
    content_type: str = "text/plain; charset=UTF-8"
    length: int | None = None
    version: str = ""
    content_encoding: str | None = None
    content_md5: str | None = None
    encrypted_by: str | None = None
    tells_etag: bool = True

    @property
    def size(self) -> int | None:
        """How many bytes there are, if that is known."""
        return self.length if callable(self.body) else len(self.body)

    @property
    def etag(self) -> str:
        """The entity tag, in its quotes: an MD5, as storage makes it."""
        seed = self.version.encode() if callable(self.body) else self.body
        return f'"{hashlib.md5(seed, usedforsecurity=False).hexdigest()}"'

    def pieces(self, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Yield the bytes from `start` up to and without `end`."""
        at = 0
        for piece in self.body() if callable(self.body) else iter((self.body,)):
            after = at + len(piece)
            if end is not None and at >= end:
                return
            wanted = piece[max(0, start - at) : None if end is None else end - at]
            if after > start and wanted:
                yield wanted
            at = after


class Storage:
    """The holdings of storage.

    Attributes:
        objects: what is stored, by key.
    """

    def __init__(self, clock: Clock, base_url: Callable[[], str]) -> None:
        """Hand out URLs below `base_url()`."""
        self._clock = clock
        self._base_url = base_url
        self.objects: dict[str, StoredObject] = {}

    def put(self, key: str, stored: StoredObject) -> None:
        """Store an object, in place of what has the same key."""
        self.objects[key] = stored

    def presign(self, key: str, *, lifetime_seconds: int) -> str:
        """Return a URL that opens `key` for so long."""
        query = {
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "X-Amz-Credential": "ASIALOCAL/20180101/us-east-1/s3/aws4_request",
            "X-Amz-Date": basic(self._clock.now()),
            "X-Amz-Expires": str(lifetime_seconds),
            "X-Amz-SignedHeaders": "host",
            "X-Amz-Security-Token": "local/session+token==",
        }
        path = f"/storage/{quote(key)}"
        unsigned = f"{path}?{urlencode(query)}"
        return f"{self._base_url()}{unsigned}&X-Amz-Signature={_sign(unsigned)}"

    def is_signed(self, target: str) -> bool:
        """Tell whether path and query are, to the letter, what was handed out."""
        unsigned, _, signature = target.rpartition("&X-Amz-Signature=")
        return hmac.compare_digest(_sign(unsigned), signature)

    def is_alive(self, target: str) -> bool:
        """Tell whether a signed URL still opens its object."""
        return self._clock.now() < _expiry(target)


def _sign(target: str) -> str:
    return hmac.new(SIGNING_KEY, target.encode(), hashlib.sha256).hexdigest()


def _expiry(target: str) -> datetime:
    query = dict(parse_qsl(target.partition("?")[2]))
    signed_at = parse_basic(query["X-Amz-Date"])
    if signed_at is None:
        msg = "a signed URL holds a date"
        raise AssertionError(msg)
    return signed_at + timedelta(seconds=int(query["X-Amz-Expires"]))
