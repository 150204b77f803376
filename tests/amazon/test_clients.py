"""The clients of the seller and of the developer, against the local Amazon."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timezone
from typing import TYPE_CHECKING

import pytest

from tap_amazon_reports.amazon.by_type import TYPES_PER_CALL
from tap_amazon_reports.amazon.errors import (
    AccessDeniedError,
    CredentialsError,
    DocumentMissingError,
    RequestRefusedError,
    UnexpectedAnswerError,
)
from tap_amazon_reports.amazon.shapes import SpReport
from tests.amazon.rig import calls_of, one_line
from tests.clock import NOON
from tests.local_amazon.appstore.models import AnswerStyle, AppstoreFile, Member
from tests.local_amazon.faults import BadJson, Status
from tests.report_types import LISTINGS, ORDERS, SHIPPING

if TYPE_CHECKING:
    from tap_amazon_reports.amazon.appstore import AppstoreClient
    from tap_amazon_reports.amazon.selling_partner import SellingPartnerClient
    from tap_amazon_reports.services import Services
    from tests.clock import ScriptedClock
    from tests.local_amazon import LocalAmazon

SETTLEMENT = "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_SETTLEMENT_DATA_"
REFUND = "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_REFUND_DATA_"
US = "ATVPDKIKX0DER"
SPAIN = "A1RKKUPIHCS9HS"
SINCE = datetime(2026, 9, 1, tzinfo=timezone.utc)


@pytest.fixture
def seller(services: Services) -> SellingPartnerClient:
    """Return the client of the Selling Partner API."""
    return services.selling_partner


@pytest.fixture
def developer(services: Services) -> AppstoreClient:
    """Return the client of the Appstore."""
    return services.appstore


class TestSellingPartner:
    """Reports, schedules and metrics of a seller."""

    def test_all_pages_are_read(
        self, full: LocalAmazon, seller: SellingPartnerClient
    ) -> None:
        """Three pages of a hundred yield each report once."""
        for _ in range(230):
            full.selling_partner.ask(ORDERS)
        held = [
            report["reportId"]
            for report in full.selling_partner.reports
            if report["reportType"] == ORDERS
        ]

        found = seller.get_reports(
            [ORDERS], shape=SpReport, created_since=SINCE, created_until=NOON
        )

        assert Counter(entry.known.report_id for entry in found) == Counter(held)
        assert 3 == len(calls_of(full, "getReports"))

    def test_a_page_token_stands_alone(
        self, full: LocalAmazon, seller: SellingPartnerClient
    ) -> None:
        """Amazon refuses any parameter beside it; each page holds a hundred."""
        for _ in range(150):
            full.selling_partner.ask(ORDERS)
        list(
            seller.get_reports(
                [ORDERS], shape=SpReport, created_since=SINCE, created_until=NOON
            )
        )

        first, second = calls_of(full, "getReports")
        assert "100" == dict(first.query)["pageSize"]
        assert ["nextToken"] == [name for name, _ in second.query]
        assert [] == full.refused

    def test_ten_types_go_into_one_call(
        self, amazon: LocalAmazon, seller: SellingPartnerClient
    ) -> None:
        """As many types as Amazon takes at once are taken, and the next ones after."""
        types = [f"GET_TYPE_{number}" for number in range(TYPES_PER_CALL + 1)]

        found = seller.get_reports(
            types, shape=SpReport, created_since=SINCE, created_until=NOON
        )
        assert [] == list(found)
        assert [] == list(seller.get_report_schedules(types))
        assert [10, 1, 10, 1] == [
            len(dict(seen.query)["reportTypes"].split(","))
            for seen in amazon.seen
            if seen.service != "lwa"
        ]
        assert [] == amazon.refused

    def test_a_report_is_asked_for_and_seen_to_its_end(
        self, amazon: LocalAmazon, seller: SellingPartnerClient, clock: ScriptedClock
    ) -> None:
        """Its document can be fetched from the URL at the end."""
        report_id = seller.create_report(
            {"reportType": LISTINGS, "marketplaceIds": [US]}
        )
        clock.advance(seconds=60)
        report = seller.get_report(report_id)
        url = seller.get_report_document(str(report.known.report_document_id))

        assert "DONE" == report.known.processing_status
        assert url.reveal().startswith(f"{amazon.url}/storage/")
        assert "?" not in repr(url)
        assert [] == amazon.refused

    def test_a_restricted_document_opens_to_its_own_token(
        self, amazon: LocalAmazon, seller: SellingPartnerClient, clock: ScriptedClock
    ) -> None:
        """The usual token is refused; one made for just this document opens it."""
        report_id = seller.create_report(
            {"reportType": SHIPPING, "marketplaceIds": [US]}
        )
        clock.advance(seconds=60)
        document_id = str(seller.get_report(report_id).known.report_document_id)
        with pytest.raises(AccessDeniedError):
            seller.get_report_document(document_id)
        token = seller.create_restricted_data_token([document_id])
        seller.get_report_document(document_id, restricted_token=token)

        last = amazon.seen[-1]
        assert last.headers["x-amz-access-token"] == token.reveal()
        assert ("getReportDocument", 200) == (last.operation, last.status)

    def test_numbers_stay_exact(
        self, amazon: LocalAmazon, seller: SellingPartnerClient
    ) -> None:
        """An amount never passes through a binary float on its way."""
        sales = b'{"amount": 0.1000000000000000055511}'
        body = b'{"payload": [{"interval": "a--b", "totalSales": %s}]}' % sales
        amazon.faults.add("getOrderMetrics", BadJson(body))
        day = "2026-11-19T00:00:00-08:00--2026-11-20T00:00:00-08:00"
        (metrics,) = seller.get_order_metrics(
            [("marketplaceIds", US), ("interval", day), ("granularity", "Total")]
        )

        amount = metrics.wire["totalSales"]["amount"]
        assert "0.1000000000000000055511" == str(amount)

    def test_a_refusal_says_what_was_asked_and_what_was_answered(
        self, amazon: LocalAmazon, seller: SellingPartnerClient
    ) -> None:
        """Operation, parameters, code, message, status and request id: one line."""
        amazon.faults.add(
            "getReports", Status(400, "InvalidInput", "Not\nlike this", "nor\tthis")
        )
        with pytest.raises(RequestRefusedError) as caught:
            list(
                seller.get_reports(
                    [ORDERS], shape=SpReport, created_since=SINCE, created_until=NOON
                )
            )

        error = caught.value
        said = one_line(error)
        assert said.startswith(
            f"getReports(reportTypes={ORDERS}, createdSince=2026-09-01T00:00:00Z"
        )
        assert "InvalidInput 'Not like this nor this' (HTTP 400, request id " in said
        assert (400, "InvalidInput") == (error.status, error.code)
        assert str(error.request_id) in said

    def test_a_page_token_is_in_no_error(
        self, full: LocalAmazon, seller: SellingPartnerClient
    ) -> None:
        """A failing second page is reported without its token."""
        for _ in range(150):
            full.selling_partner.ask(ORDERS)
        full.faults.add(
            "getReports",
            Status(400),
            when=lambda request: "nextToken" in request.raw_query,
        )
        with pytest.raises(RequestRefusedError) as caught:
            list(
                seller.get_reports(
                    [ORDERS], shape=SpReport, created_since=SINCE, created_until=NOON
                )
            )

        token = dict(full.seen[-1].query)["nextToken"]
        assert token not in str(caught.value)
        assert one_line(caught.value).startswith("getReports of the Selling Partner")

    def test_a_marketplace_of_another_region_is_the_account_s_matter(
        self, seller: SellingPartnerClient
    ) -> None:
        """The advice names roles, regions and the setting to look at."""
        body = {"reportType": LISTINGS, "marketplaceIds": [SPAIN]}
        with pytest.raises(AccessDeniedError, match="sp_marketplaces") as caught:
            seller.create_report(body)

        assert "role" in one_line(caught.value)
        assert not caught.value.ends_service

    def test_a_missing_role_for_personal_data_does_not_end_the_service(
        self, amazon: LocalAmazon, seller: SellingPartnerClient
    ) -> None:
        """The operation's own name has "Token" in it, and that is no bad token."""
        amazon.faults.add("createRestrictedDataToken", Status(403))
        with pytest.raises(AccessDeniedError, match="role"):
            seller.create_restricted_data_token(["amzn1.spdoc.1"])

    @pytest.mark.parametrize("token", ["Atz|one\nx-evil: 1", "Atz|\u00e9", "a b", ""])
    def test_a_token_that_no_header_can_hold_is_no_token(
        self, amazon: LocalAmazon, seller: SellingPartnerClient, token: str
    ) -> None:
        """The field is named, and the token is not shown."""
        field = "restrictedDataToken"
        body = json.dumps({field: token}).encode()
        amazon.faults.add("createRestrictedDataToken", Status(200, body=body))
        with pytest.raises(
            UnexpectedAnswerError, match="restrictedDataToken"
        ) as caught:
            seller.create_restricted_data_token(["amzn1.spdoc.1"])

        assert not token or token not in one_line(caught.value)

    def test_a_bad_token_ends_the_service(
        self, amazon: LocalAmazon, seller: SellingPartnerClient
    ) -> None:
        """A token that is refused for good is refused for every stream."""
        details = "The access token you provided is revoked, malformed or invalid."
        amazon.faults.add("getReportSchedules", Status(403, details=details))
        with pytest.raises(CredentialsError, match="sp_refresh_token") as caught:
            list(seller.get_report_schedules([ORDERS]))

        assert caught.value.ends_service

    def test_what_stands_in_front_of_the_service_is_no_service(
        self, amazon: LocalAmazon, seller: SellingPartnerClient
    ) -> None:
        """An HTML page gives an error without the page."""
        page = b"<html><body>very long and useless</body></html>"
        amazon.faults.add("getReportSchedules", Status(400, body=page))
        with pytest.raises(RequestRefusedError, match="HTTP 400") as caught:
            list(seller.get_report_schedules([ORDERS]))

        assert "html" not in one_line(caught.value)

    @pytest.mark.parametrize(
        "body", [b"[]", b"{}", b'{"reportSchedules": null}', b'{"reportSchedules":[1]}']
    )
    def test_an_answer_of_another_shape_is_not_read_as_nothing(
        self, amazon: LocalAmazon, seller: SellingPartnerClient, body: bytes
    ) -> None:
        """No list is not an empty list."""
        amazon.faults.add("getReportSchedules", BadJson(body))
        with pytest.raises(UnexpectedAnswerError, match="getReportSchedules"):
            list(seller.get_report_schedules([ORDERS]))


