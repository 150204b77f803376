"""What arrives at Amazon, and over how many connections."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

from tap_amazon_reports.amazon.errors import (
    DocumentMissingError,
    UnexpectedAnswerError,
)
from tap_amazon_reports.amazon.http import Anonymous, Transport
from tap_amazon_reports.amazon.operation import Operation
from tap_amazon_reports.amazon.secret import DocumentUrl
from tests.amazon.rig import (
    services_of,
)
from tests.local_amazon import LocalAmazon
from tests.local_amazon.faults import (
    BadJson,
    ConnectionLost,
    CutShort,
    Status,
)
from tests.local_amazon.storage.models import StoredObject

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tap_amazon_reports.services import Services
    from tests.clock import ScriptedClock

CALL = Operation(
    name="getThing", method="GET", path="/things/{id}", rate_per_second=0.1, burst=1
)
TYPE = "GET_MERCHANT_LISTINGS_ALL_DATA"
SCHEDULES = "getReportSchedules"


def store(amazon: LocalAmazon, content: bytes = b"sku\n1\n") -> DocumentUrl:
    """Store a document and return its URL."""
    amazon.storage.put("document", StoredObject(content))
    return DocumentUrl(amazon.storage.presign("document", lifetime_seconds=300))


def ask_everyone(amazon: LocalAmazon, services: Services) -> None:
    """Make at least one request to each service, to login and to storage."""
    client = services.appstore
    with pytest.raises(DocumentMissingError, match="Report not found"):
        client.report_url("sales", "2026-10")
    list(services.selling_partner.get_report_schedules([TYPE]))
    list(services.pay.get_report_schedules([]))
    assert b"sku\n1\n" == b"".join(services.storage.open(store(amazon)).pieces())


def test_one_connection_serves_a_run(amazon: LocalAmazon, services: Services) -> None:
    """Thirty calls of services, login and storage open a single connection."""
    url = store(amazon, b"x" * 200_000)
    for _ in range(10):
        list(services.selling_partner.get_report_schedules([TYPE]))
        list(services.pay.get_report_schedules([]))
        assert 200_000 == len(b"".join(services.storage.open(url).pieces()))

    assert 31 == len(amazon.seen)
    assert 1 == amazon.connections


def test_every_request_tells_who_asks(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """The user agent of the settings goes to all services, login and storage."""
    services = services_of(amazon, clock, user_agent="Acme/7 (Language=Python)")
    ask_everyone(amazon, services)

    told = {seen.service: seen.headers["user-agent"] for seen in amazon.seen}
    assert {"appstore", "lwa", "pay", "sp", "storage"} == set(told)
    assert {"Acme/7 (Language=Python)"} == set(told.values())


def test_credentials_go_to_their_own_service_only(
    amazon: LocalAmazon, services: Services
) -> None:
    """Each service sees its own header; login and storage see none."""
    ask_everyone(amazon, services)

    seen = {
        one.service: {"authorization", "x-amz-access-token"} & set(one.headers)
        for one in amazon.seen
    }
    assert {
        "appstore": {"authorization"},
        "lwa": set(),
        "pay": {"authorization"},
        "sp": {"x-amz-access-token"},
        "storage": set(),
    } == seen
    assert [] == amazon.refused


def test_a_netrc_adds_no_credentials(
    amazon: LocalAmazon,
    services: Services,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A password that the user keeps for a host is nobody else's business."""
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password very-secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("NETRC", raising=False)
    assert ("somebody", "very-secret") == requests.utils.get_netrc_auth(amazon.url)

    ask_everyone(amazon, services)

    basic = [
        seen
        for seen in amazon.seen
        if seen.headers.get("authorization", "").startswith("Basic")
    ]
    assert [] == basic
    assert [] == amazon.refused


@pytest.fixture
def proxy(
    clock: ScriptedClock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[LocalAmazon]:
    """Return what the environment names as a proxy: it notes what comes to it."""
    proxy = LocalAmazon(clock=clock, populate=False)
    proxy.start()
    monkeypatch.setenv("http_proxy", proxy.url)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    yield proxy
    proxy.stop()


def test_a_proxy_of_the_environment_is_used(proxy: LocalAmazon) -> None:
    """A run behind a company's proxy goes through it."""
    transport = Transport(user_agent="T/1", timeout_seconds=5)
    request = requests.Request("GET", "http://amazon.example/x")
    transport.send(transport.prepare(request, Anonymous()))

    assert 1 == len(proxy.seen)


def test_what_stays_on_this_machine_goes_to_no_proxy(
    amazon: LocalAmazon, services: Services, proxy: LocalAmazon
) -> None:
    """A rehearsal is plain http: its secrets would be in clear on the network."""
    ask_everyone(amazon, services)

    assert amazon.seen
    assert [] == proxy.seen


def test_a_cookie_is_not_carried_on(amazon: LocalAmazon, services: Services) -> None:
    """Requests have nothing to do with each other."""
    headers = {"set-cookie": "session=1; Path=/"}
    amazon.faults.add(SCHEDULES, Status(503, headers=headers))
    list(services.selling_partner.get_report_schedules([TYPE]))

    assert [None] * 3 == [seen.headers.get("cookie") for seen in amazon.seen]


@pytest.mark.parametrize(
    "fault",
    [
        ConnectionLost(),
        ConnectionLost(after_work=True),
        CutShort(at_byte=5),
        Status(500),
        Status(503, body=b"<html>busy</html>"),
    ],
)
def test_a_passing_trouble_leaves_no_trace(
    amazon: LocalAmazon,
    services: Services,
    fault: ConnectionLost | CutShort | Status,
) -> None:
    """The answer is the one that there would have been without it."""
    amazon.faults.add(SCHEDULES, fault)

    assert [] == list(services.selling_partner.get_report_schedules([TYPE]))
    assert {} == amazon.faults.pending


def test_an_answer_that_is_no_json_is_unexpected(
    amazon: LocalAmazon, services: Services
) -> None:
    """The error names the call and Amazon's id of it, never the body."""
    body = b'<html>{"token": "very-secret"}</html>'
    amazon.faults.add(SCHEDULES, BadJson(body))
    with pytest.raises(UnexpectedAnswerError, match=SCHEDULES) as caught:
        list(services.selling_partner.get_report_schedules([TYPE]))

    assert str(caught.value.request_id) in str(caught.value)
    assert 36 == len(str(caught.value.request_id))
    assert "very-secret" not in str(caught.value)
