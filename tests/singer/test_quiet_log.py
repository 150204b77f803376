"""A log that can be read: a quiet night is twenty lines."""

from __future__ import annotations

import io
import json
import logging
import os
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from singer_sdk import metrics
from singer_sdk.logging import StructuredFormatter

from tap_amazon_reports.singer.quiet_log import QuietFilter, quieten
from tests.local_amazon import LocalAmazon
from tests.report_types import ORDERS, SETTLEMENT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LINES_OF_A_QUIET_NIGHT = 20
SPEED = 1000
WISH = {
    "sp_report_types": [
        ORDERS,
        SETTLEMENT,
        "GET_FBA_MYI_ALL_INVENTORY_DATA",
        "GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA",
    ],
    "pay_report_types": ["_GET_FLAT_FILE_OFFAMAZONPAYMENTS_SETTLEMENT_DATA_"],
    "sp_marketplaces": ["DE", "FR", "IT", "ES"],
    "sp_order_metrics": {"granularity": "Day"},
    "report_poll_interval": 1,
}


def _run(folder: Path, *, level: str = "") -> tuple[list[str], str]:
    """Run the tap as a command; return the lines of its log, and its last state."""
    state = folder / "state.json"
    given = ["--state", str(state)] if state.exists() else []
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TAP_AMAZON_REPORTS_", "SINGER_SDK_", "LOGLEVEL"))
    }
    if level:
        environment["TAP_AMAZON_REPORTS_LOGLEVEL"] = level
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "tap_amazon_reports"),
            *("--config", str(folder / "config.json"), *given),
        ],
        capture_output=True,
        check=True,
        env={**environment, "NO_PROXY": "127.0.0.1"},
        text=True,
    )
    states = [line for line in ended.stdout.splitlines() if '"STATE"' in line]
    state.write_text(json.dumps(json.loads(states[-1])["value"]), encoding="utf-8")
    return ended.stderr.splitlines(), states[-1]


def test_a_quiet_night_is_twenty_lines(tmp_path: Path) -> None:
    """Twelve streams, all read: one line each, what was asked, and how it ended.

    The first run is a backfill, and no line of it is about one report either; in
    detail, each report and each metric has its line.
    """
    start = datetime.now(tz=timezone.utc) - timedelta(days=60)
    with LocalAmazon(speed=SPEED, region="eu") as amazon:
        settings = {**amazon.settings(), **WISH, "start_date": start.isoformat()}
        (tmp_path / "config.json").write_text(json.dumps(settings), encoding="utf-8")
        backfill, _ = _run(tmp_path)
        quiet, _ = _run(tmp_path)
        detailed, _ = _run(tmp_path, level="DEBUG")
    closing = [line for line in quiet if " records" in line]

    assert 12 == len(closing), "\n".join(quiet)
    assert "the run is complete" in quiet[-1]
    # What the local Amazon's odd cells earn is a warning, and not of each night.
    information = [line for line in quiet if "| INFO " in line]
    assert len(information) <= LINES_OF_A_QUIET_NIGHT, "\n".join(quiet)
    assert not any("METRIC" in line or "created report" in line for line in backfill)
    assert any("METRIC" in line for line in detailed)


def test_discovery_has_no_log(tmp_path: Path) -> None:
    """What Meltano shows of a discovery is nothing, when there is nothing to say."""
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "tap_amazon_reports", "--discover"),
            *("--config", str(tmp_path / "config.json")),
        ],
        capture_output=True,
        check=True,
        text=True,
    )

    assert "" == ended.stderr
    assert json.loads(ended.stdout)["streams"]


@pytest.fixture(name="printed")
def _printed() -> Iterator[io.StringIO]:
    """Yield what a handler prints that Meltano has set up, with metrics in detail."""
    root, logger = logging.getLogger(), metrics.get_metrics_logger()
    level = logger.level
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(StructuredFormatter())
    root.addHandler(handler)
    quieten()
    yield written
    root.removeHandler(handler)
    for other in root.handlers:
        for one in [one for one in other.filters if isinstance(one, QuietFilter)]:
            other.removeFilter(one)
    logger.setLevel(level)


def _log_a_metric() -> None:
    tags: dict[str, str] = {metrics.Tag.STREAM: "sp_reports"}
    point = metrics.Point("counter", metrics.Metric.RECORD_COUNT, 7, tags)
    metrics.log(metrics.get_metrics_logger(), point)


def test_a_metric_keeps_its_stream_under_meltano(printed: io.StringIO) -> None:
    """Meltano prints name and value of a metric alone, so the text has all of it."""
    metrics.get_metrics_logger().setLevel(logging.DEBUG)
    _log_a_metric()
    line = json.loads(printed.getvalue())

    assert "sp_reports" == line["stream_name"]
    assert (
        'METRIC: {"type":"counter","metric":"record_count","value":7'
        in (line["message"])
    )
    assert '"stream":"sp_reports"' in line["message"]


def test_metrics_are_details(printed: io.StringIO) -> None:
    """At the level that is usual, no metric is printed; a line of ours is."""
    metrics.get_metrics_logger().setLevel(logging.INFO)
    _log_a_metric()
    news = logging.getLogger("tap-amazon-reports.sp_reports")
    news.setLevel(logging.INFO)
    news.info("Beginning sync of '%s' in %s mode", "sp_reports", "incremental")
    news.info("there is news")

    (line,) = printed.getvalue().splitlines()
    assert "there is news" == json.loads(line)["message"]
