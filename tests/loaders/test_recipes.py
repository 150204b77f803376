"""The recipes of docs/recipes.md find what the local Amazon holds."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tap_amazon_reports.amazon.marketplaces import MARKETPLACES
from tests.clock import ScriptedClock
from tests.loaders import recipes
from tests.loaders.recipe_truth import Truth, cells, unpacked
from tests.loaders.recipes import DuckDbTables, PostgresTables, Tables
from tests.loaders.warehouses import DuckDb, Postgres
from tests.local_amazon import LocalAmazon, StoredObject
from tests.local_amazon.marketplaces import BY_ID
from tests.report_types import RETURNS, SALES_AND_TRAFFIC
from tests.tap_run import sync

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.loaders.postgres_server import PostgresServer
    from tests.local_amazon.wire import Wire

pytestmark = pytest.mark.xdist_group("recipes")
COUNTRIES = ("DE", "FR", "IT", "ES")
START = datetime(2026, 10, 20, tzinfo=timezone.utc)
STOCK = "GET_FBA_MYI_ALL_INVENTORY_DATA"
CURRENCY = "(Marketplace Currency)"
STREAMS = (
    *("sp_flat_file_all_orders_data_by_last_update_general", "sp_order_metrics"),
    *("sp_v2_settlement_report_data_flat_file_v2", "sp_fba_myi_all_inventory_data"),
    "sp_fba_fulfillment_customer_returns_data",
    "sp_flat_file_returns_data_by_return_date",
    "sp_sales_and_traffic_report_by_asin",
    *("pay_settlement_data", "pay_refund_data", "pay_disbursements", "appstore_sales"),
)


def _types() -> dict[str, list[object]]:
    """Return the settings that the page begins with, traffic of few days only."""
    text = recipes.PAGE.read_text(encoding="utf-8")
    found = re.search(r"```json\n(.*?)```", text, re.DOTALL)
    assert found
    told: dict[str, list[object]] = json.loads(found.group(1))
    few = {"report_type": SALES_AND_TRAFFIC, "start_date": "2026-11-15"}
    place = told["sp_report_types"].index(SALES_AND_TRAFFIC)
    told["sp_report_types"][place] = few
    return told


@pytest.fixture(name="night", scope="module")
def _night() -> Iterator[tuple[Truth, str]]:
    """Yield what is true after two runs, two days apart, and all their messages."""
    clock = ScriptedClock()
    with LocalAmazon(clock=clock, region="eu") as amazon:
        settings = {
            **amazon.settings(),
            **_types(),
            "start_date": START.isoformat(),
            "sp_marketplaces": list(COUNTRIES),
            # An order counts when it was sent, two weeks after it was placed at most.
            "sp_order_metrics": [
                {"granularity": "Day", "lookback_days": 15},
                {"granularity": "Week"},
            ],
        }
        first = sync(settings, clock=clock, only=STREAMS)
        _sell_out(amazon)
        clock.advance(days=2)
        at = clock.now()
        second = sync(settings, clock=clock, only=STREAMS, state=first.state)
        assert [0, 0] == [first.status, second.status]
        yield Truth(amazon, COUNTRIES, START, at), first.text + second.text


def _sell_out(amazon: LocalAmazon) -> None:
    """Let the last SKU of each marketplace be gone from stock reports from now on."""
    model = amazon.selling_partner
    before = {
        document.report["marketplaceIds"][0]: unpacked(document)
        for document in model.documents.values()
        if document.report["reportType"] == STOCK
    }

    def rest(report: Wire) -> StoredObject:
        lines = before[report["marketplaceIds"][0]].rstrip().splitlines()
        return StoredObject(b"\r\n".join(lines[:-1]))

    model.contents[STOCK] = rest


@pytest.fixture(name="tables", scope="module", params=["duckdb", "postgres"])
def _tables(
    request: pytest.FixtureRequest,
    night: tuple[Truth, str],
    commands: Callable[[str], Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Tables:
    """Return the tables that a loader made of both runs, with the marketplaces."""
    kind: str = request.param
    folder = tmp_path_factory.mktemp(kind)
    if kind == "duckdb":
        duckdb = DuckDb(commands("target-duckdb"), folder)
        duckdb.load(night[1])
        duckdb.query(recipes.seed(kind))
        return DuckDbTables(duckdb)
    server: PostgresServer = request.getfixturevalue("server")
    server.query("DROP SCHEMA IF EXISTS amazon CASCADE")
    postgres = Postgres(commands("target-postgres"), folder, server)
    postgres.load(night[1])
    in_postgres = PostgresTables(postgres)
    in_postgres.script(recipes.seed(kind))
    return in_postgres


@pytest.fixture(name="truth", scope="module")
def _truth(night: tuple[Truth, str]) -> Truth:
    return night[0]


def _number(text: str | None) -> Decimal:
    assert text is not None
    return Decimal(text)


def test_the_seed_is_what_the_tap_knows(tables: Tables) -> None:
    """Ids, currencies and time zones of the seed are those that the tap goes by."""
    found = tables.read("SELECT * FROM marketplaces")

    assert sorted(
        (one.marketplace_id, one.country, one.region.value, one.currency, one.time_zone)
        for one in MARKETPLACES
    ) == sorted(tuple(row.values())[:5] for row in found)
    assert {one.id: one.sales_channel for one in BY_ID.values()} == {
        row["marketplace_id"]: row["sales_channel"] for row in found
    }


def test_orders_by_local_day_and_sku(tables: Tables, truth: Truth) -> None:
    """Each order counts once, on the day that it was where it was placed."""
    found = {
        (row["local_day"], row["country"], row["sku"]): (
            int(row["orders"] or 0),
            int(row["units"] or 0),
            _number(row["revenue"]),
        )
        for row in tables.recipe("Orders by local day and SKU")
    }

    assert len(found) > 400
    assert truth.days_and_skus() == found


def test_revenue_by_marketplace(tables: Tables, truth: Truth) -> None:
    """A day's revenue is that of its orders, whatever other queries are there."""
    found = {
        (str(row["country"]), str(row["local_day"])): _number(row["revenue"])
        for row in tables.recipe("Revenue by marketplace")
    }

    assert len(found) > 100
    assert {
        (country, day): truth.revenue_of_day(country, date.fromisoformat(day))
        for country, day in found
    } == found


