"""The one operation of storage: get an object, or a part of it."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from tests.local_amazon.service import Call, Route, Service
from tests.local_amazon.wire import Answer, Request

from . import refusals

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .models import Storage, StoredObject

CREDENTIALS = ("authorization", "x-amz-access-token")
PREFIX = "x-amz-pay-"


class StorageService(Service):
    """Storage, dressed in HTTP."""

    name = "storage"
    routes = (Route("storage.get", "GET", "/(?P<key>.+)"),)

    def __init__(self, model: Storage) -> None:
        """Answer from `model`."""
        super().__init__()
        self._model = model

    def operations(self) -> Mapping[str, Callable[[Call], Answer]]:
        """Return what does each operation."""
        return {"storage.get": self._get}

    def failure(self, status: int, code: str, message: str, details: str) -> Answer:
        """Return an XML error."""
        del details
        return refusals.error_answer(status, code, message)

    def unknown(self, request: Request) -> Answer:
        """Say that there is nothing of that kind."""
        del request
        return refusals.error_answer(405, "MethodNotAllowed")

    def spent(self) -> Answer:
        """Say that the URL has expired."""
        return refusals.expired().answer

    def admit(self, call: Call) -> None:
        """Refuse other credentials, forged URLs and dead ones."""
        for header in call.request.headers:
            if header in CREDENTIALS or header.startswith(PREFIX):
                raise refusals.credentials_sent(header)
        if not self._model.is_signed(call.request.target):
            raise refusals.forged()
        if not self._model.is_alive(call.request.target):
            raise refusals.expired()

    def _get(self, call: Call) -> Answer:
        stored = self._model.objects.get(call.words["key"])
        if stored is None:
            raise refusals.missing()
        headers = call.request.headers
        if headers.get("if-none-match") in {stored.etag, "*"}:
            return Answer(304, {"etag": stored.etag})
        if stored.size is None or not _range_counts(headers, stored):
            return _whole(stored)
        return _part(stored, stored.size, headers["range"])


def _dress(stored: StoredObject) -> dict[str, str]:
    dress = {"content-type": stored.content_type}
    optional = {
        "etag": stored.etag if stored.tells_etag else None,
        "content-encoding": stored.content_encoding,
        "content-md5": stored.content_md5,
        "x-amz-server-side-encryption": stored.encrypted_by,
    }
    dress.update({name: told for name, told in optional.items() if told is not None})
    if stored.size is not None:
        dress["accept-ranges"] = "bytes"
    return dress


def _whole(stored: StoredObject) -> Answer:
    return Answer(200, _dress(stored), stored.body, length=stored.size)


def _range_counts(headers: Mapping[str, str], stored: StoredObject) -> bool:
    """Tell whether a part is wanted of just this version (RFC 9110, 13.1.5)."""
    wanted = re.fullmatch(r"bytes=(\d+-\d*|-\d+)", headers.get("range", ""))
    return wanted is not None and headers.get("if-range") in {None, stored.etag}


def _part(stored: StoredObject, size: int, wanted: str) -> Answer:
    first, _, last = wanted.removeprefix("bytes=").partition("-")
    start = int(first) if first else max(0, size - int(last))
    end = min(size, int(last) + 1) if first and last else size
    if start >= end:
        raise refusals.unsatisfiable(size)
    dress = {**_dress(stored), "content-range": f"bytes {start}-{end - 1}/{size}"}
    return Answer(206, dress, partial(stored.pieces, start, end), length=end - start)
