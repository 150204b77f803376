"""What Login with Amazon says when it says no.

Facts: the words are documented (LwA, Access Token Errors; Appstore Reporting API,
Errors); the statuses are not, 401 for a client and 400 for the rest follow OAuth 2.
"""

from __future__ import annotations

import enum

from tests.local_amazon.service import Blame, RefusedError
from tests.local_amazon.wire import Answer, json_answer


class Word(str, enum.Enum):
    """What an OAuth 2 error is called."""

    INVALID_CLIENT = "invalid_client"
    INVALID_GRANT = "invalid_grant"
    INVALID_SCOPE = "invalid_scope"
    INVALID_REQUEST = "invalid_request"
    UNSUPPORTED_GRANT_TYPE = "unsupported_grant_type"


SENTENCES = {
    "invalid_client": "Client authentication failed",
    "invalid_grant": "The request has an invalid grant parameter : refresh_token",
    "invalid_scope": "The request has an invalid parameter : scope",
    "invalid_request": "The request is missing a required parameter",
    "unsupported_grant_type": "The authorization grant type is not supported",
    "temporarily_unavailable": "The service is temporarily unavailable",
    "slow_down": "Too many requests",
    "server_error": "The server met an unexpected condition",
}


def error_answer(status: int, error: str, description: str = "") -> Answer:
    """Return an OAuth 2 error."""
    sentence = description or SENTENCES.get(error, error)
    content = {"error": error, "error_description": sentence}
    return json_answer(status, content)


def refused(
    error: Word, why: str, *, status: int = 400, blame: Blame = Blame.CALLER
) -> RefusedError:
    """Return the refusal of a grant."""
    return RefusedError(error_answer(status, error.value), blame=blame, why=why)
