"""The Sales API: every interval of every query, with exact money."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from singer_sdk.exceptions import ConfigValidationError

from tests.clock import ScriptedClock
from tests.local_amazon import Altered, LocalAmazon, expected_metrics
from tests.tap_run import discover, number, selecting, spelled, sync

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.rehearsal import Rehearsal

STREAM = "sp_order_metrics"
US, CA = "ATVPDKIKX0DER", "A2EUQ1WTGCTBG2"
ZONE = "America/Los_Angeles"
NOW = "2026-11-21T04:00:00-08:00"
STARTS = {
    # A hundred days back it is the evening of the 12th of August there.
    "Day": "2026-08-12T00:00:00-07:00",
    # The first whole hour of the last thirty days.
    "Hour": "2026-10-22T06:00:00-07:00",
    # The Sunday before the 12th of August.
    "Week": "2026-08-09T00:00:00-07:00",
}


def _utc(text: str) -> str:
    """Return an end of an interval, `2026-08-12T00:00-07:00`, in UTC."""
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _row(wire: dict[str, Any], query: dict[str, str]) -> dict[str, Any]:
    """Return an interval as a row, but for its own text."""
    start, end = wire["interval"].split("--")
    return {
        **query,
        "interval_start": _utc(start),
        "interval_end": _utc(end),
        "unit_count": wire["unitCount"],
        "order_item_count": wire["orderItemCount"],
        "order_count": wire["orderCount"],
        "average_unit_price_amount": number(wire["averageUnitPrice"]["amount"]),
        "average_unit_price_currency_code": wire["averageUnitPrice"]["currencyCode"],
        "total_sales_amount": number(wire["totalSales"]["amount"]),
        "total_sales_currency_code": wire["totalSales"]["currencyCode"],
        "_extra": None,
    }


def _query(marketplace: str, granularity: str, **more: str) -> dict[str, str]:
    return {
        "marketplace_id": marketplace,
        "granularity": granularity,
        "granularity_time_zone": ZONE,
        "buyer_type": "All",
        "fulfillment_network": "All",
        "first_day_of_week": "All",
        "asin": "All",
        "sku": "All",
        "amazon_program": "All",
        **more,
    }


QUERIES = [
    query
    for marketplace in (US, CA)
    for query in (
        _query(marketplace, "Day"),
        _query(marketplace, "Hour"),
        _query(marketplace, "Week", buyer_type="B2B", first_day_of_week="Sunday"),
    )
]


def _expected(clock: ScriptedClock) -> list[dict[str, Any]]:
    """Return the rows of the usual queries, worked out from the sales themselves."""
    return [
        _row(wire, query)
        for query in QUERIES
        for wire in expected_metrics(
            marketplace_id=query["marketplace_id"],
            interval=f"{STARTS[query['granularity']]}--{NOW}",
            granularity=query["granularity"],
            known_at=clock.now(),
            granularity_time_zone=ZONE,
            buyer_type=query["buyer_type"],
            first_day_of_week="Sunday",
        )
    ]


def _without_text(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {name: value for name, value in row.items() if name != "interval"}
        for row in rows
    ]


def test_every_interval_arrives(amazon: LocalAmazon, clock: ScriptedClock) -> None:
    """Each query of each marketplace, over a change of clocks, empty intervals too."""
    output = sync(amazon.settings(), clock=clock, only=[STREAM])
    rows = output.records(STREAM)

    assert 0 == output.status
    assert spelled(_expected(clock)) == spelled(_without_text(rows))
    assert len(rows) == len(output.rows())
    assert any(0 == row["unit_count"] for row in rows)
    assert all(
        row["interval_start"] == _utc(row["interval"].split("--")[0]) for row in rows
    )
    assert ([], []) == (amazon.refused, amazon.throttled)


def test_a_second_run_adds_no_keys(amazon: LocalAmazon, clock: ScriptedClock) -> None:
    """A run soon after the first reads the look-back again, and nothing new."""
    first = sync(amazon.settings(), clock=clock, only=[STREAM])
    # So long does it take until the quota has refilled.
    clock.advance(seconds=40)
    second = sync(amazon.settings(), clock=clock, only=[STREAM], state=first.state)

    assert second.rows().keys() <= first.rows().keys()
    assert 0 < len(second.rows()) < len(first.rows()) / 5
    assert ([], []) == (amazon.refused, amazon.throttled)


def test_restated_intervals_are_read_again(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """A day later, the tables hold what Amazon then knows of every hour."""
    config = {**amazon.settings(), "sp_order_metrics": {"granularity": "Hour"}}
    first = sync(config, clock=clock, only=[STREAM])
    clock.advance(days=1)
    second = sync(config, clock=clock, only=[STREAM], state=first.state)
    tables = {**first.rows(), **second.rows()}

    known = [
        _row(wire, _query(US, "Hour"))
        for wire in expected_metrics(
            marketplace_id=US,
            interval=f"{STARTS['Hour']}--2026-11-22T04:00:00-08:00",
            granularity="Hour",
            known_at=clock.now(),
            granularity_time_zone=ZONE,
        )
    ]
    held = [row for key, row in sorted(tables.items(), key=str) if US in key]
    assert spelled(known) == spelled(_without_text(held))
    assert any(
        first.rows()[key]["unit_count"] != row["unit_count"]
        for key, row in second.rows().items()
        if key in first.rows()
    )


@pytest.mark.parametrize(
    ("granularity", "start", "reread"),
    [
        ("Day", "2026-11-18T08:00:00Z", 4),
        ("Week", "2026-11-16T08:00:00Z", 1),
        ("Month", "2026-11-01T07:00:00Z", 1),
        ("Year", "2026-01-01T08:00:00Z", 1),
        ("Total", "2026-08-12T07:00:00Z", 1),
    ],
)
def test_the_open_period_is_read_again_whole(
    amazon: LocalAmazon,
    clock: ScriptedClock,
    granularity: str,
    start: str,
    reread: int,
) -> None:
    """The look-back of three days reaches to the start of the period it falls in."""
    config = {
        **amazon.settings(),
        "sp_marketplaces": ["US"],
        "sp_order_metrics": {"granularity": granularity},
    }
    first = sync(config, clock=clock, only=[STREAM])
    second = sync(config, clock=clock, only=[STREAM], state=first.state)

    assert (start, reread) == (
        second.records(STREAM)[0]["interval_start"],
        len(second.records(STREAM)),
    )
    assert second.rows().keys() <= first.rows().keys()
    assert ([], []) == (amazon.refused, amazon.throttled)


@pytest.mark.parametrize(
    ("filters", "asked"),
    [
        ({"asin": "B07LOCAL01"}, {"asin": "B07LOCAL01"}),
        ({"sku": "00-SKU/003"}, {"sku": "00-SKU/003"}),
        ({"fulfillment_network": "MFN"}, {"fulfillmentNetwork": "MFN"}),
        ({"buyer_type": "B2C"}, {"buyerType": "B2C"}),
        ({"amazon_program": "AmazonHaul"}, {"amazonProgram": "AmazonHaul"}),
        ({"time_zone": "Asia/Kolkata"}, {"granularityTimeZone": "Asia/Kolkata"}),
        ({"time_zone": "UTC"}, {"granularityTimeZone": "UTC"}),
    ],
)
def test_filters_reach_amazon_and_the_key(
    amazon: LocalAmazon,
    clock: ScriptedClock,
    filters: dict[str, str],
    asked: dict[str, str],
) -> None:
    """What a query is narrowed to is sent, and tells its rows from other queries'."""
    config = {
        **amazon.settings(),
        "sp_order_metrics": [{}, filters],
        "sp_marketplaces": ["US"],
        "start_date": "2026-11-15",
    }
    output = sync(config, clock=clock, only=[STREAM])
    narrowed = [
        row
        for row in output.records(STREAM)
        if all(row[_column(name)] == value for name, value in filters.items())
    ]
    sent = [dict(seen.query) for seen in amazon.seen if seen.service == "sp"]

    assert 0 < len(narrowed) < len(output.records(STREAM)) == len(output.rows())
    assert any(asked.items() <= query.items() for query in sent)
    assert ([], []) == (amazon.refused, amazon.throttled)


