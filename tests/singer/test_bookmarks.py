"""Bookmarks and what is remembered: two things, and only one ends a batch file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tap_amazon_reports.singer.stream import AmazonStream
from tap_amazon_reports.tap import TapAmazonReports
from tests.clock import NOON
from tests.tap_run import Output

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.clock import ScriptedClock
    from tests.local_amazon import LocalAmazon

STREAM = "pay_reports"
ROW = {"report_id": "A1", "created_time": "2026-11-20T00:00:00Z"}


@pytest.fixture
def batching(amazon: LocalAmazon, clock: ScriptedClock, tmp_path: Path) -> AmazonStream:
    """Return a stream whose rows go to batch files."""
    config = {
        **amazon.settings(),
        "batch_config": {
            "encoding": {"format": "jsonl"},
            "storage": {"root": tmp_path.as_uri()},
        },
    }
    stream = TapAmazonReports(config=config, clock=clock).streams[STREAM]
    assert isinstance(stream, AmazonStream)
    return stream


@pytest.fixture
def written(capsysbinary: pytest.CaptureFixture[bytes]) -> Callable[[], list[Any]]:
    """Return what reads the messages since it was last asked."""
    return lambda: (
        Output.read(capsysbinary.readouterr().out.decode(), status=0).messages
    )


def test_remembering_in_mid_window_ends_no_file(
    batching: AmazonStream,
    written: Callable[[], list[Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A report that was created while rows are written is told without their file."""
    before: list[Any] = []
    after: list[Any] = []

    def read(_context: object) -> Iterator[dict[str, Any]]:
        yield dict(ROW)
        batching.remember(None, {"created": {"digest": "report 7"}})
        batching.clock.sleep(1)
        before.extend(written())
        batching.move_bookmark(None, NOON)
        after.extend(written())

    monkeypatch.setattr(batching, "read", read)
    batching.sync()

    assert ["SCHEMA", "STATE"] == [message["type"] for message in before]
    remembered = before[-1]["value"]["bookmarks"][STREAM]
    assert {"digest": "report 7"} == remembered["created"]
    assert "replication_key_value" not in remembered
    assert ["BATCH", "STATE"] == [message["type"] for message in after]


def test_what_is_empty_is_forgotten(
    batching: AmazonStream, written: Callable[[], list[Any]]
) -> None:
    """A bookmark moves and what it makes needless goes, in one STATE message."""
    batching.remember(None, {"created": {"digest": "report 7"}, "read": ["6"]})
    batching.clock.sleep(1)
    written()
    batching.move_bookmark(None, NOON, remember={"created": {}})
    (message,) = written()

    assert {
        "state_version": 1,
        "read": ["6"],
        "replication_key": "created_time",
        "replication_key_value": "2026-11-21T12:00:00Z",
    } == message["value"]["bookmarks"][STREAM]
