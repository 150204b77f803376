"""Whatever a user can get wrong ends in a line that says what it is: no traceback."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from tap_amazon_reports.amazon.retry import RetryPolicy
from tap_amazon_reports.cli.command import main
from tap_amazon_reports.cli.session import Session
from tap_amazon_reports.tap import TapAmazonReports
from tests.local_amazon.pay.report_types import REFUND
from tests.mistakes import (
    CATALOGS,
    FILES,
    LATE,
    PAY,
    SECRET,
    SETTINGS,
    STATES,
    TRAFFIC,
)
from tests.tap_run import discover, selecting, sync

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.clock import ScriptedClock
    from tests.local_amazon import LocalAmazon
    from tests.rehearsal import Rehearsal


@dataclass
class Ended:
    """How a command ended, and each line that it printed or logged."""

    status: int
    lines: list[str]

    def problem(self, begin: str) -> str:
        """Return the one line that has these words."""
        assert self.status in (1, 2)
        assert not [line for line in self.lines if "Traceback" in line], self.lines
        found = [line for line in self.lines if begin in line]
        assert found, self.lines
        assert SECRET not in "".join(self.lines)
        return found[0]


@dataclass
class Mistakes:
    """The two commands, with files in a folder, and nobody at the other end."""

    folder: Path
    base: dict[str, Any]
    caplog: pytest.LogCaptureFixture
    amazon: LocalAmazon

    def tap(self, *words: str, **more: Any) -> Ended:
        """Call the tap with these settings more."""
        words = (*self._config(more), *words)
        if "--discover" in words:
            return self._called(TapAmazonReports.cli, list(words), None)
        # A run sets up what a process logs, for all of its life.
        done = subprocess.run(
            [sys.executable, "-m", "tap_amazon_reports", *words],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        return Ended(done.returncode, (done.stdout + done.stderr).splitlines())

    def second(self, *words: str, session: Session, **more: Any) -> Ended:
        """Call the second command."""
        return self._called(main, [*words, *self._config(more)], session)

    def file(self, name: str, content: bytes) -> str:
        """Return the path of a file."""
        path = self.folder / name
        path.write_bytes(content)
        return str(path)

    def _config(self, more: dict[str, Any]) -> list[str]:
        content = json.dumps({**self.base, **more}).encode()
        return ["--config", self.file("config.json", content)]

    def _called(self, command: Any, words: list[str], session: Session | None) -> Ended:
        self.caplog.clear()
        done = CliRunner().invoke(command, words, obj=session)
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        logged = [self.caplog.handler.format(record) for record in self.caplog.records]
        lines = "\n".join((done.output, *logged)).splitlines()
        return Ended(done.exit_code, lines)


@pytest.fixture
def mistakes(
    amazon: LocalAmazon, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> Mistakes:
    """Return the commands, at DEBUG."""
    caplog.set_level(logging.DEBUG)
    base = {**amazon.settings(), "sp_marketplaces": ["US"], "sp_order_metrics": {}}
    return Mistakes(tmp_path, base, caplog, amazon)


@pytest.fixture(autouse=True)
def _own_excepthook(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give the process back what the SDK's command sets."""
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    yield
    logging.captureWarnings(capture=False)


@pytest.mark.parametrize(
    ("name", "given", "begin"),
    SETTINGS,
    ids=[f"{number} {one[0]}" for number, one in enumerate(SETTINGS)],
)
def test_a_wrong_setting_is_named(
    mistakes: Mistakes, name: str, given: Any, begin: str
) -> None:
    """Its name, what was found and what is allowed: before anything is requested."""
    if given == "FOLDER":
        given = str(mistakes.folder)
    line = mistakes.tap("--discover", **{name: given}).problem(begin)

    assert "allowed" in line
    assert len(line) < 1500


@pytest.mark.parametrize(
    ("content", "said"), [one[1:] for one in FILES], ids=[one[0] for one in FILES]
)
@pytest.mark.parametrize("option", ["--config", "--state", "--catalog"])
def test_a_file_that_is_none_is_named(
    mistakes: Mistakes, option: str, content: bytes, said: str
) -> None:
    """By the option with which it was given; nothing that is in it is shown."""
    path = mistakes.file("given.json", content)
    line = mistakes.tap(option, path).problem(said)

    assert line.startswith(f"Error: {option}")
    assert SECRET not in line


