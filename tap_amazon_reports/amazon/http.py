"""Single requests over kept connections, and answers that are held within bounds."""

from __future__ import annotations

import abc
import contextlib
import io
import re
from collections.abc import Callable, Sequence
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import quote

import requests
from requests.auth import AuthBase
from urllib3.exceptions import HTTPError, LocationValueError, ReadTimeoutError

from tap_amazon_reports.amazon.clock import SystemClock
from tap_amazon_reports.amazon.echo import printable
from tap_amazon_reports.amazon.errors import UnsendableError
from tap_amazon_reports.amazon.library_logs import guard_library_logs
from tap_amazon_reports.amazon.origin import Origin
from tap_amazon_reports.amazon.punctual import Pace, PunctualAdapter

Query = Sequence[tuple[str, str]]

LARGEST_ANSWER_BYTES = 4 * 1024 * 1024
"""A page of a hundred reports takes 60 KB, two years of order metrics by day 400 KB;
documents are not held. As objects of Python, JSON can take fifty times as much.
"""
_CODINGS = frozenset({"", "identity", "gzip", "x-gzip", "deflate"})
"""One of these unpacks to a thousand times its size at the most; two within each other,
or brotli, to a million times, and old versions of urllib3 do so at once.
"""
_LARGEST_DISCARDED_BYTES = 64 * 1024
_PIECE_BYTES = 64 * 1024
_LONGEST_TIMEOUTS = 3
"""An answer that comes drop by drop may take so many times `request_timeout`; over so
many the pace of a document is measured. With the usual 60 s it is tried again after
that, as what is unavailable is tried for longer.
"""

_IN_A_HEADER = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?|")
_USER_AGENT = "user-agent"
_SETTING_OF_HEADER = {
    "authorization": "pay_public_key_id",
    _USER_AGENT: "user_agent",
}


_SYSTEM_CLOCK = SystemClock()


class OversizedAnswerError(requests.RequestException):
    """An answer without an end."""


class UnreadableCertificatesError(requests.RequestException):
    """The environment names certificates that are not there."""


class Authenticator(AuthBase, abc.ABC):
    """What puts credentials on a request, and can be told that they are spent."""

    @abc.abstractmethod
    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Put credentials on `request`."""

    def forget(self, response: requests.Response) -> bool:
        """Drop spent credentials, if they can be renewed.

        Returns:
            Whether one more attempt makes sense.
        """
        return False


class Anonymous(Authenticator):
    """No credentials at all; it also keeps `requests` from looking into a `.netrc`."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Return the request as it is."""
        return request


