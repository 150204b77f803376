"""The one operation of Login with Amazon: a token for a grant."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from tests.local_amazon.service import Blame, Call, Route, Service
from tests.local_amazon.wire import Answer, Request, json_answer

from .models import REPORTING_SCOPE
from .refusals import Word, error_answer, refused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .models import LoginWithAmazon

FORM = "application/x-www-form-urlencoded"
FIELDS = {
    "client_credentials": {"grant_type", "client_id", "client_secret", "scope"},
    "refresh_token": {"grant_type", "client_id", "client_secret", "refresh_token"},
}
WORDS = {429: "slow_down", 500: "server_error", 403: "invalid_client"}


class LwaService(Service):
    """Login with Amazon, dressed in HTTP."""

    name = "lwa"
    routes = (Route("lwa.token", "POST", "/auth/o2/token"),)

    def __init__(self, model: LoginWithAmazon) -> None:
        """Answer from `model`."""
        super().__init__()
        self._model = model

    def operations(self) -> Mapping[str, Callable[[Call], Answer]]:
        """Return what does each operation."""
        return {"lwa.token": self._token}

    def failure(self, status: int, code: str, message: str, details: str) -> Answer:
        """Return an OAuth 2 error."""
        del details
        word = code or WORDS.get(status, "temporarily_unavailable")
        return error_answer(status, word, message)

    def unknown(self, request: Request) -> Answer:
        """Say that there is only one address."""
        return error_answer(404, "invalid_request", f"no route {request.path}")

    def spent(self) -> Answer:
        """Say that the refresh token is no good any more."""
        return error_answer(400, "invalid_grant")

    def _token(self, call: Call) -> Answer:
        form = _form(call.request)
        kind = form.get("grant_type", "")
        if kind not in FIELDS:
            raise refused(Word.UNSUPPORTED_GRANT_TYPE, f"grant_type {kind!r}")
        if set(form) != FIELDS[kind]:
            wrong = ", ".join(sorted(set(form) ^ FIELDS[kind]))
            raise refused(Word.INVALID_REQUEST, f"missing or needless fields: {wrong}")
        if kind == "refresh_token":
            return self._refreshed(form)
        return self._granted(form)

    def _refreshed(self, form: Mapping[str, str]) -> Answer:
        _authenticate(form, self._model.sp_client)
        if form["refresh_token"] != self._model.refresh_token:
            raise refused(Word.INVALID_GRANT, "not this application's refresh token")
        return self._answer("sp", refresh_token=self._model.refresh_token)

    def _granted(self, form: Mapping[str, str]) -> Answer:
        _authenticate(form, self._model.appstore_client)
        if form["scope"] != REPORTING_SCOPE:
            raise refused(Word.INVALID_SCOPE, f"scope {form['scope']!r}")
        if not self._model.attached:
            why = "the security profile is not attached to the Reporting API"
            raise refused(Word.INVALID_SCOPE, why, blame=Blame.NOBODY)
        return self._answer("appstore", scope=REPORTING_SCOPE)

    def _answer(self, service: str, **more: str) -> Answer:
        content = {
            "access_token": self._model.grant(service),
            "token_type": "bearer",
            "expires_in": self._model.lifetime_seconds,
            **more,
        }
        return json_answer(200, content, cache_control="no-store")


def _form(request: Request) -> dict[str, str]:
    content_type = request.headers.get("content-type", "").partition(";")[0].strip()
    if content_type != FORM:
        why = f"content-type {content_type!r} is not form data"
        raise refused(Word.INVALID_REQUEST, why)
    if request.raw_query:
        raise refused(Word.INVALID_REQUEST, "credentials do not belong in the query")
    pairs = parse_qsl(request.body.decode(), keep_blank_values=True)
    if len(dict(pairs)) != len(pairs):
        raise refused(Word.INVALID_REQUEST, "a field is given twice")
    return dict(pairs)


def _authenticate(form: Mapping[str, str], client: tuple[str, str]) -> None:
    if (form["client_id"], form["client_secret"]) != client:
        raise refused(Word.INVALID_CLIENT, "client id or secret is wrong", status=401)
