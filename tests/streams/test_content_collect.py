"""Reports that nobody asks for: each finished one is read once, in order."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tests.clock import NOON
from tests.local_amazon import Altered, BySeconds, Outcome, Status
from tests.local_amazon.marketplaces import BY_COUNTRY
from tests.local_amazon.moments import extended
from tests.report_types import RETURNS, SETTLEMENT
from tests.streams.content_runs import US
from tests.streams.document_compare import assert_arrived, type_file

if TYPE_CHECKING:
    from tests.streams.content_runs import ContentRuns, Entry
    from tests.tap_run import Output

STREAM = "sp_v2_settlement_report_data_flat_file_v2"
RETURNS_STREAM = "sp_flat_file_returns_data_by_return_date"
LONG_AGO: dict[str, Any] = {"start_date": "2026-08-24"}


def _ids(output: Output, stream: str = STREAM) -> list[str]:
    """Return the reports that rows are of, in the order of their rows."""
    return list(dict.fromkeys(row["report_id"] for row in output.records(stream)))


def _hold(
    content: ContentRuns, *, days: float, status: str = "DONE", place: str = US
) -> str:
    """Hold a settlement made so many days ago; return its id."""
    created = content.clock.now() - timedelta(days=days)
    report = content.amazon.selling_partner.add_report(
        SETTLEMENT,
        created=created,
        outcome=Outcome(status),
        marketplaceIds=[place],
        dataStartTime=extended(created - timedelta(days=14)),
        dataEndTime=extended(created),
    )
    return str(report["reportId"])


def _partition(output: Output, stream: str = STREAM) -> dict[str, Any]:
    (partition,) = output.state["bookmarks"][stream]["partitions"]
    found: dict[str, Any] = partition
    return found


def test_each_is_read_once_and_in_order(content: ContentRuns) -> None:
    """A second run reads what is new, and nothing that was read before."""
    known = [_hold(content, days=days) for days in (60, 30, 45, 2)]
    first = content.read(SETTLEMENT, **LONG_AGO)
    assert [known[0], known[2], known[1], known[3]] == _ids(first)
    assert 4 == len(content.seen("getReportDocument"))
    second = content.read(SETTLEMENT, state=first.state, **LONG_AGO)
    assert [] == _ids(second)
    new = _hold(content, days=0)
    third = content.read(SETTLEMENT, state=second.state, **LONG_AGO)
    assert [new] == _ids(third)
    assert 5 == len(content.seen("getReportDocument"))
    assert [] == content.seen("createReport")


def test_the_bookmark_is_when_the_last_one_was_made(content: ContentRuns) -> None:
    """State holds a moment, and of the reports no more than the last hour's."""
    for days in (60, 30, 2):
        _hold(content, days=days)
    last = _hold(content, days=2 - 1 / 48)
    output = content.read(SETTLEMENT, **LONG_AGO)
    partition = _partition(output)
    assert "report_created_time" == partition["replication_key"]
    assert "2026-11-19T12:30:00Z" == partition["replication_key_value"]
    assert last in partition["read_reports"]
    assert 2 == len(partition["read_reports"])


def test_a_report_that_is_dated_ahead_hides_no_later_one(content: ContentRuns) -> None:
    """The bookmark moves no further than the listing: a wrong clock costs no report."""
    ahead = _hold(content, days=-26_000)
    # Amazon lists no future; a proxy, or a clock of Amazon's, may.
    (report,) = content.reports(SETTLEMENT)
    report["createdTime"], told = (
        extended(NOON - timedelta(days=1)),
        b"2098-01-28T12:00",
    )
    content.amazon.faults.add(
        "getReports",
        Altered(lambda body: body.replace(b"2026-11-20T12:00", told)),
    )
    first = content.read(SETTLEMENT)
    assert [ahead] == _ids(first)
    assert "2026-11-21T12:00:00Z" == _partition(first)["replication_key_value"]
    content.clock.advance(days=2)
    later = _hold(content, days=1)
    second = content.read(SETTLEMENT, state=first.state)
    assert [later] == _ids(second)


