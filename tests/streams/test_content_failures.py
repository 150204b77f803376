"""Reports that end badly, or are not what was asked for: what becomes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.local_amazon import Outcome, Status, StoredObject
from tests.local_amazon.families import fatal, sentence
from tests.report_types import LISTINGS, RETURNS
from tests.streams.content_runs import US

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.streams.content_runs import ContentRuns
    from tests.tap_run import Output

LISTINGS_STREAM = "sp_merchant_listings_all_data"
STREAM = "sp_flat_file_returns_data_by_return_date"
ENTRY = {"report_type": RETURNS, "window_days": 5}
MORE: dict[str, Any] = {"start_date": "2026-11-08", "end_date": "2026-11-20"}
ENDS = ["2026-11-13T00:00:00Z", "2026-11-18T00:00:00Z", "2026-11-20T00:00:00Z"]
"""Where the three windows end that are read with these."""
NOT_YET = "Report data is not yet available. Please try again later."
ONE_RETURN = b"Order ID\tAmazon RMA ID\tMerchant SKU\n1\tRMA\tSKU\n"
TOO_MANY = "The request had too many of something."


def _read(content: ContentRuns, *outcomes: Outcome, **more: Any) -> Output:
    """Read three windows; the first reports that are asked for end like this."""
    content.amazon.selling_partner.outcomes[RETURNS] += outcomes
    return content.read(ENTRY, **MORE, **more)


def _bookmark(output: Output) -> str | None:
    (partition,) = output.state["bookmarks"][STREAM]["partitions"]
    mark: str | None = partition.get("replication_key_value")
    return mark


def _ends(output: Output) -> list[str]:
    """Return the windows that there are rows of."""
    rows = output.records(STREAM)
    return list(dict.fromkeys(row["data_end_time"] for row in rows))


def test_all_windows(content: ContentRuns) -> None:
    """What the others here are measured by: three windows, and rows in each."""
    output = _read(content)
    assert (0, ENDS, ENDS[-1]) == (output.status, _ends(output), _bookmark(output))


def test_cancelled_is_asked_for_once_more(content: ContentRuns) -> None:
    """Where other windows had rows, somebody may have cancelled it."""
    output = _read(content, Outcome("DONE"), Outcome("CANCELLED"))
    assert (0, ENDS, ENDS[-1]) == (output.status, _ends(output), _bookmark(output))
    assert 4 == len(content.seen("createReport"))


def test_cancelled_for_good_has_no_rows(content: ContentRuns) -> None:
    """Then there is no data: a warning, and the bookmark moves."""
    cancelled = Outcome("CANCELLED")
    # The three are asked for at once, and the second again when it is its turn.
    output = _read(content, Outcome("DONE"), cancelled, Outcome("DONE"), cancelled)
    assert 0 == output.status
    assert [ENDS[0], ENDS[2]] == _ends(output)
    assert ENDS[-1] == _bookmark(output)
    assert "was cancelled" in content.warnings


def test_cancelled_at_first_is_no_data(content: ContentRuns) -> None:
    """With no rows before it, a cancelled report is not asked for twice."""
    output = _read(content, Outcome("CANCELLED"))
    assert ENDS[1:] == _ends(output)
    assert ENDS[-1] == _bookmark(output)
    assert 3 == len(content.seen("createReport"))


@pytest.mark.parametrize("compression", ["GZIP", None])
def test_fatal_says_why(content: ContentRuns, compression: str | None) -> None:
    """The reason is in a document, packed or not; the stream fails with it."""
    content.amazon.selling_partner.compression = compression
    output = _read(content, Outcome("DONE"), fatal(TOO_MANY))
    assert 1 == output.status
    assert TOO_MANY in content.failure
    assert content.reports(RETURNS)[1]["reportId"] in content.failure
    assert ENDS[:1] == _ends(output)
    assert ENDS[0] == _bookmark(output)


def test_fatal_without_a_reason(content: ContentRuns) -> None:
    """Not even a document: then that is what is said."""
    output = _read(content, Outcome("FATAL"))
    assert 1 == output.status
    assert "Amazon gave no reason" in content.failure
    assert _bookmark(output) is None


def test_what_is_not_yet_available_is_read_later(content: ContentRuns) -> None:
    """Data that is late is a warning, and the next run reads it."""
    done = Outcome("DONE")
    first = _read(content, done, done, fatal(NOT_YET))
    assert 0 == first.status
    assert NOT_YET in content.warnings
    assert (ENDS[:2], ENDS[1]) == (_ends(first), _bookmark(first))
    content.clock.advance(hours=1)
    second = _read(content, state=first.state)
    assert (0, ENDS[-1]) == (second.status, _bookmark(second))
    assert ENDS[-1] in _ends(second)


def test_data_that_is_not_yet_there_for_weeks_is_a_failure(
    content: ContentRuns,
) -> None:
    """It is no delay any more: the run fails and says so, and asks once a run."""
    first = _read(content, fatal(NOT_YET))
    assert (1, None) == (first.status, _bookmark(first))
    assert NOT_YET in content.failure
    assert "data this old should be available" in content.failure


def test_what_is_not_available_is_not_taken_for_late(content: ContentRuns) -> None:
    """Amazon says so too of data that there will never be."""
    done = Outcome("DONE")
    first = _read(content, done, done, fatal("The report is not available for you."))
    assert 1 == first.status
    assert "is not available for you" in content.failure


def test_a_fatal_window_is_asked_for_anew(content: ContentRuns) -> None:
    """A report that failed is not adopted by the run after it."""
    first = _read(content, fatal(TOO_MANY))
    content.clock.advance(hours=1)
    second = _read(content, state=first.state)
    assert (0, ENDS, ENDS[-1]) == (second.status, _ends(second), _bookmark(second))


def test_a_sentence_is_no_table(content: ContentRuns) -> None:
    """A report that holds a sentence fails its stream, and nothing of it is quoted."""
    said = "We're sorry, we can't process your request at the moment."
    output = _read(content, Outcome("DONE"), sentence(said))
    assert 1 == output.status
    assert "is not a table" in content.failure
    assert said not in content.failure
    assert (ENDS[:1], ENDS[0]) == (_ends(output), _bookmark(output))


def test_one_stream_fails_and_the_others_go_on(content: ContentRuns) -> None:
    """The run ends with exit status 1, and all rows of the other stream."""
    content.amazon.selling_partner.outcomes[RETURNS] += [fatal(TOO_MANY)]
    output = content.read(ENTRY, LISTINGS, **MORE)
    assert 1 == output.status
    assert STREAM in content.failure
    assert output.records(LISTINGS_STREAM)


def _other_window(report: dict[str, Any]) -> None:
    report["dataStartTime"] = "2026-10-08T00:00:00+00:00"
    report["dataEndTime"] = "2026-10-09T00:00:00+00:00"


def _other_marketplace(report: dict[str, Any]) -> None:
    report["marketplaceIds"] = ["A2EUQ1WTGCTBG2"]


def _other_type(report: dict[str, Any]) -> None:
    report["reportType"] = LISTINGS


@pytest.mark.parametrize(
    ("alter", "words"),
    [
        (_other_window, "the dates 2026-10-08"),
        (_other_marketplace, "A2EUQ1WTGCTBG2"),
        (_other_type, LISTINGS),
    ],
)
def test_another_report_than_was_asked_for(
    content: ContentRuns, alter: Callable[[dict[str, Any]], None], words: str
) -> None:
    """A report of another type or window fails the stream: nothing of it is read."""

    def make(report: dict[str, Any]) -> StoredObject:
        alter(report)
        return StoredObject(ONE_RETURN)

    content.amazon.selling_partner.contents[RETURNS] = make
    output = _read(content)
    assert 1 == output.status
    assert words in content.failure
    assert " instead of " in content.failure
    assert [] == output.records(STREAM)
    assert _bookmark(output) is None
    assert [] == content.seen("getReportDocument")


def test_times_with_milliseconds_are_the_same(content: ContentRuns) -> None:
    """Amazon may add a fraction to a time, or leave the times out."""

    def make(report: dict[str, Any]) -> StoredObject:
        report["dataStartTime"] = report["dataStartTime"].replace("Z", ".000Z")
        del report["dataEndTime"]
        return StoredObject(ONE_RETURN)

    content.amazon.selling_partner.contents[RETURNS] = make
    output = _read(content)
    assert 0 == output.status
    assert 3 == len(output.records(STREAM))
    assert ENDS[-1] == _bookmark(output)


def test_a_header_without_a_key_column(content: ContentRuns) -> None:
    """No row is written under a made-up key: the stream fails and says what to do."""
    content.amazon.selling_partner.contents[RETURNS] = lambda _report: StoredObject(
        b"Jane Doe\tOrder date\n1\t2026-11-08\n"
    )
    output = _read(content)
    assert 1 == output.status
    assert [] == output.records(STREAM)
    assert "no column for `Amazon RMA ID`, `Merchant SKU`" in content.failure
    assert "(found 2 columns)" in content.failure
    assert "preferredReportDocumentLocale" in content.failure
    assert "Jane" not in content.failure


def test_a_status_that_nobody_knows(content: ContentRuns) -> None:
    """A new word of Amazon's fails the stream, and is named."""
    output = _read(content, Outcome("HALF_DONE"))
    assert 1 == output.status
    assert "HALF_DONE" in content.failure


