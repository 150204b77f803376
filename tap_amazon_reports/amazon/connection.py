"""One service at one address: retry, quota, authenticate, send, in this order."""

from __future__ import annotations

import json
import logging
import threading
from collections import Counter
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote

import requests

from tap_amazon_reports.amazon.errors import AmazonError, UnexpectedAnswerError
from tap_amazon_reports.amazon.heartbeat import sleep_aloud
from tap_amazon_reports.amazon.http import encoded_query, json_object
from tap_amazon_reports.amazon.quota import TokenBucket

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_amazon_reports.amazon.clock import Clock
    from tap_amazon_reports.amazon.exchange import Patience
    from tap_amazon_reports.amazon.http import Authenticator, Json, Query, Transport
    from tap_amazon_reports.amazon.operation import Operation

logger = logging.getLogger(__name__)

_LONG_WAIT_SECONDS = 10


class Dialect(Protocol):
    """How a service says what is wrong."""

    service: str
    """The service's name, for errors."""

    request_id_header: str

    def error(self, response: requests.Response, asked: str) -> AmazonError:
        """Return the error that `response`, not 2xx and not to be retried, stands for.

        Args:
            response: what Amazon answered.
            asked: what was asked for, fit to be printed.
        """


@dataclass
class Calls:
    """How often each operation was called, and how often Amazon said 429."""

    sent: Counter[str] = field(default_factory=Counter)
    throttled: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, operation: str, *, throttled: bool) -> None:
        """Count one call; documents are fetched by several threads."""
        with self._lock:
            self.sent[operation] += 1
            self.throttled[operation] += throttled


