"""Report families in their real shapes, what cannot be made, and big documents."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
import requests

from tests.local_amazon import ByLooks, LocalAmazon, Outcome, StoredObject, UsagePlan
from tests.local_amazon.callers import Seller
from tests.local_amazon.families import Families, fatal, sentence
from tests.local_amazon.families.layout import known_types
from tests.local_amazon.families.reading import plain_bytes, rows_in, text_in, value_in
from tests.local_amazon.families.trying import (
    COUNTRIES,
    made,
    stored_of,
    table_in,
    text_of_report,
    week,
)
from tests.local_amazon.marketplaces import BY_COUNTRY
from tests.local_amazon.moments import basic, extended
from tests.local_amazon.pay.report_types import REFUND, SETTLEMENT
from tests.report_types import ORDERS, SALES_AND_TRAFFIC

if TYPE_CHECKING:
    from datetime import datetime

    from tests.clock import ScriptedClock
    from tests.local_amazon.families import Document

US, DE, JP = (BY_COUNTRY[country].id for country in ("US", "DE", "JP"))
SETTLED = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2"
BASKETS = "GET_BRAND_ANALYTICS_MARKET_BASKET_REPORT"
LEDGER = "GET_LEDGER_DETAIL_VIEW_DATA"
REPORTS = "/reports/2021-06-30/reports"
STOCK = "GET_AFN_INVENTORY_DATA"
QUIET = "SG"


@pytest.fixture
def amazon(clock: ScriptedClock) -> LocalAmazon:
    """Return an Amazon without any report, not running."""
    return LocalAmazon(clock=clock, populate=False)


# Families


def test_a_settlement_begins_with_its_summary(amazon: LocalAmazon) -> None:
    """The first row has the total, in Europe with a comma; the others add up to it."""
    window = week(amazon)
    for ids, comma in ((US, False), (DE, True)):
        summary, *details = amazon.families.rows(SETTLED, ids, *window)
        wanted = {
            "settlement-id",
            "settlement-start-date",
            "settlement-end-date",
            "deposit-date",
            "total-amount",
            "currency",
        }
        assert wanted == set(summary.cells)
        assert comma == ("," in summary.cells["total-amount"])
        amounts = [_exact(row.cells["amount"]) for row in details]
        assert _exact(summary.cells["total-amount"]) == sum(amounts)
        alone = wanted - {"settlement-id"}
        assert not any(alone & set(row.cells) for row in details)
        assert {summary.cells["settlement-id"]} == {
            row.cells["settlement-id"] for row in details
        }


def _exact(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def test_settlements_lie_ready_for_each_currency(amazon: LocalAmazon) -> None:
    """Reports that nobody asked for are there, of every type that cannot be."""
    amazon.selling_partner.region = "eu"
    amazon.hold_collected()
    reports = amazon.selling_partner.reports
    settled = [report for report in reports if report["reportType"] == SETTLED]
    since = extended(amazon.clock.now() - timedelta(days=90))

    assert 3 == len({report["marketplaceIds"][0] for report in settled})
    assert all(report["createdTime"] > since for report in reports)
    assert {"DONE"} == {report["processingStatus"] for report in reports}
    assert "GST_MTR_B2B" in {report["reportType"] for report in reports}


def test_ledgers_have_odd_quotes(amazon: LocalAmazon) -> None:
    """Each cell is in quotes, and the quotes inside it are as they were."""
    report = made(amazon, LEDGER, "US", days=20)
    text = text_of_report(amazon, report)

    assert '"Monitor 24" wide"' in text
    assert all(line.startswith('"') for line in text.splitlines())


def test_feedback_has_translated_headers(amazon: LocalAmazon) -> None:
    """In Germany and Japan the columns are in their place, under other names."""
    headers = [
        amazon.families.document(
            made(amazon, "GET_SELLER_FEEDBACK_DATA", country)["reportId"]
        ).header
        for country in COUNTRIES
    ]

    assert ["Date", "Datum", "日付"] == [header[0] for header in headers]


def test_sales_and_traffic_has_the_rows_that_the_options_want(
    amazon: LocalAmazon,
) -> None:
    """A row for each day or week; products as fine as they are asked for."""
    start, end = week(amazon)
    days = amazon.families.rows(SALES_AND_TRAFFIC, US, start, end)
    options = {"dateGranularity": "WEEK", "asinGranularity": "SKU"}
    middle = start + timedelta(days=2)
    weeks = amazon.families.rows(SALES_AND_TRAFFIC, US, middle, end, options)
    dates = [
        [row.cells["date"] for row in rows if "date" in row.cells]
        for rows in (days, weeks)
    ]

    assert 7 == len(dates[0])
    assert [start.date().isoformat()] == dates[1]
    assert not any("childAsin" in row.cells for row in days)
    assert all("sku" in row.cells for row in weeks if "parentAsin" in row.cells)


def test_browse_tree_has_roots_only_if_asked(amazon: LocalAmazon) -> None:
    """`RootNodesOnly` leaves out what is below."""
    name = "GET_XML_BROWSE_TREE_DATA"
    every = amazon.families.rows(name, US)
    roots = amazon.families.rows(name, US, options={"RootNodesOnly": "true"})

    assert roots == every[: len(roots)]
    assert len(roots) < len(every)
    assert "childNodes@count" in every[0].cells


# What cannot be made


@pytest.mark.parametrize(
    ("report_type", "country", "days", "status", "words"),
    [
        (BASKETS, "US", (25, 21), "FATAL", "start and end must be"),
        (BASKETS, "US", (0, 0), "FATAL", "not yet available"),
        ("GET_PAN_EU_OFFER_STATUS", "US", (9, 1), "FATAL", "not available"),
        (LEDGER, "US", (60, 1), "FATAL", "30 days"),
        (ORDERS, "US", (60, 1), "DONE", "30 days"),
    ],
    ids=["not-exact", "too-early", "elsewhere", "too-long", "sentence"],
)
def test_what_cannot_be_made_says_why(
    amazon: LocalAmazon,
    *,
    report_type: str,
    country: str,
    days: tuple[int, int],
    status: str,
    words: str,
) -> None:
    """FATAL with a document, or a DONE document that is a sentence."""
    now = amazon.clock.now()
    window = (now - timedelta(days=days[0]), now - timedelta(days=days[1]))
    report = made(amazon, report_type, country, window=window)
    text = plain_bytes(stored_of(amazon, report)).decode()

    assert status == report["processingStatus"]
    assert words in (json.loads(text)["errorDetails"] if "FATAL" == status else text)


def test_endings_can_be_scripted(amazon: LocalAmazon) -> None:
    """A test says that the next reports hold a sentence, or fail for a reason."""
    model = amazon.selling_partner
    model.ripening = ByLooks(0, 0)
    model.outcomes[STOCK] += [sentence("Try again."), fatal("No rights.")]
    texts = []
    for status in ("DONE", "FATAL"):
        report = model.look(model.ask(STOCK, marketplaceIds=[US])["reportId"])
        assert report is not None
        assert status == report["processingStatus"]
        texts.append(plain_bytes(stored_of(amazon, report)))

    assert b"Try again.\r\n" == texts[0]
    assert {"errorDetails": "No rights."} == json.loads(texts[1])


def test_a_made_up_type_has_a_hook(amazon: LocalAmazon) -> None:
    """A test adds any type by saying what is in it; without that it is a table."""
    name = "GET_SOMETHING_NEW"
    amazon.selling_partner.contents[name] = lambda _: StoredObject(b"a\tb\n1\t2\n")
    hooked = made(amazon, name, "US")
    plain = made(amazon, "GET_SOMETHING_NEWER", "US")

    assert b"a\tb\n1\t2\n" == plain_bytes(stored_of(amazon, hooked))
    assert "order-id" in amazon.families.document(plain["reportId"]).header


# Amazon Pay


def _paid(amazon: LocalAmazon, report_type: str) -> tuple[Document, str]:
    now = amazon.clock.now()
    report = amazon.pay.add_report(
        report_type,
        created=now,
        outcome=Outcome("COMPLETED"),
        startTime=basic(now - timedelta(days=20)),
        endTime=basic(now),
    )
    document = amazon.families.document(report["reportId"], service="live")
    stored = amazon.pay.documents[report["reportDocumentId"]]()
    return document, b"".join(stored.pieces()).decode()


@pytest.mark.parametrize("report_type", known_types("amazon_pay"))
def test_the_files_of_amazon_pay_hold_what_they_say(
    amazon: LocalAmazon, report_type: str
) -> None:
    """Read back, each file has the header and the rows that the families tell."""
    document, text = _paid(amazon, report_type)
    rows = rows_in(text.removeprefix("\ufeff"), report_type)
    at = next(n for n, row in enumerate(rows) if row[0] == document.header[0])

    assert document.rows
    assert document.rows == rows[at + 1 :]


def test_a_settlement_of_amazon_pay_has_a_preamble(amazon: LocalAmazon) -> None:
    """Byte order mark, five lines, and a header with a comma too many."""
    _, text = _paid(amazon, SETTLEMENT)
    lines = text.split("\n")

    assert '\ufeff"Amazon Payments Advanced",' == lines[0]
    assert lines[5].startswith('"TransactionPostedDate"')
    assert lines[5].endswith(",")


def test_a_refund_of_amazon_pay_comes_in_each_state(amazon: LocalAmazon) -> None:
    """Each refund is there as completed, and as it was pending."""
    document, _ = _paid(amazon, REFUND)
    ids = Counter(row[0] for row in document.rows)

    assert {2} == set(ids.values())
    assert {"Completed", "Pending"} == {row[8] for row in document.rows}


# Big


@pytest.mark.parametrize("compressed", [True, False], ids=["gzip", "plain"])
def test_big_tables_have_as_many_rows_as_they_say(
    clock: ScriptedClock, *, compressed: bool
) -> None:
    """They are as long as was asked for, and no two rows have the same key."""
    big = Families(clock).big_tsv(ORDERS, 3_000_000, compressed=compressed)
    body = b"".join(big.stored.pieces())
    plain = gzip.decompress(body) if compressed else body
    header, *lines = plain.decode().removesuffix("\r\n").split("\r\n")
    at = header.split("\t").index("amazon-order-id")
    keys = {line.split("\t")[at] for line in lines}

    assert big.stored.size == (None if compressed else len(body))
    assert (big.plain_bytes, big.rows) == (len(plain), len(lines))
    assert 3_000_000 <= len(plain) < 5_000_000
    assert len(keys) == len(lines)


def test_big_objects_have_as_many_records_as_they_say(clock: ScriptedClock) -> None:
    """The first array of the type is as long as is said."""
    name = "GET_BRAND_ANALYTICS_SEARCH_TERMS_REPORT"
    big = Families(clock).big_json(name, 3_000_000)
    value = value_in(b"".join(big.stored.pieces()).decode())

    assert big.rows == len(value["dataByDepartmentAndSearchTerm"])
    assert big.plain_bytes >= 3_000_000


# On the wire


def test_a_report_is_cut_for_its_request(clock: ScriptedClock) -> None:
    """Over the socket: asked for, ripe, fetched, and its rows are in the window."""
    with LocalAmazon(clock=clock, populate=False) as amazon, requests.Session() as link:
        for operation in list(amazon.quotas.plans):
            amazon.quotas.change(operation, UsagePlan(1000.0, 1000))
        amazon.selling_partner.ripening = ByLooks(0, 0)
        now = clock.now()
        start = now - timedelta(days=7)
        report_id, url = _fetched(Seller(amazon, link), start, now)
        body = link.get(url, timeout=10)
        document = amazon.families.document(report_id)
        updated = document.header.index("last-updated-date")

        assert document.rows
        assert all(
            extended(start) <= row[updated] < extended(now)
            for row in document.rows
            if len(row) > updated
        )
        dress = amazon.families.presentation(report_id)
        stored = StoredObject(body.content, body.headers["content-type"])
        text = text_in(stored, dress)
        assert document.rows == table_in(document, text, ORDERS)


def _fetched(seller: Seller, start: datetime, end: datetime) -> tuple[str, str]:
    body = {
        "reportType": ORDERS,
        "marketplaceIds": [US],
        "dataStartTime": extended(start),
        "dataEndTime": extended(end),
    }
    report_id = seller.call("POST", REPORTS, json=body).json()["reportId"]
    report = seller.get(f"/reports/{report_id}").json()
    document = seller.get(f"/documents/{report['reportDocumentId']}").json()
    return report_id, document["url"]
