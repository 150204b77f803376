"""The one operation of the Appstore: the URL of a month's file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.local_amazon.lwa.models import TokenState
from tests.local_amazon.quota import UsagePlan
from tests.local_amazon.service import Blame, Call, Route, Service
from tests.local_amazon.wire import Answer, Request, json_answer, text_answer

from .models import AnswerStyle
from .refusals import error_answer, no_route, not_authorized, not_found, wrong_route

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.local_amazon.lwa.models import LoginWithAmazon

    from .models import Appstore

FIRST_MONTH = "2018-01"
"""(Appstore Reporting API, Introduction)."""
WORDS = {403: "Request is not authorized.", 429: "Rate exceeded"}


class AppstoreService(Service):
    """The Appstore Reporting API, dressed in HTTP."""

    name = "appstore"
    routes = (
        Route(
            "appstore.getReport",
            "GET",
            "/api/appstore/download/report/"
            "(?P<kind>sales|earnings|subscription|subscriptions_overview)/"
            r"(?P<year>\d{4})/(?P<month>\d{1,2})",
        ),
    )
    # At most three requests a second; the burst is not told (Reporting API, Notes).
    plans = {"appstore.getReport": UsagePlan(3.0, 3)}  # noqa: RUF012

    def __init__(self, model: Appstore, lwa: LoginWithAmazon) -> None:
        """Answer from `model`, to the tokens of `lwa`."""
        super().__init__()
        self._model = model
        self._lwa = lwa

    def operations(self) -> Mapping[str, Callable[[Call], Answer]]:
        """Return what does each operation."""
        return {"appstore.getReport": self._get_report}

    def failure(self, status: int, code: str, message: str, details: str) -> Answer:
        """Return an error in the Appstore's shape."""
        del details
        usual = WORDS.get(status, "Internal failure")
        return error_answer(status, message or code or usual)

    def unknown(self, request: Request) -> Answer:
        """Say that the route has no scope."""
        return no_route(request.method, request.path)

    def spent(self) -> Answer:
        """Say that the token is no good any more."""
        return self.failure(403, "", "", "")

    def admit(self, call: Call) -> None:
        """Refuse what carries no good token."""
        scheme, _, token = call.request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            msg = "no bearer token"
            raise not_authorized(msg, Blame.CALLER)
        state = self._lwa.state(token, self.name)
        if state is TokenState.EXPIRED:
            msg = "the token has expired"
            raise not_authorized(msg, Blame.NOBODY)
        if state is not TokenState.VALID:
            msg = f"the token is {state.value}"
            raise not_authorized(msg, Blame.CALLER)

    def _get_report(self, call: Call) -> Answer:
        request, words = call.request, call.words
        if request.raw_query or not 1 <= int(words["month"]) <= 12:
            raise wrong_route(request.method, request.path)
        month = f"{words['year']}-{int(words['month']):02d}"
        url = self._model.url(words["kind"], month)
        if url is None or month < FIRST_MONTH:
            raise not_found()
        return _wrapped(url, self._model.answer_style)


def _wrapped(url: str, style: AnswerStyle) -> Answer:
    if style is AnswerStyle.BARE:
        return text_answer(200, url)
    if style is AnswerStyle.QUOTED:
        return text_answer(200, json.dumps(url))
    return json_answer(200, {"url": url})
