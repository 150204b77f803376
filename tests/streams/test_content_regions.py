"""Marketplaces of one region that give the same document, and arrays nobody reads."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.local_amazon import StoredObject
from tests.report_types import ORDERS, PLANNING, SALES_AND_TRAFFIC

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local_amazon.wire import Wire
    from tests.streams.content_runs import ContentRuns

LEDGER = "GET_LEDGER_DETAIL_VIEW_DATA"
STREAM = "sp_ledger_detail_view_data"
DE, FR, UK = "A1PA6795UKMFR9", "A13V1IB3VIYZZH", "A1F83G8C2ARO7P"
HEADER = (
    b"Date\tFNSKU\tASIN\tMSKU\tEvent Type\tReference ID\tQuantity\tFulfillment Center"
    b"\tDisposition\tReason\n"
)
SAME = "gave the same document"
EUROPE: dict[str, Any] = {
    "sp_marketplaces": ["DE", "FR", "UK"],
    "start_date": "2026-09-20",
}
"""Several windows of each of three marketplaces."""


def _ledger(report: Wire) -> bytes:
    event = f"Receipts\t{report['dataStartTime']}\t5\tLEJ1\tSELLABLE\t\n"
    return HEADER + b"11/01/2026\tX1\tB1\tS1\t" + event.encode()


def _give(content: ContentRuns, make: Callable[[Wire], bytes]) -> None:
    """Let the ledgers be what is made here of each report."""
    content.amazon.selling_partner.region = "eu"
    content.amazon.selling_partner.contents[LEDGER] = lambda report: StoredObject(
        make(report)
    )


def test_the_same_document_of_two_marketplaces_is_told_once(
    content: ContentRuns,
) -> None:
    """Each row three times over in the table is noticed, with the part that mends it.

    There are three windows of three marketplaces, and one line.
    """
    _give(content, _ledger)
    output = content.read(LEDGER, **EUROPE)
    assert 0 == output.status
    assert 9 == len(output.records(STREAM))
    (line,) = [one for one in content.warnings.splitlines() if SAME in one]
    assert f"{STREAM}: {LEDGER}: the marketplaces " in line
    assert "the same document (1 row)" in line
    assert "set `regional: true` in the entry of this type in sp_report_types" in line
    assert {DE, FR, UK} == {row["marketplace_id"] for row in output.records(STREAM)}


def test_what_was_packed_otherwise_is_the_same(content: ContentRuns) -> None:
    """Bytes are compared as they are inside of the compression."""
    levels = {DE: 1, FR: 9, UK: 5}

    def packed(report: Wire) -> bytes:
        (market,) = report["marketplaceIds"]
        return gzip.compress(_ledger(report), levels[market], mtime=levels[market])

    _give(content, packed)
    content.amazon.selling_partner.compression = None
    content.read(LEDGER, **EUROPE)
    assert SAME in content.warnings


def test_documents_that_differ_are_not_told(content: ContentRuns) -> None:
    """Where each marketplace has rows of its own, nobody is sent to change anything."""

    def own(report: Wire) -> bytes:
        return _ledger(report).replace(b"X1", report["marketplaceIds"][0].encode())

    _give(content, own)
    output = content.read(LEDGER, **EUROPE)
    assert 9 == len(output.records(STREAM))
    assert SAME not in content.warnings


def test_headers_alone_are_not_told(content: ContentRuns) -> None:
    """Marketplaces without a row say nothing about the region."""
    _give(content, lambda _report: HEADER)
    content.read(LEDGER, **EUROPE)
    assert SAME not in content.warnings


@pytest.mark.parametrize("regional", [True, False])
def test_who_has_decided_is_not_told(content: ContentRuns, *, regional: bool) -> None:
    """With `regional` in the entry the question has its answer."""
    _give(content, _ledger)
    output = content.read({"report_type": LEDGER, "regional": regional}, **EUROPE)
    assert (3 if regional else 9) == len(output.records(STREAM))
    assert SAME not in content.warnings


def test_snapshots_are_compared_too(content: ContentRuns) -> None:
    """A stock of the whole region, under each marketplace, is noticed as well."""
    content.amazon.selling_partner.region = "eu"
    made = StoredObject(b"snapshot-date\tsku\tmarketplace\n2026-11-20\tS1\tDE\n")
    content.amazon.selling_partner.contents[PLANNING] = lambda _report: made
    content.read(PLANNING, sp_marketplaces=["DE", "FR"])
    assert SAME in content.warnings


# Arrays that no stream of the type has


def _sales(_report: Wire) -> StoredObject:
    day = {"date": "2026-11-01", "salesByDate": {"unitsOrdered": 2}}
    document = {
        "reportSpecification": {"reportType": SALES_AND_TRAFFIC},
        "salesAndTrafficByDate": [day],
        "salesAndTrafficByAsin": [{"parentAsin": "B1"}],
        "salesAndTrafficByBrand": [{"brand": "ours"}],
        "brands": ["ours"],
        "nothing": [],
    }
    return StoredObject(json.dumps(document).encode(), "application/json")


def test_arrays_that_nobody_reads_are_told_once(content: ContentRuns) -> None:
    """What Amazon added to a document is not passed over in silence, nor repeated."""
    content.amazon.selling_partner.contents[SALES_AND_TRAFFIC] = _sales
    output = content.read(SALES_AND_TRAFFIC, start_date="2026-11-10")
    assert 0 == output.status
    assert len(content.reports(SALES_AND_TRAFFIC)) > 3
    told = [one for one in content.warnings.splitlines() if "the document has" in one]
    assert 1 == len(told)
    assert "has brands, salesAndTrafficByBrand, which no stream" in told[0]


def test_arrays_of_streams_that_are_not_selected_are_known(
    content: ContentRuns,
) -> None:
    """Who wants one stream of several is not told of the others."""
    content.amazon.selling_partner.contents[SALES_AND_TRAFFIC] = _sales
    only = "sp_sales_and_traffic_report_by_date"
    output = content.read(SALES_AND_TRAFFIC, only=[only], start_date="2026-11-10")
    assert output.records(only)
    assert "salesAndTrafficByAsin" not in content.warnings


def test_a_marketplace_that_is_added_to_a_region_is_told(content: ContentRuns) -> None:
    """Its older rows are behind the bookmark; one warning says what to do."""
    first = content.read(ORDERS, end_date="2026-11-18")
    both: dict[str, Any] = {"sp_marketplaces": ["US", "CA"], "end_date": "2026-11-19"}
    second = content.read(ORDERS, state=first.state, **both)
    (told,) = (line for line in content.warnings.splitlines() if "added" in line)
    assert "CA: added since the last run to " in told
    assert "--full-refresh" in told
    for more in (both, {**both, "sp_marketplaces": ["CA"]}):
        content.read(ORDERS, state=second.state, **more)
        assert "added" not in content.warnings


def test_a_snapshot_is_read_again_for_an_added_marketplace(
    content: ContentRuns,
) -> None:
    """One that was read lately has no rows of it."""
    entry = {"report_type": PLANNING, "regional": True}
    first = content.read(entry)
    both = content.read(entry, state=first.state, sp_marketplaces=["US", "CA"])
    assert 2 == len(content.seen("createReport"))
    assert both.records("sp_fba_inventory_planning_data")
    content.read(entry, state=both.state, sp_marketplaces=["US", "CA"])
    assert 2 == len(content.seen("createReport"))