def test_a_report_that_stays_unknown(content: ContentRuns) -> None:
    """An id that Amazon handed out and then never knows fails the stream."""
    content.amazon.selling_partner.unknown_looks = 10_000
    output = _read(content)
    assert 1 == output.status
    assert "getReport" in content.failure
    assert 3 == len(content.seen("createReport"))


def test_a_request_that_is_refused(content: ContentRuns) -> None:
    """A 400 fails the stream at once, with Amazon's message and what was sent."""
    content.spoil("createReport", Status(400, "InvalidInput", "Not like this."))
    output = _read(content)
    assert 1 == output.status
    assert "Not like this." in content.failure
    assert RETURNS in content.failure
    assert f"marketplaceIds=['{US}']" in content.failure


def test_silence_is_told(content: ContentRuns) -> None:
    """Several finished reports without any row may mean a role is missing."""
    content.amazon.families.empty_types.add(RETURNS)
    output = _read(content)
    assert (0, [], ENDS[-1]) == (output.status, _ends(output), _bookmark(output))
    assert "3 finished reports have no rows" in content.warnings


def test_one_empty_report_is_told_too(
    content: ContentRuns, caplog: pytest.LogCaptureFixture
) -> None:
    """A single report without rows is nothing unusual, and still no silent zero."""
    content.amazon.families.empty_types.add(LISTINGS)
    output = content.read(LISTINGS)
    assert (0, []) == (output.status, output.records(LISTINGS_STREAM))
    assert "no rows" not in content.warnings
    assert "1 finished report has no rows" in caplog.text
