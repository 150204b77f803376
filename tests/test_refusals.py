"""When Amazon says no: tokens that are spent, rights that are missing."""

from __future__ import annotations

import logging

import pytest

from tests.local_amazon import ExpiredToken, Slow, Status
from tests.rehearsal import OPERATIONS, SERVICES, Rehearsal


@pytest.mark.parametrize("stream", ["appstore_sales", "sp_reports", "sp_order_metrics"])
def test_a_spent_token_is_replaced_once(rehearse: Rehearsal, stream: str) -> None:
    """When Amazon says that a token is spent, a new one is bought and used at once."""
    rehearse.amazon.faults.add(OPERATIONS[stream], ExpiredToken())
    output = rehearse(only=[stream])

    assert 0 == output.status
    assert output.rows()
    assert 2 == rehearse.asked("lwa.token")
    assert sum(rehearse.clock.sleeps) < 1


def test_a_token_that_dies_during_a_run_is_renewed(rehearse: Rehearsal) -> None:
    """A life of two minutes is enough for a run of many minutes."""
    rehearse.amazon.lwa.lifetime_seconds = 120
    rehearse.amazon.faults.add("getReports", Slow(100), times=6)
    output = rehearse(only=["sp_order_metrics", "sp_reports"])

    assert 0 == output.status
    assert 600 <= rehearse.clock.monotonic()
    assert 2 < rehearse.asked("lwa.token") < 9


@pytest.mark.parametrize(
    ("stream", "check"),
    [
        ("appstore_sales", "attached"),
        ("sp_reports", "sp_refresh_token"),
        ("sp_order_metrics", "sp_refresh_token"),
    ],
)
def test_a_token_that_stays_spent_is_told(
    rehearse: Rehearsal, stream: str, check: str
) -> None:
    """One new token and no more; then what to check."""
    rehearse.spoil(OPERATIONS[stream], ExpiredToken())
    output = rehearse(only=[stream])

    assert 1 == output.status
    assert check in rehearse.failure
    assert 2 == rehearse.asked(OPERATIONS[stream])
    assert 2 == rehearse.asked("lwa.token")


@pytest.mark.parametrize(
    ("setting", "service", "said"),
    [
        ("appstore_client_secret", "Appstore", "invalid_client"),
        ("sp_client_secret", "Selling Partner", "invalid_client"),
        ("sp_refresh_token", "Selling Partner", "authorise the application again"),
    ],
)
def test_wrong_credentials_end_their_service(
    rehearse: Rehearsal, setting: str, service: str, said: str
) -> None:
    """Login with Amazon is asked once, and told once; the other services go on."""
    secret = "A-Wrong-Secret/which+nobody=may-see"
    output = rehearse(settings={setting: secret})
    others = set(OPERATIONS) - SERVICES[service]

    assert 1 == output.status
    assert others == {str(key[0]) for key in output.rows()}
    assert said in rehearse.failure
    assert _others(service) in rehearse.failure
    assert 1 == sum(said in record.getMessage() for record in _errors(rehearse)[:-1])
    assert secret not in rehearse.caplog.text + output.text
    assert len(SERVICES) - 1 == rehearse.asked("lwa.token")


def test_a_mistyped_key_of_amazon_pay_is_told(rehearse: Rehearsal) -> None:
    """A key that is whole in form only is told once, and nothing is sent with it."""
    lines = str(rehearse.amazon.settings()["pay_private_key"]).splitlines()
    lines[8] = lines[8][::-1]
    output = rehearse(settings={"pay_private_key": "\n".join(lines)})

    assert 1 == output.status
    assert "pay_private_key: " in rehearse.failure
    assert "found a damaged private key" in rehearse.failure
    assert _others("Amazon Pay") in rehearse.failure
    assert set(OPERATIONS) - SERVICES["Amazon Pay"] == {
        str(key[0]) for key in output.rows()
    }
    assert not any("pay" == seen.service for seen in rehearse.amazon.seen)
    assert lines[8] not in rehearse.caplog.text + output.text


def _others(service: str) -> str:
    """Return what is said of the streams that fail with another one of a service."""
    more = len(SERVICES[service]) - 1
    return f"{more} more streams could not be read" if more else ""


def _errors(rehearse: Rehearsal) -> list[logging.LogRecord]:
    records = rehearse.caplog.records
    return [record for record in records if record.levelno == logging.ERROR]


