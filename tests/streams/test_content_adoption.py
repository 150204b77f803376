"""A report that exists already is read, and not asked for a second time."""

from __future__ import annotations

import gzip
import json
from copy import deepcopy
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.clock import NOON
from tests.local_amazon import BySeconds, Outcome, Status, StoredObject
from tests.local_amazon.faults import Altered
from tests.local_amazon.moments import extended
from tests.report_types import LISTINGS, PLANNING, RETURNS
from tests.streams.content_runs import US

if TYPE_CHECKING:
    from tests.local_amazon.wire import Request
    from tests.streams.content_runs import ContentRuns
    from tests.tap_run import Output

PLANNING_STREAM = "sp_fba_inventory_planning_data"
RETURNS_STREAM = "sp_flat_file_returns_data_by_return_date"
SALES = "GET_SALES_AND_TRAFFIC_REPORT"
HOUR = timedelta(hours=1)


def _asked(content: ContentRuns) -> int:
    return len(content.seen("createReport"))


def _ids(output: Output, stream: str) -> set[str]:
    return {row["report_id"] for row in output.records(stream)}


def _hold(
    content: ContentRuns,
    report_type: str,
    *,
    age: timedelta,
    status: str = "DONE",
    **fields: Any,
) -> str:
    """Hold a finished report that somebody else asked for; return its id."""
    report = content.amazon.selling_partner.add_report(
        report_type,
        created=NOON - age,
        outcome=Outcome(status),
        **{"marketplaceIds": [US], **fields},
    )
    return str(report["reportId"])


def test_a_snapshot_is_asked_for_once_a_run(content: ContentRuns) -> None:
    """Without dates there is one report, and no bookmark to follow."""
    output = content.read(PLANNING)
    assert 1 == _asked(content) == len(_ids(output, PLANNING_STREAM))
    assert "bookmark_properties" not in output.schemas[PLANNING_STREAM]


def test_a_young_snapshot_is_adopted(content: ContentRuns) -> None:
    """The newest that somebody made lately is as good as one of our own."""
    _hold(content, PLANNING, age=3 * HOUR)
    newest = _hold(content, PLANNING, age=2 * HOUR)
    _hold(content, PLANNING, age=HOUR, status="CANCELLED")
    _hold(content, PLANNING, age=HOUR, status="FATAL")
    _hold(content, PLANNING, age=HOUR, marketplaceIds=["A2EUQ1WTGCTBG2"])
    output = content.read(PLANNING)
    assert {newest} == _ids(output, PLANNING_STREAM)
    assert 0 == _asked(content)


def test_an_old_snapshot_is_not_adopted(content: ContentRuns) -> None:
    """Each type says how old a snapshot may be."""
    old = _hold(content, PLANNING, age=timedelta(days=3))
    output = content.read(PLANNING)
    assert old not in _ids(output, PLANNING_STREAM)
    assert 1 == _asked(content)


def test_a_report_in_the_making_is_waited_for(content: ContentRuns) -> None:
    """What is being made for somebody else is adopted as well."""
    made = content.amazon.selling_partner.ask(PLANNING, marketplaceIds=[US])
    output = content.read(PLANNING)
    assert {made["reportId"]} == _ids(output, PLANNING_STREAM)
    assert 0 == _asked(content)


@pytest.mark.parametrize("status", ["CANCELLED", "FATAL"])
def test_what_comes_to_naught_for_others_is_created(
    content: ContentRuns, status: str
) -> None:
    """Whoever made it may have cancelled it: that says nothing of the data."""
    theirs = content.amazon.selling_partner.ask(
        PLANNING, marketplaceIds=[US], outcome=Outcome(status)
    )
    output = content.read(PLANNING)

    assert 0 == output.status
    assert 1 == _asked(content) == len(_ids(output, PLANNING_STREAM))
    found = f"report {theirs['reportId']}, which was found in Amazon's listing, is"
    assert found in content.warnings


