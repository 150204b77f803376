"""What Amazon calls the states of a report, and how far a bookmark may go."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_amazon_reports.amazon.errors import UnexpectedAnswerError
from tap_amazon_reports.reports.status import ReportStatus, settled_until
from tests.local_amazon.pay.report_types import STATUSES as PAY_WORDS
from tests.local_amazon.selling_partner.report_types import STATUSES as SELLING_WORDS

NOON = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)
LISTED = st.lists(
    st.tuples(
        st.integers(1, 10_000).map(lambda minutes: NOON - timedelta(minutes=minutes)),
        st.sampled_from(ReportStatus),
    )
)


@pytest.mark.parametrize("word", sorted({*SELLING_WORDS, *PAY_WORDS}))
def test_every_word_of_both_services_is_known(word: str) -> None:
    """Neither service can say anything that the tap does not understand."""
    assert ReportStatus.read(word, "7").value == word


@pytest.mark.parametrize("word", ["PAUSED", "done", "", None, 7, ["DONE"]])
def test_an_unknown_word_is_an_error_that_names_it(word: object) -> None:
    """It is never read as "still in the making"."""
    with pytest.raises(UnexpectedAnswerError) as caught:
        ReportStatus.read(word, "59007")

    assert str(word) in str(caught.value)
    assert "59007" in str(caught.value)


@pytest.mark.parametrize(
    ("word", "final"),
    [
        ("IN_QUEUE", False),
        ("IN_PROGRESS", False),
        ("DONE", True),
        ("COMPLETED", True),
        ("CANCELLED", True),
        ("FATAL", True),
        ("FAILED", True),
    ],
)
def test_which_states_are_final(word: str, *, final: bool) -> None:
    """A report in the queue or in the making will change; others will not."""
    assert ReportStatus(word).is_terminal is final


def test_a_bookmark_waits_for_the_oldest_report_in_the_making() -> None:
    """So that the next run sees its end."""
    reports = [
        (NOON - timedelta(hours=1), ReportStatus.IN_QUEUE),
        (NOON - timedelta(hours=3), ReportStatus.IN_PROGRESS),
        (NOON - timedelta(hours=2), ReportStatus.DONE),
        (NOON - timedelta(hours=9), ReportStatus.FATAL),
    ]

    assert NOON - timedelta(hours=3) == settled_until(reports, NOON)


def test_a_report_that_is_dated_ahead_moves_no_bookmark_there() -> None:
    """What is listed says nothing of the time after the listing."""
    ahead = NOON + timedelta(days=9_000)
    assert NOON == settled_until([(ahead, ReportStatus.IN_QUEUE)], NOON)


def test_without_reports_all_is_settled() -> None:
    """A quiet week moves the bookmark too."""
    assert NOON == settled_until([], NOON)


@given(LISTED)
def test_no_report_in_the_making_is_left_behind(
    listed: list[tuple[datetime, ReportStatus]],
) -> None:
    """Whatever was listed: what can still change lies at or after the bookmark."""
    settled = settled_until(listed, NOON)
    in_making = [created for created, status in listed if not status.is_terminal]

    assert all(created >= settled for created in in_making)
    assert settled in {NOON, *in_making}
