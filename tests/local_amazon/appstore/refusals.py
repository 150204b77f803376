"""What the Appstore says when it says no."""

from __future__ import annotations

from tests.local_amazon.service import Blame, RefusedError
from tests.local_amazon.wire import Answer, json_answer

NOT_AUTHORIZED = "Request is not authorized."


def error_answer(status: int, message: str) -> Answer:
    """Return an error in the Appstore's shape (Appstore Reporting API, Errors)."""
    return json_answer(status, {"Message": message})


def not_authorized(why: str, blame: Blame) -> RefusedError:
    """Return the refusal of a token."""
    return RefusedError(error_answer(403, NOT_AUTHORIZED), blame=blame, why=why)


def not_found() -> RefusedError:
    """Return what a month without a file is answered with."""
    answer = error_answer(400, "Report not found")
    return RefusedError(answer, blame=Blame.NOBODY, why="no file for that month")


def no_route(method: str, path: str) -> Answer:
    """Return what a wrong route is answered with: 400, as a quiet month is."""
    sentence = "Unable to fetch the request scope for uri = {} and verb = {}"
    return error_answer(400, sentence.format(path, method))


def wrong_route(method: str, path: str) -> RefusedError:
    """Return the refusal of a path that no month can have."""
    answer = no_route(method, path)
    return RefusedError(answer, blame=Blame.CALLER, why="no such month or parameter")