def test_a_program_is_a_part_of_the_key_where_one_is_named(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """A table without any program keeps its key, and the state that it had."""
    config = {
        **amazon.settings(),
        "sp_marketplaces": ["US"],
        "start_date": "2026-11-15",
        "sp_order_metrics": {},
    }
    before = sync(config, clock=clock, only=[STREAM])
    both = {**config, "sp_order_metrics": [{}, {"amazon_program": "AmazonHaul"}]}
    after = sync(both, clock=clock, only=[STREAM], state=before.state)
    days = {row["amazon_program"]: 0 for row in after.records(STREAM)}
    for row in after.records(STREAM):
        days[row["amazon_program"]] += 1

    assert "amazon_program" not in before.schemas[STREAM]["key_properties"]
    assert "amazon_program" == after.schemas[STREAM]["key_properties"][-1]
    # All of the new query, and of the old one no more than the look-back.
    assert days["AmazonHaul"] > days["All"]
    assert {"All"} == {row["amazon_program"] for row in before.records(STREAM)}

    old = selecting(discover(config, clock=clock), [STREAM])
    with pytest.raises(ConfigValidationError, match="before amazon_program was set"):
        sync(both, clock=clock, catalog=old)


def _empty(_payload: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return []


def _one_less(payload: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return payload[:-1]


def _of_long_ago(payload: list[dict[str, Any]]) -> list[dict[str, Any]]:
    long_ago = "2020-01-01T00:00-08:00--2020-01-02T00:00-08:00"
    return [*payload, {**payload[0], "interval": long_ago}]


def _answer(
    altered: Callable[[list[dict[str, Any]]], list[dict[str, Any]]],
) -> Altered:
    return Altered(
        lambda body: json.dumps(
            {"payload": altered(json.loads(body)["payload"])}
        ).encode()
    )


@pytest.mark.parametrize("granularity", ["Day", "Hour"])
@pytest.mark.parametrize(
    ("altered", "odd"),
    [
        (_one_less, "without what was requested: 1 "),
        (_of_long_ago, "what was not requested: 1 "),
    ],
)
def test_other_intervals_than_those_requested_are_told(
    rehearse: Rehearsal,
    altered: Callable[[list[dict[str, Any]]], list[dict[str, Any]]],
    odd: str,
    granularity: str,
) -> None:
    """What Amazon answered is written, and what is odd about it is a sentence."""
    rehearse.spoil("getOrderMetrics", _answer(altered))
    output = rehearse(
        only=[STREAM],
        start_date="2026-11-18",
        sp_order_metrics={"granularity": granularity},
    )

    assert 0 == output.status
    assert output.records(STREAM)
    assert f"getOrderMetrics answered {odd}" in rehearse.caplog.text


@pytest.mark.parametrize("granularity", ["Day", "Hour", "Total"])
def test_an_answer_without_any_interval_is_none(
    rehearse: Rehearsal, granularity: str
) -> None:
    """Amazon promises zeros, so nothing at all is a gap: the bookmark stays."""
    rehearse.spoil("getOrderMetrics", _answer(_empty))
    output = rehearse(
        only=[STREAM],
        start_date="2026-11-18",
        sp_order_metrics={"granularity": granularity},
    )

    assert (1, []) == (output.status, output.records(STREAM))
    assert "getOrderMetrics answered without any interval" in rehearse.failure
    rehearse.mend()
    assert 0 == rehearse(only=[STREAM], state=output.state).status


def test_what_amazon_does_not_keep_is_told(
    amazon: LocalAmazon, clock: ScriptedClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Hours reach back 30 days: after a longer pause a warning says what is lost."""
    config = {
        **amazon.settings(),
        "sp_marketplaces": ["US"],
        "sp_order_metrics": {"granularity": "Hour"},
    }
    del config["start_date"]
    first = sync(config, clock=clock, only=[STREAM])
    clock.advance(days=40)
    second = sync(config, clock=clock, only=[STREAM], state=first.state)
    (told,) = (one.message for one in caplog.records if "Amazon keeps" in one.message)

    assert "Hour for 30 days; what lies between the bookmark, 2026-11-21, " in told
    earliest = min(row["interval_start"] for row in second.records(STREAM))
    assert f"and {earliest[:10]} cannot be read" in told


def _time_of_day(text: str, zone: str) -> str:
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return moment.astimezone(ZoneInfo(zone)).strftime("%H:%M")


def _column(name: str) -> str:
    return {"time_zone": "granularity_time_zone"}.get(name, name)


@pytest.mark.parametrize(
    "zone", ["America/Los_Angeles", "Europe/Berlin", "Asia/Tokyo", "Australia/Sydney"]
)
@pytest.mark.parametrize("month", [3, 4, 10, 11])
def test_no_hour_is_missing_when_clocks_change(zone: str, month: int) -> None:
    """Over each change of clocks, hours and days follow one another without a gap."""
    clock = ScriptedClock(datetime(2026, month, 28, 15, 30, tzinfo=timezone.utc))
    with LocalAmazon(clock=clock, populate=False) as amazon:
        config = {
            **amazon.settings(),
            "start_date": f"2026-{month:02d}-01",
            "sp_marketplaces": ["US"],
            "sp_order_metrics": [
                {"granularity": "Hour", "time_zone": zone},
                {"granularity": "Day", "time_zone": zone},
            ],
        }
        rows = sync(config, clock=clock, only=[STREAM]).records(STREAM)
        refused = (amazon.refused, amazon.throttled)

    for granularity in ("Hour", "Day"):
        kept = [row for row in rows if row["granularity"] == granularity]
        assert [row["interval_end"] for row in kept[:-1]] == [
            row["interval_start"] for row in kept[1:]
        ]
        assert f"2026-{month:02d}-28T15:30:00Z" == kept[-1]["interval_end"]
    days = [row for row in rows if row["granularity"] == "Day"]
    assert {"00:00"} == {_time_of_day(row["interval_start"], zone) for row in days}
    assert ([], []) == refused