@pytest.mark.parametrize("option", ["--config", "--state", "--catalog"])
def test_a_path_that_leads_nowhere_is_named(mistakes: Mistakes, option: str) -> None:
    """A folder in place of a file, and a file that is not there."""
    for path in (str(mistakes.folder), str(mistakes.folder / "none.json")):
        line = mistakes.tap(option, path).problem(path)

        assert option in line


@pytest.mark.parametrize("state", STATES)
def test_a_state_of_another_shape_is_refused(mistakes: Mistakes, state: str) -> None:
    """Never misread: the stream is named, and what to do."""
    path = mistakes.file("state.json", state.encode())
    line = mistakes.tap("--state", path).problem("the state")

    assert "start" in line


@pytest.mark.parametrize("catalog", CATALOGS)
def test_a_catalog_of_another_shape_is_refused(
    mistakes: Mistakes, catalog: str
) -> None:
    """And no run that reads nothing calls itself complete without a word."""
    path = mistakes.file("catalog.json", catalog.encode())
    line = mistakes.tap("--catalog", path).problem("--catalog: ")

    assert "again with --discover" in line


def test_a_catalog_that_selects_nothing_is_told(mistakes: Mistakes) -> None:
    """Streams of another tap, or of one before: nothing is read, and that is said."""
    other = {"tap_stream_id": "nosuch", "schema": {"properties": {}}, "metadata": []}
    content = json.dumps({"streams": [other]}).encode()
    ended = mistakes.tap("--catalog", mistakes.file("catalog.json", content))

    assert 0 == ended.status
    assert any("selects no stream of this tap" in line for line in ended.lines)


def test_a_catalog_of_other_settings_is_told(
    amazon: LocalAmazon, clock: ScriptedClock, caplog: pytest.LogCaptureFixture
) -> None:
    """A type that is new, gone or renamed since: its table stands still, so it is said.

    Once for each run, and not of what was not selected.
    """
    before = {**amazon.settings(), "sp_report_types": [TRAFFIC]}
    only = ["sp_sales_and_traffic_report_by_date", PAY]
    catalog = selecting(discover(before, clock=clock), only)
    after = {**amazon.settings(), "pay_report_types": [REFUND]}
    output = sync(after, clock=clock, catalog=catalog)
    told = [line for line in caplog.messages if "the catalog" in line]

    assert 0 == output.status
    assert 2 == len(told)
    assert told[0].startswith(
        "the catalog selects streams that this tap does not have, so they are not read:"
        " sp_sales_and_traffic_report_by_date; "
    )
    assert told[1].startswith(
        "the catalog does not have all streams of the settings, so these are not read:"
        " pay_refund_data; "
    )


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"x": "nosuchname"}, "stream_maps: pay_report_schedules, x"),
        ({"x": "1 / 0"}, "stream_maps: pay_report_schedules, x"),
        ({"__filter__": "nosuchname"}, "stream_maps: pay_report_schedules, __filter__"),
    ],
    ids=["name", "division", "filter"],
)
def test_a_stream_map_that_fails_is_named(
    rehearse: Rehearsal, columns: dict[str, Any], said: str
) -> None:
    """What shows only when a row comes fails that stream, in one line."""
    output = rehearse(
        only=["pay_report_schedules"], stream_maps={"pay_report_schedules": columns}
    )

    assert 1 == output.status
    assert said in rehearse.failure
    assert "Traceback" not in rehearse.caplog.text


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"__key_properties__": ["nosuch"]}, "nosuch"),
        ({"__alias__": ""}, "stream_maps"),
    ],
    ids=["key", "alias"],
)
def test_a_stream_map_that_fits_no_stream_is_refused(
    mistakes: Mistakes, columns: dict[str, Any], said: str
) -> None:
    """What can be told from the schemas is told before anything is read."""
    maps = {"pay_report_schedules": columns}

    assert said in mistakes.tap(stream_maps=maps).problem("stream_maps: ")
    assert [] == mistakes.amazon.seen


