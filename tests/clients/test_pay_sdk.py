"""Amazon's own SDK for Node.js works against the local Amazon Pay, unchanged."""

from __future__ import annotations

import fcntl
import json
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.local_amazon import LocalAmazon
from tests.local_amazon.moments import basic
from tests.local_amazon.pay.report_types import REFUND

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = "@amazonpay/amazon-pay-api-sdk-nodejs"
VERSION = "2.3.4"
DRIVER = Path(__file__).with_name("pay_sdk.js")
SECONDS = 120


@pytest.fixture(name="modules", scope="module")
def _modules(request: pytest.FixtureRequest) -> Path:
    """Return where the SDK is installed, beside what pytest keeps between runs."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("needs node and npm")
    assert request.config.cache is not None
    folder = request.config.cache.mkdir(f"amazon-pay-sdk-{VERSION}")
    # Each process of the tests wants it, and half of it is not enough.
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        whole = folder / "installed.txt"
        if not whole.is_file():
            _install(npm, folder)
            whole.touch()
    return folder / "node_modules"


def _install(npm: str, folder: Path) -> None:
    command = [npm, "install", "--no-audit", "--no-fund", "--prefix", str(folder)]
    try:
        done = subprocess.run(
            [*command, f"{PACKAGE}@{VERSION}"],
            check=False,
            capture_output=True,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        pytest.skip(f"npm could not install {PACKAGE} in {SECONDS} seconds")
    if done.returncode:
        pytest.skip(f"npm could not install {PACKAGE}")


@pytest.fixture(name="amazon")
def _amazon() -> Iterator[LocalAmazon]:
    """Yield an Amazon by the machine's own clock, which the SDK signs by."""
    with LocalAmazon(speed=1000) as running:
        yield running


def _call(
    amazon: LocalAmazon, modules: Path, *calls: list[Any], **settings: str
) -> list[tuple[int, dict[str, Any]]]:
    """Make calls by the SDK, one after the other; return statuses and bodies."""
    told = amazon.settings()
    given = {
        "url": told["pay_base_url"],
        "settings": {
            "publicKeyId": told["pay_public_key_id"],
            "privateKey": told["pay_private_key"],
            "region": "us",
            **settings,
        },
        "calls": calls,
    }
    done = subprocess.run(
        ["node", DRIVER],  # noqa: S607 (the one that `modules` found)
        input=json.dumps(given),
        text=True,
        capture_output=True,
        check=False,
        timeout=SECONDS,
        env={
            "NODE_PATH": str(modules),
            "PATH": str(Path(shutil.which("node") or "").parent),
        },
    )
    assert 0 == done.returncode, done.stderr
    return [(status, body) for status, body in json.loads(done.stdout)]


@pytest.mark.parametrize("algorithm", ["AMZN-PAY-RSASSA-PSS", "AMZN-PAY-RSASSA-PSS-V2"])
def test_reports_are_listed_and_read(
    amazon: LocalAmazon, modules: Path, algorithm: str
) -> None:
    """Signed by either algorithm, with the SDK's own form of the date."""
    held = amazon.pay.reports[0]
    answers = _call(
        amazon,
        modules,
        ["getReports", {"reportTypes": [REFUND], "pageSize": 5}],
        ["getReportById", held["reportId"]],
        ["getReportDocument", held["reportDocumentId"]],
        algorithm=algorithm,
    )

    assert [200, 200, 200] == [status for status, _ in answers]
    assert {REFUND} == {report["reportType"] for report in answers[0][1]["reports"]}
    assert held["reportId"] == answers[1][1]["reportId"]
    assert amazon.url in answers[2][1]["url"]
    assert [] == amazon.refused


def test_reports_and_schedules_are_created_and_cancelled(
    amazon: LocalAmazon, modules: Path
) -> None:
    """Every operation that the SDK has for reports."""
    now = amazon.clock.now()
    key = {"x-amz-pay-idempotency-key": "a1"}
    other = {"x-amz-pay-idempotency-key": "b2"}
    window = {
        "reportType": REFUND,
        "startTime": basic(now - timedelta(days=1)),
        "endTime": basic(now),
    }
    schedule = {
        "reportType": REFUND,
        "scheduleFrequency": "P1D",
        "nextReportCreationTime": basic(now + timedelta(days=1)),
        "deleteExistingSchedule": True,
    }
    answers = _call(
        amazon,
        modules,
        ["createReport", window, key],
        ["createReportSchedule", schedule, other],
        ["getReportSchedules", [REFUND]],
        ["getReportScheduleById", "@reportScheduleId"],
        ["cancelReportSchedule", "@reportScheduleId"],
    )

    assert [201, 201, 200, 200, 200] == [status for status, _ in answers], answers
    assert "P1D" == answers[3][1]["scheduleFrequency"]
    assert REFUND not in {one["reportType"] for one in amazon.pay.schedules}
    assert [] == amazon.refused
