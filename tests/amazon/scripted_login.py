"""Login with Amazon as a list of what it does next, for tests of its tokens."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import requests

from tap_amazon_reports.amazon.errors import UnavailableError
from tap_amazon_reports.amazon.lwa import (
    ClientCredentials,
    LwaTokenSource,
    RefreshToken,
)
from tap_amazon_reports.amazon.secret import Secret
from tests.clock import ScriptedClock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tap_amazon_reports.amazon.lwa import Grant

TOKEN_URL = "https://api.amazon.com/auth/o2/token"
SERVICE = "Selling Partner API"
CLIENT_SECRET = "very-secret-of-the-client"
REFRESH_TOKEN = "Atzr|very-secret-consent"
APPSTORE = ClientCredentials(scope="adx_reporting::appstore:marketer")
SELLER = RefreshToken(Secret(REFRESH_TOKEN))


def answer(
    body: object, *, status: int = 200, request: requests.PreparedRequest | None = None
) -> requests.Response:
    """Return a response; `body` is sent as it is if it is text, else as JSON."""
    response = requests.Response()
    response.status_code = status
    text = body if isinstance(body, str) else json.dumps(body)
    response.raw = io.BytesIO(text.encode())
    response.headers["x-amzn-RequestId"] = "request-1"
    if request is not None:
        response.request = request
    return response


def granted(token: str, *, life_seconds: object = 3600) -> requests.Response:
    """Return the answer that sells `token`."""
    return answer(
        {"access_token": token, "expires_in": life_seconds, "token_type": "bearer"}
    )


class Login:
    """Login with Amazon, as a list of what it does next.

    Attributes:
        forms: what was posted to it, in order.
    """

    def __init__(self, *script: requests.Response | Exception) -> None:
        """Do each of `script` in turn; after that sell tokens numbered from 1."""
        self.script = list(script)
        self.forms: list[dict[str, str]] = []
        self.sold = 0

    def __call__(self, url: str, form: Mapping[str, str | Secret]) -> requests.Response:
        """Answer one post."""
        assert TOKEN_URL == url

        self.forms.append(
            {
                name: value.reveal() if isinstance(value, Secret) else value
                for name, value in form.items()
            }
        )
        if not self.script:
            self.sold += 1
            return granted(f"token-{self.sold}")
        turn = self.script.pop(0)
        if isinstance(turn, Exception):
            raise turn
        return turn


def source_of(
    post: Callable[[str, Mapping[str, str | Secret]], requests.Response],
    *,
    clock: ScriptedClock | None = None,
    grant: Grant = SELLER,
    token_url: str = TOKEN_URL,
) -> LwaTokenSource:
    """Return a source that buys from `post`."""
    return LwaTokenSource(
        grant=grant,
        client_id="amzn1.application-oa2-client.1",
        client_secret=Secret(CLIENT_SECRET),
        token_url=token_url,
        post=post,
        clock=clock or ScriptedClock(),
        service=SERVICE,
        settings="sp",
    )


def down() -> UnavailableError:
    """Return what a post raises when Amazon cannot be reached."""
    return UnavailableError("Login with Amazon did not answer")
