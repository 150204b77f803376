"""How long it takes at the least to ask for reports."""

from __future__ import annotations

import pytest

from tap_amazon_reports.reports.create_limits import CreateLimits
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
