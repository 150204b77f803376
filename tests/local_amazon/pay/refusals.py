"""What Amazon Pay says when it says no."""

from __future__ import annotations

from tests.local_amazon.service import Blame, RefusedError
from tests.local_amazon.wire import Answer, json_answer

USUAL = {
    400: ("InvalidRequest", "The request is not valid."),
    401: ("UnauthorizedAccess", "The merchant may not make this call."),
    403: ("AccessDenied", "Access to this resource is denied."),
    404: ("ResourceNotFound", "The requested resource does not exist."),
    429: ("TooManyRequests", "The rate of requests was exceeded."),
    500: ("InternalServerError", "There was an unknown error in the service."),
    503: ("ServiceUnavailable", "The service is temporarily unavailable."),
}


def error_answer(status: int, code: str = "", message: str = "") -> Answer:
    """Return an error in the shape of Amazon Pay (Manage errors)."""
    usual_code, usual_message = USUAL.get(status, USUAL[500])
    content = {"reasonCode": code or usual_code, "message": message or usual_message}
    return json_answer(status, content)


def refused(code: str, message: str, *, status: int = 400) -> RefusedError:
    """Return the refusal of a request."""
    answer = error_answer(status, code, message)
    return RefusedError(answer, blame=Blame.CALLER, why=f"{code}: {message}")


def invalid(message: str) -> RefusedError:
    """Return the refusal of a parameter or a field."""
    return refused("InvalidParameterValue", message)


def bad_signature(string_to_sign: str, signature: str) -> RefusedError:
    """Return the refusal of a signature, quoting what should have been signed."""
    quoted = string_to_sign.replace("\n", "\\n")
    message = (
        f"Unable to verify signature, signing String [{quoted}], "
        f"signature [{signature}]"
    )
    return refused("InvalidRequestSignature", message, status=403)


def missing(what: str) -> RefusedError:
    """Return what an unknown id is answered with."""
    answer = error_answer(404, message=f"{what} does not exist.")
    return RefusedError(answer, blame=Blame.NOBODY, why=f"{what} does not exist")
