"""The storage behind presigned URLs, which wants no credentials but the URL's own."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import requests
from urllib3.exceptions import HTTPError

from tap_amazon_reports.amazon.errors import (
    AmazonError,
    DocumentDamagedError,
    DocumentMissingError,
    UnexpectedAnswerError,
)
from tap_amazon_reports.amazon.http import Anonymous
from tap_amazon_reports.amazon.origin import Origin
from tap_amazon_reports.amazon.secret import without_query

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_amazon_reports.amazon.exchange import Patience
    from tap_amazon_reports.amazon.http import Transport
    from tap_amazon_reports.amazon.secret import DocumentUrl

_PIECE_BYTES = 64 * 1024
_WITH_DOCUMENT = frozenset({HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT})


class UrlExpiredError(AmazonError):
    """The presigned URL is dead: a new one has to be asked for."""


class StoredObject:
    """What storage answered with: a few headers now, the bytes when they are read."""

    def __init__(self, response: requests.Response) -> None:
        """Wrap an answer whose body has not been read."""
        self._response = response
        self.etag = response.headers.get("etag")
        self.content_type = response.headers.get("content-type")
        self.unchanged = response.status_code == HTTPStatus.NOT_MODIFIED
        self.partial = response.status_code == HTTPStatus.PARTIAL_CONTENT

    def pieces(self) -> Iterator[bytes]:
        """Yield the bytes as they are stored; nothing is decompressed on the way.

        Raises:
            ConnectionError: if the body breaks off.
        """
        # Not `iter_content`: it would undo a Content-Encoding, and the documents tell
        # by their own first bytes whether they are compressed.
        try:
            yield from self._response.raw.stream(_PIECE_BYTES, decode_content=False)
        except (HTTPError, OSError) as error:
            msg = f"the document broke off ({type(error).__name__})"
            raise ConnectionError(msg) from None
        finally:
            self.close()

    def close(self) -> None:
        """Give the connection back, also of a body that nobody has read."""
        self._response.close()


class Storage:
    """Opens presigned URLs."""

    def __init__(self, *, transport: Transport, patience: Patience) -> None:
        """Take what a request needs."""
        self._transport = transport
        self._patience = patience

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
            DocumentMissingError: if there is no such object.
            DocumentDamagedError: if the object ends before `offset`: it has changed.
            UnexpectedAnswerError: if it is no URL to send a request to, or the answer
                is of no known kind.
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
                # Nobody will read it, and its connection can serve the next request.
                response.raw.drain_conn()
            return response

        response = self._patience.until_answered(send, asked=shown)
        return _opened(response, shown)


def _opened(response: requests.Response, shown: str) -> StoredObject:
    status = response.status_code
    if status in _WITH_DOCUMENT or status == HTTPStatus.NOT_MODIFIED:
        return StoredObject(response)
    if status == HTTPStatus.FORBIDDEN:
        msg = f"{shown}: its URL is no longer accepted (HTTP 403)"
        raise UrlExpiredError(msg, status=status)
    if status == HTTPStatus.NOT_FOUND:
        msg = f"{shown} does not exist (HTTP 404)"
        raise DocumentMissingError(msg, status=status)
    if status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        msg = f"{shown} changed while it was being read (HTTP 416)"
        raise DocumentDamagedError(msg, status=status)
    msg = f"{shown}: storage answered {status}"
    raise UnexpectedAnswerError(msg, status=status)


def _refuse_plain_http(url: DocumentUrl, shown: str) -> None:
    try:
        origin = Origin.of(url.reveal())
    except ValueError:
        origin = None
    if origin and (origin.scheme == "https" or origin.is_loopback):
        return
    msg = f"{shown}: Amazon handed out an address that is not https"
    raise UnexpectedAnswerError(msg)
