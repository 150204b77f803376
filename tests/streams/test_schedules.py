"""The two indexes of schedules: all of them, each run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.tap_run import sync

if TYPE_CHECKING:
    from tests.clock import ScriptedClock
    from tests.local_amazon import LocalAmazon

TOMORROW = "2026-11-22T12:00:00Z"
US, CA = "ATVPDKIKX0DER", "A2EUQ1WTGCTBG2"


def test_every_selling_partner_schedule_arrives(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """Each schedule is one row; options are an object, what is not there is null."""
    stream = "sp_report_schedules"
    output = sync(amazon.settings(), clock=clock, only=[stream])
    ids = [
        schedule["reportScheduleId"] for schedule in amazon.selling_partner.schedules
    ]

    assert [
        {
            "report_schedule_id": ids[0],
            "report_type": "GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE",
            "marketplace_ids": [US],
            "report_options": None,
            "period": "P1D",
            "next_report_creation_time": TOMORROW,
            "_extra": None,
        },
        {
            "report_schedule_id": ids[1],
            "report_type": "GET_SALES_AND_TRAFFIC_REPORT",
            "marketplace_ids": [US, CA],
            "report_options": {"dateGranularity": "DAY", "asinGranularity": "SKU"},
            "period": "P7D",
            "next_report_creation_time": TOMORROW,
            "_extra": None,
        },
        {
            "report_schedule_id": ids[2],
            "report_type": "GET_FBA_STORAGE_FEE_CHARGES_DATA",
            "marketplace_ids": None,
            "report_options": None,
            "period": "P30D",
            "next_report_creation_time": TOMORROW,
            "_extra": None,
        },
    ] == sorted(output.records(stream), key=lambda row: str(row["report_schedule_id"]))
    assert ([], []) == (amazon.refused, amazon.throttled)


def test_every_amazon_pay_schedule_arrives(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """Each schedule is one row with all of its fields."""
    stream = "pay_report_schedules"
    output = sync(amazon.settings(), clock=clock, only=[stream])

    assert [
        {
            "report_schedule_id": schedule["reportScheduleId"],
            "report_type": schedule["reportType"],
            "schedule_frequency": schedule["scheduleFrequency"],
            "next_report_creation_time": TOMORROW,
            "_extra": None,
        }
        for schedule in amazon.pay.schedules
    ] == output.records(stream)
    assert 2 == len(output.rows())
    assert ([], []) == (amazon.refused, amazon.throttled)


def test_a_second_run_reads_the_same_again(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """A schedule that is there still comes again; one that is gone does not."""
    streams = ["sp_report_schedules", "pay_report_schedules"]
    first = sync(amazon.settings(), clock=clock, only=streams)
    gone = amazon.selling_partner.schedules.pop()
    clock.advance(seconds=400)
    second = sync(amazon.settings(), clock=clock, only=streams, state=first.state)

    assert {("sp_report_schedules", gone["reportScheduleId"])} == (
        first.rows().keys() - second.rows().keys()
    )
    assert second.rows().keys() <= first.rows().keys()
    assert ([], []) == (amazon.refused, amazon.throttled)
