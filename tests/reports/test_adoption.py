"""Which of the reports that exist may stand for one that is wanted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tap_amazon_reports.reports.adoption import Known
from tap_amazon_reports.reports.report import Report, ReportRequest
from tap_amazon_reports.reports.status import ReportStatus
from tests.clock import NOON

HOUR = timedelta(hours=1)
WANTED = ReportRequest(
    report_type="GET_SOMETHING",
    marketplace_ids=("ONE", "TWO"),
    data_start=NOON - 48 * HOUR,
    data_end=NOON - 24 * HOUR,
)
SNAPSHOT = ReportRequest(report_type="GET_SOMETHING", marketplace_ids=("ONE", "TWO"))
FITTING = Report(
    report_id="1",
    report_type="GET_SOMETHING",
    status=ReportStatus.DONE,
    created=NOON - 2 * HOUR,
    data_start=NOON - 48 * HOUR,
    data_end=NOON - 24 * HOUR,
    marketplace_ids=("TWO", "ONE"),
)


def _found(*reports: Report, request: ReportRequest = WANTED) -> str | None:
    known = Known()
    for report in reports:
        known.add(report)
    return known.find(request, now=NOON, fresh=4 * HOUR)


def test_the_same_report_is_found() -> None:
    """Same type, marketplaces in any order, window to the second."""
    assert "1" == _found(FITTING)


@pytest.mark.parametrize("status", list(ReportStatus))
def test_a_report_that_ended_badly_is_not_found(status: ReportStatus) -> None:
    """One that is done or in the making stands for another; others do not."""
    bad = {ReportStatus.CANCELLED, ReportStatus.FATAL, ReportStatus.FAILED}
    expected = None if status in bad else "1"
    assert expected == _found(replace(FITTING, status=status))


@pytest.mark.parametrize(
    "change",
    [
        {"report_type": "GET_SOMETHING_ELSE"},
        {"marketplace_ids": ("ONE",)},
        {"marketplace_ids": ("ONE", "TWO", "THREE")},
        {"marketplace_ids": ()},
        {"data_start": NOON - 48 * HOUR + timedelta(seconds=1)},
        {"data_end": NOON - 24 * HOUR - timedelta(seconds=1)},
        {"data_start": None},
        {"created": NOON - 4 * HOUR - timedelta(seconds=1)},
    ],
)
def test_what_differs_is_another_report(change: dict[str, Any]) -> None:
    """A second, a marketplace or an hour too old: not this one."""
    assert _found(replace(FITTING, **change)) is None


def test_fractions_of_a_second_do_not_count() -> None:
    """Requests are in whole seconds, and answers have a fraction at times."""
    fraction = timedelta(milliseconds=120)
    start, end = FITTING.data_start, FITTING.data_end
    assert start is not None
    assert end is not None
    report = replace(FITTING, data_start=start + fraction, data_end=end + fraction)
    assert "1" == _found(report)


def test_made_before_its_window_ended() -> None:
    """Such a report lacks the end of its window."""
    open_window = replace(WANTED, data_end=NOON - HOUR)
    early = replace(FITTING, data_end=NOON - HOUR)
    assert _found(early, request=open_window) is None
    late = replace(early, created=NOON - HOUR)
    assert "1" == _found(late, request=open_window)


def test_the_newest_of_several() -> None:
    """It knows most."""
    newer = replace(FITTING, report_id="2", created=NOON - HOUR)
    oldest = replace(FITTING, report_id="3", created=NOON - 3 * HOUR)
    assert "2" == _found(FITTING, newer, oldest)


def test_a_snapshot_has_no_window() -> None:
    """Amazon may say a window of a snapshot all the same; it means nothing."""
    assert "1" == _found(FITTING, request=SNAPSHOT)
    bare = replace(FITTING, data_start=None, data_end=None)
    assert "1" == _found(bare, request=SNAPSHOT)


def test_options_are_in_no_listing() -> None:
    """A report with options cannot be told from one without."""
    with_options = replace(WANTED, options=(("reportPeriod", "DAY"),))
    assert _found(FITTING, request=with_options) is None


def test_nothing_known_nothing_found() -> None:
    """Then it is asked for."""
    assert _found() is None