@pytest.mark.parametrize(
    "body",
    [
        b"<html><body>Service error</body></html>",
        b"Internal failure, please retry",
        gzip.compress(b"sku\tasin\n" * 99)[:-9],
        b"name\tprice\nA table\t7.50\n",
    ],
    ids=["page", "sentence", "cut short", "other table"],
)
def test_what_cannot_be_read_of_others_is_created(
    content: ContentRuns, body: bytes
) -> None:
    """Another application's report that is no table holds up no stream."""
    theirs = content.amazon.selling_partner.ask(
        PLANNING, marketplaceIds=[US], outcome=Outcome("DONE", StoredObject(body))
    )
    output = content.read(PLANNING)

    assert 0 == output.status
    assert 1 == _asked(content) == len(_ids(output, PLANNING_STREAM))
    assert theirs["reportId"] not in _ids(output, PLANNING_STREAM)
    assert f"report {theirs['reportId']}" in content.warnings
    assert "creating another" in content.warnings


def test_what_cannot_be_read_of_ours_is_a_failure(content: ContentRuns) -> None:
    """Another of the same would be no better, and costs quota."""
    made = Outcome("DONE", StoredObject(b"Internal failure, please retry"))
    content.amazon.selling_partner.outcomes[PLANNING].append(made)
    output = content.read(PLANNING)

    assert 1 == output.status
    assert 1 == _asked(content)


def test_a_window_is_adopted_to_the_second(content: ContentRuns) -> None:
    """A report of the same window is read; one of a second less is another."""
    entry = {"report_type": RETURNS, "start_date": "2026-11-03"}
    more: dict[str, Any] = {"end_date": "2026-11-20"}
    times: dict[str, Any] = {"dataStartTime": "2026-11-03T00:00:00+00:00"}
    _hold(content, RETURNS, age=HOUR, **times, dataEndTime="2026-11-19T23:59:58+00:00")
    first = content.read(entry, **more)
    (report,) = content.reports(RETURNS)[1:]
    window: dict[str, Any] = {
        name: report[name] for name in ("dataStartTime", "dataEndTime")
    }
    content.amazon.selling_partner.reports.clear()
    held = _hold(content, RETURNS, age=HOUR, **window)
    second = content.read(entry, **more)
    assert {held} == _ids(second, RETURNS_STREAM)
    assert 1 == _asked(content)
    assert len(first.records(RETURNS_STREAM)) == len(second.records(RETURNS_STREAM))


def test_a_report_of_an_open_window_is_not_adopted(content: ContentRuns) -> None:
    """What was made before its window had ended lacks the end of it."""
    window: dict[str, Any] = {
        "dataStartTime": "2026-11-03T00:00:00+00:00",
        "dataEndTime": extended(NOON),
    }
    early = _hold(content, RETURNS, age=HOUR, **window)
    output = content.read({"report_type": RETURNS, "start_date": "2026-11-03"})
    assert early not in _ids(output, RETURNS_STREAM)
    assert 1 == _asked(content)


ONE_DAY: dict[str, Any] = {
    "dataStartTime": "2026-11-15T00:00:00+00:00",
    "dataEndTime": "2026-11-15T23:59:59+00:00",
}
BY_ASIN = "sp_sales_and_traffic_report_by_asin"
UNTIL: dict[str, Any] = {"start_date": "2026-11-15", "end_date": "2026-11-16"}


@pytest.mark.parametrize("ours", [{}, {"asinGranularity": "SKU"}])
def test_a_report_with_the_same_options_is_adopted(
    content: ContentRuns, ours: dict[str, str]
) -> None:
    """A JSON document tells its options, so a run that left no state costs nothing.

    Sales and traffic is four an hour: a report of it is not paid for twice.
    """
    held = _hold(content, SALES, age=HOUR, options=ours, **ONE_DAY)
    entry = {"report_type": SALES, "report_options": ours}
    output = content.read(entry, **UNTIL)
    assert {held} == _ids(output, BY_ASIN)
    assert 0 == _asked(content)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [({}, {"asinGranularity": "SKU"}), ({"asinGranularity": "SKU"}, {})],
)
def test_a_report_with_other_options_is_not_read(
    content: ContentRuns, ours: dict[str, str], theirs: dict[str, str]
) -> None:
    """Another entry's or application's rows never stand in the table of this one."""
    held = _hold(content, SALES, age=HOUR, options=theirs, **ONE_DAY)
    entry = {"report_type": SALES, "report_options": ours}
    output = content.read(entry, **UNTIL)
    assert 0 == output.status
    assert 1 == _asked(content)
    assert output.records(BY_ASIN)
    assert held not in _ids(output, BY_ASIN)
    assert "other report_options" in content.warnings


