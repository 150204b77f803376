"""Many accounts in one table: each row says whose it is, and no key is shared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from singer_sdk.exceptions import ConfigValidationError

from tests.tap_run import discover, selecting, spelled, sync

if TYPE_CHECKING:
    from tests.clock import ScriptedClock
    from tests.local_amazon import LocalAmazon
    from tests.streams.content_runs import ContentRuns

STREAMS = ["sp_order_metrics", "pay_disbursements", "pay_reports", "appstore_sales"]
ORDERS = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL"


def test_every_stream_has_the_account_first(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """Each table has the column and each key starts with it, whatever the stream."""
    config = {
        **amazon.settings(),
        "account": "shop-1",
        "sp_report_types": [ORDERS, "GET_SALES_AND_TRAFFIC_REPORT"],
        "appstore_reports": ["sales", "earnings", "subscriptions"],
    }
    streams = discover(config, clock=clock)["streams"]

    assert len(streams) > 10
    assert {"account"} == {stream["key_properties"][0] for stream in streams}
    assert {"account"} == {next(iter(one["schema"]["properties"])) for one in streams}
    assert {1} == {stream["key_properties"].count("account") for stream in streams}


def test_rows_say_whose_they_are(amazon: LocalAmazon, clock: ScriptedClock) -> None:
    """The rows are those that there are without the setting, and the account's name."""
    plain = sync(amazon.settings(), clock=clock, only=STREAMS)
    named = sync({**amazon.settings(), "account": "shop-1"}, clock=clock, only=STREAMS)

    for stream in STREAMS:
        wanted = [{"account": "shop-1", **row} for row in plain.records(stream)]
        assert wanted
        assert spelled(wanted) == spelled(named.records(stream))


def test_rows_in_reports_say_whose_they_are(content: ContentRuns) -> None:
    """Rows that are held by column carry it too."""
    output = content.read(ORDERS, start_date="2026-11-20", account="shop-1")
    (stream,) = output.schemas

    assert output.records(stream)
    assert {"shop-1"} == {row["account"] for row in output.records(stream)}


def test_a_catalog_from_before_the_setting_is_refused(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """Its keys would let two accounts write over each other's rows."""
    old = selecting(discover(amazon.settings(), clock=clock), ["pay_reports"])
    config = {**amazon.settings(), "account": "shop-1"}
    with pytest.raises(ConfigValidationError, match="before account was set"):
        sync(config, clock=clock, catalog=old)