def test_one_that_is_listed_late_is_read(content: ContentRuns) -> None:
    """A listing may lack a report that was made a moment ago."""
    _hold(content, days=1)
    first = content.read(SETTLEMENT, **LONG_AGO)
    late = _hold(content, days=1 + 1 / 48)
    second = content.read(SETTLEMENT, state=first.state, **LONG_AGO)
    assert [late] == _ids(second)
    assert "2026-11-20T12:00:00Z" == _partition(second)["replication_key_value"]


def test_history_goes_back_ninety_days(content: ContentRuns) -> None:
    """Amazon keeps no more; somebody who wants more is told so."""
    kept = _hold(content, days=89)
    _hold(content, days=91)
    output = content.read(SETTLEMENT, start_date="2026-01-01")
    assert [kept] == _ids(output)
    assert "Amazon keeps reports for 90 days" in content.warnings
    assert [] == content.amazon.refused
    content.read(SETTLEMENT, state=output.state, start_date="2026-01-01")
    assert "90 days" not in content.warnings


def test_what_is_older_than_the_start_is_not_read(content: ContentRuns) -> None:
    """`start_date` is about when a report was made."""
    _hold(content, days=30)
    young = _hold(content, days=10)
    output = content.read(SETTLEMENT)
    assert [young] == _ids(output)
    assert "90 days" not in content.warnings


def test_a_long_outage_leaves_no_gap(content: ContentRuns) -> None:
    """Without a start_date, what was made in 75 days without a run is read."""
    content.clock.advance(days=-75)
    before = _hold(content, days=1)
    first = content.read(SETTLEMENT, start_date=None)
    content.clock.advance(days=75)
    missed = [_hold(content, days=days) for days in (70, 40, 10)]
    second = content.read(SETTLEMENT, start_date=None, state=first.state)
    assert ([before], missed) == (_ids(first), _ids(second))


def test_one_in_the_making_stops_the_bookmark(content: ContentRuns) -> None:
    """What is younger waits for it, so that nothing is passed over."""
    first_id = _hold(content, days=1)
    made = content.amazon.selling_partner.ask(
        SETTLEMENT, ripening=BySeconds(0, 7200), marketplaceIds=[US]
    )
    content.clock.advance(hours=1)
    young = _hold(content, days=0)
    first = content.read(SETTLEMENT, **LONG_AGO)
    assert [first_id] == _ids(first)
    assert "2026-11-20T12:00:00Z" == _partition(first)["replication_key_value"]
    content.clock.advance(hours=2)
    second = content.read(SETTLEMENT, state=first.state, **LONG_AGO)
    assert [made["reportId"], young] == _ids(second)


def test_a_marketplace_that_is_added_stays_new_until_it_was_listed(
    content: ContentRuns,
) -> None:
    """A run that is refused in between does not make anybody forget its reports."""
    entries: list[Entry] = [{"report_type": RETURNS, "source": "collect"}, SETTLEMENT]
    canada = _hold(content, days=20, place=BY_COUNTRY["CA"].id)
    _hold(content, days=10)
    first = content.read(*entries, **LONG_AGO)
    both: dict[str, Any] = {**LONG_AGO, "sp_marketplaces": ["US", "CA"]}
    refused = content.read(
        *entries, state=first.state, **both, sp_client_secret="wrong"
    )
    assert 1 == refused.status
    assert "1 more stream could not be read" in content.failure
    third = content.read(*entries, state=refused.state, **both)
    assert (0, [canada]) == (third.status, _ids(third))


