"""Trying again: which troubles, after which pauses, and for how long."""

from __future__ import annotations

from itertools import chain, repeat
from typing import TYPE_CHECKING

import pytest
import requests

from tap_amazon_reports.amazon.errors import (
    AmazonError,
    ThrottledError,
    UnavailableError,
)
from tap_amazon_reports.amazon.retry import GiveUp, Retry, RetryPolicy, Trouble
from tests.amazon.rig import STEADY, response_of, retrying_of
from tests.clock import ScriptedClock

if TYPE_CHECKING:
    from tap_amazon_reports.amazon.exchange import Retrying

ASKED = "getReports(pageSize=100) of the Selling Partner API"
SECRET_URL = "https://host.example/doc?X-Amz-Signature=very-secret"


def pauses(
    policy: RetryPolicy, trouble: Trouble, *, attempt_seconds: float = 0
) -> tuple[list[float], GiveUp]:
    """Return the pauses until `policy` gives up, and why it does."""
    clock = ScriptedClock()
    attempts = policy.begin(clock)
    while True:
        clock.advance(seconds=attempt_seconds)
        decision = attempts.decide(trouble)
        if isinstance(decision, GiveUp):
            return clock.sleeps, decision
        clock.sleep(decision.delay_seconds)


class TestRetryPolicy:
    """Deciding, without doing anything."""

    def test_pauses_grow_up_to_a_limit(self) -> None:
        """Each pause is twice the last one, and none is longer than a minute."""
        found, _ = pauses(STEADY, Trouble.THROTTLED)

        assert [1, 2, 4, 8, 16, 32, 60, 60, 60] == found[:9]

    @pytest.mark.parametrize(
        ("trouble", "timeout_seconds"),
        [(Trouble.UNAVAILABLE, 300), (Trouble.THROTTLED, 900)],
    )
    @pytest.mark.parametrize("attempt_seconds", [0, 7, 60, 1000])
    def test_it_ends(
        self, trouble: Trouble, timeout_seconds: float, attempt_seconds: float
    ) -> None:
        """No request is tried for longer, slow attempts counted in."""
        found, gave_up = pauses(STEADY, trouble, attempt_seconds=attempt_seconds)

        elapsed_before_last = sum(found) + len(found) * attempt_seconds
        assert elapsed_before_last < timeout_seconds
        assert trouble.value in gave_up.reason

    def test_a_short_outage_is_not_the_end(self) -> None:
        """Amazon may fail for four minutes, and the run goes on."""
        found, _ = pauses(STEADY, Trouble.UNAVAILABLE)

        assert sum(found) > 120
        assert len(found) >= 7

    def test_the_jitter_is_handed_in(self) -> None:
        """What spreads the pauses sees each of them, and decides."""
        seen: list[float] = []

        def half(pause_seconds: float) -> float:
            seen.append(pause_seconds)
            return pause_seconds / 2

        found, _ = pauses(RetryPolicy(jitter=half), Trouble.UNAVAILABLE)

        assert [1, 2, 4, 8] == seen[:4]
        assert [0.5, 1, 2, 4] == found[:4]

    def test_the_usual_jitter_spreads_and_never_lengthens(self) -> None:
        """Taps that failed together do not come back together."""
        runs = [pauses(RetryPolicy(), Trouble.UNAVAILABLE)[0] for _ in range(30)]
        firsts = [found[0] for found in runs]

        assert all(0 <= first <= 1 for first in firsts)
        assert len(set(firsts)) > 25

    def test_the_pause_that_amazon_asks_for_is_kept(self) -> None:
        """A longer pause is made as asked; a shorter one gives way to our own."""
        attempts = STEADY.begin(ScriptedClock())

        assert attempts.decide(Trouble.THROTTLED, at_least_seconds=45) == Retry(45)
        assert attempts.decide(Trouble.THROTTLED, at_least_seconds=1) == Retry(2)

    def test_a_pause_beyond_the_timeout_is_not_begun(self) -> None:
        """Who is asked to come back tomorrow says so at once."""
        decision = STEADY.begin(ScriptedClock()).decide(
            Trouble.THROTTLED, at_least_seconds=86400
        )

        assert isinstance(decision, GiveUp)


def answered(
    *script: requests.Response | Exception,
) -> tuple[requests.Response, ScriptedClock]:
    """Return what a request that meets `script` ends with, and the clock."""
    clock = ScriptedClock()
    turns = iter(script)

    def send() -> requests.Response:
        turn = next(turns)
        if isinstance(turn, Exception):
            raise turn
        return turn

    return retrying_of(clock).until_answered(send, asked=ASKED), clock