def test_a_report_with_other_options_and_no_row_is_not_read(
    content: ContentRuns,
) -> None:
    """That others have no rows says nothing of ours."""
    document = {
        "reportSpecification": {"reportOptions": {"asinGranularity": "SKU"}},
        "salesAndTrafficByDate": [],
        "salesAndTrafficByAsin": [],
    }
    stored = StoredObject(json.dumps(document).encode(), "application/json")
    content.amazon.selling_partner.add_report(
        SALES,
        created=NOON - HOUR,
        outcome=Outcome("DONE", stored),
        marketplaceIds=[US],
        **ONE_DAY,
    )
    output = content.read(SALES, **UNTIL)
    assert (0, 1) == (output.status, _asked(content))
    assert output.records(BY_ASIN)
    assert "other report_options" in content.warnings


def test_the_window_of_a_report_is_known_without_an_answer(
    content: ContentRuns,
) -> None:
    """Keys have the window that was asked for where `getReport` does not repeat it."""

    def without_dates(body: bytes) -> bytes:
        answer = json.loads(body)
        return json.dumps(
            {name: answer[name] for name in answer if not name.startswith("data")}
        ).encode()

    content.amazon.faults.add("getReport", Altered(without_dates), times=99)
    output = content.read(SALES, start_date="2026-11-13", end_date="2026-11-15")
    windows = {row["data_start_time"] for row in output.records(BY_ASIN)}
    asked = {report["dataStartTime"] for report in content.reports(SALES)}
    assert 0 == output.status
    assert len(windows) == len(asked) > 0
    assert "Unknown" not in windows


def test_a_table_that_could_have_had_options_is_not_adopted(
    content: ContentRuns,
) -> None:
    """Nothing in a listing of offers tells in which language it was asked for."""
    held = _hold(content, LISTINGS, age=HOUR)
    output = content.read(LISTINGS)
    assert held not in _ids(output, "sp_merchant_listings_all_data")
    assert 1 == _asked(content)


def test_two_entries_of_one_type_keep_their_own_rows(content: ContentRuns) -> None:
    """One by parent and one by SKU, in two runs: no row of the one is in the other."""
    entries: list[dict[str, Any]] = [
        {"report_type": SALES},
        {
            "report_type": SALES,
            "report_options": {"asinGranularity": "SKU"},
            "name": "by_sku",
        },
    ]
    content.read(entries[1], **UNTIL)
    output = content.read(*entries, **UNTIL)
    assert 2 == _asked(content)
    assert {"Unknown"} == {row["sku"] for row in output.records(BY_ASIN)}
    assert "Unknown" not in {row["sku"] for row in output.records("by_sku_by_asin")}


def _cut_off(content: ContentRuns, entry: dict[str, Any]) -> Output:
    """Run until a report is stuck, and return what that run left."""
    content.amazon.selling_partner.ripening = BySeconds(0, 10_000)
    output = content.read(entry, report_timeout=600, start_date="2026-11-15")
    assert 1 == output.status
    assert "still IN_PROGRESS after report_timeout (600 s)" in content.failure
    assert "report_timeout" in content.failure
    return output


