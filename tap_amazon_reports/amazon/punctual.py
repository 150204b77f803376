"""Connections on which an answer that comes drop by drop is a time-out.

The time-out of a socket bounds each silence, and not the whole: a header or a body of a
byte now and then would keep a request alive for ever. Here the head of an answer has to
be there within a bound, and a body has to come at a least pace, measured only while
somebody reads.
"""

from __future__ import annotations

import http.client
import io
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool

if TYPE_CHECKING:
    from collections.abc import Callable

    from urllib3 import PoolManager, ProxyManager
    from urllib3._base_connection import BaseHTTPConnection, BaseHTTPSConnection

Connection = TypeVar("Connection")

__all__ = ["LEAST_BYTES_PER_SECOND", "Pace", "PunctualAdapter"]

LEAST_BYTES_PER_SECOND = 1000
"""A document that comes more slowly would be there only after its URL has died."""


class Pace(NamedTuple):
    """How fast an answer has to come.

    Attributes:
        longest_seconds: within so many its head is there, and over so many the pace of
            its body is measured.
        monotonic: tells the seconds.
    """

    longest_seconds: float
    monotonic: Callable[[], float]


class _WatchedBytes(io.RawIOBase):
    """The bytes of a socket, as long as they come fast enough."""

    def __init__(self, raw: io.RawIOBase, pace: Pace) -> None:
        self._raw = raw
        self._pace = pace
        self._began = pace.monotonic()
        self._is_head = True
        self._waited_seconds = 0.0
        self._came_bytes = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Take what has come.

        Raises:
            TimeoutError: if nothing comes, or too little.
        """
        before = self._pace.monotonic()
        if self._is_head and before - self._began > self._pace.longest_seconds:
            raise TimeoutError
        count = self._raw.readinto(buffer)
        self._waited_seconds += self._pace.monotonic() - before
        self._came_bytes += count or 0
        if not self._is_head and self._waited_seconds > self._pace.longest_seconds:
            if self._came_bytes < self._waited_seconds * LEAST_BYTES_PER_SECOND:
                raise TimeoutError
            self._waited_seconds, self._came_bytes = 0.0, 0
        return count

    def head_is_there(self) -> None:
        """Measure the pace of the body from now on."""
        self._is_head = False
        self._waited_seconds, self._came_bytes = 0.0, 0

    def close(self) -> None:
        self._raw.close()
        super().close()


class _PunctualResponse(http.client.HTTPResponse):
    """An answer whose bytes are watched."""

    def __init__(self, *given: Any, pace: Pace, **more: Any) -> None:
        super().__init__(*given, **more)
        self._watched = _WatchedBytes(self.fp.detach(), pace)
        self.fp = io.BufferedReader(self._watched)

    def begin(self) -> None:
        """Read the head.

        Raises:
            TimeoutError: if it does not come in time.
        """
        super().begin()
        self._watched.head_is_there()


class _HttpPool(HTTPConnectionPool):
    """Connections over http."""

    def __init__(self, *given: Any, pace: Pace, **more: Any) -> None:
        super().__init__(*given, **more)
        self._pace = pace

    def _new_conn(self) -> BaseHTTPConnection:
        return _watching(super()._new_conn(), self._pace)


class _HttpsPool(HTTPSConnectionPool):
    """Connections over https."""

    def __init__(self, *given: Any, pace: Pace, **more: Any) -> None:
        super().__init__(*given, **more)
        self._pace = pace

    def _new_conn(self) -> BaseHTTPSConnection:
        return _watching(super()._new_conn(), self._pace)


def _watching(connection: Connection, pace: Pace) -> Connection:
    """Let a connection make answers whose bytes are watched; return it."""
    vars(connection)["response_class"] = partial(_PunctualResponse, pace=pace)
    return connection


class PunctualAdapter(HTTPAdapter):
    """Sends over connections that watch the answers, also through a proxy."""

    def __init__(self, pace: Pace) -> None:
        """Take the pace of all answers."""
        self._pools = {
            "http": partial(_HttpPool, pace=pace),
            "https": partial(_HttpsPool, pace=pace),
        }
        super().__init__()

    def init_poolmanager(self, *given: Any, **more: Any) -> None:
        """Make the manager of pools."""
        super().init_poolmanager(*given, **more)
        self._watch(self.poolmanager)

    def proxy_manager_for(self, *given: Any, **more: Any) -> Any:
        """Return the manager of the pools of a proxy."""
        manager = super().proxy_manager_for(*given, **more)
        self._watch(manager)
        return manager

    def _watch(self, manager: PoolManager | ProxyManager) -> None:
        manager.pool_classes_by_scheme = self._pools  # type: ignore[assignment]
