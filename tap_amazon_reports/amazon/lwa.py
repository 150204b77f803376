"""Tokens of Login with Amazon: bought once, kept while they live, put on requests.

Facts (SP-API developer guide, Connecting to the Selling Partner API; Appstore Reporting
API, Request LWA access token; 2026):

- A grant is posted as form data to one global address; the answer is JSON, with a
  token that lives `expires_in` seconds, or with an `error` word.
- Which status comes with which word is not documented, so the word decides.
"""

from __future__ import annotations

import logging
import re
import threading
from copy import copy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Protocol

from tap_amazon_reports.amazon.answers import json_object
from tap_amazon_reports.amazon.errors import (
    AmazonError,
    CredentialsError,
    ThrottledError,
    UnavailableError,
    UnexpectedAnswerError,
)
from tap_amazon_reports.amazon.http import Authenticator
from tap_amazon_reports.amazon.origin import Origin
from tap_amazon_reports.amazon.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import requests

    from tap_amazon_reports.amazon.clock import Clock

    Post = Callable[[str, Mapping[str, str | Secret]], requests.Response]

logger = logging.getLogger(__name__)

LARGEST_MARGIN_SECONDS = 60.0
"""A token is renewed so long before its end, or at nine tenths of a short life."""

LONGEST_LIFE_SECONDS = 365 * 86400
"""A longer life is a mistake: Amazon's tokens live an hour."""

_WORD = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_SECONDS = re.compile(r"[0-9]{1,9}")
_HEADER_SAFE = re.compile(r"[\x21-\x7e]+")

# `{0}` stands for `sp` or `appstore`, with which the names of the settings begin.
_ADVICE: Mapping[str, str] = {
    "invalid_client": (
        "check {0}_client_id and {0}_client_secret; a secret that was rotated or has"
        " expired is no longer accepted"
    ),
    "invalid_grant": (
        "check that {0}_client_id and {0}_client_secret belong to one application"
    ),
    "invalid_request": (
        "check {0}_client_id and {0}_client_secret for missing or extra characters, and"
        " check lwa_token_url"
    ),
    "invalid_scope": ("check which permissions the application of {0}_client_id has"),
    "unauthorized_client": (
        "check that {0}_client_id belongs to an application for this service, and that"
        " the application is not disabled"
    ),
    "unsupported_grant_type": (
        "check that lwa_token_url is the address of Login with Amazon"
    ),
}


class Grant(Protocol):
    """What a token is asked for with, besides the client's id and secret."""

    advice: ClassVar[Mapping[str, str]]
    """What to check, by the `error` word, where this grant knows better."""

    def form_fields(self) -> Mapping[str, str | Secret]:
        """Return the form fields that are this grant's own."""


@dataclass(frozen=True)
class ClientCredentials:
    """The application asks for itself (Appstore Reporting API)."""

    scope: str

    advice: ClassVar[Mapping[str, str]] = {
        # The page was moved from one menu to the other; users meet both.
        "invalid_scope": (
            "the security profile of appstore_client_id is not attached to the"
            " Reporting API: in the Amazon"
            " developer console open API Access (under My Settings or Apps & Services),"
            " choose Reporting API, select the security profile and press Attach"
        ),
    }

    def form_fields(self) -> Mapping[str, str]:
        """Return the form fields that are this grant's own."""
        return {"grant_type": "client_credentials", "scope": self.scope}


@dataclass(frozen=True)
class RefreshToken:
    """A seller's or vendor's lasting consent (Selling Partner API)."""

    token: Secret

    advice: ClassVar[Mapping[str, str]] = {
        "invalid_grant": (
            "sp_refresh_token is wrong, was revoked, or belongs to another application"
            " than sp_client_id: authorise the application again and set"
            " sp_refresh_token to the new token"
        ),
    }

    def form_fields(self) -> Mapping[str, str | Secret]:
        """Return the form fields that are this grant's own."""
        return {"grant_type": "refresh_token", "refresh_token": self.token}


