"""One request until it is answered: the loop that waits and sends again."""

from __future__ import annotations

import logging
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple

import requests

from tap_amazon_reports.amazon.errors import (
    ThrottledError,
    UnavailableError,
    UnexpectedAnswerError,
)
from tap_amazon_reports.amazon.heartbeat import sleep_aloud
from tap_amazon_reports.amazon.http import (
    Anonymous,
    OversizedAnswerError,
    Transport,
    UnreadableCertificatesError,
)
from tap_amazon_reports.amazon.retry import GiveUp, RetryPolicy, Trouble
from tap_amazon_reports.amazon.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tap_amazon_reports.amazon.clock import Clock

logger = logging.getLogger(__name__)

_WHOLE_SECONDS = re.compile(r"[0-9]{1,9}")
_PASSING = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY})
_NO_ADDRESS = (
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidURL,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidProxyURL,
)

_BEFORE = "not tried again, because the request before was "


class Retrying:
    """How long, and with which pauses, an answer is waited for."""

    def __init__(self, *, retry: RetryPolicy, clock: Clock) -> None:
        """Take the policy, and the clock to sleep on."""
        self._retry = retry
        self._clock = clock
        self.quota_seconds = retry.quota_seconds
        self._given_up: dict[str, tuple[float, str]] = {}

    def until_answered(
        self,
        send: Callable[[], requests.Response],
        *,
        asked: str,
        alike: str | None = None,
    ) -> requests.Response:
        """Send until the answer is not a passing trouble, and return it.

        Waits would add up: where a request of the same operation has just been given
        up, the next one is sent once, and given up if nothing has changed.

        Args:
            send: makes one attempt.
            asked: what is asked for, fit to be printed.
            alike: the operation; None where each request is one of its own.

        Raises:
            ThrottledError: if the answer was 429 for too long.
            UnavailableError: if there was none, or 5xx, for too long.
            UnexpectedAnswerError: if it has no end, or nothing can be sent there.
        """
        attempts = self._retry.begin(self._clock)
        while True:
            answer = _answer(send, asked)
            if isinstance(answer, requests.Response):
                self._given_up.pop(alike or "", None)
                return answer
            decision = self._given_up_before(answer.trouble, alike) or attempts.decide(
                answer.trouble, at_least_seconds=answer.pause_seconds
            )
            if isinstance(decision, GiveUp):
                if alike:
                    why = (self._clock.monotonic(), decision.reason)
                    self._given_up[alike] = why
                raise _given_up(answer, asked, decision.reason)
            self._pause(decision.delay_seconds, f"{asked}: {answer.said}")

    def at_once(
        self, send: Callable[[], requests.Response], *, asked: str
    ) -> requests.Response:
        """Send once, and return the answer; whoever asks plans when to try again.

        Args:
            send: makes one attempt.
            asked: what is asked for, fit to be printed.

        Raises:
            ThrottledError: if the answer was 429.
            UnavailableError: if there was none, or 5xx.
        """
        answer = _answer(send, asked)
        if isinstance(answer, requests.Response):
            return answer
        raise _error(answer, f"{asked}: {answer.said}")

    def _given_up_before(self, trouble: Trouble, alike: str | None) -> GiveUp | None:
        """Return why not to wait again, if nobody has for as long as that takes."""
        if alike is None or alike not in self._given_up:
            return None
        moment, reason = self._given_up[alike]
        ago_seconds = self._clock.monotonic() - moment
        if ago_seconds > self._retry.patience_seconds(trouble):
            return None
        return GiveUp(f"{_BEFORE}{reason.removeprefix(_BEFORE)}")

    def _pause(self, seconds: float, why: str) -> None:
        def tell(left_seconds: float) -> None:
            logger.info("%s; trying again in %.0f s", why, left_seconds)

        sleep_aloud(self._clock, seconds, tell)


