"""The Selling Partner API, dressed in HTTP: its headers, its tokens, its operations."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.local_amazon.lwa.models import TokenState
from tests.local_amazon.service import Blame, Call, Service

from .refusals import EXPIRED, denied, error_answer, wrong_header
from .reports_responses import ReportsResponses
from .routes import PLANS, ROUTES
from .sales_responses import SalesResponses
from .schedules_responses import SchedulesResponses
from .tokens_responses import TokensResponses

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tap_amazon_reports.amazon.clock import Clock
    from tests.local_amazon.lwa.models import LoginWithAmazon
    from tests.local_amazon.wire import Answer, Request

    from .models import SellingPartner

LONGEST_USER_AGENT = 500
TOKENS_OF = "sp"
"""Whose tokens are good here: the sandbox takes the same."""
TELL_RATE = frozenset({200, 201, 202, 204, 400, 404})
"""(Usage plans and rate limits: the header comes with 20x, 400 and 404 only)."""
INVALID = "The access token you provided is revoked, malformed or invalid."
MISSING = "The access token header is missing."


class SellingPartnerService(Service):
    """The Selling Partner API."""

    name = "sp"
    routes = ROUTES
    plans = PLANS

    def __init__(
        self, model: SellingPartner, lwa: LoginWithAmazon, clock: Clock
    ) -> None:
        """Answer from `model`, to the tokens of `lwa`."""
        super().__init__()
        self._model = model
        self._lwa = lwa
        self._clock = clock
        reports = ReportsResponses(model, clock)
        schedules = SchedulesResponses(model, clock)
        self._operations: dict[str, Callable[[Call], Answer]] = {
            "getReports": reports.get_reports,
            "createReport": reports.create_report,
            "getReport": reports.get_report,
            "cancelReport": reports.cancel_report,
            "getReportDocument": reports.get_report_document,
            "getReportSchedules": schedules.get_schedules,
            "createReportSchedule": schedules.create_schedule,
            "getReportSchedule": schedules.get_schedule,
            "cancelReportSchedule": schedules.cancel_schedule,
            "getOrderMetrics": SalesResponses(model, clock).get_order_metrics,
            "createRestrictedDataToken": (
                TokensResponses(model).create_restricted_data_token
            ),
        }

    def operations(self) -> Mapping[str, Callable[[Call], Answer]]:
        """Return what does each operation."""
        return self._operations

    def failure(self, status: int, code: str, message: str, details: str) -> Answer:
        """Return an error in the Selling Partner shape."""
        return error_answer(status, code, message, details)

    def unknown(self, request: Request) -> Answer:
        """Say that the path or the host is wrong."""
        del request
        return error_answer(403, "MissingAuthenticationToken", "Forbidden")

    def spent(self) -> Answer:
        """Say that the token is no good any more: 403, not 401."""
        return error_answer(403, details=EXPIRED)

    def admit(self, call: Call) -> None:
        """Refuse headers that the documents forbid, and tokens that are not good."""
        _check_headers(call.request)
        token = call.request.headers.get("x-amz-access-token")
        if token is None:
            raise denied(MISSING)
        if token in self._model.restricted_tokens:
            self._check_restricted(call, token)
            return
        state = self._lwa.state(token, TOKENS_OF)
        if state is TokenState.EXPIRED:
            raise denied(EXPIRED, Blame.NOBODY)
        if state is not TokenState.VALID:
            raise denied(INVALID)

    def _check_restricted(self, call: Call, token: str) -> None:
        restricted = self._model.restricted_tokens[token]
        if call.request.path not in restricted.paths:
            msg = "The restricted data token is for another resource."
            raise denied(msg)
        if restricted.expires_at <= self._clock.now():
            raise denied(EXPIRED, Blame.NOBODY)

    def dressed(self, answer: Answer, number: int, rate: float | None) -> Answer:
        """Add the request's id and, on the answers that carry it, the rate."""
        request_id = str(uuid.uuid5(uuid.NAMESPACE_OID, f"sp {number}"))
        headers = {**answer.headers, "x-amzn-RequestId": request_id}
        if rate is not None and answer.status in TELL_RATE:
            headers["x-amzn-RateLimit-Limit"] = f"{rate:g}"
        return replace(answer, headers=headers)


def _check_headers(request: Request) -> None:
    headers = request.headers
    agent = headers.get("user-agent", "")
    if not 1 <= len(agent) <= LONGEST_USER_AGENT:
        message = f"user-agent has 1 to {LONGEST_USER_AGENT} characters"
        raise wrong_header(400, message)
    if "authorization" in headers:
        message = "there is no Authorization header in the Selling Partner API"
        raise wrong_header(400, message)
    if request.method != "POST":
        _check_bodyless(request)
    elif headers.get("content-type", "").partition(";")[0] != "application/json":
        message = "content-type of a POST is application/json"
        raise wrong_header(415, message)


def _check_bodyless(request: Request) -> None:
    headers = request.headers
    if "content-length" in headers or "transfer-encoding" in headers:
        message = f"{request.method} carries no body and no Content-Length"
        raise wrong_header(400, message)