@dataclass(frozen=True)
class _HeldToken:
    """A token, and the moments (monotonic seconds) when it gets stale and when it dies.

    A stale token is still good: it is time to look for the next one.
    """

    token: Secret
    stale_at: float
    dead_at: float

    @classmethod
    def bought_at(cls, now: float, token: Secret, life_seconds: int) -> _HeldToken:
        """Hold a token that was handed out just `now`."""
        margin = min(LARGEST_MARGIN_SECONDS, life_seconds / 10)
        dead_at = now + life_seconds
        return cls(token=token, stale_at=dead_at - margin, dead_at=dead_at)


class LwaTokenSource:
    """The access token of one application, bought when it is first needed.

    Any number of threads may ask: one of them buys, the others wait for it, or go on
    with the old token while that lives. What Login with Amazon refuses once is refused
    for the whole run, without asking again.
    """

    def __init__(
        self,
        *,
        grant: Grant,
        client_id: str,
        client_secret: Secret,
        token_url: str,
        post: Post,
        clock: Clock,
        service: str,
        settings: str,
    ) -> None:
        """Remember what to ask with; nothing is asked yet.

        Args:
            grant: what the token is asked for with.
            client_id: of the application or security profile.
            client_secret: of the same.
            token_url: where tokens are sold; https, or this machine.
            post: sends form fields to a URL, retries what passes by itself, and returns
                every answer that is final, of whatever status.
            clock: tells how old a token is.
            service: whose token it is, for error texts.
            settings: what the names of its settings begin with: `sp`, `appstore`.

        Raises:
            ForeignHostError: `token_url` is plain http to another machine.
            ValueError: `token_url` is not an http(s) address.
        """
        Origin.of(token_url).guard(token_url)
        self._grant = grant
        self._client_id = client_id
        self._client_secret = client_secret
        self._token_url = token_url
        self._post = post
        self._clock = clock
        self._service = service
        self._settings = settings
        self._turn = threading.Lock()
        self._held: _HeldToken | None = None
        self._refusal: CredentialsError | None = None
        self._outage: AmazonError | None = None

    def token(self) -> Secret:
        """Return a token that is good for a while yet.

        Raises:
            CredentialsError: Login with Amazon does not accept what we ask with.
            UnavailableError: it could not be reached, and no token lives.
            ThrottledError: it has had enough of us, and no token lives.
            UnexpectedAnswerError: its answer holds neither a token nor an error word.
        """
        outage, held = self._outage, self._living()
        if held and self._clock.monotonic() < held.stale_at:
            return held.token
        if not self._turn.acquire(blocking=held is None) and held:
            return held.token
        try:
            return self._renewed(outage)
        finally:
            self._turn.release()

    def forget(self, token: Secret) -> None:
        """Drop `token`, unless it has been replaced already."""
        with self._turn:
            if self._held and self._held.token == token:
                self._held = None

    def _living(self) -> _HeldToken | None:
        """Return the token held, unless it is dead."""
        held = self._held
        return held if held and self._clock.monotonic() < held.dead_at else None

    def _renewed(self, outage_seen: AmazonError | None) -> Secret:
        """Return the token that is current when it is this thread's turn.

        Args:
            outage_seen: the last outage known before waiting; a later one happened
                while this thread waited, and counts as its own.
        """
        if self._refusal:
            raise copy(self._refusal)
        held = self._living()
        if held and self._clock.monotonic() < held.stale_at:
            return held.token
        if self._outage and self._outage is not outage_seen and not held:
            raise copy(self._outage)
        self._held = self._replacement(held)
        return self._held.token

    def _replacement(self, held: _HeldToken | None) -> _HeldToken:
        """Buy a token; settle for the one held if it lives and none can be had."""
        try:
            return self._bought()
        except CredentialsError as refusal:
            self._refusal = copy(refusal)
            raise
        except (UnavailableError, ThrottledError) as outage:
            self._outage = copy(outage)
            if not held or self._clock.monotonic() >= held.dead_at:
                raise
            logger.warning(
                "%s: the token could not be renewed; still using the old one: %s",
                self._service,
                outage,
            )
            # One early try for each token: the next one is made when it is dead.
            return replace(held, stale_at=held.dead_at)

    def _bought(self) -> _HeldToken:
        """Ask Login with Amazon for a token, and check what it answers."""
        response = self._post(
            self._token_url,
            {
                **self._grant.form_fields(),
                "client_id": self._client_id,
                "client_secret": self._client_secret,
            },
        )
        answer = json_object(response)
        if answer is None:
            raise self._unexpected(response, "no JSON object")
        if "error" in answer:
            raise self._refused(response, answer["error"])
        return self._read(response, answer)

    def _read(
        self, response: requests.Response, answer: Mapping[str, object]
    ) -> _HeldToken:
        """Return the token that `answer` holds."""
        token, life_seconds = answer.get("access_token"), _life(answer)
        if not (isinstance(token, str) and _HEADER_SAFE.fullmatch(token)):
            raise self._unexpected(response, "no usable access_token")
        if life_seconds is None:
            raise self._unexpected(response, "no usable expires_in")
        now = self._clock.monotonic()
        return _HeldToken.bought_at(now, Secret(token), life_seconds)

    def _refused(self, response: requests.Response, word: object) -> AmazonError:
        """Return the error for an `error` word, saying what to check."""
        if not (isinstance(word, str) and _WORD.fullmatch(word)):
            return self._unexpected(response, "an unreadable error code")
        advice = {**_ADVICE, **self._grant.advice}.get(
            word, "Amazon does not document this code; check all settings {0}_…"
        )
        return CredentialsError(
            f"{self._service}: Login with Amazon answered {word}:"
            f" {advice.format(self._settings)} (HTTP {response.status_code}, request id"
            f" {_request_id(response)})",
            status=response.status_code,
            code=word,
            request_id=_request_id(response),
        )

    def _unexpected(self, response: requests.Response, found: str) -> AmazonError:
        """Return the error for an answer that cannot be read, without showing it."""
        return UnexpectedAnswerError(
            f"{self._service}: Login with Amazon answered HTTP {response.status_code}"
            f" with {found} (request id {_request_id(response)}); check lwa_token_url",
            status=response.status_code,
            request_id=_request_id(response),
        )


