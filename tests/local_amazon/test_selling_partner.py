"""Reports, documents and restricted tokens of the Selling Partner API."""

from __future__ import annotations

import gzip
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
import requests

from tests.local_amazon import ByLooks, BySeconds, Outcome, UsagePlan
from tests.local_amazon.families import Presentation
from tests.local_amazon.moments import extended
from tests.report_types import ORDERS, SETTLEMENT, SHIPPING

if TYPE_CHECKING:
    from tests.clock import ScriptedClock
    from tests.local_amazon import LocalAmazon
    from tests.local_amazon.callers import Seller

US, CA, DE = "ATVPDKIKX0DER", "A2EUQ1WTGCTBG2", "A1PA6795UKMFR9"
REPORTS = "/reports/2021-06-30/reports"
TOKENS = "/tokens/2021-03-01/restrictedDataToken"
INVENTORY = "GET_AFN_INVENTORY_DATA"
BODY: dict[str, Any] = {"reportType": INVENTORY, "marketplaceIds": [US]}


@pytest.fixture(autouse=True)
def _plenty(amazon: LocalAmazon) -> None:
    """Let quotas be no matter of these tests."""
    for operation in list(amazon.quotas.plans):
        amazon.quotas.change(operation, UsagePlan(1000.0, 1000))


def _all(seller: Seller, query: str) -> list[dict[str, Any]]:
    """Return what a listing holds, page after page."""
    page = seller.get("/reports", query).json()
    reports = list(page["reports"])
    while "nextToken" in page:
        token = quote(page["nextToken"], safe="")
        page = seller.get("/reports", f"nextToken={token}").json()
        reports += page["reports"]
    return reports


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"user-agent": "x" * 501}, 400),
        ({"user-agent": ""}, 400),
        ({"authorization": "Bearer x"}, 400),
        ({"x-amz-access-token": None}, 403),
        ({"x-amz-access-token": "Atza|none"}, 403),
        ({"content-length": "0"}, 400),
    ],
)
def test_wrong_headers_are_refused(
    amazon: LocalAmazon,
    seller: Seller,
    headers: dict[str, str | None],
    status: int,
) -> None:
    """What the documents say of headers is held to."""
    answer = seller.call("GET", REPORTS, query=f"reportTypes={ORDERS}", headers=headers)

    assert (status, 1) == (answer.status_code, len(amazon.refused))
    assert "x-amzn-RequestId" in answer.headers


def test_a_post_is_json(amazon: LocalAmazon, seller: Seller) -> None:
    """Another content type is a 415."""
    headers: dict[str, str | None] = {"content-type": "text/plain"}
    answer = seller.call("POST", REPORTS, json=BODY, headers=headers)

    assert (415, 1) == (answer.status_code, len(amazon.refused))


def test_a_spent_token_is_403_and_says_so(amazon: LocalAmazon, seller: Seller) -> None:
    """The details tell a spent token from all other refusals."""
    amazon.lwa.expire_tokens()
    answer = seller.get("/reports", f"reportTypes={ORDERS}")
    error = answer.json()["errors"][0]

    assert (403, "Unauthorized") == (answer.status_code, error["code"])
    assert "The access token you provided has expired." == error["details"]
    assert [] == amazon.refused


def test_pages_hold_every_report_newest_first(
    amazon: LocalAmazon, seller: Seller
) -> None:
    """Page after page gives each report of the types once, in Amazon's order."""
    types = sorted({report["reportType"] for report in amazon.selling_partner.reports})
    reports = _all(seller, f"reportTypes={','.join(types)}&pageSize=50")

    assert len(reports) > 120
    assert amazon.selling_partner.look_at_all() == reports
    created = [report["createdTime"] for report in reports]
    assert sorted(created, reverse=True) == created


@pytest.mark.parametrize(
    "query",
    [
        "",
        "reportTypes=",
        "reportTypes=" + ",".join(f"TYPE_{n}" for n in range(11)),
        f"reportTypes={ORDERS}&reportTypes={INVENTORY}",
        f"reportTypes={ORDERS}&pageSize=0",
        f"reportTypes={ORDERS}&pageSize=101",
        f"reportTypes={ORDERS}&pageSize=ten",
        f"reportTypes={ORDERS}&processingStatuses=COMPLETED",
        f"reportTypes={ORDERS}&createdSince=2026-11-01",
        f"reportTypes={ORDERS}&createdSince=2026-08-20T00:00:00Z",
        "nextToken=ab%2Bc%2Fnone",
    ],
)
def test_wrong_listings_are_refused(
    amazon: LocalAmazon, seller: Seller, query: str
) -> None:
    """A parameter that the documents forbid is a 400 that is written down."""
    answer = seller.get("/reports", query)

    assert (400, 1) == (answer.status_code, len(amazon.refused))