def test_one_in_the_making_of_an_added_marketplace_is_read_later(
    content: ContentRuns,
) -> None:
    """Neither it nor what is younger is lost, though the bookmark is further on."""
    canada = BY_COUNTRY["CA"].id
    made = content.amazon.selling_partner.ask(
        SETTLEMENT, ripening=BySeconds(0, 7200), marketplaceIds=[canada]
    )
    content.clock.advance(hours=1)
    younger = _hold(content, days=0, place=canada)
    content.clock.advance(hours=0.5)
    ours = _hold(content, days=0)
    first = content.read(SETTLEMENT, **LONG_AGO)
    both: dict[str, Any] = {**LONG_AGO, "sp_marketplaces": ["US", "CA"]}
    second = content.read(SETTLEMENT, state=first.state, **both)
    content.clock.advance(hours=2)
    third = content.read(SETTLEMENT, state=second.state, **both)
    assert [ours] == _ids(first)
    assert {made["reportId"], younger} == {*_ids(second), *_ids(third)}


def test_one_in_the_making_elsewhere_stops_nothing(content: ContentRuns) -> None:
    """A report of a marketplace that is not wanted is nobody's concern."""
    content.amazon.selling_partner.ask(
        SETTLEMENT,
        ripening=BySeconds(0, 7200),
        marketplaceIds=[BY_COUNTRY["MX"].id],
    )
    content.clock.advance(hours=1)
    young = _hold(content, days=0)
    assert [young] == _ids(content.read(SETTLEMENT, **LONG_AGO))


def test_a_document_that_cannot_be_had_is_a_failure_and_tried_again(
    content: ContentRuns,
) -> None:
    """The newer ones are read, the run fails, and the next one reads what is left."""
    lost, there = _hold(content, days=20), _hold(content, days=10)
    content.amazon.faults.add("getReportDocument", Status(404, "NotFound"))
    output = content.read(SETTLEMENT, **LONG_AGO)
    assert 1 == output.status
    assert [there] == _ids(output)
    assert f"report {lost}: " in content.failure
    assert "2026-11-11T12:00:00Z" == _partition(output)["replication_key_value"]
    assert [lost] == list(_partition(output)["unread_reports"])
    second = content.read(SETTLEMENT, state=output.state, **LONG_AGO)
    assert 0 == second.status
    assert [lost] == _ids(second)
    assert "unread_reports" not in _partition(second)


def test_a_wrong_entry_of_the_listing_holds_up_no_other(content: ContentRuns) -> None:
    """The others are read, and it is told; once it is right, it is read as well."""
    wrong, *there = (_hold(content, days=days) for days in (30, 20, 10))
    (report,) = [one for one in content.reports(SETTLEMENT) if one["reportId"] == wrong]
    processing, report["processingStatus"] = report["processingStatus"], 7
    output = content.read(SETTLEMENT, **LONG_AGO)

    assert (1, there) == (output.status, _ids(output))
    assert "processingStatus" in content.failure

    again = content.read(SETTLEMENT, state=output.state, **LONG_AGO)
    assert (1, []) == (again.status, _ids(again))
    report["processingStatus"] = processing
    mended = content.read(SETTLEMENT, state=again.state, **LONG_AGO)
    assert (0, [wrong]) == (mended.status, _ids(mended))
    newest = _hold(content, days=1)
    later = content.read(SETTLEMENT, state=mended.state, **LONG_AGO)
    assert (0, [newest]) == (later.status, _ids(later))
    assert [newest] == list(_partition(later)["read_reports"])


@pytest.mark.parametrize(
    "answer",
    [
        *(Status(status) for status in (302, 400, 405, 409, 413, 451)),
        Status(404, body=b"<html>not found</html>"),
    ],
    ids=str,
)
def test_only_amazon_says_that_a_document_is_gone(
    content: ContentRuns, answer: Status
) -> None:
    """Whatever else is answered fails the run, and the next one reads the report."""
    held = _hold(content, days=20)
    content.spoil("getReportDocument", answer)
    output = content.read(SETTLEMENT, **LONG_AGO)

    assert (1, []) == (output.status, _ids(output))
    assert held in content.failure
    assert [held] == list(_partition(output)["unread_reports"])
    again = content.read(SETTLEMENT, state=output.state, **LONG_AGO)
    assert 1 == again.status
    content.mend()
    mended = content.read(SETTLEMENT, state=again.state, **LONG_AGO)
    assert (0, [held]) == (mended.status, _ids(mended))


