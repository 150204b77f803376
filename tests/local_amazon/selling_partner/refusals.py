"""What the Selling Partner API says when it says no."""

from __future__ import annotations

from tests.local_amazon.service import Blame, RefusedError
from tests.local_amazon.wire import Answer, json_answer

USUAL = {
    400: ("InvalidInput", "Invalid Input"),
    401: ("Unauthorized", "Access to requested resource is denied."),
    403: ("Unauthorized", "Access to requested resource is denied."),
    404: ("NotFound", "The requested resource does not exist."),
    413: ("RequestTooLarge", "The request size exceeded the maximum accepted size."),
    415: ("UnsupportedMediaType", "The request payload is in an unsupported format."),
    429: ("QuotaExceeded", "You exceeded your quota for the requested resource."),
    500: ("InternalFailure", "We encountered an internal error. Please try again."),
    503: ("ServiceUnavailable", "Temporary overloading or maintenance of the server."),
}
EXPIRED = "The access token you provided has expired."


def error_answer(
    status: int, code: str = "", message: str = "", details: str = ""
) -> Answer:
    """Return an error in the Selling Partner shape."""
    usual_code, usual_message = USUAL.get(status, USUAL[500])
    error = {
        "code": code or usual_code,
        "message": message or usual_message,
        "details": details,
    }
    return json_answer(status, {"errors": [error]})


def invalid(message: str) -> RefusedError:
    """Return the refusal of a parameter or a body."""
    answer = error_answer(400, "InvalidInput", message)
    return RefusedError(answer, blame=Blame.CALLER, why=message)


def denied(details: str, blame: Blame = Blame.CALLER) -> RefusedError:
    """Return the refusal of a token, a role, a region."""
    answer = error_answer(403, details=details)
    return RefusedError(answer, blame=blame, why=details or "access denied")


def missing(what: str) -> RefusedError:
    """Return what an unknown id is answered with."""
    answer = error_answer(404, message=f"{what} does not exist.")
    return RefusedError(answer, blame=Blame.NOBODY, why=f"{what} does not exist")


def wrong_header(status: int, message: str) -> RefusedError:
    """Return the refusal of a header."""
    answer = error_answer(status, message=message)
    return RefusedError(answer, blame=Blame.CALLER, why=message)


def too_often(why: str) -> RefusedError:
    """Return the 429 that means: not this type, not now."""
    return RefusedError(error_answer(429), blame=Blame.QUOTA, why=why)
