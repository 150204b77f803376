"""The way of one request: recognise, fault, admit, quota, respond, write down."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from .faults import ConnectionLost, ExpiredToken, Redirect, Slow, Status, lost, spoil
from .service import Blame, RefusedError
from .wire import Answer, text_answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tap_amazon_reports.amazon.clock import Clock

    from .faults import Fault, Faults
    from .journal import Journal
    from .quota import Quotas
    from .service import Call, Service
    from .wire import Request


class Dispatcher:
    """Brings each request to its service, one at a time."""

    def __init__(
        self,
        services: Sequence[Service],
        *,
        clock: Clock,
        quotas: Quotas,
        faults: Faults,
        journal: Journal,
    ) -> None:
        """Know the services by the first segment of their paths."""
        self._services = {service.name: service for service in services}
        self._clock = clock
        self._quotas = quotas
        self._faults = faults
        self._journal = journal
        self._numbers = 0
        self.lock = threading.RLock()

    def answer(self, request: Request) -> Answer:
        """Return what Amazon would say to `request`."""
        service = self._services.get(request.service)
        call = None if service is None else service.recognise(request)
        if service is None or call is None:
            return self._unknown(service, request)
        fault = self._faults.take(call.operation, request)
        if isinstance(fault, Slow):
            self._clock.sleep(fault.seconds)
        with self.lock:
            answer = self._instead(service, request, fault)
            if answer is None:
                answer = spoil(self._serve(service, call), fault)
                return _failed(service, answer, fault)
        why = f"scripted: {type(fault).__name__}"
        status = 0 if answer.lost else answer.status
        self._journal.note(request, call.operation, status, why)
        return self._dressed(service, answer, None)

    def _unknown(self, service: Service | None, request: Request) -> Answer:
        answer = (
            text_answer(404, f"there is no service {request.service!r} here")
            if service is None
            else service.unknown(request)
        )
        self._journal.note_unknown(request, answer.status)
        return answer

    def _serve(self, service: Service, call: Call) -> Answer:
        rate = self._quotas.rate(call.operation)
        try:
            service.admit(call)
            self._pay(service, call)
            answer = service.respond(call)
        except RefusedError as refused:
            self._journal.note_refusal(call.request, call.operation, refused)
            return self._dressed(service, refused.answer, rate)
        self._journal.note(call.request, call.operation, answer.status)
        return self._dressed(service, answer, rate)

    def _pay(self, service: Service, call: Call) -> None:
        if not self._quotas.take(call.operation):
            answer = service.failure(429, "", "", "")
            why = f"too early: {call.operation}"
            raise RefusedError(answer, blame=Blame.QUOTA, why=why)

    def _dressed(self, service: Service, answer: Answer, rate: float | None) -> Answer:
        with self.lock:
            self._numbers += 1
            return service.dressed(answer, self._numbers, rate)

    @staticmethod
    def _instead(
        service: Service, request: Request, fault: Fault | None
    ) -> Answer | None:
        """Return what a fault says in the service's place, if it does."""
        if isinstance(fault, Status) and not fault.after_work:
            return _status(service, fault)
        if isinstance(fault, ExpiredToken):
            return service.spent()
        if isinstance(fault, Redirect):
            return Answer(fault.status, {"location": fault.to or request.target})
        if isinstance(fault, ConnectionLost) and not fault.after_work:
            return lost(fault)
        return None


def _failed(service: Service, answer: Answer, fault: Fault | None) -> Answer:
    """Return `answer`, or what a fault says in its place after the work."""
    return _status(service, fault) if isinstance(fault, Status) else answer


def _status(service: Service, fault: Status) -> Answer:
    plain = service.failure(fault.status, fault.code, fault.message, fault.details)
    body = plain.body if fault.body is None else fault.body
    return Answer(fault.status, {**plain.headers, **fault.headers}, body)