def test_a_token_stands_alone(amazon: LocalAmazon, seller: Seller) -> None:
    """A parameter beside nextToken is refused; a token not encoded is unknown."""
    page = seller.get("/reports", f"reportTypes={ORDERS}&pageSize=2").json()
    token = quote(page["nextToken"], safe="")
    beside = seller.get("/reports", f"nextToken={token}&pageSize=2")
    bare = seller.get("/reports", f"nextToken={page['nextToken']}")
    alone = seller.get("/reports", f"nextToken={token}")

    statuses = [beside.status_code, bare.status_code, alone.status_code]
    assert [400, 400, 200] == statuses
    assert "only parameter" in amazon.refused[0].why


def test_listings_filter(amazon: LocalAmazon, seller: Seller) -> None:
    """Status, marketplace and time of creation narrow a listing."""
    since = amazon.clock.now() - timedelta(days=30)
    reports = _all(
        seller,
        f"reportTypes={ORDERS}&processingStatuses=DONE&marketplaceIds={CA}"
        f"&createdSince={extended(since).replace('+', '%2B')}&pageSize=100",
    )

    assert reports
    assert {"DONE"} == {report["processingStatus"] for report in reports}
    assert all(CA in report["marketplaceIds"] for report in reports)
    assert min(report["createdTime"] for report in reports) >= extended(since)


def test_a_report_ripens_with_time(
    amazon: LocalAmazon, seller: Seller, clock: ScriptedClock
) -> None:
    """A report is queued, runs, is done, and then has a document."""
    amazon.selling_partner.ripening = BySeconds(10, 20)
    created = seller.call("POST", REPORTS, json=BODY)
    path = f"/reports/{created.json()['reportId']}"
    statuses = []
    for _ in range(4):
        report = seller.get(path).json()
        statuses.append(report["processingStatus"])
        clock.advance(seconds=10)

    assert 202 == created.status_code
    assert ["IN_QUEUE", "IN_PROGRESS", "IN_PROGRESS", "DONE"] == statuses
    assert "reportDocumentId" in report
    assert report["createdTime"] < report["processingStartTime"]
    assert report["processingStartTime"] < report["processingEndTime"]


@pytest.mark.parametrize("end", ["CANCELLED", "FATAL"])
def test_reports_ripen_by_looks_and_end_by_script(
    amazon: LocalAmazon, seller: Seller, end: str
) -> None:
    """So many looks see it queued; how it ends is what the test said."""
    amazon.selling_partner.ripening = ByLooks(queued=2, running=1)
    amazon.selling_partner.outcomes[INVENTORY].append(Outcome(end))
    report_id = seller.call("POST", REPORTS, json=BODY).json()["reportId"]
    reports = [seller.get(f"/reports/{report_id}").json() for _ in range(4)]

    statuses = [report["processingStatus"] for report in reports]
    assert ["IN_QUEUE", "IN_QUEUE", "IN_PROGRESS", end] == statuses
    assert "reportDocumentId" not in reports[-1]


def test_a_new_report_can_be_unknown_for_a_moment(
    amazon: LocalAmazon, seller: Seller
) -> None:
    """An id that was just handed out is a 404 at first, and nobody is blamed."""
    amazon.selling_partner.unknown_looks = 2
    report_id = seller.call("POST", REPORTS, json=BODY).json()["reportId"]
    looks = [seller.get(f"/reports/{report_id}").status_code for _ in range(3)]

    assert ([404, 404, 200], []) == (looks, amazon.refused)
    assert 404 == seller.get("/reports/1").status_code


@pytest.mark.parametrize(
    "changes",
    [
        {"reportType": None},
        {"reportType": "inventory"},
        {"reportType": "GET_EASYSHIP_DOCUMENTS"},
        {"marketplaceIds": None},
        {"marketplaceIds": []},
        {"marketplaceIds": US},
        {"marketplaceIds": [US] * 26},
        {"reportOptions": {"custom": True}},
        {"reportOptions": "custom=true"},
        {"dataStartTime": "2026-11-01"},
        {"dataEndTime": "2026-11-22T12:00:00Z"},
        {
            "dataStartTime": "2026-11-02T00:00:00Z",
            "dataEndTime": "2026-11-01T00:00:00Z",
        },
        {
            "reportType": ORDERS,
            "dataStartTime": "2026-10-01T00:00:00Z",
            "dataEndTime": "2026-11-01T00:00:00Z",
        },
    ],
)
def test_wrong_reports_are_refused(
    amazon: LocalAmazon, seller: Seller, changes: dict[str, Any]
) -> None:
    """A body that the documents forbid makes no report."""
    held = len(amazon.selling_partner.reports)
    body = {name: v for name, v in {**BODY, **changes}.items() if v is not None}
    answer = seller.call("POST", REPORTS, json=body)

    assert (400, 1) == (answer.status_code, len(amazon.refused))
    assert held == len(amazon.selling_partner.reports)


def test_other_regions_and_settlements_are_refused_in_their_own_way(
    amazon: LocalAmazon, seller: Seller
) -> None:
    """Another region is a 403; a settlement is a 429 that waiting does not mend."""
    abroad = seller.call("POST", REPORTS, json={**BODY, "marketplaceIds": [DE]})
    settlement = seller.call("POST", REPORTS, json={**BODY, "reportType": SETTLEMENT})

    assert (403, 429) == (abroad.status_code, settlement.status_code)
    assert "QuotaExceeded" == settlement.json()["errors"][0]["code"]
    assert (1, 1) == (len(amazon.refused), len(amazon.throttled))


