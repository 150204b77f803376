"""`tap-amazon-reports --test`: what `amazon-reports check` does, and no more."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from tap_amazon_reports.tap import TapAmazonReports
from tests.local_amazon import LocalAmazon

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ORDERS = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL"


@pytest.fixture(name="today")
def _today() -> Iterator[LocalAmazon]:
    """Yield an Amazon that lives now: the command takes the machine's clock."""
    with LocalAmazon() as running:
        yield running


def _test(amazon: LocalAmazon, folder: Path, **more: object) -> Result:
    path = folder / "config.json"
    settings = {**amazon.settings(), "sp_report_types": [ORDERS], **more}
    path.write_text(json.dumps(settings), encoding="utf-8")
    return CliRunner().invoke(
        TapAmazonReports.cli, ["--config", str(path), "--test"], catch_exceptions=False
    )


def test_good_settings_pass(today: LocalAmazon, tmp_path: Path) -> None:
    """Nothing is written to the target, and no report is asked for."""
    result = _test(today, tmp_path)

    assert 0 == result.exit_code
    assert "" == result.stdout
    operations = {one.operation for one in today.seen}
    assert {"createReport", "pay.createReport"}.isdisjoint(operations)
    assert {"getReports", "getOrderMetrics", "pay.getReports"} <= operations


def test_a_wrong_secret_fails(
    today: LocalAmazon, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """One line says what to check, and the exit status is 1."""
    caplog.set_level(logging.INFO)
    result = _test(today, tmp_path, sp_client_secret="wrong")
    errors = [one for one in caplog.records if one.levelno >= logging.ERROR]

    assert 1 == result.exit_code
    assert 1 == len(errors)
    assert "check sp_client_id and sp_client_secret" in errors[0].getMessage()


def test_a_wrong_setting_fails(
    today: LocalAmazon, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A setting that is refused is a line, not a traceback; nothing is requested."""
    result = _test(today, tmp_path, sp_marketplaces=["US", "DE"])
    errors = [one for one in caplog.records if one.levelno >= logging.ERROR]

    assert 1 == result.exit_code
    assert ["sp_marketplaces"] == [one.getMessage().split(":")[0] for one in errors]
    assert [] == today.seen
