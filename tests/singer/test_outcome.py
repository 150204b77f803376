"""What is told at the end of a run: one line for one cause, one for each stream."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.errors import AccessDeniedError, UnavailableError
from tap_amazon_reports.singer.outcome import RunOutcome

if TYPE_CHECKING:
    import pytest

    from tests.rehearsal import Rehearsal


def _told(caplog: pytest.LogCaptureFixture, outcome: RunOutcome) -> list[str]:
    caplog.clear()
    caplog.set_level("INFO")
    outcome.tell()
    return [record.getMessage().strip() for record in caplog.records]


def test_one_cause_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    """25 streams of a wrong region are one line, with the list of them."""
    outcome = RunOutcome()
    for number in range(25):
        error = AccessDeniedError(
            f"createReport of TYPE_{number} was refused: 403 Unauthorized, request id"
            f" R{number}",
            status=403,
            code="Unauthorized",
        )
        outcome.failed(f"sp_{number:02}", "selling_partner", error)
    errors = [record for record in caplog.records if record.levelname == "ERROR"]
    lines = _told(caplog, outcome)

    assert 1 == len(errors)
    assert "the run is incomplete, 1 failure:" in lines
    assert lines[-1].startswith("sp_00: createReport of TYPE_0 was refused")
    assert "24 more streams could not be read: sp_01, sp_02, " in lines[-1]
    assert lines[-1].endswith("sp_24")


def test_other_causes_are_lines_of_their_own(caplog: pytest.LogCaptureFixture) -> None:
    """Two services, or two troubles of one, are two lines."""
    outcome = RunOutcome()
    denied = AccessDeniedError("no", status=403, code="Unauthorized")
    outcome.failed("a", "selling_partner", denied)
    outcome.failed("b", "pay", denied)
    outcome.failed("c", "pay", UnavailableError("getReport: 503, request id 1"))
    outcome.failed("d", "pay", UnavailableError("getReport: 503, request id 2"))

    assert "the run is incomplete, 3 failures:" in _told(caplog, outcome)


def test_a_run_that_left_something_is_not_complete(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Nothing failed, and still not all was read: the last line says what is left."""
    outcome = RunOutcome()
    outcome.left("sp_a", "report 7 is not done")
    lines = _told(caplog, outcome)

    assert "no stream failed; left to the next run: sp_a: report 7 is not done" in lines
    assert "the run is complete" not in lines
    assert not outcome.is_whole("sp_a")
    assert outcome.is_whole("sp_b")


def test_each_stream_has_a_closing_line(rehearse: Rehearsal) -> None:
    """Rows, up to when they were read, and what the next run will do."""
    rehearse(only=["pay_disbursements", "pay_report_schedules"])
    told = [record.getMessage() for record in rehearse.caplog.records]

    assert any(
        line.startswith("pay_disbursements: ")
        and line.endswith("records; read up to 2026-11-21T12:00:00Z")
        for line in told
    )
    assert "pay_report_schedules: 2 records; the next run reads all of it again" in told


def test_an_expression_that_fails_names_its_column(rehearse: Rehearsal) -> None:
    """A mistake in `stream_maps` fails that stream alone, and says what to mend."""
    output = rehearse(
        only=["pay_reports", "pay_disbursements"],
        stream_maps={"pay_reports": {"day": "int(report_id) / 0"}},
    )

    assert 1 == output.status
    assert rehearse.failure.startswith(
        "pay_reports: stream_maps: pay_reports, day: 'int(report_id) / 0' failed:"
        " ZeroDivisionError"
    )
    assert output.records("pay_disbursements")


def test_an_expression_that_fails_shows_no_cell(rehearse: Rehearsal) -> None:
    """What a row holds can be a buyer's name: the line has the error's kind alone."""
    cell = "Erika Mustermann"
    for report in rehearse.amazon.pay.reports:
        report["reportType"] = cell
    for expression in ("float(report_type)", "record[report_type]"):
        maps = {"pay_reports": {"x": expression}}
        output = rehearse(only=["pay_reports"], stream_maps=maps)

        assert 1 == output.status
        assert f"pay_reports, x: {expression!r} failed: " in rehearse.failure
        assert cell not in rehearse.caplog.text


def test_an_expression_with_a_wrong_name_shows_the_name(rehearse: Rehearsal) -> None:
    """A column that there is not: the word is the setting's own, and is shown."""
    rehearse(only=["pay_reports"], stream_maps={"pay_reports": {"x": "nosuch"}})

    assert "NameNotDefined: 'nosuch' is not defined" in rehearse.failure
