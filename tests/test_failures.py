"""What each failure does: which streams end, and what is said."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

import pytest

from tests.clock import ScriptedClock
from tests.local_amazon import (
    BadJson,
    ConnectionLost,
    LocalAmazon,
    Redirect,
    Slow,
    Status,
)
from tests.local_amazon.pay.report_types import SETTLEMENT
from tests.rehearsal import ALWAYS, OPERATIONS, Rehearsal

if TYPE_CHECKING:
    from tests.local_amazon.faults import Fault


PASSING: list[Fault] = [
    Status(408),
    Status(429),
    Status(429, headers={"retry-after": "20"}),
    Status(500),
    Status(502, body=b"<html>Bad Gateway</html>"),
    Status(503),
    Status(504),
    ConnectionLost(),
    ConnectionLost(after_work=True),
]


@pytest.mark.parametrize("fault", PASSING, ids=str)
def test_a_trouble_that_passes_is_waited_out(rehearse: Rehearsal, fault: Fault) -> None:
    """Throttling, server errors and lost connections cost time, and not a row."""
    expected = rehearse().rows()
    rehearse.clock.advance(hours=1)
    faults = rehearse.amazon.faults
    for operation in (*OPERATIONS.values(), "lwa.token", "storage.get"):
        faults.add(operation, fault, times=2)
    output = rehearse()

    assert 0 == output.status
    assert expected.keys() <= output.rows().keys()
    assert {} == faults.pending
    assert [] == rehearse.failures
    assert [] == rehearse.amazon.refused


@pytest.mark.parametrize(
    ("stream", "fault", "timeout_seconds", "said"),
    [
        *((stream, Status(503), 300, "unavailable") for stream in OPERATIONS),
        ("appstore_sales", ConnectionLost(), 300, "the connection was lost"),
        ("pay_reports", ConnectionLost(), 300, "the connection was lost"),
        ("sp_order_metrics", ConnectionLost(), 300, "the connection was lost"),
        ("appstore_sales", Status(429), 7200, "another application"),
        ("pay_disbursements", Status(429), 7200, "another application"),
        ("sp_reports", Status(429), 7200, "another application"),
    ],
)
def test_a_trouble_that_lasts_ends_one_stream(
    rehearse: Rehearsal, stream: str, fault: Fault, timeout_seconds: int, said: str
) -> None:
    """After a bounded time that stream fails; the others go on; the next run mends."""
    rehearse.spoil(OPERATIONS[stream], fault)
    before = rehearse.clock.monotonic()
    broken = rehearse()
    waited = rehearse.clock.monotonic() - before

    assert 1 == broken.status
    assert rehearse.failure.startswith(f"{stream}: {OPERATIONS[stream]}")
    assert said in rehearse.failure
    assert waited < timeout_seconds + 400
    assert set(OPERATIONS) - {stream} == {str(key[0]) for key in broken.rows()}
    assert "replication_key_value" not in broken.state["bookmarks"].get(stream, {})
    rehearse.mend()
    mended = rehearse(state=broken.state)
    assert 0 == mended.status
    assert stream in {str(key[0]) for key in mended.rows()}


def test_a_failure_within_a_stream_keeps_what_was_read(rehearse: Rehearsal) -> None:
    """The windows before the one that failed are not read again."""
    rehearse.amazon.faults.add(
        "pay.getDisbursements",
        Status(500),
        times=ALWAYS,
        when=lambda request: dict(request.query)["startTime"] > "20261001",
    )
    broken = rehearse(only=["pay_disbursements"], start_date="2026-08-20")
    bookmark = str(broken.bookmark("pay_disbursements"))
    times = [row["transaction_time"] for row in broken.records("pay_disbursements")]

    assert 1 == broken.status
    assert "2026-09" < max(times) < bookmark < "2026-11"
    assert f"endTime={bookmark}" not in rehearse.failure
    assert f"startTime={bookmark.replace('-', '').replace(':', '')}" in rehearse.failure


@pytest.mark.parametrize("stream", list(OPERATIONS))
@pytest.mark.parametrize(
    "fault",
    [
        BadJson(),
        BadJson(b"[]"),
        BadJson(b"<html>captive portal</html>"),
        BadJson(b'{"something": "else"}'),
        Redirect("https://example.com/elsewhere"),
    ],
    ids=["cut", "array", "html", "other", "redirect"],
)
def test_a_strange_answer_ends_the_stream(
    rehearse: Rehearsal, stream: str, fault: Fault
) -> None:
    """What cannot be understood is never taken for "nothing there"."""
    rehearse.spoil(OPERATIONS[stream], fault)
    output = rehearse(only=[stream])

    assert 1 == output.status
    assert {} == output.rows()
    assert rehearse.failure.startswith(f"{stream}: ")
    assert 1 == rehearse.asked(OPERATIONS[stream])
    assert "replication_key_value" not in output.text


@pytest.mark.parametrize("stream", ["sp_reports", "pay_reports"])
def test_an_unknown_status_ends_the_stream(rehearse: Rehearsal, stream: str) -> None:
    """A new word is named, and is never read as "still in the making"."""
    service = rehearse.amazon.pay if stream == "pay_reports" else None
    made = (service or rehearse.amazon.selling_partner).reports
    types = {"GET_MERCHANT_LISTINGS_ALL_DATA", SETTLEMENT}
    report = [report for report in made if report["reportType"] in types][-1]
    report["processingStatus"] = "HALF_DONE"
    output = rehearse(only=[stream])

    assert 1 == output.status
    assert "HALF_DONE" in rehearse.failure
    assert report["reportId"] in rehearse.failure
    assert output.bookmark(stream) is None


class _Dawdling(ScriptedClock):
    """A clock on which Amazon really lets somebody wait, for a moment."""

    def sleep(self, seconds: float) -> None:
        """Wait long enough for an impatient caller to give up."""
        threading.Event().wait(min(seconds, 0.3))


def test_silence_is_a_time_out(caplog: pytest.LogCaptureFixture) -> None:
    """An answer that does not come within `request_timeout` is asked for again."""
    caplog.set_level(logging.DEBUG)
    with LocalAmazon(clock=_Dawdling()) as amazon:
        amazon.faults.add("pay.getReportSchedules", Slow(60))
        rehearse = Rehearsal(amazon, ScriptedClock(), caplog)
        output = rehearse(only=["pay_report_schedules"], request_timeout=0.1)

    assert (0, 2) == (output.status, len(output.rows()))
    assert "no answer within request_timeout" in caplog.text
    assert 2 == rehearse.asked("pay.getReportSchedules")


def test_the_summary_has_every_failure(rehearse: Rehearsal) -> None:
    """At the end one sees what failed, and how many rows each stream gave."""
    for operation in ("getReports", "pay.getReports"):
        rehearse.spoil(operation, Status(400))
    output = rehearse()
    told = rehearse.caplog.text

    assert 1 == output.status
    assert "the run is incomplete, 2 failures:" in told
    assert ["pay_reports", "sp_reports"] == sorted(
        line.partition(":")[0] for line in rehearse.failures
    )
    assert "pay_report_schedules: 2 records" in told
    assert "sp_reports: 0 records" in told


def test_a_good_run_says_so(rehearse: Rehearsal) -> None:
    """Without failures the last line says that the run is complete."""
    output = rehearse()

    assert 0 == output.status
    assert "the run is complete" == rehearse.caplog.records[-1].getMessage()


def test_a_fault_of_ours_is_told_with_its_place(
    rehearse: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bug ends one stream too, and is the one failure that shows where it was."""
    monkeypatch.setattr(
        "tap_amazon_reports.streams.report_index.settled_until", lambda *_: 1 / 0
    )
    output = rehearse(only=["pay_reports", "pay_disbursements"])

    assert 1 == output.status
    assert 0 < len(output.records("pay_disbursements"))
    assert "ZeroDivisionError" in rehearse.failure
    assert "Traceback" in rehearse.caplog.text