class Transport:
    """Sends single requests over connections that are kept; knows no service.

    Attributes:
        answered_at: the `Date` of the last answer, as it says it.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        timeout_seconds: float,
        monotonic: Callable[[], float] = _SYSTEM_CLOCK.monotonic,
    ) -> None:
        """Open no connection yet.

        Args:
            user_agent: sent with every request, to services and to storage.
            timeout_seconds: of the connection, and of each silence while reading.
            monotonic: tells the seconds that an answer takes.
        """
        guard_library_logs()
        self.answered_at: str | None = None
        self._timeout_seconds = timeout_seconds
        self._longest_seconds = timeout_seconds * _LONGEST_TIMEOUTS
        self._monotonic = monotonic
        pace = Pace(self._longest_seconds, monotonic)
        self._session = requests.Session()
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, PunctualAdapter(pace))
        self._session.headers[_USER_AGENT] = user_agent
        self._session.headers["accept"] = "application/json"
        self._session.headers["accept-encoding"] = "gzip"
        # A cookie would tie requests together that have nothing to do with each other.
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def prepare(
        self, request: requests.Request, auth: Authenticator
    ) -> requests.PreparedRequest:
        """Return `request` ready to be sent, with the credentials of `auth`.

        Raises:
            UnsendableError: if a header would hold what none can hold.
        """
        request.auth = auth
        try:
            prepared = self._session.prepare_request(request)
        except requests.exceptions.InvalidHeader:
            # Its own text shows the value.
            raise _unsendable(_USER_AGENT) from None
        if not prepared.body and prepared.method != "POST":
            # `requests` announces an empty body; a DELETE of Amazon's has none.
            prepared.headers.pop("Content-Length", None)
        for name, value in prepared.headers.items():
            if not _IN_A_HEADER.fullmatch(str(value)):
                raise _unsendable(name)
        return prepared

    def send(
        self, prepared: requests.PreparedRequest, *, stream: bool = False
    ) -> requests.Response:
        """Send once, follow nothing; read the answer, unless it is to be streamed.

        Raises:
            requests.RequestException: if no whole answer came.
        """
        settings = self._session.merge_environment_settings(
            prepared.url, {}, stream=True, verify=None, cert=None
        )
        # Not `Session.send`: of a redirect, also of one that is not followed, it reads
        # all that comes.
        adapter = self._session.get_adapter(str(prepared.url))
        began = self._monotonic()
        try:
            response = adapter.send(
                prepared,
                stream=True,
                timeout=self._timeout_seconds,
                verify=settings["verify"] or False,
                cert=settings["cert"],
                proxies={} if _stays_here(prepared.url) else settings["proxies"],
            )
        except LocationValueError:
            # `requests` lets it through: a part of the host's name that is too long.
            raise requests.exceptions.InvalidURL from None
        except requests.RequestException:
            raise
        except OSError:
            # So bare `requests` says that a file is missing, before it connects.
            raise UnreadableCertificatesError from None
        self.answered_at = response.headers.get("date")
        if not stream:
            held = self._read(response, began, LARGEST_ANSWER_BYTES)
            response.raw = io.BytesIO(held)
        return response

    def discard(self, response: requests.Response) -> None:
        """Read what nobody wants to its end, so that its connection can serve again.

        If the end is far, the connection is closed instead.
        """
        with contextlib.suppress(requests.RequestException):
            self._read(response, self._monotonic(), _LARGEST_DISCARDED_BYTES)

    def _read(
        self, response: requests.Response, began: float, most_bytes: int
    ) -> bytearray:
        """Return the body of an answer that began to come at the second `began`.

        Raises:
            OversizedAnswerError: if it has more than `most_bytes`, or is packed so that
                nobody can tell.
            RequestException: if it does not come to its end, or not in time.
        """
        held = bytearray()
        try:
            _check_coding(response.headers.get("content-encoding", ""))
            while piece := response.raw.read1(_PIECE_BYTES, decode_content=True):
                held += piece
                self._check_bounds(len(held), began, most_bytes)
        except ReadTimeoutError:
            raise requests.exceptions.ReadTimeout from None
        except HTTPError as error:
            kind = type(error).__name__
            raise requests.exceptions.ChunkedEncodingError(kind) from None
        finally:
            # What has been read to its end gave its connection back by itself.
            response.raw.close()
        return held

    def _check_bounds(self, count: int, began: float, most_bytes: int) -> None:
        if count > most_bytes:
            msg = f"the answer is larger than {most_bytes} bytes"
            raise OversizedAnswerError(msg)
        if self._monotonic() - began > self._longest_seconds:
            raise requests.exceptions.ReadTimeout


def _check_coding(coding: str) -> None:
    if coding.strip().lower() not in _CODINGS:
        msg = f"the answer is packed as {printable(coding, longest=40)!r}"
        raise OversizedAnswerError(msg)


def _stays_here(url: str | None) -> bool:
    """Return whether `url` leads to this machine: a proxy would see it in clear."""
    try:
        return Origin.of(url or "").is_loopback
    except ValueError:
        return False


def _unsendable(header: str) -> UnsendableError:
    setting = _SETTING_OF_HEADER.get(header.lower(), "the credentials of this service")
    return UnsendableError(
        f"the header {header} would contain a line break or another character that HTTP"
        f" headers cannot contain, so nothing was sent; check {setting}"
    )


def encoded_query(query: Query) -> str:
    """Return `query` percent-encoded by RFC 3986, sorted by its encoded names.

    This is also the canonical form that Amazon Pay signs, so one text serves both.
    """
    pairs = ((quote(name, safe="~"), quote(value, safe="~")) for name, value in query)
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))
