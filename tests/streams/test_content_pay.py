"""Each report type of Amazon Pay, wanted alone: every cell of every row arrives."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from singer_sdk.exceptions import ConfigValidationError

from tests.local_amazon import LocalAmazon
from tests.local_amazon.families.layout import known_types
from tests.local_amazon.moments import basic, parse_basic
from tests.local_amazon.pay.report_types import CAPTURE, REFUND, SANDBOX_SETTLEMENT
from tests.local_amazon.ripening import Outcome
from tests.streams.document_compare import assert_arrived, type_file
from tests.tap_run import discover, selecting, sync

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.clock import ScriptedClock
    from tests.local_amazon.pay.models import Environment
    from tests.tap_run import Output

DAYS_BACK = (85, 60, 2, 1)


@pytest.fixture
def bare(clock: ScriptedClock) -> Iterator[LocalAmazon]:
    """Yield an Amazon that holds no reports yet."""
    with LocalAmazon(clock=clock, populate=False) as amazon:
        yield amazon


def _settings(amazon: LocalAmazon, name: str) -> dict[str, Any]:
    settings = {
        **amazon.settings(),
        "pay_report_types": [name],
        "start_date": "2026-10-25",
        "end_date": "2026-11-21T12:00:00Z",
    }
    if name == SANDBOX_SETTLEMENT:
        settings["pay_public_key_id"] = amazon.pay.sandbox_key_id
    if not type_file("amazon_pay", name).about["requestable"]:
        settings["pay_report_types"] = [{"report_type": name, "source": "collect"}]
        settings["start_date"] = "2026-08-25"
    return settings


def _hold(environment: Environment, name: str, clock: ScriptedClock) -> None:
    """Hold reports that nobody asked for."""
    for days in DAYS_BACK:
        created = clock.now() - timedelta(days=days)
        environment.add_report(
            name,
            created=created,
            outcome=Outcome("COMPLETED"),
            startTime=basic(created - timedelta(days=1)),
            endTime=basic(created),
        )


def _read(
    settings: dict[str, Any], clock: ScriptedClock, stream: str, **more: Any
) -> Output:
    catalog = selecting(discover(settings, clock=clock), [stream])
    output = sync(settings, clock=clock, catalog=catalog, **more)
    assert 0 == output.status
    return output


def _utc(text: str) -> str:
    """Return a moment in Amazon Pay's form as rows have it."""
    moment = parse_basic(text)
    assert moment is not None
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


@pytest.mark.parametrize("name", known_types("amazon_pay"))
def test_every_cell_of_a_pay_type_arrives(
    name: str, bare: LocalAmazon, clock: ScriptedClock
) -> None:
    """Each cell is in its column, or in `_extra`; a second run adds no row."""
    kind = type_file("amazon_pay", name)
    (array,) = kind.arrays
    is_sandbox = name == SANDBOX_SETTLEMENT
    environment = bare.pay.sandbox if is_sandbox else bare.pay
    if not kind.about["requestable"]:
        _hold(environment, name, clock)
    settings = _settings(bare, name)
    output = _read(settings, clock, array.stream)
    assert environment.reports
    count = 0
    for report in environment.reports:
        rows = [
            row
            for row in output.records(array.stream)
            if row["report_id"] == report["reportId"]
        ]
        document = bare.families.document(report["reportId"], service=environment.name)
        count += assert_arrived(kind, document, {array.stream: rows}, country="US")
        for row in rows:
            assert "na" == row["marketplace_id"]
            assert name == row["report_type"]
            assert _utc(report["startTime"]) == row["data_start_time"]
            assert _utc(report["endTime"]) == row["data_end_time"]
            assert _utc(report["createdTime"]) == row["report_created_time"]
    assert count == len(output.rows()) > 0
    assert array.primary_key == output.schemas[array.stream]["key_properties"]
    clock.advance(seconds=1200)
    again = _read(settings, clock, array.stream, state=output.state)
    # A sandbox settlement that is asked for is one of its own.
    assert is_sandbox or set(again.rows()) <= set(output.rows())
    assert [] == bare.refused
    assert [] == bare.throttled


def test_a_capture_is_refused_when_asked_for(
    bare: LocalAmazon, clock: ScriptedClock
) -> None:
    """Amazon does not offer captures at present, and the tap says so at once."""
    settings = {**_settings(bare, REFUND), "pay_report_types": [CAPTURE]}
    with pytest.raises(ConfigValidationError) as raised:
        sync(settings, clock=clock)
    (problem,) = raised.value.errors
    assert "Amazon does not offer it by API at present" in problem
    assert [] == bare.seen