class FormPoster:
    """Posts a form without credentials in its headers: for Login with Amazon."""

    def __init__(self, *, transport: Transport, retrying: Retrying) -> None:
        """Take what a request needs."""
        self._transport = transport
        self._retrying = retrying

    def __call__(self, url: str, form: Mapping[str, str | Secret]) -> requests.Response:
        """Return the answer, of whatever status, once it is not a passing trouble.

        A secret is revealed to the request alone: what shows the variables of a frame
        shows none.

        Raises:
            ThrottledError: if the answer was 429 for too long.
            UnavailableError: if there was none, or 5xx, for too long.
        """

        def send() -> requests.Response:
            request = requests.Request("POST", url, data=_revealed(form))
            return self._transport.send(self._transport.prepare(request, Anonymous()))

        return self._retrying.until_answered(send, asked="Login with Amazon", alike=url)


def _revealed(form: Mapping[str, str | Secret]) -> dict[str, str]:
    return {
        name: value.reveal() if isinstance(value, Secret) else value
        for name, value in form.items()
    }


class _Passing(NamedTuple):
    """What an attempt ended with that may pass."""

    trouble: Trouble
    said: str
    pause_seconds: float = 0.0


def _answer(
    send: Callable[[], requests.Response], asked: str
) -> requests.Response | _Passing:
    """Send once; return the answer, or what may pass."""
    try:
        response = send()
    except OversizedAnswerError as error:
        msg = (
            f"{asked}: {error}; check lwa_token_url and the *_base_url settings, and"
            " any proxy"
        )
        raise UnexpectedAnswerError(msg) from None
    except UnreadableCertificatesError:
        msg = (
            f"{asked}: the TLS certificates cannot be read, so nothing was sent; check"
            " the path in the variable REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE"
        )
        raise UnexpectedAnswerError(msg) from None
    except _NO_ADDRESS as error:
        kind = type(error).__name__
        msg = (
            f"{asked}: the address cannot be used ({kind}); check lwa_token_url, the"
            " *_base_url settings and the variables HTTPS_PROXY and HTTP_PROXY"
        )
        raise UnexpectedAnswerError(msg) from None
    except requests.RequestException as error:
        return _Passing(Trouble.UNAVAILABLE, cause(error))
    if (trouble := _trouble(response)) is None:
        return response
    said = f"HTTP {response.status_code}"
    return _Passing(trouble, said, _retry_after(response))


def _trouble(response: requests.Response) -> Trouble | None:
    if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        return Trouble.THROTTLED
    if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Trouble.UNAVAILABLE
    return Trouble.UNAVAILABLE if response.status_code in _PASSING else None


def _retry_after(response: requests.Response) -> float:
    """Return the pause that the answer asks for, in seconds; none is promised."""
    text = response.headers.get("retry-after", "")
    return float(text) if _WHOLE_SECONDS.fullmatch(text) else 0.0


def cause(error: requests.RequestException) -> str:
    """Return what went wrong on the way; the error's own text may hold the URL."""
    if isinstance(error, requests.exceptions.SSLError):
        return "the TLS connection failed (check the certificate and any proxy)"
    if isinstance(error, requests.exceptions.Timeout):
        return "no answer within request_timeout"
    return f"the connection was lost ({type(error).__name__})"


def _given_up(
    passing: _Passing, asked: str, reason: str
) -> ThrottledError | UnavailableError:
    if passing.trouble is Trouble.THROTTLED:
        return _error(
            passing,
            f"{asked}: {reason}; another application may be using up the quota of this"
            " account. The next run goes on from the bookmark",
        )
    return _error(
        passing,
        f"{asked}: {reason} (last: {passing.said}). The next run goes on from the"
        " bookmark",
    )


def _error(passing: _Passing, message: str) -> ThrottledError | UnavailableError:
    if passing.trouble is Trouble.THROTTLED:
        return ThrottledError(message, status=HTTPStatus.TOO_MANY_REQUESTS)
    return UnavailableError(message)