@pytest.mark.parametrize(
    ("maps", "said"),
    [
        ({"pay_reportz": {"x": "1"}}, ["there is no stream pay_reportz; did you mean"]),
        ({"copy": {"__source__": "nosuch"}}, ["there is no stream nosuch"]),
        ({"xyz_*": None}, ["there is no stream xyz_*"]),
        ({"pay_report_s*": {"x": "report_type"}}, []),
    ],
    ids=["misspelt", "source", "pattern", "right"],
)
def test_a_map_of_no_stream_is_told(
    rehearse: Rehearsal, maps: dict[str, Any], said: list[str]
) -> None:
    """A name that is misspelt would leave the columns in that it should hide."""
    output = rehearse(only=["pay_report_schedules"], stream_maps=maps)
    lines = rehearse.caplog.messages
    told = [line for line in lines if "has no effect: there is no stream" in line]

    assert 0 == output.status
    assert len(said) == len(told)
    assert all(words in line for words, line in zip(said, told, strict=True))


COMMANDS: list[tuple[list[str], str]] = [
    (["plan", "--start-date", LATE], "found '9999"),
    (["plan", "--start-date", "x"], "found 'x'"),
    (["plan", "--html", "FOLDER"], "is a directory"),
    (["plan", "--state", "FOLDER"], "is a directory"),
    (["reports", "get", "a\udcff", "--service", "sp"], "allowed: an id"),
    (["schedules", "get", "a\nb", "--service", "sp"], "allowed: an id"),
    (["plan", "--state", "/no/such"], "--state /no/such: the file cannot be read"),
    (["reports", "get", "nosuch", "--service", "sp"], "nosuch"),
    (["reports", "fetch", "nosuch", "--service", "sp"], "nosuch"),
    (["reports", "list"], "--service"),
    (["reports", "create", "X", "--start", LATE, "--yes"], "found '9999"),
    (["reports", "create", "X", "--option", "novalue", "--yes"], "'novalue'"),
    (["schedules", "list"], "--service"),
    (["schedules", "cancel", "nosuch", "--service", "sp", "--yes"], "nosuch"),
    (["plan", "--config", "/no/such"], "--config /no/such: the file cannot be read"),
    (["check", "--config", "FOLDER"], "the file cannot be read"),
]


@pytest.mark.parametrize(
    ("words", "said"), COMMANDS, ids=[" ".join(words)[:60] for words, _ in COMMANDS]
)
def test_the_second_command_says_it_too(
    mistakes: Mistakes, clock: ScriptedClock, words: list[str], said: str
) -> None:
    """Whatever is typed: what was found, and what is allowed."""
    words = [str(mistakes.folder) if one == "FOLDER" else one for one in words]
    session = Session(clock=clock, retry=RetryPolicy())

    mistakes.second(*words, session=session).problem(said)


@pytest.mark.parametrize(
    "bookmarks", [{TRAFFIC.lower()[4:]: []}, [], {"sales_and_traffic_by_date": 5}]
)
def test_a_state_that_is_none_is_told_by_the_plan(
    mistakes: Mistakes, clock: ScriptedClock, bookmarks: object
) -> None:
    """As the tap itself would refuse it; or it is of no stream that is planned."""
    content = json.dumps({"bookmarks": bookmarks}).encode()
    path = mistakes.file("state.json", content)
    session = Session(clock=clock, retry=RetryPolicy())
    ended = mistakes.second(
        "plan", "--state", path, session=session, sp_report_types=[TRAFFIC]
    )

    assert "Traceback" not in "".join(ended.lines)
    assert 0 == ended.status or any("--state" in line for line in ended.lines)


@pytest.mark.parametrize(
    ("words", "content"),
    [
        (["--config", "FILE", "--discover"], f'{{"sp_client_secret": "{SECRET}"'),
        (["--config", "FILE", "--discover"], f'{{"start_date": "{LATE}"}}'),
        (["--config", "FILE"], "{}"),
        (["--config", "FILE", "--test"], '{"sp_client_id": "x"}'),
        (["--state", "FILE"], "[]"),
        (["--configg", "FILE"], "{}"),
    ],
)
def test_the_real_command_prints_no_traceback(
    tmp_path: Path, words: list[str], content: str
) -> None:
    """As a shell sees it: a line on standard error, nothing for the target, status."""
    path = tmp_path / "given.json"
    path.write_text(content, encoding="utf-8")
    environment = {
        name: text for name, text in os.environ.items() if "AMAZON" not in name
    }
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tap_amazon_reports",
            *(str(path) if word == "FILE" else word for word in words),
        ],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        timeout=60,
    )

    assert done.returncode in (1, 2)
    assert "" == done.stdout
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr
    assert SECRET not in done.stderr
