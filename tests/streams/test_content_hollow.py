"""Reports that Amazon calls done, and gives no document for."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.clock import NOON
from tests.local_amazon import Outcome
from tests.report_types import PLANNING, RETURNS, SETTLEMENT
from tests.streams.content_runs import US

if TYPE_CHECKING:
    from tests.streams.content_runs import ContentRuns
    from tests.tap_run import Output

HOLLOW = Outcome("DONE", has_document=False)
RETURNS_STREAM = "sp_flat_file_returns_data_by_return_date"
SETTLEMENT_STREAM = "sp_v2_settlement_report_data_flat_file_v2"
PAY_REFUNDS = "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_REFUND_DATA_"
PAY_STREAM = "pay_refund_data"
TOLD = "is done but has no document"


def _opened(content: ContentRuns) -> int:
    operations = {"getReportDocument", "pay.getReportDocument"}
    return sum(seen.operation in operations for seen in content.amazon.seen)


def _bookmark(output: Output, stream: str) -> object:
    (partition,) = output.state["bookmarks"][stream]["partitions"]
    return partition["replication_key_value"]


def test_a_window_without_a_document_has_no_rows(content: ContentRuns) -> None:
    """It is told by the report's id, the bookmark moves, and the others are read."""
    content.amazon.selling_partner.outcomes[RETURNS] += [HOLLOW]
    entry = {"report_type": RETURNS, "window_days": 7}
    output = content.read(entry, end_date="2026-11-15T00:00:00Z")
    ids = [report["reportId"] for report in content.reports(RETURNS)]
    read = {row["report_id"] for row in output.records(RETURNS_STREAM)}
    assert 0 == output.status
    assert 2 == len(ids)
    assert {ids[1]} == read
    assert f"report {ids[0]} ({RETURNS} " in content.warnings
    assert f") {TOLD}: no rows" in content.warnings
    assert "2026-11-15T00:00:00Z" == _bookmark(output, RETURNS_STREAM)
    assert 1 == _opened(content)


@pytest.mark.parametrize("outcome", [HOLLOW, Outcome("CANCELLED")])
def test_a_snapshot_without_rows_drops_none(
    content: ContentRuns, outcome: Outcome
) -> None:
    """Nobody knows whether there are none: no target is told to drop earlier rows."""
    more: dict[str, Any] = {"emit_activate_version_messages": True}
    first = content.read(PLANNING, **more)
    content.clock.advance(days=1)
    content.amazon.selling_partner.outcomes[PLANNING] += [outcome]
    second = content.read(PLANNING, state=first.state, **more)
    kinds = [message["type"] for message in first.messages]
    assert (0, 0) == (first.status, second.status)
    assert "ACTIVATE_VERSION" in kinds
    assert "ACTIVATE_VERSION" not in [message["type"] for message in second.messages]
    assert "rows of earlier runs stay as they are" in content.warnings


def test_a_collected_report_without_a_document_is_passed(content: ContentRuns) -> None:
    """It is told, the next one is read, and no later run asks for it again."""
    add = content.amazon.selling_partner.add_report
    for days, outcome in ((3, HOLLOW), (2, Outcome("DONE"))):
        created = NOON - timedelta(days=days)
        add(SETTLEMENT, created=created, outcome=outcome, marketplaceIds=[US])
    hollow, whole = (report["reportId"] for report in content.reports(SETTLEMENT))
    output = content.read(SETTLEMENT)
    read = {row["report_id"] for row in output.records(SETTLEMENT_STREAM)}
    assert (0, {whole}) == (output.status, read)
    assert f"report {hollow} {TOLD}" in content.warnings
    again = content.read(SETTLEMENT, state=output.state)
    assert (0, []) == (again.status, again.records(SETTLEMENT_STREAM))
    assert TOLD not in content.warnings
    assert 1 == _opened(content)


def test_a_report_of_amazon_pay_without_a_document(content: ContentRuns) -> None:
    """The other service is read by the same rules."""
    content.amazon.pay.outcomes[PAY_REFUNDS] += [
        Outcome("COMPLETED", has_document=False)
    ]
    output = content.read(pay_report_types=[PAY_REFUNDS], only=[PAY_STREAM])
    assert (0, []) == (output.status, output.records(PAY_STREAM))
    assert TOLD in content.warnings
    assert 0 == _opened(content)


def test_a_listed_report_without_a_document_is_not_adopted(
    content: ContentRuns,
) -> None:
    """What somebody else has of no use takes no rows away from us."""
    hollow = content.amazon.selling_partner.add_report(
        PLANNING,
        created=NOON - timedelta(hours=1),
        outcome=HOLLOW,
        marketplaceIds=[US],
    )
    output = content.read(PLANNING)
    rows = output.records("sp_fba_inventory_planning_data")
    assert rows
    assert hollow["reportId"] not in {row["report_id"] for row in rows}
    assert TOLD not in content.warnings


def test_the_lists_of_reports_have_them(content: ContentRuns) -> None:
    """In `sp_reports` and `pay_reports` it is a report like any, without a document."""
    more: dict[str, Any] = {"created": NOON - timedelta(days=2)}
    selling = content.amazon.selling_partner.add_report(
        PLANNING, outcome=HOLLOW, marketplaceIds=[US], **more
    )
    paid = content.amazon.pay.add_report(
        PAY_REFUNDS, outcome=Outcome("COMPLETED", has_document=False), **more
    )
    output = content(only=["sp_reports", "pay_reports"])
    assert 0 == output.status
    for stream, report in (("sp_reports", selling), ("pay_reports", paid)):
        (row,) = [
            row
            for row in output.records(stream)
            if row["report_id"] == report["reportId"]
        ]
        assert row["processing_status"] in {"DONE", "COMPLETED"}
        assert row["report_document_id"] is None
