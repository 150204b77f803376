"""python-amazon-sp-api works against the local Selling Partner API, unchanged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.local_amazon import ByLooks, LocalAmazon
from tests.local_amazon.families import Presentation
from tests.local_amazon.marketplaces import BY_COUNTRY
from tests.local_amazon.moments import extended
from tests.report_types import LISTINGS, ORDERS, SHIPPING

if TYPE_CHECKING:
    from collections.abc import Iterator

sp_api = pytest.importorskip("sp_api.api", reason="needs the group `clients`")
sp_auth = pytest.importorskip("sp_api.auth", reason="needs the group `clients`")
sp_base = pytest.importorskip("sp_api.base", reason="needs the group `clients`")

US = BY_COUNTRY["US"].id


Connect = Callable[[str], Any]


@pytest.fixture(name="amazon")
def _amazon() -> Iterator[LocalAmazon]:
    """Yield an Amazon whose reports are done at the second look."""
    with LocalAmazon(speed=1000) as running:
        running.selling_partner.ripening = ByLooks(1, 0)
        yield running


@pytest.fixture(name="connect")
def _connect(amazon: LocalAmazon) -> Iterator[Connect]:
    """Yield what makes the library's clients at the local address, and close them."""
    settings = amazon.settings()
    scheme, _, host = amazon.url.partition("//")

    class Tokens(sp_auth.AccessTokenClient):  # type: ignore[misc, name-defined]
        """Gets its tokens at the local address, and keeps them by that."""

        def _get_cache_key(self, token_flavor: str = "") -> str:
            return f"{host} {token_flavor}"

    Tokens.scheme, Tokens.host = f"{scheme}//", f"{host}/lwa"
    made = []

    def connect(kind: str) -> Any:
        client = getattr(sp_api, kind)(
            marketplace=sp_base.Marketplaces.US,
            credentials={
                "refresh_token": settings["sp_refresh_token"],
                "lwa_app_id": settings["sp_client_id"],
                "lwa_client_secret": settings["sp_client_secret"],
            },
            auth_token_client_class=Tokens,
        )
        client.endpoint = settings["sp_base_url"]
        made.append(client)
        return client

    yield connect
    for client in made:
        for transport in (client._transport, client._auth._transport):  # noqa: SLF001
            transport.close()


def test_a_report_from_creation_to_document(
    amazon: LocalAmazon, connect: Connect
) -> None:
    """createReport, getReport, getReports and getReportDocument."""
    # The library believes what is declared of the compression.
    amazon.families.presentations[ORDERS] = Presentation()
    reports = connect("Reports")
    now = amazon.clock.now()
    created = reports.create_report(
        reportType=ORDERS,
        marketplaceIds=[US],
        dataStartTime=extended(now - timedelta(days=9)),
        dataEndTime=extended(now - timedelta(days=1)),
    ).payload["reportId"]
    statuses = [
        reports.get_report(created).payload["processingStatus"] for _ in range(2)
    ]
    listed = reports.get_reports(
        reportTypes=[ORDERS], processingStatuses=["DONE"], pageSize=100
    ).payload["reports"]
    document_id = reports.get_report(created).payload["reportDocumentId"]
    document = reports.get_report_document(document_id, download=True).payload
    header, *rows = document["document"].splitlines()

    assert ["IN_QUEUE", "DONE"] == statuses
    assert created in {report["reportId"] for report in listed}
    assert "amazon-order-id" in header.lstrip("\ufeff")
    assert rows
    assert [] == amazon.refused


def test_pages_by_token(connect: Connect) -> None:
    """The next page is had by `nextToken` alone."""
    reports = connect("Reports")
    first = reports.get_reports(reportTypes=[ORDERS, LISTINGS], pageSize=10)
    second = reports.get_reports(nextToken=first.next_token)
    ids = [
        report["reportId"]
        for page in (first, second)
        for report in page.payload["reports"]
    ]

    assert 20 == len(set(ids)) == len(ids)


def test_a_report_is_cancelled(amazon: LocalAmazon, connect: Connect) -> None:
    """CancelReport ends what is in the queue."""
    amazon.selling_partner.ripening = ByLooks(9, 0)
    reports = connect("Reports")
    created = reports.create_report(reportType=LISTINGS, marketplaceIds=[US])
    reports.cancel_report(created.payload["reportId"])
    held = amazon.selling_partner.report(created.payload["reportId"])

    assert held is not None
    assert "CANCELLED" == held["processingStatus"]


def test_schedules(amazon: LocalAmazon, connect: Connect) -> None:
    """The four operations on schedules."""
    reports = connect("Reports")
    schedule_id = reports.create_report_schedule(
        reportType=LISTINGS,
        period="P1D",
        marketplaceIds=[US],
        nextReportCreationTime=extended(amazon.clock.now() + timedelta(days=1)),
    ).payload["reportScheduleId"]
    listed = reports.get_report_schedules(reportTypes=[LISTINGS]).payload
    found = reports.get_report_schedule(schedule_id).payload
    reports.cancel_report_schedule(schedule_id)

    assert [schedule_id] == [
        one["reportScheduleId"] for one in listed["reportSchedules"]
    ]
    assert "P1D" == found["period"]
    assert amazon.selling_partner.schedule(schedule_id) is None


def test_order_metrics(amazon: LocalAmazon, connect: Connect) -> None:
    """GetOrderMetrics by day."""
    sales = connect("Sales")
    end = amazon.clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    days = sales.get_order_metrics(
        interval=(extended(end - timedelta(days=7)), extended(end)),
        granularity=sp_base.sales_enum.Granularity.DAY,
        granularityTimeZone="UTC",
        marketplaceIds=[US],
    ).payload

    assert 7 == len(days)
    assert {"USD"} == {day["totalSales"]["currencyCode"] for day in days}


def test_a_restricted_document(amazon: LocalAmazon, connect: Connect) -> None:
    """A restricted data token opens what the seller's own token does not."""
    reports = connect("Reports")
    held = next(
        report
        for report in amazon.selling_partner.reports
        if report["reportType"] == SHIPPING and "reportDocumentId" in report
    )
    document_id = held["reportDocumentId"]
    with pytest.raises(sp_base.SellingApiForbiddenException):
        reports.get_report_document(document_id)
    path = f"/reports/2021-06-30/documents/{document_id}"
    token = connect("Tokens").create_restricted_data_token(
        restrictedResources=[{"method": "GET", "path": path}]
    )
    reports.restricted_data_token = token.payload["restrictedDataToken"]

    assert "url" in reports.get_report_document(document_id).payload


def test_a_type_that_does_not_exist(amazon: LocalAmazon, connect: Connect) -> None:
    """A refusal arrives as the library's own error, with Amazon's words."""
    with pytest.raises(sp_base.SellingApiBadRequestException, match="cannot be asked"):
        connect("Reports").create_report(reportType="GET_NOTHING_DATA")

    assert 1 == len(amazon.refused)