def test_a_profile_that_is_not_attached_is_told(rehearse: Rehearsal) -> None:
    """`invalid_scope` of the Appstore says where to press Attach."""
    rehearse.amazon.lwa.attached = False
    rehearse(only=["appstore_sales"])

    assert "invalid_scope" in rehearse.failure
    assert "Attach" in rehearse.failure


def test_a_key_that_amazon_pay_does_not_know_is_told(rehearse: Rehearsal) -> None:
    """A key id that is not registered ends all streams of Amazon Pay at once."""
    output = rehearse(pay_public_key_id="LIVE-ANOTHERKEYOFANOTHERMERCH")

    assert set(OPERATIONS) - SERVICES["Amazon Pay"] == {
        str(key[0]) for key in output.rows()
    }
    assert "pay_public_key_id" in rehearse.failure
    assert _others("Amazon Pay") in rehearse.failure
    assert 1 == sum("pay" == seen.service for seen in rehearse.amazon.seen)


def test_a_refused_signature_is_told_without_it(rehearse: Rehearsal) -> None:
    """Amazon Pay quotes the signature that it refuses; the tap does not."""
    rehearse.spoil(
        "pay.getReports",
        Status(
            403,
            code="InvalidRequestSignature",
            message="Unable to verify signature, signing String [AMZN-PAY-RSASSA-PSS-V2"
            "\\n20240102T030405Z\\nabc], signature [s1gn4ture+quoted/by==amazon]",
        ),
    )
    output = rehearse(only=["pay_reports"])

    assert 1 == output.status
    assert "InvalidRequestSignature" in rehearse.failure
    assert "s1gn4ture" not in rehearse.caplog.text


@pytest.mark.parametrize("stream", list(OPERATIONS))
def test_a_refusal_ends_the_stream_at_once(rehearse: Rehearsal, stream: str) -> None:
    """403: Amazon's words, the request's id and what to check; no second try.

    A listing of many types is tried once more for each of them alone.
    """
    operation = OPERATIONS[stream]
    rehearse.spoil(operation, Status(403, code="Denied", message="Not for you."))
    output = rehearse()

    assert 1 == output.status
    assert set(OPERATIONS) - {stream} == {str(key[0]) for key in output.rows()}
    assert all(
        word in rehearse.failure
        for word in (stream, operation, "Not for you.", "Check that", "403")
    )
    assert "request id" in rehearse.failure
    assert rehearse.asked(operation) == (
        2 if "appstore_sales" == stream else 1 + _listed_alone(rehearse, operation)
    )


def _listed_alone(rehearse: Rehearsal, operation: str) -> int:
    """Return how many types the first call of an operation listed beside others."""
    first = next(seen for seen in rehearse.amazon.seen if seen.operation == operation)
    types = dict(first.query).get("reportTypes", "").split(",")
    is_split = operation in {"getReports", "getReportSchedules"} and len(types) > 1
    return len(types) if is_split else 0


def test_one_refused_type_takes_no_other_along(rehearse: Rehearsal) -> None:
    """Without the role for one type, the reports of the others are listed."""
    sold = "GET_MERCHANT_LISTINGS_ALL_DATA"
    before = rehearse(only=["sp_reports"])
    rehearse.clock.advance(hours=1)
    rehearse.amazon.faults.add(
        "getReports",
        Status(403, code="Unauthorized", message="Access is denied."),
        times=9,
        when=lambda request: sold in dict(request.query)["reportTypes"],
    )
    output = rehearse(only=["sp_reports"])
    others = {
        row["report_id"]
        for row in before.records("sp_reports")
        if row["report_type"] != sold
    }

    assert 1 == output.status
    assert f"reportTypes={sold}," in rehearse.failure
    assert len(others) > 1
    assert others <= {row["report_id"] for row in output.records("sp_reports")}
    assert output.bookmark("sp_reports") is None


@pytest.mark.parametrize("stream", list(OPERATIONS))
def test_a_bad_request_ends_the_stream_at_once(
    rehearse: Rehearsal, stream: str
) -> None:
    """400: Amazon's message and the parameters that were sent; no second try."""
    operation = OPERATIONS[stream]
    rehearse.spoil(operation, Status(400, message="That is wrong."))
    output = rehearse()
    sent = [seen for seen in rehearse.amazon.seen if seen.operation == operation]

    assert 1 == output.status
    assert set(OPERATIONS) - {stream} == {str(key[0]) for key in output.rows()}
    assert "That is wrong." in rehearse.failure
    assert all(f"{name}={value}" in rehearse.failure for name, value in sent[0].query)
    assert 1 == len(sent)