class LwaAuth(Authenticator):
    """Puts a token of a source on each request to one service."""

    def __init__(
        self,
        source: LwaTokenSource,
        *,
        base_url: str,
        spent: Callable[[requests.Response], bool],
        header: str = "x-amz-access-token",
        prefix: str = "",
    ) -> None:
        """Remember where tokens come from and where they may go.

        Args:
            source: hands out the token.
            base_url: of the service; no other origin gets to see a token.
            spent: tells whether an answer means that the token's time is over.
            header: carries the token.
            prefix: stands before the token, as in `Bearer `.

        Raises:
            ValueError: `base_url` is not an http(s) address.
        """
        self._source = source
        self._origin = Origin.of(base_url)
        self._spent = spent
        self._header = header
        self._prefix = prefix

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Put a living token on `request`.

        Raises:
            ForeignHostError: `request` does not go to the service, or not encrypted.
            AmazonError: no token can be had, see `LwaTokenSource.token`.
        """
        self._origin.guard(request.url)
        token = self._source.token()
        request.headers[self._header] = f"{self._prefix}{token.reveal()}"
        return request

    def forget(self, response: requests.Response) -> bool:
        """Forget the token that the answered request carried, if it is spent.

        Returns:
            Whether trying once more makes sense.
        """
        carried = response.request.headers.get(self._header, "")
        if not carried or not carried.startswith(self._prefix):
            return False
        if not self._spent(response):
            return False
        self._source.forget(Secret(carried[len(self._prefix) :]))
        return True


def _life(answer: Mapping[str, object]) -> int | None:
    """Return `expires_in`, seconds; a number, or a number as text; None if neither."""
    found = answer.get("expires_in")
    if isinstance(found, str) and _SECONDS.fullmatch(found):
        found = int(found)
    if isinstance(found, bool) or not isinstance(found, int):
        return None
    return found if 0 < found <= LONGEST_LIFE_SECONDS else None


def _request_id(response: requests.Response) -> str | None:
    """Return Amazon's id of the request."""
    return response.headers.get("x-amzn-RequestId")
