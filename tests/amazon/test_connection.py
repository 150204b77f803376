"""One request on its way: retry, quota, authenticate, send, in this order."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
import requests

from tap_amazon_reports.amazon.connection import ServiceConnection
from tap_amazon_reports.amazon.errors import (
    AccessDeniedError,
    CredentialsError,
    RequestRefusedError,
    ThrottledError,
    UnexpectedAnswerError,
)
from tap_amazon_reports.amazon.lwa import LwaAuth
from tap_amazon_reports.amazon.operation import Call, Operation
from tap_amazon_reports.amazon.origin import ForeignHostError
from tap_amazon_reports.amazon.selling_partner import (
    SellingPartnerRules,
    token_is_spent,
)
from tests.amazon.rig import (
    LoggingClock,
    LoggingTransport,
    NumberedSignatures,
    response_of,
    retrying_of,
    transport_of,
)
from tests.amazon.scripted_login import Login, source_of
from tests.local_amazon import LocalAmazon
from tests.local_amazon.faults import (
    ExpiredToken,
    Redirect,
    Status,
)
from tests.local_amazon.quota import UsagePlan

if TYPE_CHECKING:
    from tap_amazon_reports.amazon.http import Authenticator
    from tap_amazon_reports.services import Services
    from tests.clock import ScriptedClock

THING = Operation(
    name="getThing", method="GET", path="/things/{id}", rate_per_second=0.1, burst=1
)
TYPE = "GET_MERCHANT_LISTINGS_ALL_DATA"
SCHEDULES = "getReportSchedules"


class Scripted:
    """A connection whose far side is a list.

    Attributes:
        events: what happened, in order.
        transport: what was sent.
        connection: the connection.
    """

    def __init__(
        self, *script: requests.Response | Exception, renewable: bool = True
    ) -> None:
        """Let the far side do each of `script` in turn."""
        self.events: list[str] = []
        self.clock = LoggingClock(self.events)
        self.transport = LoggingTransport(self.events, script)
        self.connection = ServiceConnection(
            rules=SellingPartnerRules(),
            base_url="https://sellingpartnerapi-eu.amazon.com/",
            auth=NumberedSignatures(self.events, renewable=renewable),
            transport=self.transport,
            clock=self.clock,
            retrying=retrying_of(self.clock),
        )

    def call(self, thing: str = "1") -> requests.Response:
        """Make one call."""
        return self.connection.call(Call(THING, path={"id": thing}))


class TestOrder:
    """What happens in one call, step by step."""

    def test_each_attempt_pays_and_is_signed_afresh(self) -> None:
        """A retry waits its pause, then for its token, and only then is it signed."""
        scripted = Scripted(response_of(503), response_of(503), response_of(200))
        scripted.call()

        assert [
            *("sign 1", "send"),
            *("sleep 1", "sleep 9", "sign 2", "send"),
            *("sleep 2", "sleep 8", "sign 3", "send"),
        ] == scripted.events

    def test_a_lost_connection_pays_again(self) -> None:
        """Nobody knows whether the lost attempt was counted: it is."""
        scripted = Scripted(requests.ConnectionError(), response_of(200))
        scripted.call()

        assert ["sleep 1", "sleep 9", "sign 2", "send"] == scripted.events[2:]

    @pytest.mark.parametrize("status", [401, 403])
    def test_a_spent_token_is_renewed_once(self, status: int) -> None:
        """The second attempt pays too; a second refusal is final."""
        scripted = Scripted(response_of(status), response_of(status))
        with pytest.raises((AccessDeniedError, CredentialsError)):
            scripted.call()

        assert [
            *("sign 1", "send", "forget 1"),
            *("sleep 10", "sign 2", "send"),
        ] == scripted.events

    def test_what_cannot_be_renewed_is_not_tried_again(self) -> None:
        """A role that is missing is missing: one call, one error."""
        scripted = Scripted(response_of(403), renewable=False)
        with pytest.raises(AccessDeniedError):
            scripted.call()

        assert ["sign 1", "send", "forget 1"] == scripted.events

    def test_a_token_that_dies_between_retries_is_renewed(self) -> None:
        """An outage that outlives a token does not end the service."""
        scripted = Scripted(response_of(503), response_of(403), response_of(200))

        assert 200 == scripted.call().status_code
        assert [
            *("sign 1", "send"),
            *("sign 2", "send", "forget 2"),
            *("sign 3", "send"),
        ] == [event for event in scripted.events if "sleep" not in event]

    def test_no_credentials_are_left_over_from_the_last_attempt(self) -> None:
        """Each attempt carries one signature, its own."""
        scripted = Scripted(response_of(503), response_of(200))
        scripted.call()

        assert ["1", "2"] == [
            sent.headers["x-signature"] for sent in scripted.transport.sent
        ]

    def test_a_refusal_is_not_retried(self) -> None:
        """What Amazon understood and refused, it would refuse again."""
        scripted = Scripted(response_of(400))
        with pytest.raises(RequestRefusedError):
            scripted.call()

        assert ["sign 1", "send"] == scripted.events

    def test_path_values_cannot_change_the_path(self) -> None:
        """An id with a slash or a question mark stays one segment."""
        scripted = Scripted(response_of(200))
        scripted.call("../a?b=c#d")

        url = scripted.transport.sent[0].url
        assert (
            "https://sellingpartnerapi-eu.amazon.com/things/..%2Fa%3Fb%3Dc%23d"
        ) == url

    def test_calls_are_counted(self) -> None:
        """The summary of a run tells each attempt, and each 429."""
        scripted = Scripted(response_of(429), response_of(503), response_of(200))
        scripted.call()

        assert {"getThing": 3} == scripted.connection.calls.sent
        assert {"getThing": 1} == scripted.connection.calls.throttled

    def test_a_long_wait_is_told(self, caplog: pytest.LogCaptureFixture) -> None:
        """Whoever watches the log learns which quota is empty, and for how long."""
        caplog.set_level(logging.INFO)
        scripted = Scripted(response_of(200), response_of(200))
        scripted.call()
        assert "getThing" not in caplog.text
        scripted.call()

        assert "getThing: waiting for quota, 10 s left" in caplog.text


class TestQuota:
    """What answers teach about the usage plan."""

    @pytest.mark.parametrize(("rate", "seconds"), [(2.0, 0.5), (0.005, 200.0)])
    def test_the_rate_that_amazon_tells_is_believed(
        self,
        amazon: LocalAmazon,
        services: Services,
        clock: ScriptedClock,
        rate: float,
        seconds: float,
    ) -> None:
        """An account with another rate is read at its own rate, without any 429."""
        amazon.quotas.change(SCHEDULES, UsagePlan(rate, 10))
        for _ in range(12):
            list(services.selling_partner.get_report_schedules([TYPE]))

        assert sum(clock.sleeps) == pytest.approx(seconds * 2, rel=0.03)
        assert [] == amazon.throttled

    @pytest.mark.parametrize("text", ["", "fast", "0", "-1", "nan", "inf"])
    def test_a_rate_that_is_none_is_passed_over(self, text: str) -> None:
        """A header that makes no sense neither stops nor speeds up the tap."""
        headers = {"x-amzn-RateLimit-Limit": text}
        scripted = Scripted(response_of(200, headers=headers), response_of(200))
        scripted.call()
        scripted.call()

        assert "sleep 10" in scripted.events

    def test_a_429_is_news_about_the_bucket(
        self, amazon: LocalAmazon, services: Services, clock: ScriptedClock
    ) -> None:
        """The next attempt waits for a token of Amazon's, not for a second."""
        amazon.faults.add(SCHEDULES, Status(429))
        list(services.selling_partner.get_report_schedules([TYPE]))

        assert pytest.approx(1 / 0.0222, rel=0.03) == sum(clock.sleeps)

    def test_a_quota_that_others_use_up_ends_in_an_error(
        self, amazon: LocalAmazon, services: Services, clock: ScriptedClock
    ) -> None:
        """After a bounded time the operation that is throttled is named."""
        amazon.faults.add(SCHEDULES, Status(429), times=99)
        with pytest.raises(ThrottledError, match=SCHEDULES):
            list(services.selling_partner.get_report_schedules([TYPE]))

        assert clock.monotonic() < 1000

    def test_operations_do_not_share_a_bucket(
        self, amazon: LocalAmazon, services: Services, clock: ScriptedClock
    ) -> None:
        """An operation that is out of tokens holds no other one back."""
        client = services.selling_partner
        for _ in range(10):
            list(client.get_report_schedules([TYPE]))
        day = "2026-11-20T00:00:00-08:00--2026-11-21T00:00:00-08:00"
        client.get_order_metrics(
            [
                ("marketplaceIds", "ATVPDKIKX0DER"),
                ("interval", day),
                ("granularity", "Total"),
            ]
        )

        assert [] == clock.sleeps
        assert 12 == len(amazon.seen)


