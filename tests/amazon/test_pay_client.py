"""The client of Amazon Pay, against the local Amazon."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import TYPE_CHECKING

import pytest

from tap_amazon_reports.amazon.errors import (
    AccessDeniedError,
    AmazonError,
    CredentialsError,
    RequestRefusedError,
)
from tap_amazon_reports.amazon.shapes import PayReport
from tap_amazon_reports.amazon.wire_time import basic_text, utc_text
from tests.amazon.rig import calls_of, one_line, services_of
from tests.clock import NOON
from tests.local_amazon.faults import ConnectionLost, Status

if TYPE_CHECKING:
    from tap_amazon_reports.amazon.pay import PayClient
    from tap_amazon_reports.services import Services
    from tests.clock import ScriptedClock
    from tests.local_amazon import LocalAmazon

SETTLEMENT = "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_SETTLEMENT_DATA_"
REFUND = "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_REFUND_DATA_"
WANTED = {
    "reportType": REFUND,
    "startTime": "20261101T000000Z",
    "endTime": "20261102T000000Z",
}
US = "ATVPDKIKX0DER"
SPAIN = "A1RKKUPIHCS9HS"
SINCE = datetime(2026, 9, 1, tzinfo=timezone.utc)
OF_THE_YEAR = datetime(2026, 1, 1, tzinfo=timezone.utc), NOON


@pytest.fixture
def merchant(services: Services) -> PayClient:
    """Return the client of Amazon Pay."""
    return services.pay


def pay_out(amazon: LocalAmazon, *, times: int) -> None:
    """Hold so many more payouts, all of one day."""
    for number in range(times):
        amazon.pay.disbursements.append(
            {
                "amazonDisbursementReferenceId": f"MORE{number}",
                "transactionTime": f"2026-10-05T10:00:00.{number:03d}Z",
            }
        )


class TestPay:
    """Reports and payouts of a merchant."""

    def test_all_pages_are_read(self, full: LocalAmazon, merchant: PayClient) -> None:
        """Each report comes once, and the token stands alone."""
        for _ in range(130):
            full.pay.ask(SETTLEMENT)
        since = full.clock.now().replace(month=9)

        found = merchant.get_reports(
            [SETTLEMENT], shape=PayReport, created_since=since, created_until=NOON
        )

        held = {
            report["reportId"]
            for report in full.pay.reports
            if report["reportType"] == SETTLEMENT
            and report["createdTime"] >= basic_text(since)
        }
        assert sorted(entry.known.report_id for entry in found) == sorted(held)
        *_, last = calls_of(full, "pay.getReports")
        assert ["nextToken"] == [name for name, _ in last.query]
        assert [] == full.refused

    def test_no_types_means_all(self, full: LocalAmazon, merchant: PayClient) -> None:
        """The parameter is left out, not sent empty."""
        list(
            merchant.get_reports(
                [], shape=PayReport, created_since=SINCE, created_until=NOON
            )
        )
        found = merchant.get_report_schedules([])

        assert [entry.wire for entry in found] == full.pay.schedules
        first, *_ = calls_of(full, "pay.getReports")
        assert "reportTypes" not in dict(first.query)

    def test_payouts_are_read_page_by_page(
        self, full: LocalAmazon, merchant: PayClient
    ) -> None:
        """Each payout of the window comes once."""
        pay_out(full, times=230)
        found = merchant.get_disbursements(*OF_THE_YEAR)

        assert [entry.wire for entry in found] == sorted(
            full.pay.disbursements, key=lambda payout: str(payout["transactionTime"])
        )
        assert len(calls_of(full, "pay.getDisbursements")) >= 3

    def test_payouts_are_read_if_the_token_must_stand_alone(
        self, full: LocalAmazon, merchant: PayClient
    ) -> None:
        """No document says which it is: the other way is tried when one is refused."""
        pay_out(full, times=230)
        full.faults.add(
            "pay.getDisbursements",
            Status(400, "InvalidParameterValue"),
            times=99,
            when=lambda request: (
                "nextToken" in request.raw_query and "pageSize" in request.raw_query
            ),
        )
        found = merchant.get_disbursements(*OF_THE_YEAR)

        ids = [entry.wire["amazonDisbursementReferenceId"] for entry in found]
        assert sorted(ids) == sorted(
            payout["amazonDisbursementReferenceId"] for payout in full.pay.disbursements
        )
        last = calls_of(full, "pay.getDisbursements")[-1]
        assert ["nextToken"] == [name for name, _ in last.query]

    def test_one_request_makes_one_report(
        self, amazon: LocalAmazon, merchant: PayClient
    ) -> None:
        """An answer that is lost does not leave a second report behind."""
        amazon.faults.add("pay.createReport", ConnectionLost(after_work=True))
        report_id = merchant.create_report(WANTED)

        assert [report["reportId"] for report in amazon.pay.reports] == [report_id]
        dates = {
            seen.headers["x-amz-pay-date"]
            for seen in calls_of(amazon, "pay.createReport")
        }
        assert 2 == len(dates)

    def test_two_calls_have_two_keys(
        self, amazon: LocalAmazon, merchant: PayClient
    ) -> None:
        """Asking for the same report twice on purpose is not taken for a retry."""
        for _ in range(2):
            merchant.create_report(WANTED)
        keys = {
            seen.headers["x-amz-pay-idempotency-key"]
            for seen in calls_of(amazon, "pay.createReport")
        }

        assert 2 == len(keys)
        assert all(re.fullmatch(r"[0-9a-f]{32}", key) for key in keys)

    def test_a_report_leads_to_its_document(
        self, amazon: LocalAmazon, merchant: PayClient, clock: ScriptedClock
    ) -> None:
        """What is finished can be fetched."""
        made = amazon.pay.ask(SETTLEMENT)
        clock.advance(seconds=60)
        report = merchant.get_report(made["reportId"])
        url = merchant.get_report_document(str(report.known.report_document_id))

        assert "COMPLETED" == report.known.processing_status
        assert url.reveal().startswith(f"{amazon.url}/storage/")

    @pytest.mark.parametrize(
        ("status", "kind", "advice"),
        [
            (400, RequestRefusedError, "TheCode"),
            (401, CredentialsError, "pay_public_key_id"),
            (403, AccessDeniedError, "pay_region"),
            (404, RequestRefusedError, "TheCode"),
        ],
    )
    def test_a_refusal_says_what_to_check(
        self,
        amazon: LocalAmazon,
        merchant: PayClient,
        status: int,
        kind: type[AmazonError],
        advice: str,
    ) -> None:
        """Operation, code, message, status, request id and advice: one line."""
        amazon.faults.add("pay.getReport", Status(status, "TheCode", "The\nmessage"))
        with pytest.raises(kind, match=advice) as caught:
            merchant.get_report("7")

        said = one_line(caught.value)
        assert "(reportId=7) of the Amazon Pay API: TheCode 'The message'" in said
        assert f"(HTTP {status}, request id {caught.value.request_id})" in said
        assert (caught.value.status, caught.value.code) == (status, "TheCode")

    def test_an_error_without_a_word_has_its_status_for_one(
        self, amazon: LocalAmazon, merchant: PayClient
    ) -> None:
        """A gateway's page is told by its status, and never quoted."""
        amazon.faults.add("pay.getReport", Status(400, body=b"<html>no</html>"))
        with pytest.raises(RequestRefusedError) as caught:
            merchant.get_report("7")

        assert "HTTP 400" == caught.value.code
        assert "html" not in one_line(caught.value)

    def test_a_refused_signature_is_explained_and_not_shown(
        self, amazon: LocalAmazon, clock: ScriptedClock
    ) -> None:
        """The message that quotes the signature is not passed on."""
        services = services_of(amazon, clock, pay_public_key_id="LIVE-SOMEBODYELSE")
        with pytest.raises(CredentialsError) as caught:
            list(services.pay.get_report_schedules([]))

        signature = re.search(
            r"Signature=(\S+)", amazon.seen[-1].headers["authorization"]
        )
        assert signature is not None
        assert signature[1] not in one_line(caught.value)


def test_moments_are_written_as_each_service_wants_them(clock: ScriptedClock) -> None:
    """The Selling Partner API takes the extended form, Amazon Pay the basic one."""
    assert "2026-11-21T12:00:00Z" == utc_text(clock.now())
    assert "20261121T120000Z" == basic_text(clock.now())
