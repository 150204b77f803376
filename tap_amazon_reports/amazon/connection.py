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

from tap_amazon_reports.amazon.answers import read_answer
from tap_amazon_reports.amazon.errors import AmazonError, ThrottledError
from tap_amazon_reports.amazon.heartbeat import sleep_aloud
from tap_amazon_reports.amazon.http import encoded_query
from tap_amazon_reports.amazon.quota import TokenBucket

if TYPE_CHECKING:
    from tap_amazon_reports.amazon.answers import Answer
    from tap_amazon_reports.amazon.clock import Clock
    from tap_amazon_reports.amazon.exchange import Retrying
    from tap_amazon_reports.amazon.http import Authenticator, Transport
    from tap_amazon_reports.amazon.operation import Call, Operation

logger = logging.getLogger(__name__)

_LONG_WAIT_SECONDS = 10


class ServiceRules(Protocol):
    """What a service calls itself, its requests and its refusals."""

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
        rules: ServiceRules,
        base_url: str,
        auth: Authenticator,
        transport: Transport,
        clock: Clock,
        retrying: Retrying,
    ) -> None:
        """Take everything that a request needs; ask for nothing yet."""
        self._rules = rules
        self.base_url = base_url.rstrip("/")
        self._auth = auth
        self._transport = transport
        self._clock = clock
        self._retrying = retrying
        self._buckets: dict[str, TokenBucket] = {}
        self._buckets_lock = threading.Lock()
        self.calls = Calls()

    def call(self, call: Call) -> requests.Response:
        """Make `call`, and return its 2xx answer.

        Raises:
            AmazonError: whatever else Amazon, or the way there, had to say.
        """
        request, asked = self._request(call), self.asked(call)
        retrying, alike = self._retrying, f"{self.base_url} {call.operation.name}"

        def attempt() -> requests.Response:
            return self._attempt(call, request)

        response = (
            retrying.at_once(attempt, asked=asked)
            if call.at_once
            else retrying.until_answered(attempt, asked=asked, alike=alike)
        )
        if not HTTPStatus.OK <= response.status_code < HTTPStatus.MULTIPLE_CHOICES:
            raise self._rules.error(response, asked)
        return response

    def call_json(self, call: Call) -> Answer:
        """Make `call`, and return the JSON object that it answered with.

        Raises:
            UnexpectedAnswerError: if the answer is not a JSON object.
            AmazonError: as `call`.
        """
        return self.read(call, self.call(call))

    def call_for_nothing(self, call: Call) -> None:
        """Make `call`, whose answer is empty, or an object that says nothing more.

        Raises:
            UnexpectedAnswerError: if it is something else, as a page of a proxy's is.
            AmazonError: as `call`.
        """
        response = self.call(call)
        if response.content.strip():
            self.read(call, response)

    def read(self, call: Call, response: requests.Response) -> Answer:
        """Return the JSON object in the answer to `call`.

        Raises:
            UnexpectedAnswerError: if the answer is not a JSON object.
        """
        request_id = response.headers.get(self._rules.request_id_header)
        return read_answer(response, asked=self.asked(call), request_id=request_id)

    def asked(self, call: Call) -> str:
        """Return what `call` asks for, fit to be printed."""
        return call.asked_of(self._rules.service)

    def wait_seconds(self, operation: Operation, count: int = 1) -> float:
        """Return how long the last of the next `count` calls would wait for quota."""
        return self._bucket(operation).wait_seconds(count)

    def drain(self, operation: Operation) -> None:
        """Believe that the quota of `operation` is empty now."""
        self._bucket(operation).drain()

    def _attempt(self, call: Call, request: requests.Request) -> requests.Response:
        """Pay, authenticate, send; once more with new credentials if they are spent."""
        auth = call.auth or self._auth
        response = self._pay_and_send(call, request, auth)
        refused = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
        if response.status_code in refused and auth.forget(response):
            name = call.operation.name
            logger.info("%s: the access token was refused; requesting a new one", name)
            response = self._pay_and_send(call, request, auth)
        return response

    def _pay_and_send(
        self, call: Call, request: requests.Request, auth: Authenticator
    ) -> requests.Response:
        self._pay(call)
        response = self._transport.send(self._transport.prepare(request, auth))
        self._learn(call, response)
        return response

    def _pay(self, call: Call) -> None:
        """Pay for a call, and wait until it may be made.

        Raises:
            ThrottledError: if that would take too long.
        """
        bucket, name = self._bucket(call.operation), call.operation.name
        longest = self._retrying.quota_seconds
        seconds = bucket.owe(at_most_seconds=longest)
        if seconds is None:
            msg = (
                f"{self.asked(call)}: the quota allows the next call in"
                f" {bucket.wait_seconds():.0f} s, longer than the {longest:.0f} s that"
                " this tap waits; read fewer report types or marketplaces at once, or"
                " let the next run go on"
            )
            raise ThrottledError(msg)
        told = seconds >= _LONG_WAIT_SECONDS

        def tell(left_seconds: float) -> None:
            if told:
                logger.info("%s: waiting for quota, %.0f s left", name, left_seconds)

        sleep_aloud(self._clock, seconds, tell)

    def _learn(self, call: Call, response: requests.Response) -> None:
        """Count the call, and believe what the answer tells about the quota."""
        name, bucket = call.operation.name, self._bucket(call.operation)
        throttled = response.status_code == HTTPStatus.TOO_MANY_REQUESTS
        self.calls.count(name, throttled=throttled)
        if throttled and not call.at_once:
            bucket.drain()
        if (rate := _rate_limit(response)) is not None:
            bucket.learn(rate)
        logger.debug(
            "%s answered %s (request id %s)",
            name,
            response.status_code,
            response.headers.get(self._rules.request_id_header),
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

    def _request(self, call: Call) -> requests.Request:
        # The text of the URL and of the body is made here, once, because a signature
        # covers them to the letter.
        placed = {name: quote(value, safe="") for name, value in call.path.items()}
        url = self.base_url + call.operation.path.format(**placed)
        if call.query:
            url += "?" + encoded_query(call.query)
        method, headers = call.operation.method, dict(call.headers)
        request = requests.Request(method, url, headers=headers)
        if call.body is not None:
            request.data = json.dumps(call.body, separators=(",", ":")).encode()
            request.headers["content-type"] = "application/json"
        return request


def _rate_limit(response: requests.Response) -> float | None:
    try:
        return float(response.headers.get("x-amzn-RateLimit-Limit", ""))
    except ValueError:
        return None
