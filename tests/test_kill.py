"""A run that is killed at any moment, in a process of its own, and comes back.

`TAP_TEST_KILLS=50` makes it fifty kills; `TAP_TEST_SEED` makes them fall elsewhere.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from functools import cached_property
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from tap_amazon_reports.amazon.clock import SystemClock
from tests.local_amazon import BySeconds, LocalAmazon, StoredObject
from tests.report_types import ORDERS
from tests.tap_run import Output, discover, selecting

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from tests.local_amazon.wire import Wire

COMMAND = "from tap_amazon_reports.tap import TapAmazonReports; TapAmazonReports.cli()"
KILLS = int(os.environ.get("TAP_TEST_KILLS", "8"))
SEED = int(os.environ.get("TAP_TEST_SEED", "13"))
KILLS_BEFORE_THE_END = 10
"""A run that is killed again and again is let alone at last."""
SPEED = 1000
MIDNIGHT = datetime.now(tz=timezone.utc).replace(
    hour=0, minute=0, second=0, microsecond=0
)
ORDERS_A_DAY = 200
"""Enough to be killed in the midst of them."""
NOT_THE_ROWS = ("report_id", "report_created_time")
"""Says which report a row is in, and not what the row is."""

Wanted = tuple[str, ...]
"""What tells one wanted report from another: type, marketplaces, window, options."""


@dataclass(frozen=True)
class _Moment:
    """When to kill: so many seconds, or so many requests, after the first request."""

    seconds: float = 3600
    requests: int = 1_000_000


@dataclass
class _Campaign:
    """One account that is read by runs that are killed, until one is complete."""

    amazon: LocalAmazon
    folder: Path
    outputs: list[Output] = field(default_factory=list)
    kills: int = 0

    def run(self, moment: _Moment) -> bool:
        """Run once, from the last state that was written whole; True if it ended."""
        before = len(self.amazon.seen)
        with subprocess.Popen(
            self._command(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            ends = ThreadPoolExecutor().submit(process.communicate)
            self._kill_at(process, moment, before)
            written, said = ends.result()
        whole, _, _ = written.rpartition(b"\n")
        self.outputs.append(Output.read(whole.decode(), status=process.returncode))
        ended = process.returncode != -9
        assert process.returncode in {0, -9}, said.decode()
        self.kills += not ended
        return ended

    def _command(self) -> list[str]:
        """Return the command, with all that it reads written to files."""
        given = {
            "config": _config(self.amazon),
            "catalog": self.catalog,
            "state": self.state,
        }
        command = [sys.executable, "-c", COMMAND]
        for name, value in given.items():
            path = self.folder / f"{name}.json"
            path.write_text(json.dumps(value), encoding="utf-8")
            command += [f"--{name}", str(path)]
        return command

    def _kill_at(
        self, process: subprocess.Popen[bytes], moment: _Moment, before: int
    ) -> None:
        """Kill the process when the moment has come, unless it ends by itself."""
        seen = self.amazon.seen
        while len(seen) == before and process.poll() is None:
            time.sleep(0.002)
        due = time.monotonic() + moment.seconds
        while time.monotonic() < due and len(seen) - before < moment.requests:
            if process.poll() is not None:
                return
            time.sleep(0.0002)
        process.kill()

    @cached_property
    def catalog(self) -> dict[str, Any]:
        """The catalog in which the rows inside reports are selected, and no more."""
        catalog = discover(_config(self.amazon), clock=self.amazon.clock)
        rows = [
            stream["tap_stream_id"]
            for stream in catalog["streams"]
            if "report_row" in stream["schema"]["properties"]
        ]
        return selecting(catalog, rows)

    @property
    def state(self) -> dict[str, Any]:
        """What a target has confirmed: the last STATE line of all runs so far."""
        states = [state for output in self.outputs for state in output.states]
        return states[-1] if states else {}

    def rows(self) -> Counter[str]:
        """Return the rows of the table after all runs, without their reports' ids.

        A row that were there under two keys would be counted twice.
        """
        table: dict[tuple[object, ...], dict[str, Any]] = {}
        for output in self.outputs:
            table.update(output.rows())
        return Counter(
            json.dumps(
                [
                    key[0],
                    {
                        name: value
                        for name, value in row.items()
                        if name not in NOT_THE_ROWS
                    },
                ],
                sort_keys=True,
                default=str,
            )
            for key, row in table.items()
        )

    def asked(self) -> dict[Wanted, list[str]]:
        """Return the ids of all reports that were ever asked for, by what they are."""
        found: dict[Wanted, list[str]] = {}
        model = self.amazon.selling_partner
        for report in model.reports:
            report_id = report["reportId"]
            options = json.dumps(model.options.get(report_id, {}), sort_keys=True)
            window = (report.get("dataStartTime", ""), report.get("dataEndTime", ""))
            markets = ",".join(report["marketplaceIds"])
            name = (report["reportType"], markets, *window, options)
            found.setdefault(name, []).append(report_id)
        for report in self.amazon.pay.reports:
            window = (report["startTime"], report["endTime"])
            name = (report["reportType"], "", *window, "{}")
            found.setdefault(name, []).append(report["reportId"])
        return found

    def told(self) -> set[str]:
        """Return the ids of all reports that any STATE line of any run spoke of."""
        states = [state for output in self.outputs for state in output.states]
        return {
            entry[0]
            for state in states
            for stream in state.get("bookmarks", {}).values()
            for partition in stream.get("partitions", [])
            for entry in partition.get("created", {}).values()
        }


def _config(amazon: LocalAmazon) -> dict[str, Any]:
    """Return settings with types of each kind, and windows that lie in the past.

    All data is older than the look-backs, so it is settled when it is read, and nothing
    of it may be asked for again.
    """
    settings = {
        name: value
        for name, value in amazon.settings().items()
        if not name.startswith("appstore_client")
    }
    return {
        **settings,
        "start_date": (MIDNIGHT - timedelta(days=12)).isoformat(),
        "end_date": (MIDNIGHT - timedelta(days=4)).isoformat(),
        "sp_report_types": [
            {"report_type": ORDERS, "window_days": 1},
            {
                "report_type": "GET_FBA_REIMBURSEMENTS_DATA",
                "window_days": 4,
                "lookback_days": 1,
            },
            {
                "report_type": "GET_SALES_AND_TRAFFIC_REPORT",
                "report_options": {"asinGranularity": "CHILD"},
                "lookback_days": 1,
            },
            "GET_MERCHANT_LISTINGS_ALL_DATA",
        ],
        "pay_report_types": [
            {
                "report_type": "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_REFUND_DATA_",
                "lookback_days": 1,
            }
        ],
        "report_poll_interval": 1,
    }


@pytest.fixture(name="accounts")
def _accounts(tmp_path: Path) -> Iterator[Iterator[_Campaign]]:
    """Yield accounts that all hold the same, each fresh when it is needed."""
    running: list[LocalAmazon] = []

    def fresh() -> Iterator[_Campaign]:
        while True:
            amazon = LocalAmazon(clock=SystemClock(), speed=SPEED, populate=False)
            amazon.families.orders_at = MIDNIGHT
            ripening = BySeconds(queued_seconds=0.3, running_seconds=0.3)
            amazon.selling_partner.ripening = amazon.pay.ripening = ripening
            amazon.selling_partner.contents[ORDERS] = _orders
            amazon.start()
            running.append(amazon)
            folder = tmp_path / str(len(running))
            folder.mkdir()
            yield _Campaign(amazon, folder)

    yield fresh()
    for amazon in running:
        amazon.stop()
        amazon.check()


def _orders(report: Wire) -> StoredObject:
    """Return a day of many orders, the same for each report of that day."""
    day = report["dataStartTime"][:10]
    lines = ["amazon-order-id\tlast-updated-date\tsku\tasin\titem-price"]
    lines += [
        f"{day}-{n:05d}\t{day}T{n % 24:02d}:00:00+00:00\tSKU-{n % 7}\tB0{n}\t{n}.10"
        for n in range(ORDERS_A_DAY)
    ]
    return StoredObject("\n".join(lines).encode())


def test_a_run_that_is_killed_loses_and_doubles_nothing(
    accounts: Iterator[_Campaign],
) -> None:
    """After SIGKILL at any moment: exactly the right rows, and no report asked twice.

    Only a report whose id died with the process, before any STATE line could name it,
    may be asked for again, and only if its options keep it from being found by listing.
    """
    random = Random(SEED)  # noqa: S311 (the same each time)
    whole = next(accounts)
    assert whole.run(_Moment())
    first, last = whole.amazon.seen[0], whole.amazon.seen[-1]
    seconds = (last.at - first.at).total_seconds()
    killed: list[_Campaign] = []
    while (left := KILLS - sum(one.kills for one in killed)) > 0:
        campaign = next(accounts)
        killed.append(campaign)
        moments = _moments(random, seconds=seconds, requests=len(whole.amazon.seen))
        most = min(left, KILLS_BEFORE_THE_END)
        while not campaign.run(next(moments) if campaign.kills < most else _Moment()):
            pass
        _assert_whole(campaign, whole)
    lost = sum(_lost(one) for one in killed)
    sys.stdout.write(f"{KILLS} kills, {len(killed)} accounts, {lost} asks lost\n")


def _moments(random: Random, *, seconds: float, requests: int) -> Iterator[_Moment]:
    """Yield moments within a run, by time and by how far it has come in turn."""
    while True:
        yield _Moment(seconds=random.uniform(0, seconds))
        yield _Moment(requests=random.randrange(1, requests))


def _assert_whole(campaign: _Campaign, whole: _Campaign) -> None:
    """Fail unless an account came out as one that was read in one go."""
    assert sum(whole.rows().values()) > 1000
    missing, surplus = whole.rows() - campaign.rows(), campaign.rows() - whole.rows()
    assert not missing
    assert not surplus
    assert {1} == {len(ids) for ids in whole.asked().values()}
    assert whole.asked().keys() == campaign.asked().keys()
    told = campaign.told()
    for wanted, ids in campaign.asked().items():
        beyond = _beyond(wanted, ids, told)
        assert beyond <= 0, f"{wanted} was asked for {beyond} times too often"
    assert [] == campaign.amazon.refused


def _beyond(wanted: Wanted, ids: Iterable[str], told: set[str]) -> int:
    """Return how many of these reports need not have been asked for."""
    has_options = wanted[-1] != "{}"
    unknown = [report_id for report_id in ids if report_id not in told]
    return len(list(ids)) - 1 - (len(unknown) if has_options else 0)


def _lost(campaign: _Campaign) -> int:
    """Return how many reports had to be asked for twice."""
    return sum(len(ids) - 1 for ids in campaign.asked().values())