class TestAppstore:
    """Where the files of the Appstore lie."""

    @pytest.mark.parametrize("style", AnswerStyle)
    def test_the_url_is_found_however_it_is_wrapped(
        self, amazon: LocalAmazon, developer: AppstoreClient, style: AnswerStyle
    ) -> None:
        """Bare, quoted, or in a JSON object: users have met each of them."""
        member = Member("sales.csv", ["a"], [["1"]])
        amazon.appstore.months["sales", "2026-10"] = AppstoreFile([member])
        amazon.appstore.answer_style = style

        url = developer.report_url("sales", "2026-10")

        assert url.reveal().startswith(f"{amazon.url}/storage/appstore/")
        assert "X-Amz-Signature" in url.reveal()
        assert "X-Amz-Signature" not in f"{url!r} {url}"

    def test_the_month_has_two_digits(
        self, amazon: LocalAmazon, developer: AppstoreClient
    ) -> None:
        """January is 01."""
        with pytest.raises(DocumentMissingError):
            developer.report_url("sales", "2026-01")

        path = "/api/appstore/download/report/sales/2026/01"
        assert amazon.seen[-1].path == path

    @pytest.mark.parametrize(
        "answer",
        [
            Status(400, message="Report not found"),
            Status(400, body=b"Report not found"),
            Status(400, body=b'{"error": {"reason": "REPORT NOT FOUND."}}'),
        ],
    )
    def test_a_month_without_a_file_is_missing_and_not_wrong(
        self, amazon: LocalAmazon, developer: AppstoreClient, answer: Status
    ) -> None:
        """When Amazon says so in its own words, there is no file, and no failure."""
        amazon.faults.add("appstore.getReport", answer)
        with pytest.raises(DocumentMissingError, match=r"month=10.*HTTP 400"):
            developer.report_url("sales", "2026-10")

    @pytest.mark.parametrize(
        ("answer", "kind"),
        [
            (Status(404), RequestRefusedError),
            (Status(404, message="Report not found"), RequestRefusedError),
            (Status(404, body=b"<html>not found</html>"), RequestRefusedError),
            (
                Status(400, body=b"<html>Report not found</html>"),
                RequestRefusedError,
            ),
            (Status(400, body=b"report not found" * 99), RequestRefusedError),
            (Status(200, body=b""), UnexpectedAnswerError),
            (Status(200, body=b" \n"), UnexpectedAnswerError),
            (Status(204, body=b""), UnexpectedAnswerError),
        ],
    )
    def test_what_others_say_is_not_a_month_without_a_file(
        self,
        amazon: LocalAmazon,
        developer: AppstoreClient,
        answer: Status,
        kind: type[Exception],
    ) -> None:
        """A gateway's page or an empty answer does not mean that nothing was sold."""
        amazon.faults.add("appstore.getReport", answer)
        with pytest.raises(kind) as caught:
            developer.report_url("sales", "2026-10")

        assert kind is type(caught.value)

    def test_another_refusal_is_passed_on(
        self, amazon: LocalAmazon, developer: AppstoreClient
    ) -> None:
        """Amazon's own words, in one line."""
        amazon.faults.add("appstore.getReport", Status(400, message="Bad\nmonth"))
        with pytest.raises(RequestRefusedError, match="'Bad month'") as caught:
            developer.report_url("sales", "2026-10")

        assert "appstore.getReport(kind=sales, year=2026" in one_line(caught.value)

    def test_a_profile_that_may_not_read_is_told_what_to_attach(
        self, amazon: LocalAmazon, developer: AppstoreClient
    ) -> None:
        """The advice names the console and the setting."""
        amazon.faults.add("appstore.getReport", Status(403), times=9)
        with pytest.raises(AccessDeniedError, match="appstore_client_id"):
            developer.report_url("sales", "2026-10")

    @pytest.mark.parametrize(
        "body",
        [
            b"see you later",
            b'{"a": "https://one.example/", "b": "https://two.example/"}',
            b'{"url": "ftp://one.example/"}',
            b"https://one.example/?X-Amz-Signature=very-secret and more",
            b"[17]",
        ],
    )
    def test_what_is_no_url_is_not_fetched(
        self, amazon: LocalAmazon, developer: AppstoreClient, body: bytes
    ) -> None:
        """An answer that cannot be read is unexpected, and not shown."""
        amazon.faults.add("appstore.getReport", Status(200, body=body))
        with pytest.raises(UnexpectedAnswerError) as caught:
            developer.report_url("sales", "2026-10")

        assert "very-secret" not in one_line(caught.value)
        assert "example" not in one_line(caught.value)