def test_only_what_is_queued_can_be_cancelled(
    amazon: LocalAmazon, seller: Seller, clock: ScriptedClock
) -> None:
    """Cancelling ends a report in the queue; one that runs goes on."""
    first, second = (
        seller.call("POST", REPORTS, json=BODY).json()["reportId"] for _ in range(2)
    )
    cancelled = seller.call("DELETE", f"{REPORTS}/{first}")
    clock.advance(seconds=15)
    late = seller.call("DELETE", f"{REPORTS}/{second}")

    assert (200, b"", 400) == (
        cancelled.status_code,
        cancelled.content,
        late.status_code,
    )
    assert "CANCELLED" == seller.get(f"/reports/{first}").json()["processingStatus"]
    assert 1 == len(amazon.refused)


def _done(amazon: LocalAmazon, report_type: str) -> dict[str, Any]:
    """Return a finished report of a type."""
    return next(
        report
        for report in amazon.selling_partner.reports
        if report["reportType"] == report_type and report["processingStatus"] == "DONE"
    )


def test_a_document_opens_for_five_minutes(
    amazon: LocalAmazon, seller: Seller, clock: ScriptedClock
) -> None:
    """A document is compressed as it says, and its URL dies."""
    amazon.families.presentations[ORDERS] = Presentation()
    now = clock.now()
    report = amazon.selling_partner.add_report(
        ORDERS,
        created=now,
        outcome=Outcome("DONE"),
        dataStartTime=extended(now - timedelta(days=9)),
        dataEndTime=extended(now),
    )
    document = seller.get(f"/documents/{report['reportDocumentId']}").json()
    clock.advance(seconds=299)
    body = requests.get(document["url"], timeout=10).content
    clock.advance(seconds=1)

    assert "GZIP" == document["compressionAlgorithm"]
    assert gzip.decompress(body).startswith(b"amazon-order-id\t")
    assert 403 == requests.get(document["url"], timeout=10).status_code
    assert 404 == seller.get("/documents/none").status_code


def test_restricted_documents_need_a_token_of_their_own(
    amazon: LocalAmazon, seller: Seller
) -> None:
    """The usual token is refused; one for another document or operation is, too."""
    report = _done(amazon, SHIPPING)
    path = f"/reports/2021-06-30/documents/{report['reportDocumentId']}"
    usual = seller.call("GET", path)
    body = {"restrictedResources": [{"method": "GET", "path": path}]}
    granted = seller.call("POST", TOKENS, json=body).json()
    headers: dict[str, str | None] = {
        "x-amz-access-token": granted["restrictedDataToken"]
    }
    other = f"/reports/2021-06-30/documents/{_done(amazon, ORDERS)['reportDocumentId']}"

    assert 3600 == granted["expiresIn"]
    assert 403 == usual.status_code
    assert 200 == seller.call("GET", path, headers=headers).status_code
    assert 403 == seller.call("GET", other, headers=headers).status_code
    assert 3 - 1 == len(amazon.refused)


@pytest.mark.parametrize(
    "resources",
    [
        [],
        [{"method": "GET", "path": "/orders/v0/orders"}],
        [{"method": "GET", "path": "/reports/2021-06-30/documents/{reportDocumentId}"}],
        [{"method": "", "path": "/reports/2021-06-30/documents/x"}],
        [{"method": "GET", "path": "x", "dataElements": ["buyerInfo"]}],
        "all",
    ],
)
def test_wrong_restricted_resources_are_refused(
    amazon: LocalAmazon, seller: Seller, resources: object
) -> None:
    """A restricted token is for documents that exist, by their own path."""
    answer = seller.call("POST", TOKENS, json={"restrictedResources": resources})

    assert (400, 1) == (answer.status_code, len(amazon.refused))


def test_unrestricted_documents_have_no_restricted_token(
    amazon: LocalAmazon, seller: Seller
) -> None:
    """Asking for more than is needed is refused with Amazon's sentence."""
    document_id = _done(amazon, ORDERS)["reportDocumentId"]
    path = f"/reports/2021-06-30/documents/{document_id}"
    body = {"restrictedResources": [{"method": "GET", "path": path}]}
    answer = seller.call("POST", TOKENS, json=body)

    assert "do not have access" in answer.json()["errors"][0]["message"]


def test_an_ordinary_seller_has_all_there_is(amazon: LocalAmazon) -> None:
    """Every status and every optional field is there, the fields missing too."""
    reports = amazon.selling_partner.reports
    fields = {name for report in reports for name in report}

    assert 11 == len(fields)
    assert {"DONE", "CANCELLED", "FATAL", "IN_QUEUE", "IN_PROGRESS"} == {
        report["processingStatus"] for report in reports
    }
    assert 5 == min(len(report) for report in reports)
    assert any("marketplaceIds" not in report for report in reports)
    assert any([US, CA] == report.get("marketplaceIds") for report in reports)
    assert 3 == len(amazon.selling_partner.schedules)
