"""What storage says when it says no, in XML."""

from __future__ import annotations

from xml.sax.saxutils import escape

from tests.local_amazon.service import Blame, RefusedError
from tests.local_amazon.wire import Answer, text_answer

WORDS = {
    400: ("InvalidArgument", "Invalid argument"),
    403: ("AccessDenied", "Access Denied"),
    404: ("NoSuchKey", "The specified key does not exist."),
    416: ("InvalidRange", "The requested range is not satisfiable"),
    503: ("SlowDown", "Please reduce your request rate."),
}
BOTH_CREDENTIALS = (
    "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, "
    "Signature query string parameter or the Authorization header should be specified"
)


def error_answer(status: int, code: str = "", message: str = "") -> Answer:
    """Return an error in storage's shape."""
    usual_code, usual_message = WORDS.get(status, ("InternalError", "Try again."))
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{escape(code or usual_code)}</Code>"
        f"<Message>{escape(message or usual_message)}</Message>"
        "<RequestId>LOCAL</RequestId></Error>"
    )
    return text_answer(status, body, "application/xml")


def expired() -> RefusedError:
    """Return the refusal of a URL that has died."""
    answer = error_answer(403, "AccessDenied", "Request has expired")
    return RefusedError(answer, blame=Blame.NOBODY, why="the URL has expired")


def forged() -> RefusedError:
    """Return the refusal of a URL that nobody handed out."""
    answer = error_answer(
        403,
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided",
    )
    why = "path or query differ from what was handed out"
    return RefusedError(answer, blame=Blame.CALLER, why=why)


def credentials_sent(header: str) -> RefusedError:
    """Return the refusal of a second credential beside the URL's own."""
    answer = error_answer(400, "InvalidArgument", BOTH_CREDENTIALS)
    return RefusedError(answer, blame=Blame.CALLER, why=f"{header} sent to storage")


def missing() -> RefusedError:
    """Return the refusal of a good URL whose object is gone."""
    return RefusedError(error_answer(404), blame=Blame.NOBODY, why="no such object")


def unsatisfiable(size: int) -> RefusedError:
    """Return the refusal of a range that begins after the end."""
    plain = error_answer(416)
    answer = Answer(416, {**plain.headers, "content-range": f"bytes */{size}"})
    return RefusedError(answer, blame=Blame.CALLER, why="range outside the object")
