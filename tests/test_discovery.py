"""What the tap offers before it is run: streams, columns, settings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tap_amazon_reports.tap import TapAmazonReports
from tests.tap_run import discover, selecting, sync

if TYPE_CHECKING:
    from tests.clock import ScriptedClock
    from tests.local_amazon import LocalAmazon

STREAMS = {
    "appstore": {"appstore_sales"},
    "sp": {"sp_order_metrics", "sp_report_schedules", "sp_reports"},
    "pay": {"pay_disbursements", "pay_report_schedules", "pay_reports"},
}
SERVICE_OF = {"lwa": "", "storage": "appstore"}
KEYS = {
    "appstore_sales": ["report_month", "invoice_id", "occurrence"],
    "pay_disbursements": ["settlement_id", "amazon_disbursement_reference_id"],
    "pay_report_schedules": ["report_schedule_id"],
    "pay_reports": ["report_id"],
    "sp_order_metrics": [
        "marketplace_id",
        "granularity",
        "granularity_time_zone",
        "buyer_type",
        "fulfillment_network",
        "first_day_of_week",
        "asin",
        "sku",
        "interval_start",
    ],
    "sp_report_schedules": ["report_schedule_id"],
    "sp_reports": ["report_id"],
}
BOOKMARKS = {
    "appstore_sales": "report_month",
    "pay_disbursements": "transaction_time",
    "pay_report_schedules": None,
    "pay_reports": "created_time",
    "sp_order_metrics": "interval_start",
    "sp_report_schedules": None,
    "sp_reports": "created_time",
}


def _names(catalog: dict[str, Any]) -> set[str]:
    return {stream["tap_stream_id"] for stream in catalog["streams"]}


def _only(settings: dict[str, Any], *services: str) -> dict[str, Any]:
    """Return the settings of these services alone."""
    return {
        name: value
        for name, value in settings.items()
        if name.partition("_")[0] in services
    }


def test_an_empty_config_offers_every_stream(clock: ScriptedClock) -> None:
    """Without any settings, all that the tap can read is listed, with its key."""
    catalog = discover({}, clock=clock)

    assert KEYS == {
        stream["tap_stream_id"]: stream["key_properties"]
        for stream in catalog["streams"]
    }
    assert BOOKMARKS == {
        stream["tap_stream_id"]: stream.get("replication_key")
        for stream in catalog["streams"]
    }


def test_every_column_is_described(clock: ScriptedClock) -> None:
    """No column is without a type and a sentence on what it is."""
    columns = {
        f"{stream['tap_stream_id']}.{name}": column
        for stream in discover({}, clock=clock)["streams"]
        for name, column in stream["schema"]["properties"].items()
    }

    assert 80 < len(columns)
    assert [] == [
        name
        for name, column in columns.items()
        if not column.get("description") or not column.get("type")
    ]


@pytest.mark.parametrize(
    "services", [("appstore",), ("sp",), ("pay",), ("appstore", "pay")]
)
def test_a_service_without_credentials_is_not_offered(
    amazon: LocalAmazon, clock: ScriptedClock, services: tuple[str, ...]
) -> None:
    """Who sells in one place only is not shown the streams of the others."""
    config = _only(amazon.settings(), *services)

    assert set().union(*(STREAMS[service] for service in services)) == _names(
        discover(config, clock=clock)
    )


def test_discovery_asks_amazon_for_nothing(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """The catalog comes out of the tap itself."""
    catalog = discover(amazon.settings(), clock=clock)

    assert set(KEYS) == _names(catalog)
    assert [] == amazon.seen


@pytest.mark.parametrize("service", list(STREAMS))
def test_deselected_streams_are_not_requested(
    amazon: LocalAmazon, clock: ScriptedClock, service: str
) -> None:
    """What is not selected costs nothing of Amazon's quota."""
    output = sync(amazon.settings(), clock=clock, only=STREAMS[service])
    asked = {SERVICE_OF.get(seen.service, seen.service) for seen in amazon.seen} - {""}

    assert STREAMS[service] == set(output.schemas)
    assert {service} == asked


def test_one_stream_of_a_service_costs_only_its_own_calls(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """Streams of the same service are independent of one another."""
    sync(amazon.settings(), clock=clock, only=["pay_report_schedules"])

    assert ["pay.getReportSchedules"] == [seen.operation for seen in amazon.seen]


def test_nothing_selected_is_a_run_that_asks_nothing(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """A catalog with all streams deselected ends well, at once."""
    nothing = selecting(discover(amazon.settings(), clock=clock), [])
    output = sync(amazon.settings(), clock=clock, catalog=nothing)

    assert (0, {}) == (output.status, output.schemas)
    assert [] == amazon.seen


def test_deselected_columns_are_left_out(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """A column that is not selected is in no record and no schema; keys always are."""
    stream = "pay_disbursements"
    catalog = selecting(discover(amazon.settings(), clock=clock), [stream])
    for entry in _entries(catalog, stream):
        if entry["breadcrumb"][1:] in (["amount"], ["settlement_id"], ["_extra"]):
            entry["metadata"]["selected"] = False
    output = sync(amazon.settings(), clock=clock, catalog=catalog)

    left = {
        "settlement_id",
        "amazon_disbursement_reference_id",
        "seller_id",
        "currency_code",
        "transaction_time",
    }
    assert left == set(output.schemas[stream]["schema"]["properties"])
    assert {frozenset(left)} == {frozenset(row) for row in output.records(stream)}
    assert 77 == len(output.rows())


def _entries(catalog: dict[str, Any], stream: str) -> list[dict[str, Any]]:
    (found,) = [
        entry for entry in catalog["streams"] if entry["tap_stream_id"] == stream
    ]
    metadata: list[dict[str, Any]] = found["metadata"]
    return metadata


def test_about_lists_every_setting(capsys: pytest.CaptureFixture[str]) -> None:
    """`--about` tells each setting's name, kind and meaning, and which are secret."""
    TapAmazonReports.print_about("json")
    told = json.loads(capsys.readouterr().out)["settings"]["properties"]
    declared = TapAmazonReports.config_jsonschema["properties"]

    assert declared.keys() <= told.keys()
    assert all(told[name]["description"] for name in declared)
    assert {
        "appstore_client_secret",
        "pay_private_key",
        "sp_client_secret",
        "sp_refresh_token",
    } == {name for name in declared if told[name].get("secret")}


def test_about_is_also_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    """The text and the Markdown form name every setting too."""
    for shape in ("text", "markdown"):
        TapAmazonReports.print_about(shape)
        told = capsys.readouterr().out

        assert [] == [
            name
            for name in TapAmazonReports.config_jsonschema["properties"]
            if name not in told
        ]