class TestCredentials:
    """Where they go, and what happens when they are spent."""

    def test_a_spent_token_is_replaced(
        self, amazon: LocalAmazon, services: Services
    ) -> None:
        """Amazon says that a token has expired: the call succeeds with a new one."""
        client = services.selling_partner
        list(client.get_report_schedules([TYPE]))
        amazon.lwa.expire_tokens()
        list(client.get_report_schedules([TYPE]))

        operations = [seen.operation for seen in amazon.seen]
        assert ["lwa.token", SCHEDULES, SCHEDULES, "lwa.token", SCHEDULES] == operations
        assert [] == amazon.refused

    def test_a_token_that_stays_spent_is_the_account_s_trouble(
        self, amazon: LocalAmazon, services: Services
    ) -> None:
        """Two tokens in a row are refused: the error says what to check."""
        amazon.faults.add(SCHEDULES, ExpiredToken(), times=99)
        with pytest.raises(CredentialsError, match="sp_refresh_token"):
            list(services.selling_partner.get_report_schedules([TYPE]))

        assert 2 == [seen.operation for seen in amazon.seen].count(SCHEDULES)

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_a_redirect_is_not_followed(
        self, amazon: LocalAmazon, services: Services, status: int
    ) -> None:
        """A token that is led astray stays at home."""
        with LocalAmazon(clock=amazon.clock, populate=False) as elsewhere:
            headers = {"location": f"{elsewhere.url}/sp/reports"}
            amazon.faults.add(SCHEDULES, Status(status, headers=headers))
            with pytest.raises(RequestRefusedError) as caught:
                list(services.selling_partner.get_report_schedules([TYPE]))

            assert [] == elsewhere.seen
        assert caught.value.status == status

    def test_a_login_that_redirects_is_not_followed(
        self, amazon: LocalAmazon, services: Services
    ) -> None:
        """Neither secret nor refresh token is posted anywhere else."""
        with LocalAmazon(clock=amazon.clock, populate=False) as elsewhere:
            amazon.faults.add("lwa.token", Redirect(f"{elsewhere.url}/lwa/auth"))
            with pytest.raises(UnexpectedAnswerError, match="302"):
                list(services.selling_partner.get_report_schedules([TYPE]))

            assert [] == elsewhere.seen

    def test_a_token_does_not_go_to_another_host(
        self, amazon: LocalAmazon, clock: ScriptedClock
    ) -> None:
        """A connection that leads elsewhere than its credentials sends nothing."""
        with LocalAmazon(clock=clock, populate=False) as elsewhere:
            connection = connection_of(
                elsewhere.url, auth=auth_of(f"{amazon.url}/sp"), clock=clock
            )
            with pytest.raises(ForeignHostError):
                connection.call(Call(THING, path={"id": "1"}))

            assert [] == elsewhere.seen

    def test_a_token_does_not_go_over_plain_http(self, clock: ScriptedClock) -> None:
        """Without encryption nothing is sent beyond this machine."""
        url = "http://sellingpartnerapi-eu.amazon.com"
        connection = connection_of(url, auth=auth_of(url), clock=clock)
        with pytest.raises(ForeignHostError, match="use https"):
            connection.call(Call(THING, path={"id": "1"}))

        assert [] == clock.sleeps


def auth_of(base_url: str) -> LwaAuth:
    """Return an authenticator for one address."""
    return LwaAuth(source_of(Login()), base_url=base_url, spent=token_is_spent)


def connection_of(
    base_url: str, *, auth: Authenticator, clock: ScriptedClock
) -> ServiceConnection:
    """Return a real connection to any address."""
    return ServiceConnection(
        rules=SellingPartnerRules(),
        base_url=base_url,
        auth=auth,
        transport=transport_of(),
        clock=clock,
        retrying=retrying_of(clock),
    )