def test_failed_and_cancelled_ones_are_passed_over(content: ContentRuns) -> None:
    """A schedule's report that failed is told, and the next one is read."""
    failed = _hold(content, days=20, status="FATAL")
    _hold(content, days=15, status="CANCELLED")
    there = _hold(content, days=10)
    output = content.read(SETTLEMENT, **LONG_AGO)
    assert 1 == output.status
    assert [there] == _ids(output)
    assert f"report {failed} has failed" in content.failure
    second = content.read(SETTLEMENT, state=output.state, **LONG_AGO)
    assert (0, []) == (second.status, _ids(second))


def test_rows_say_their_own_marketplace(content: ContentRuns) -> None:
    """Reports of the whole region are one listing; rows say which they are of."""
    mexico, canada = BY_COUNTRY["MX"].id, BY_COUNTRY["CA"].id
    for place in (US, mexico, canada):
        _hold(content, days=3, place=place)
    output = content.read(SETTLEMENT, sp_marketplaces=["US", "CA"])
    assert {US, canada} == {row["marketplace_id"] for row in output.records(STREAM)}
    assert 1 == len(content.seen("getReports"))
    assert {"marketplace_id": "na"} == _partition(output)["context"]


def test_each_is_written_as_its_marketplace_writes(content: ContentRuns) -> None:
    """Germany's commas and Britain's points are both exact, in one run."""
    content.amazon.selling_partner.region = "eu"
    kind = type_file("selling_partner", SETTLEMENT)
    countries = ("DE", "GB")
    held = {
        country: _hold(content, days=3, place=BY_COUNTRY[country].id)
        for country in countries
    }
    output = content.read(SETTLEMENT, sp_marketplaces=list(countries))
    for country, report_id in held.items():
        rows = [r for r in output.records(STREAM) if r["report_id"] == report_id]
        document = content.amazon.families.document(report_id)
        assert assert_arrived(kind, document, {STREAM: rows}, country=country) > 5
        amounts = [row["amount"] for row in rows if row["amount"] is not None]
        assert any(isinstance(amount, Decimal) for amount in amounts)


def test_what_a_schedule_makes_can_be_collected(content: ContentRuns) -> None:
    """A type that could be asked for is not, where the setting says so."""
    created = NOON - timedelta(days=2)
    held = content.amazon.selling_partner.add_report(
        RETURNS,
        created=created,
        outcome=Outcome("DONE"),
        marketplaceIds=[US],
        dataStartTime=extended(created - timedelta(days=7)),
        dataEndTime=extended(created),
        reportScheduleId="50900000001",
    )
    output = content.read({"report_type": RETURNS, "source": "collect"})
    assert [held["reportId"]] == _ids(output, RETURNS_STREAM)
    assert [] == content.seen("createReport")


def test_the_order_of_a_run_that_breaks_off(content: ContentRuns) -> None:
    """After a failure the next run goes on with the report that was not read."""
    one, two, three = (_hold(content, days=days) for days in (30, 20, 10))
    refused = Status(403, "Unauthorized")
    content.amazon.faults.add(
        "getReportDocument",
        refused,
        when=lambda request: request.path.endswith(_document(content, two)),
    )
    content.amazon.faults.add("createRestrictedDataToken", refused)
    first = content.read(SETTLEMENT, **LONG_AGO)
    assert 1 == first.status
    assert [one] == _ids(first)
    second = content.read(SETTLEMENT, state=first.state, **LONG_AGO)
    assert [two, three] == _ids(second)


def _document(content: ContentRuns, report_id: str) -> str:
    report = content.amazon.selling_partner.report(report_id)
    assert report is not None
    return str(report["reportDocumentId"])
