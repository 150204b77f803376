"""Connections whose far side, credentials and pauses are written down, or real."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import requests

from tap_amazon_reports.amazon.exchange import Retrying
from tap_amazon_reports.amazon.http import Authenticator, Transport
from tap_amazon_reports.amazon.retry import RetryPolicy
from tap_amazon_reports.services import Services
from tap_amazon_reports.settings.reader import read_settings
from tests.clock import ScriptedClock

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tap_amazon_reports.amazon.errors import AmazonError
    from tests.local_amazon import LocalAmazon
    from tests.local_amazon.journal import Seen

USER_AGENT = "Test/1 (Language=Python)"


def unchanged(pause_seconds: float) -> float:
    """Spread nothing: a jitter for tests that count seconds."""
    return pause_seconds


STEADY = RetryPolicy(jitter=unchanged)


def retrying_of(clock: ScriptedClock) -> Retrying:
    """Return the usual retrying, without jitter."""
    return Retrying(retry=STEADY, clock=clock)


def transport_of() -> Transport:
    """Return a real transport."""
    return Transport(user_agent=USER_AGENT, timeout_seconds=10)


def services_of(amazon: LocalAmazon, clock: ScriptedClock, **changed: Any) -> Services:
    """Return the clients as the tap wires them, with some settings changed."""
    settings = read_settings({**amazon.settings(), **changed}, now=clock.now())
    return Services(settings, clock=clock, retry=STEADY)


def response_of(
    status: int, body: object = b"{}", headers: Mapping[str, str] | None = None
) -> requests.Response:
    """Return an answer; `body` is sent as it is if it is bytes, else as JSON."""
    response = requests.Response()
    response.status_code = status
    response.headers.update(headers or {})
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    response.raw = io.BytesIO(content)
    return response


class LoggingClock(ScriptedClock):
    """A scripted clock that also writes its pauses among other events."""

    def __init__(self, events: list[str]) -> None:
        """Write to `events`."""
        super().__init__()
        self._events = events

    def sleep(self, seconds: float) -> None:
        """Move time forward, and write it down in whole seconds."""
        self._events.append(f"sleep {seconds:.0f}")
        super().sleep(seconds)


class LoggingTransport(Transport):
    """A far side that is a list of what it does next.

    Attributes:
        sent: what arrived, in order.
    """

    def __init__(
        self, events: list[str], script: Iterable[requests.Response | Exception]
    ) -> None:
        """Do each of `script` in turn."""
        super().__init__(user_agent=USER_AGENT, timeout_seconds=10)
        self._events = events
        self._script = list(script)
        self.sent: list[requests.PreparedRequest] = []

    def send(
        self, prepared: requests.PreparedRequest, *, stream: bool = False
    ) -> requests.Response:
        """Do what is next."""
        del stream
        self._events.append("send")
        self.sent.append(prepared)
        turn = self._script.pop(0)
        if isinstance(turn, Exception):
            raise turn
        turn.request = prepared
        return turn


class NumberedSignatures(Authenticator):
    """Credentials that are counted: each request carries a number of its own."""

    def __init__(self, events: list[str], *, renewable: bool = True) -> None:
        """Write to `events`; say of spent ones whether there are others."""
        self._events = events
        self._renewable = renewable
        self._count = 0

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Put the next number on `request`."""
        self._count += 1
        self._events.append(f"sign {self._count}")
        request.headers["x-signature"] = str(self._count)
        return request

    def forget(self, response: requests.Response) -> bool:
        """Write down that the far side refused a number."""
        self._events.append(f"forget {response.request.headers['x-signature']}")
        return self._renewable


def calls_of(amazon: LocalAmazon, operation: str) -> list[Seen]:
    """Return the requests of one operation."""
    return [seen for seen in amazon.seen if seen.operation == operation]


def one_line(error: AmazonError) -> str:
    """Return an error's text, which is one line."""
    text = str(error)
    assert text.isprintable()
    return text
