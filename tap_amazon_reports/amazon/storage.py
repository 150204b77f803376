"""The storage behind presigned URLs, which wants no credentials but the URL's own."""

from __future__ import annotations

import base64
import binascii
import re
from http import HTTPStatus
from typing import TYPE_CHECKING

import requests
from urllib3.exceptions import HTTPError

from tap_amazon_reports.amazon.errors import (
    AmazonError,
    DocumentDamagedError,
    UnexpectedAnswerError,
)
from tap_amazon_reports.amazon.http import Anonymous
from tap_amazon_reports.amazon.origin import Origin
from tap_amazon_reports.amazon.secret import without_query

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_amazon_reports.amazon.exchange import Retrying
    from tap_amazon_reports.amazon.http import Transport
    from tap_amazon_reports.amazon.secret import DocumentUrl

_PIECE_BYTES = 64 * 1024
_RANGE = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\*)")
_LENGTH = re.compile(r"[0-9]{1,18}")
_MD5_BYTES = 16
_MD5_ETAG = re.compile(r'"([0-9a-f]{32})"')
_WITH_DOCUMENT = frozenset({HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT})


class UrlExpiredError(AmazonError):
    """The presigned URL is dead: a new one has to be asked for."""


class StoredObject:
    """What storage answered with: a few headers now, the bytes when they are read.

    Attributes:
        etag: of the object, when storage told.
        content_type: of the object, when storage told.
        unchanged: whether the object still is the one that was known.
        partial: whether only a part of it comes.
        length: of the whole object, in bytes, when storage told.
        md5: of the whole object, 16 bytes, when storage told.
    """

    def __init__(self, response: requests.Response) -> None:
        """Wrap an answer whose body has not been read."""
        self._response = response
        self.etag = response.headers.get("etag")
        self.content_type = response.headers.get("content-type")
        self.unchanged = response.status_code == HTTPStatus.NOT_MODIFIED
        self.partial = response.status_code == HTTPStatus.PARTIAL_CONTENT
        self.length = _whole_length(response)
        self.md5 = _md5(response)

    def pieces(self) -> Iterator[bytes]:
        """Yield the bytes as they are stored; nothing is decompressed on the way.

        Raises:
            ConnectionError: if the body breaks off.
        """
        # Not `iter_content`: it would undo a Content-Encoding, and the documents tell
        # by their own first bytes whether they are compressed.
        try:
            raw = self._response.raw
            while piece := raw.read1(_PIECE_BYTES, decode_content=False):
                yield piece
        except (HTTPError, OSError) as error:
            msg = f"the download broke off ({type(error).__name__})"
            raise ConnectionError(msg) from None
        finally:
            self.close()

    def close(self) -> None:
        """Give the connection back, also of a body that nobody has read."""
        self._response.close()


class Storage:
    """Opens presigned URLs."""

    def __init__(self, *, transport: Transport, retrying: Retrying) -> None:
        """Take what a request needs."""
        self._transport = transport
        self._retrying = retrying

    def open(
        self, url: DocumentUrl, *, known_etag: str | None = None, offset: int = 0
    ) -> StoredObject:
        """Ask for the object behind `url`; its body is not read yet.

        Args:
            url: presigned, and alive for minutes or seconds.
            known_etag: answer `unchanged` if the object still has this ETag.
            offset: skip so many bytes, if storage can; see `StoredObject.partial`.

        Raises:
            UrlExpiredError: if the URL is dead.
            DocumentDamagedError: if the object ends before `offset`: it has changed.
            UnexpectedAnswerError: if it is no URL to send a request to, there is no
                such object, or the answer is of no known kind.
            UnavailableError: if storage could not be reached for too long.
        """
        shown = f"the document at {without_query(url.reveal())}"
        _refuse_plain_http(url, shown)
        headers = {"accept": "*/*", "accept-encoding": "identity"}
        if known_etag:
            headers["if-none-match"] = known_etag
        if offset:
            headers["range"] = f"bytes={offset}-"
        request = requests.Request("GET", url.reveal(), headers=headers)

        def send() -> requests.Response:
            prepared = self._transport.prepare(request, Anonymous())
            response = self._transport.send(prepared, stream=True)
            if response.status_code not in _WITH_DOCUMENT:
                self._transport.discard(response)
            return response

        response = self._retrying.until_answered(send, asked=shown)
        return _opened(response, shown, offset)


def _opened(response: requests.Response, shown: str, offset: int) -> StoredObject:
    status = response.status_code
    if status == HTTPStatus.PARTIAL_CONTENT and not _is_the_rest(response, offset):
        response.close()
        msg = (
            f"{shown}: storage sent another part of the document than requested; the"
            " next run tries again"
        )
        raise UnexpectedAnswerError(msg, status=status)
    if status in _WITH_DOCUMENT or status == HTTPStatus.NOT_MODIFIED:
        return StoredObject(response)
    if status == HTTPStatus.FORBIDDEN:
        msg = (
            f"{shown}: its URL is no longer accepted (HTTP 403); the next run requests"
            " a new one"
        )
        raise UrlExpiredError(msg, status=status)
    if status == HTTPStatus.NOT_FOUND:
        # Not "there is none": an outage of storage looks the same, and what was listed
        # or handed out a moment ago has to be there.
        msg = f"{shown} is not in storage (HTTP 404); the next run tries again"
        raise UnexpectedAnswerError(msg, status=status)
    if status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        msg = f"{shown} changed while it was being read (HTTP 416)"
        raise DocumentDamagedError(msg, status=status)
    msg = f"{shown}: storage answered HTTP {status}; the next run tries again"
    raise UnexpectedAnswerError(msg, status=status)


def _whole_length(response: requests.Response) -> int | None:
    told = response.headers.get("content-length", "")
    is_told = response.status_code == HTTPStatus.OK and _LENGTH.fullmatch(told)
    return int(told) if is_told else None


def _md5(response: requests.Response) -> bytes | None:
    """Return the digest of the object, if storage tells one.

    Facts (Amazon S3 API Reference, "Common Response Headers", `ETag`; November 2026):
    the ETag of an object that is encrypted by S3's own keys (`AES256`) and was not
    uploaded in parts is the MD5 of its content; of others it is none.
    """
    if response.status_code != HTTPStatus.OK:
        return None
    told = response.headers.get("content-md5", "")
    try:
        digest = base64.b64decode(told, validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if len(digest) == _MD5_BYTES:
        return digest
    etag = _MD5_ETAG.fullmatch(response.headers.get("etag", ""))
    encrypted_by = response.headers.get("x-amz-server-side-encryption")
    return bytes.fromhex(etag[1]) if etag and encrypted_by == "AES256" else None


def _is_the_rest(response: requests.Response, offset: int) -> bool:
    """Tell whether a 206 answers what was asked: all from `offset` to the end.

    Facts (RFC 9110, section 14.4): a 206 of one part says in `Content-Range` which one.
    """
    found = _RANGE.fullmatch(response.headers.get("content-range", "").strip())
    if not found or not offset:
        return False
    first, last, total = found.groups()
    return int(first) == offset and total in {"*", str(int(last) + 1)}


def _refuse_plain_http(url: DocumentUrl, shown: str) -> None:
    try:
        origin = Origin.of(url.reveal())
    except ValueError:
        origin = None
    if origin and origin.is_safe:
        return
    msg = (
        f"{shown} was not opened, because its address is not https; report it to this"
        " tap's maintainers"
    )
    raise UnexpectedAnswerError(msg)