class ServiceConnection:
    """One service at one address, with one account's credentials."""

    def __init__(
        self,
        *,
        dialect: Dialect,
        base_url: str,
        auth: Authenticator,
        transport: Transport,
        clock: Clock,
        patience: Patience,
    ) -> None:
        """Take everything that a request needs; ask for nothing yet."""
        self._dialect = dialect
        self.base_url = base_url.rstrip("/")
        self._auth = auth
        self._transport = transport
        self._clock = clock
        self._patience = patience
        self._buckets: dict[str, TokenBucket] = {}
        self._buckets_lock = threading.Lock()
        self.calls = Calls()

    def call(
        self,
        operation: Operation,
        *,
        path: Mapping[str, str] | None = None,
        query: Query = (),
        body: Json | None = None,
        headers: Mapping[str, str] | None = None,
        auth: Authenticator | None = None,
        at_once: bool = False,
    ) -> requests.Response:
        """Call `operation` and return its 2xx answer.

        Args:
            operation: what to call.
            path: values for the placeholders of its path.
            query: names and values, unencoded, in the order of sending.
            body: sent as JSON.
            headers: beside those that every request carries.
            auth: instead of the connection's own, for this call only.
            at_once: do not wait for what may pass, but raise it: `ThrottledError` for
                429, which then says nothing about the quota until `drain` does, and
                `UnavailableError` for 5xx and no answer.

        Raises:
            AmazonError: whatever else Amazon, or the way there, had to say.
        """
        request = self._request(operation, path or {}, query, body, headers or {})
        asked = self._asked(operation, path or {}, query, body)
        until_answered = (
            self._patience.at_once if at_once else self._patience.until_answered
        )
        response = until_answered(
            lambda: self._attempt(
                operation, request, auth or self._auth, drains=not at_once
            ),
            asked=asked,
        )
        if not HTTPStatus.OK <= response.status_code < HTTPStatus.MULTIPLE_CHOICES:
            raise self._dialect.error(response, asked)
        return response

    def wait_seconds(self, operation: Operation, count: int = 1) -> float:
        """Return how long the last of the next `count` calls would wait for quota."""
        return self._bucket(operation).wait_seconds(count)

    def drain(self, operation: Operation) -> None:
        """Believe that the quota of `operation` is empty now."""
        self._bucket(operation).drain()

    def call_json(
        self,
        operation: Operation,
        *,
        path: Mapping[str, str] | None = None,
        query: Query = (),
        body: Json | None = None,
        headers: Mapping[str, str] | None = None,
        auth: Authenticator | None = None,
        at_once: bool = False,
    ) -> Json:
        """Call `operation` and return the JSON object of its answer; numbers exact.

        Raises:
            UnexpectedAnswerError: if the answer is not a JSON object.
            AmazonError: as `call`.
        """
        response = self.call(
            operation,
            path=path,
            query=query,
            body=body,
            headers=headers,
            auth=auth,
            at_once=at_once,
        )
        answer = json_object(response)
        if answer is None:
            request_id = response.headers.get(self._dialect.request_id_header)
            msg = (
                f"{self._asked(operation, path or {}, query, body)} answered"
                f" {response.status_code} with something that is no JSON object"
                f" (request id {request_id})"
            )
            raise UnexpectedAnswerError(
                msg, status=response.status_code, request_id=request_id
            )
        return answer

    def _attempt(
        self,
        operation: Operation,
        request: requests.Request,
        auth: Authenticator,
        *,
        drains: bool,
    ) -> requests.Response:
        """Pay, authenticate, send; once more with new credentials if they are spent."""
        response = self._pay_and_send(operation, request, auth, drains=drains)
        refused = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
        if response.status_code in refused and auth.forget(response):
            logger.info("%s: the token is spent, asking for a new one", operation.name)
            response = self._pay_and_send(operation, request, auth, drains=drains)
        return response

    def _pay_and_send(
        self,
        operation: Operation,
        request: requests.Request,
        auth: Authenticator,
        *,
        drains: bool,
    ) -> requests.Response:
        bucket = self._bucket(operation)
        self._wait_for_quota(operation, bucket.owe())
        response = self._transport.send(self._transport.prepare(request, auth))
        self._learn(operation, bucket, response, drains=drains)
        return response

    def _wait_for_quota(self, operation: Operation, seconds: float) -> None:
        def tell(left_seconds: float) -> None:
            if seconds >= _LONG_WAIT_SECONDS:
                logger.info(
                    "%s: its quota refills in %.0f s, waiting",
                    operation.name,
                    left_seconds,
                )

        sleep_aloud(self._clock, seconds, tell)

    def _learn(
        self,
        operation: Operation,
        bucket: TokenBucket,
        response: requests.Response,
        *,
        drains: bool,
    ) -> None:
        """Count the call, and believe what the answer tells about the quota."""
        throttled = response.status_code == HTTPStatus.TOO_MANY_REQUESTS
        self.calls.count(operation.name, throttled=throttled)
        if throttled and drains:
            bucket.drain()
        if (rate := _rate_limit(response)) is not None:
            bucket.learn(rate)
        logger.debug(
            "%s answered %s in %.3f s (request id %s)",
            operation.name,
            response.status_code,
            response.elapsed.total_seconds(),
            response.headers.get(self._dialect.request_id_header),
        )

    def _bucket(self, operation: Operation) -> TokenBucket:
        with self._buckets_lock:
            if operation.name not in self._buckets:
                self._buckets[operation.name] = TokenBucket(
                    rate_per_second=operation.rate_per_second,
                    burst=operation.burst,
                    clock=self._clock,
                )
            return self._buckets[operation.name]

    def _request(
        self,
        operation: Operation,
        path: Mapping[str, str],
        query: Query,
        body: Json | None,
        headers: Mapping[str, str],
    ) -> requests.Request:
        # The text of the URL and of the body is made here, once, because a signature
        # covers them to the letter.
        placed = {name: quote(value, safe="") for name, value in path.items()}
        url = self.base_url + operation.path.format(**placed)
        if query:
            url += "?" + encoded_query(query)
        request = requests.Request(operation.method, url, headers=dict(headers))
        if body is not None:
            request.data = json.dumps(body, separators=(",", ":")).encode()
            request.headers["content-type"] = "application/json"
        return request

    def _asked(
        self,
        operation: Operation,
        path: Mapping[str, str],
        query: Query,
        body: Json | None,
    ) -> str:
        """Return what is asked for, fit to be printed; page tokens are left out."""
        sent = (*path.items(), *query, *(body or {}).items())
        words = [f"{name}={value}" for name, value in sent]
        shown = [word for word in words if not word.startswith("nextToken=")]
        of_what = f"({', '.join(shown)})" if shown else ""
        return f"{operation.name}{of_what} of the {self._dialect.service}"


def _rate_limit(response: requests.Response) -> float | None:
    try:
        rate = float(response.headers.get("x-amzn-RateLimit-Limit", ""))
    except ValueError:
        return None
    return rate if 0 < rate < float("inf") else None