class TestRetrying:
    """The loop that sends and waits."""

    @pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 599])
    def test_a_passing_trouble_is_tried_again(self, status: int) -> None:
        """What may be gone in a second is no reason to fail."""
        response, clock = answered(response_of(status), response_of(200))

        assert 200 == response.status_code
        assert [1] == clock.sleeps

    @pytest.mark.parametrize(
        "error",
        [
            requests.ConnectionError("reset"),
            requests.Timeout("too slow"),
            requests.exceptions.ChunkedEncodingError("broke off"),
            requests.exceptions.SSLError("bad certificate"),
        ],
    )
    def test_a_lost_connection_is_tried_again(self, error: Exception) -> None:
        """Whatever happens on the way may not happen twice."""
        response, _ = answered(error, error, response_of(204))

        assert 204 == response.status_code

    @pytest.mark.parametrize("status", [200, 206, 301, 302, 304, 400, 401, 403, 404])
    def test_every_other_answer_is_an_answer(self, status: int) -> None:
        """It is returned as it is, and nobody waits."""
        response, clock = answered(response_of(status))

        assert response.status_code == status
        assert [] == clock.sleeps

    @pytest.mark.parametrize(
        ("text", "seconds"),
        [
            ("45", 45),
            ("0", 1),
            ("", 1),
            ("soon", 1),
            ("-5", 1),
            ("1e3", 1),
            ("\u0664\u0665", 1),
            ("Sat, 21 Nov 2026 12:00:00 GMT", 1),
        ],
    )
    def test_retry_after_is_read(self, text: str, seconds: float) -> None:
        """Seconds are obeyed; what is not a number of seconds is passed over."""
        throttled = response_of(429, headers={"Retry-After": text})
        _, clock = answered(throttled, response_of(200))

        assert sum(clock.sleeps) == seconds

    def test_too_many_throttles_name_the_operation(self) -> None:
        """The error says what was asked, for how long, and what goes on."""
        with pytest.raises(ThrottledError) as caught:
            answered(*(response_of(429) for _ in range(99)))

        assert ASKED in str(caught.value)
        assert "429" in str(caught.value)
        assert "\n" not in str(caught.value)
        assert 429 == caught.value.status

    def test_too_many_failures_name_the_last_one(self) -> None:
        """The error says what Amazon did at the end."""
        with pytest.raises(UnavailableError, match="HTTP 502") as caught:
            answered(*(response_of(502) for _ in range(99)))

        assert ASKED in str(caught.value)

    def test_a_lost_connection_does_not_show_its_url(self) -> None:
        """The error of the way may hold a presigned URL: it is not passed on."""
        lost = requests.ConnectionError(f"cannot reach {SECRET_URL}")
        with pytest.raises(UnavailableError) as caught:
            answered(*(lost for _ in range(99)))

        assert "very-secret" not in str(caught.value)
        assert "ConnectionError" in str(caught.value)

    def test_a_timeout_names_its_setting(self) -> None:
        """Who waits too little can wait longer."""
        with pytest.raises(UnavailableError, match="request_timeout"):
            answered(*(requests.Timeout() for _ in range(99)))


class TestWaitsThatAddUp:
    """A service that is down is waited for once, and not once for each request."""

    clock: ScriptedClock
    retrying: Retrying

    @pytest.fixture(autouse=True)
    def _down(self) -> None:
        self.clock = ScriptedClock()
        self.retrying = retrying_of(self.clock)

    def _ask(self, *statuses: int, alike: str | None = "getThing") -> str:
        """Return what a request ends with: an error's text, or nothing."""
        answers = chain(map(response_of, statuses), repeat(response_of(503)))
        try:
            self.retrying.until_answered(
                lambda: next(answers), asked=ASKED, alike=alike
            )
        except AmazonError as error:
            return str(error)
        return ""

    def test_the_next_request_is_sent_once(self) -> None:
        """It fails at once where nothing has changed, and says what was tried."""
        first = self._ask()
        waited_seconds = self.clock.monotonic()
        for _ in range(3):
            second = self._ask()
            assert ": unavailable for 243 s" in first
            assert ": not tried again, because the request before was" in second
            assert "unavailable for 243 s" in second
            assert 1 == second.count("not tried again")
        assert 200 < waited_seconds == self.clock.monotonic()

    def test_another_operation_is_waited_for(self) -> None:
        """One that is throttled says nothing of the others."""
        self._ask()
        assert "not tried again" not in self._ask(alike="getOther")
        assert "not tried again" not in self._ask(alike=None)
        assert "not tried again" not in self._ask(alike=None)

    def test_an_answer_brings_patience_back(self) -> None:
        """What works again is tried again when it fails."""
        self._ask()
        assert "" == self._ask(200)
        assert "" == self._ask(503, 503, 200)

    def test_patience_comes_back_with_time(self) -> None:
        """An outage of an hour ago is no reason to fail for one that passes."""
        self._ask()
        self.clock.advance(hours=1)
        assert "" == self._ask(503, 200)
