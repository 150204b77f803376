"""How long it takes at the least to ask for reports."""

from __future__ import annotations

import pytest

from tap_amazon_reports.reports.create_limits import CreateLimits, least_create_seconds
from tap_amazon_reports.reports.schema_files import CATALOGUE

QUARTER = 900
DAY = 86400
TRAFFIC = CreateLimits(per_hour=4, per_day=96)
SEARCHES = CreateLimits(per_day=20)


@pytest.mark.parametrize(
    ("limits", "count", "seconds"),
    [
        (TRAFFIC, 0, 0),
        (TRAFFIC, 1, 0),
        (TRAFFIC, 2, QUARTER),
        (TRAFFIC, 97, DAY),
        (TRAFFIC, 600, 599 * QUARTER),
        (SEARCHES, 20, 0),
        (SEARCHES, 21, DAY / 20),
        (SEARCHES, 40, DAY),
        (CreateLimits(per_hour=1000, per_day=10), 20, DAY),
    ],
)
def test_a_type_has_its_own_pace(
    limits: CreateLimits, count: int, seconds: float
) -> None:
    """A backfill of sales and traffic by day takes a day for 96 reports, and so on."""
    assert seconds == limits.least_seconds(count)


@pytest.mark.parametrize(
    ("wanted", "seconds"),
    [
        ([], 0),
        ([(None, 15)], 0),
        ([(None, 16)], 60),
        ([(None, 10), (None, 10)], 300),
        ([(None, 15), (TRAFFIC, 1)], 60),
        ([(None, 75), (TRAFFIC, 2)], 62 * 60),
        ([(None, 20), (TRAFFIC, 3)], 2 * QUARTER),
        ([(TRAFFIC, 0), (SEARCHES, 0)], 0),
    ],
)
def test_types_share_the_plan_and_have_limits_beside(
    wanted: list[tuple[CreateLimits | None, int]], seconds: float
) -> None:
    """The slower of the two says when a run can end."""
    assert seconds == least_create_seconds(wanted)


def test_a_plan_that_amazon_corrected_counts() -> None:
    """What the answers say of the quota is what a forecast counts with."""
    assert 20 == least_create_seconds([(None, 12)], burst=2, per_minute=30)


@pytest.mark.parametrize(
    ("name", "limits", "sentence"),
    [
        ("GET_SALES_AND_TRAFFIC_REPORT", TRAFFIC, "4 an hour and 96 a day"),
        (
            "GET_BRAND_ANALYTICS_SEARCH_QUERY_PERFORMANCE_REPORT",
            SEARCHES,
            "20 a day",
        ),
    ],
)
def test_types_that_are_throttled_say_so(
    name: str, limits: CreateLimits, sentence: str
) -> None:
    """The limits that are known stand in the type's file, with their source."""
    kind = CATALOGUE.find("selling_partner", name)

    assert limits == kind.limits
    assert limits.sentence == sentence
    assert any(source.startswith("Limits: ") for source in kind.sources)