def test_settlement_by_deposit_and_fee(tables: Tables, truth: Truth) -> None:
    """The lines of each settlement add up to its deposit, in its currency."""
    rows = tables.recipe("Settlement by deposit and fee")
    sums: dict[str | None, Decimal] = defaultdict(Decimal)
    kinds: dict[tuple[str | None, str | None], Decimal] = defaultdict(Decimal)
    for row in rows:
        sums[row["settlement_id"]] += _number(row["amount"])
        kind = (row["transaction_type"], row["amount_description"])
        kinds[kind] += _number(row["amount"])
    sold, refunded = truth.settled()

    assert len(truth.settlements()) == len(sums) > 1
    assert {row["settlement_id"]: _number(row["deposit"]) for row in rows} == sums
    assert {"EUR"} == {row["currency"] for row in rows}
    assert sum(sold.values()) == kinds["Order", "Principal"] > 0
    assert -sum(refunded.values()) == kinds["Refund", "Principal"]


def test_refund_rate_by_sku(tables: Tables, truth: Truth) -> None:
    """What was sold, what was paid back, and their proportion, for each SKU."""
    sold, refunded = truth.settled()
    rows = tables.recipe("Refund rate by SKU")

    assert {sku: (sold[sku], refunded[sku]) for sku in {*sold, *refunded}} == {
        row["sku"]: (_number(row["sold"]), _number(row["refunded"])) for row in rows
    }
    rates = [
        (100 * _number(row["refunded"]) / _number(row["sold"]), row["refund_percent"])
        for row in rows
        if _number(row["sold"])
    ]
    assert all(abs(rate - _number(told)) <= Decimal("0.05") for rate, told in rates)
    assert any(rate for rate, _ in rates)


def test_returns_by_sku(tables: Tables, truth: Truth) -> None:
    """What came back is counted by who shipped it, in the newest word on each."""
    known: dict[tuple[str, str], int] = defaultdict(int)
    for line in truth.newest_rows(
        "GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA",
        ("order-id", "sku", "license-plate-number"),
    ):
        known["FBA", line["sku"]] += int(line["quantity"] or 0)
    for line in truth.newest_rows(RETURNS, ("Amazon RMA ID", "Merchant SKU")):
        known["seller", line["Merchant SKU"]] += int(line["Return quantity"] or 0)

    assert {"FBA", "seller"} == {shipped_by for shipped_by, _ in known}
    assert known == {
        (row["shipped_by"], row["sku"]): int(row["units"] or 0)
        for row in tables.recipe("Returns by SKU")
    }


