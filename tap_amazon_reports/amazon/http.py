"""Single requests over kept connections, and what their answers hold."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from decimal import Decimal
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Protocol
from urllib.parse import quote

import requests
from requests.auth import AuthBase

from tap_amazon_reports.amazon.errors import UnexpectedAnswerError

Query = Sequence[tuple[str, str]]
Json = dict[str, Any]


class Anonymous(AuthBase):
    """No credentials at all; it also keeps `requests` from looking into a `.netrc`."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Return the request as it is."""
        return request

    def forget(self, response: requests.Response) -> bool:
        """Say that there is nothing to renew."""
        return False


class Authenticator(Protocol):
    """What puts credentials on a request, and can be told that they are spent."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Put credentials on `request`."""

    def forget(self, response: requests.Response) -> bool:
        """Drop spent credentials; return whether one more attempt makes sense."""


class Transport:
    """Sends single requests over connections that are kept; knows no service.

    Attributes:
        answered_at: the `Date` of the last answer, as it says it.
    """

    def __init__(self, *, user_agent: str, timeout_seconds: float) -> None:
        """Open no connection yet.

        Args:
            user_agent: sent with every request, to services and to storage.
            timeout_seconds: of the connection, and of each silence while reading.
        """
        # At DEBUG it logs whole URLs, and with the query of a presigned one whoever
        # reads the log can read the document.
        logging.getLogger("urllib3").setLevel(logging.INFO)
        self.answered_at: str | None = None
        self._timeout_seconds = timeout_seconds
        self._session = requests.Session()
        self._session.headers["user-agent"] = user_agent
        self._session.headers["accept"] = "application/json"
        # A cookie would tie requests together that have nothing to do with each other.
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def prepare(
        self, request: requests.Request, auth: Authenticator
    ) -> requests.PreparedRequest:
        """Return `request` ready to be sent, with the credentials of `auth`."""
        request.auth = auth
        prepared = self._session.prepare_request(request)
        if not prepared.body and prepared.method != "POST":
            # `requests` announces an empty body; a DELETE of Amazon's has none.
            prepared.headers.pop("Content-Length", None)
        return prepared

    def send(
        self, prepared: requests.PreparedRequest, *, stream: bool = False
    ) -> requests.Response:
        """Send once, follow nothing.

        Raises:
            requests.RequestException: if no whole answer came.
        """
        settings = self._session.merge_environment_settings(
            prepared.url, {}, stream, None, None
        )
        response = self._session.send(
            prepared,
            timeout=self._timeout_seconds,
            # A redirect could carry credentials to another host.
            allow_redirects=False,
            **settings,
        )
        self.answered_at = response.headers.get("date")
        return response


def encoded_query(query: Query) -> str:
    """Return `query` percent-encoded by RFC 3986, sorted by its encoded names.

    This is also the canonical form that Amazon Pay signs, so one text serves both.
    """
    pairs = ((quote(name, safe="~"), quote(value, safe="~")) for name, value in query)
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def json_object(response: requests.Response) -> Json | None:
    """Return the JSON object that `response` holds, its decimals exact, or None."""
    try:
        answer = json.loads(response.content, parse_float=Decimal)
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None


def list_of_objects(answer: Json, name: str, asked: str) -> list[Json]:
    """Return the list of JSON objects that `answer` holds under `name`.

    Raises:
        UnexpectedAnswerError: if it holds something else there, or nothing.
    """
    found = answer.get(name)
    if isinstance(found, list) and all(isinstance(item, dict) for item in found):
        return found
    msg = f"{asked} answered without a list of {name}"
    raise UnexpectedAnswerError(msg)


def text_of(answer: Json, name: str, asked: str) -> str:
    """Return the text that `answer` holds under `name`.

    Raises:
        UnexpectedAnswerError: if it holds something else there, or nothing.
    """
    found = answer.get(name)
    if isinstance(found, str) and found:
        return found
    msg = f"{asked} answered without a {name}"
    raise UnexpectedAnswerError(msg)
