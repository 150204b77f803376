"""Amazon Pay, dressed in HTTP: its headers, its signatures, its operations."""

from __future__ import annotations

import re
import uuid
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.local_amazon.moments import parse_basic, parse_extended
from tests.local_amazon.quota import UsagePlan
from tests.local_amazon.service import Call, Route, Service

from .models import Remembered, merchant_key
from .operations import PayOperations
from .refusals import error_answer, refused
from .signature import (
    IDEMPOTENCY_KEY,
    check_signature,
    check_signed_headers,
    read_authorization,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from tap_amazon_reports.amazon.clock import Clock
    from tests.local_amazon.wire import Answer, Request

    from .models import Environment, Pay

LARGEST_SKEW = timedelta(minutes=15)
REGIONS = frozenset({"na", "eu", "jp"})
KEY_SHAPE = re.compile(r"[A-Za-z0-9_-]{1,32}")
"""(Amazon Pay API v2, Idempotency)."""
NODE_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
"""(amzn/amazon-pay-api-sdk-nodejs 2.3.3, `getTimeStamp` in `src/clientHelper.js`)."""
ROOT = "(?P<environment>/live|/sandbox|)/v2"
OPERATIONS = (
    ("pay.getReports", "GET", "/reports"),
    ("pay.createReport", "POST", "/reports"),
    ("pay.getReport", "GET", "/reports/{reportId}"),
    ("pay.getReportDocument", "GET", "/report-documents/{reportDocumentId}"),
    ("pay.getReportSchedules", "GET", "/report-schedules"),
    ("pay.createReportSchedule", "POST", "/report-schedules"),
    ("pay.getReportSchedule", "GET", "/report-schedules/{reportScheduleId}"),
    ("pay.cancelReportSchedule", "DELETE", "/report-schedules/{reportScheduleId}"),
    ("pay.getDisbursements", "GET", "/disbursements"),
)


class PayService(Service):
    """The Amazon Pay API."""

    name = "pay"
    routes = tuple(
        Route(operation, method, f"{ROOT}{path}/?")
        for operation, method, path in OPERATIONS
    )
    # Not published for these operations; like the rates of others (Throttling limits).
    plans = {name: UsagePlan(2.0, 20) for name, _, _ in OPERATIONS}  # noqa: RUF012

    def __init__(self, model: Pay, clock: Clock) -> None:
        """Answer from `model`."""
        super().__init__()
        self._model = model
        self._clock = clock
        self._live = PayOperations(model, clock)
        self._sandbox = PayOperations(model.sandbox, clock)

    def operations(self) -> Mapping[str, Callable[[Call], Answer]]:
        """Return what does each operation, in the live environment."""
        return self._live.by_name

    def respond(self, call: Call) -> Answer:
        """Answer from the environment that key and path say, once for each key."""
        environment, operations = self._environment(call)
        work = operations.by_name[call.operation]
        key = call.request.headers.get(IDEMPOTENCY_KEY)
        if call.request.method != "POST" or key is None:
            return work(call)
        return _once(call, key, environment, work)

    def failure(self, status: int, code: str, message: str, details: str) -> Answer:
        """Return an error in the shape of Amazon Pay."""
        del details
        return error_answer(status, code, message)

    def unknown(self, request: Request) -> Answer:
        """Say that there is no such resource."""
        return error_answer(404, message=f"no route {request.method} {request.path}")

    def spent(self) -> Answer:
        """Say that what was signed is too old."""
        return error_answer(403, "InvalidRequestSignature", "The request has expired.")

    def admit(self, call: Call) -> None:
        """Refuse wrong headers, then signatures that are not the merchant's."""
        request = call.request
        authorization = read_authorization(request)
        if authorization.key_id not in self._model.key_ids:
            code, message = "UnauthorizedAccess", "The public key id is not known."
            raise refused(code, message, status=401)
        check_signed_headers(request, authorization.signed_headers)
        _check_fixed_headers(request)
        _check_environment(authorization.key_id, call.words["environment"])
        check_signature(request, authorization, merchant_key().public_key())
        self._check_date(request)
        _check_idempotency(request)

    def dressed(self, answer: Answer, number: int, rate: float | None) -> Answer:
        """Add the id of the request."""
        del rate
        request_id = str(uuid.uuid5(uuid.NAMESPACE_OID, f"pay {number}"))
        headers = {**answer.headers, "x-amz-pay-request-id": request_id}
        return replace(answer, headers=headers)

    def _environment(self, call: Call) -> tuple[Environment, PayOperations]:
        key_id = read_authorization(call.request).key_id.upper()
        if key_id.startswith("SANDBOX") or call.words["environment"] == "/sandbox":
            return self._model.sandbox, self._sandbox
        return self._model, self._live

    def _check_date(self, request: Request) -> None:
        text = request.headers["x-amz-pay-date"]
        moment = parse_basic(text) or _node_moment(text)
        if moment is None:
            code = "InvalidHeaderValue"
            raise refused(code, f"x-amz-pay-date {text!r} is not like 20240102T030405Z")
        if abs(self._clock.now() - moment) > LARGEST_SKEW:
            code, message = "InvalidRequestSignature", "x-amz-pay-date is too far off."
            raise refused(code, message, status=403)


def _node_moment(text: str) -> datetime | None:
    """Return the moment of a text as Amazon's SDK for Node.js 2.3.3 writes it."""
    return parse_extended(text) if NODE_DATE.fullmatch(text) else None


def _check_fixed_headers(request: Request) -> None:
    host = request.headers.get("host", "").rpartition(":")[0]
    wanted = {
        "accept": {"application/json"},
        "content-type": {"application/json"},
        "x-amz-pay-host": {host or request.headers.get("host", "")},
        "x-amz-pay-region": REGIONS,
    }
    for name, allowed in wanted.items():
        value = request.headers[name]
        if (value.lower() if name == "x-amz-pay-region" else value) not in allowed:
            msg = "InvalidHeaderValue"
            raise refused(msg, f"header {name} cannot be {value!r}")


def _check_environment(key_id: str, environment: str) -> None:
    """Refuse a path that does not fit the key: its prefix says which one is right."""
    prefixed = key_id.upper().startswith(("LIVE", "SANDBOX"))
    if prefixed and environment:
        code, message = "InvalidRequest", f"a key with a prefix needs no {environment}"
        raise refused(code, message)
    if not prefixed and not environment:
        code, message = (
            "InvalidRequest",
            "a key without a prefix needs /live or /sandbox",
        )
        raise refused(code, message)


def _check_idempotency(request: Request) -> None:
    key = request.headers.get(IDEMPOTENCY_KEY)
    if key is None and request.method == "POST":
        msg = "MissingHeader"
        raise refused(msg, f"a POST needs {IDEMPOTENCY_KEY}")
    if key is not None and KEY_SHAPE.fullmatch(key) is None:
        message = (
            f"{IDEMPOTENCY_KEY} has at most 32 letters, digits, dashes, underscores"
        )
        msg = "InvalidHeaderValue"
        raise refused(msg, message)


def _once(
    call: Call, key: str, environment: Environment, work: Callable[[Call], Answer]
) -> Answer:
    """Do the work, unless it was done under this key; then say the same again."""
    request = call.request
    fingerprint = (request.path, request.raw_query, request.body)
    known = environment.answers.get(key)
    if known is None:
        answer = work(call)
        environment.answers[key] = Remembered(fingerprint, answer)
        return answer
    if known.fingerprint != fingerprint:
        message = "this idempotency key was used for another request"
        msg = "DuplicateIdempotencyKey"
        raise refused(msg, message)
    return known.answer
