"""Which of the reports that exist may stand for one that is wanted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tap_amazon_reports.documents.layout import DocumentFormat, Layout
from tap_amazon_reports.reports.adoption import (
    Known,
    OtherOptionsError,
    check_options,
)
from tap_amazon_reports.reports.report import Report, ReportRequest
from tap_amazon_reports.reports.report_types import (
    DateMode,
    Dates,
    Option,
    ReportType,
)
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
    document_id="D1",
)


KIND = ReportType(
    service="selling_partner",
    report_type="GET_SOMETHING",
    layout=Layout(DocumentFormat.TSV, ()),
    dates=Dates(DateMode.WINDOW),
)
OPTIONAL = replace(
    KIND,
    options={
        "asinGranularity": Option(values=("PARENT", "SKU"), default="PARENT"),
        "other": Option(),
    },
)
TELLING = replace(OPTIONAL, layout=Layout(DocumentFormat.JSON, ()))


def _found(
    *reports: Report, request: ReportRequest = WANTED, kind: ReportType = KIND
) -> str | None:
    known = Known()
    for report in reports:
        known.add(report)
    return known.find(request, kind=kind, now=NOON, fresh=4 * HOUR)


def test_the_same_report_is_found() -> None:
    """Same type, marketplaces in any order, window to the second."""
    assert "1" == _found(FITTING)


def test_a_report_that_is_done_without_a_document_is_not_found() -> None:
    """It has no rows, and another one may have some."""
    assert _found(replace(FITTING, document_id=None)) is None
    making = replace(FITTING, document_id=None, status=ReportStatus.IN_PROGRESS)
    assert "1" == _found(making)


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


def test_a_report_whose_options_nobody_tells_is_not_found() -> None:
    """One of a type that has options may have been made with any of them."""
    assert _found(FITTING, kind=OPTIONAL) is None
    assert _found(FITTING, kind=replace(KIND, is_known=False)) is None
    with_options = replace(WANTED, options=(("asinGranularity", "SKU"),))
    assert _found(FITTING, request=with_options, kind=OPTIONAL) is None


def test_a_document_that_tells_its_options_is_found_and_checked() -> None:
    """JSON documents do: such a report is taken from the listing, with options too."""
    with_options = replace(WANTED, options=(("asinGranularity", "SKU"),))
    assert "1" == _found(FITTING, kind=TELLING)
    assert "1" == _found(FITTING, request=with_options, kind=TELLING)


@pytest.mark.parametrize(
    ("wanted", "made", "is_right"),
    [
        ({}, {}, True),
        ({}, {"asinGranularity": "PARENT"}, True),
        ({"asinGranularity": "PARENT"}, {}, True),
        ({"asinGranularity": "SKU"}, {"asinGranularity": "SKU"}, True),
        ({}, {"asinGranularity": "SKU"}, False),
        ({"asinGranularity": "SKU"}, {}, False),
        ({}, {"unheardOf": "1"}, False),
        ({"other": "1"}, None, False),
        ({}, None, True),
    ],
)
def test_options_are_compared_with_amazons_defaults(
    wanted: dict[str, str], made: dict[str, str] | None, *, is_right: bool
) -> None:
    """What is left out is what Amazon takes it for."""
    request = replace(WANTED, options=tuple(wanted.items()))
    head: dict[str, object] = {"reportSpecification": {"reportOptions": made}}
    if is_right:
        check_options(TELLING, request, head)
        return
    with pytest.raises(OtherOptionsError, match="report_options"):
        check_options(TELLING, request, head)


def test_a_document_that_does_not_tell_its_options() -> None:
    """It is taken where there can be none, and never where there can."""
    check_options(KIND, WANTED, {})
    with pytest.raises(OtherOptionsError):
        check_options(TELLING, WANTED, {})


def test_a_snapshot_that_wants_dates_stands_for_any_other() -> None:
    """Its dates only say how far back it looks, and are new with each run."""
    kind = replace(KIND, dates=Dates(DateMode.NONE, trailing_hours=72))
    earlier = replace(FITTING, data_start=NOON - 75 * HOUR, data_end=NOON - 3 * HOUR)
    assert "1" == _found(earlier, kind=kind)
    assert _found(earlier) is None


def test_a_snapshot_with_dates_of_long_ago_is_not_found() -> None:
    """Though made lately: it would be refused when it is read, as nothing overlaps."""
    kind = replace(KIND, dates=Dates(DateMode.NONE, trailing_hours=72))
    of_long_ago = replace(
        FITTING, data_start=NOON - 200 * HOUR, data_end=NOON - 100 * HOUR
    )
    assert _found(of_long_ago, kind=kind) is None


def test_nothing_known_nothing_found() -> None:
    """Then it is asked for."""
    assert _found() is None