def test_stock_today(tables: Tables, truth: Truth) -> None:
    """Only the newest report of each marketplace counts: what is gone is not there."""
    newest = {
        BY_ID[report["marketplaceIds"][0]].country: cells(document)
        for report, document in truth.asked_for(STOCK)
    }
    (everything,) = tables.read(
        "SELECT count(*) AS n FROM sp_fba_myi_all_inventory_data"
    )
    found = tables.recipe("Stock today")

    assert sorted(
        (country, line["sku"], line["afn-fulfillable-quantity"])
        for country, lines in newest.items()
        for line in lines
    ) == sorted(
        (row["country"], row["sku"], row["afn_fulfillable_quantity"] or "")
        for row in found
    )
    assert len(found) + len(COUNTRIES) == int(everything["n"] or 0)


def test_buy_box_by_asin(tables: Tables, truth: Truth) -> None:
    """The buy box is weighed by page views: it is what Amazon's own rows say."""
    traffic: dict[tuple[str, str, str], dict[str, Decimal]] = {}
    for report, document in truth.asked_for(SALES_AND_TRAFFIC):
        country = BY_ID[report["marketplaceIds"][0]].country
        for row in json.loads(document, parse_float=Decimal)["salesAndTrafficByAsin"]:
            key = country, row["parentAsin"], report["dataStartTime"][:10]
            traffic[key] = row["trafficByAsin"]
    views: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    weighed: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for (country, asin, _), one in traffic.items():
        views[country, asin] += one["pageViews"]
        weighed[country, asin] += one["buyBoxPercentage"] * one["pageViews"]
    rows = tables.recipe("Buy box by ASIN")
    found = {(str(row["country"]), str(row["parent_asin"])): row for row in rows}

    assert views == {key: _number(row["page_views"]) for key, row in found.items()}
    assert {key: round(weighed[key] / views[key], 2) for key in views} == {
        key: _number(row["buy_box_percentage"]) for key, row in found.items()
    }


def test_pay_lines_against_payouts(tables: Tables, truth: Truth) -> None:
    """Each settlement that has both sides is paid out as it is made up."""
    rows = tables.recipe("Amazon Pay: lines against payouts")
    both = [row for row in rows if row["of_lines"] and row["paid_out"]]
    paid: dict[str, Decimal] = defaultdict(Decimal)
    for payout in truth.amazon.pay.disbursements:
        paid[payout["settlementId"]] += Decimal(payout["amount"])

    assert len(both) > 25
    assert {
        str(row["settlement_id"]): paid[str(row["settlement_id"])] for row in both
    } == {str(row["settlement_id"]): _number(row["paid_out"]) for row in both}
    assert {Decimal()} == {_number(row["difference"]) for row in both}
    assert len(rows) - len(both) <= 3


def test_pay_refunds_as_they_stand(tables: Tables) -> None:
    """Each refund is there once, in the state that it reached."""
    rows = tables.recipe("Amazon Pay: each refund as it stands")
    (all_states,) = tables.read("SELECT count(*) AS n FROM pay_refund_data")

    assert len(rows) == len({row["amazon_refund_id"] for row in rows}) > 10
    assert {"Completed"} == {row["refund_status"] for row in rows}
    assert 2 * len(rows) == int(all_states["n"] or 0)


def test_appstore_revenue(tables: Tables, truth: Truth) -> None:
    """Refunds are taken off, by month, country and currency."""
    known: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    earned: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for (kind, month), file in truth.amazon.appstore.months.items():
        if kind != "sales" or month < f"{START:%Y-%m}":
            continue
        for member in file.members:
            for cell in member.rows:
                line = dict(zip(member.header, cell, strict=True))
                key = month, line["Country/Region Code"], line["Marketplace Currency"]
                sign = 1 if line["Transaction Type"] == "Charge" else -1
                known[key] += sign * Decimal(line[f"Sales Price {CURRENCY}"])
                earned[key] += Decimal(line[f"Estimated Earnings {CURRENCY}"])
    rows = tables.recipe("Appstore revenue by month and country")
    found = {
        (row["report_month"], row["country"], row["currency"]): row for row in rows
    }

    assert known == {key: _number(row["revenue"]) for key, row in found.items()}
    assert {key: round(amount, 2) for key, amount in earned.items()} == {
        key: _number(row["earnings"]) for key, row in found.items()
    }


def test_each_recipe_is_tested() -> None:
    """There is no statement on the page that the tests here do not run."""
    tests = Path(__file__).read_text(encoding="utf-8")
    tested = re.findall(r'recipe\(\s*"([^"]+)"', tests)

    assert sorted(recipes.statements()) == sorted(tested)