def test_a_stuck_report_is_adopted_by_the_next_run(content: ContentRuns) -> None:
    """What was asked for and not yet read is remembered, and not asked for twice."""
    entry = {"report_type": SALES, "report_options": {"asinGranularity": "SKU"}}
    first = _cut_off(content, entry)
    asked = _asked(content)
    assert asked > 1
    assert [] == [m for m in first.messages if m["type"] == "RECORD"]
    content.clock.advance(hours=3)
    second = content.read(entry, state=first.state, start_date="2026-11-15")
    assert 0 == second.status
    assert asked == _asked(content)
    ids = {report["reportId"] for report in content.reports(SALES)}
    assert ids == _ids(second, "sp_sales_and_traffic_report_by_date")
    assert '"created"' not in json.dumps(second.state)


def test_what_was_found_for_a_lost_one_is_checked_by_the_next_run(
    content: ContentRuns,
) -> None:
    """Another application's, taken for ours, is not read for having been remembered."""
    theirs: list[str] = []

    def another_is_created(request: Request) -> bool:
        body = json.loads(request.body)
        report = content.amazon.selling_partner.ask(
            SALES,
            ripening=BySeconds(0, 10_000),
            options={"asinGranularity": "SKU"},
            **{name: body[name] for name in ("marketplaceIds", *ONE_DAY)},
        )
        theirs.append(str(report["reportId"]))
        return True

    content.amazon.faults.add("createReport", Status(503), when=another_is_created)
    first = content.read(SALES, **UNTIL, report_timeout=600)
    assert (1, 1) == (first.status, len(theirs))
    assert theirs[0] in json.dumps(first.state)
    content.clock.advance(hours=3)
    second = content.read(SALES, **UNTIL, state=first.state)
    assert 0 == second.status
    assert second.records(BY_ASIN)
    assert not {*theirs} & _ids(second, BY_ASIN)
    assert "other report_options" in content.warnings


def test_an_adopted_report_that_is_gone_is_asked_for_anew(
    content: ContentRuns,
) -> None:
    """Amazon forgets reports; then what state remembers is dropped."""
    entry = {"report_type": SALES, "report_options": {"asinGranularity": "SKU"}}
    first = _cut_off(content, entry)
    asked = _asked(content)
    content.amazon.selling_partner.reports.clear()
    content.amazon.selling_partner.ripening = BySeconds()
    content.clock.advance(hours=3)
    second = content.read(entry, state=first.state, start_date="2026-11-15")
    assert 0 == second.status
    assert 2 * asked == _asked(content)
    assert second.records("sp_sales_and_traffic_report_by_date")


def test_state_holds_no_more_than_it_needs(content: ContentRuns) -> None:
    """A remembered report is a digest, an id and a window: no URL and no secret."""
    entry = {"report_type": SALES, "report_options": {"asinGranularity": "SKU"}}
    first = _cut_off(content, entry)
    state = deepcopy(first.state["bookmarks"]["sp_sales_and_traffic_report_by_date"])
    (partition,) = state["partitions"]
    known = {report["reportId"]: report for report in content.reports(SALES)}
    for digest, (report_id, start, end) in partition["created"].items():
        assert 16 == len(digest)
        assert known[report_id]["dataStartTime"][:19] == start[:19]
        assert known[report_id]["dataEndTime"][:19] == end[:19]
    assert "replication_key_value" not in partition


def test_what_cannot_be_listed_is_asked_for(content: ContentRuns) -> None:
    """To look for reports that exist is to save: if that fails, nothing is lost."""
    content.spoil("getReports", Status(403))
    output = content.read(PLANNING)
    assert 0 == output.status
    assert output.records(PLANNING_STREAM)
    assert "could not be listed" in content.warnings


@pytest.mark.parametrize("looks", [1, 3])
def test_a_new_report_may_be_unknown_for_a_moment(
    content: ContentRuns, looks: int
) -> None:
    """Amazon's own memory takes a while; that is no failure, and no second report."""
    content.amazon.selling_partner.unknown_looks = looks
    output = content.read(PLANNING)
    assert 0 == output.status
    assert output.records(PLANNING_STREAM)
    assert 1 == _asked(content)
