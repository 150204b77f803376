"""Settings in variables of the environment that cannot be read."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tap_amazon_reports.tap import TapAmazonReports
from tests.local_amazon.settings import PREFIX

COMMAND = "from tap_amazon_reports.tap import TapAmazonReports; TapAmazonReports.cli()"
SECRET = "s3cr3t-that-nobody-may-see"


def _refusals(
    monkeypatch: pytest.MonkeyPatch, **variables: str
) -> tuple[list[str], int]:
    """Return the lines that refuse these variables, and the exit status."""
    for name, text in variables.items():
        monkeypatch.setenv(f"{PREFIX}{name}", text)
    ended = subprocess.run(
        [sys.executable, "-c", COMMAND, "--config", "ENV", "--discover"],
        capture_output=True,
        check=False,
        text=True,
    )
    assert "Traceback" not in ended.stderr
    assert SECRET not in ended.stderr
    assert not ended.stdout
    lines = ended.stderr.splitlines()
    return [line for line in lines if "| ERROR" in line], ended.returncode


@pytest.mark.parametrize(
    "name", ["SP_ORDER_METRICS", "SP_REPORT_TYPES", "PAY_REPORT_TYPES", "STREAM_MAPS"]
)
@pytest.mark.parametrize("text", [f'{{"a": "{SECRET}', f"[{SECRET}]"])
def test_broken_json_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, name: str, text: str
) -> None:
    """The line names the variable and what it should hold, and shows no value."""
    (line,), status = _refusals(monkeypatch, **{name: text})

    assert 1 == status
    assert f"{PREFIX}{name}: found text that is not JSON, allowed: " in line


def test_a_number_that_is_none_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Likewise where a whole number is wanted."""
    (line,), status = _refusals(monkeypatch, MAX_DOWNLOADS=SECRET)

    assert 1 == status
    assert f"{PREFIX}MAX_DOWNLOADS: found text that is not a number, allowed: " in line


@pytest.mark.parametrize("name", ["SP_SANDBOX", "EMIT_ACTIVATE_VERSION_MESSAGES"])
@pytest.mark.parametrize("text", ["y", "tru", "ja", "2"])
def test_a_switch_that_is_neither_on_nor_off_is_told(
    monkeypatch: pytest.MonkeyPatch, name: str, text: str
) -> None:
    """It would be off without a word, whoever meant it to be on."""
    (line,), status = _refusals(monkeypatch, **{name: text})

    assert 1 == status
    assert f"{name.lower()}: found '{text}', allowed: true or false" in line


@pytest.mark.parametrize(
    ("text", "is_on"),
    [
        *((text, True) for text in ("true", "TRUE", "1", "yes", "on", " true\n")),
        *((text, False) for text in ("false", "False", "0", "no", "off", "")),
    ],
)
def test_a_switch_is_on_or_off(
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    is_on: bool,  # noqa: FBT001
) -> None:
    """The words that a file may have, and nothing is off."""
    monkeypatch.setenv(f"{PREFIX}SP_SANDBOX", text)
    monkeypatch.setenv(f"{PREFIX}EMIT_ACTIVATE_VERSION_MESSAGES", text)
    tap = TapAmazonReports(parse_env_config=True)

    assert is_on == bool(tap.config.get("sp_sandbox"))
    assert is_on == bool(tap.config.get("emit_activate_version_messages"))


@pytest.mark.parametrize("name", [f"{PREFIX}LOGLEVEL", "LOGLEVEL"])
def test_a_level_of_the_log_that_there_is_not_is_told(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """One line with the variable and the levels, and no traceback."""
    monkeypatch.delenv(f"{PREFIX}LOGLEVEL", raising=False)
    monkeypatch.setenv(name, "garbage")
    ended = subprocess.run(
        [sys.executable, "-c", COMMAND, "--discover"],
        capture_output=True,
        check=False,
        text=True,
    )

    (line,) = ended.stderr.splitlines()

    assert 1 == ended.returncode
    assert line.startswith(f"Error: {name}: found 'garbage', allowed: DEBUG, INFO, ")


def test_each_unreadable_variable_has_a_line_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All of them are told at once, so that they can be put right at once."""
    lines, status = _refusals(
        monkeypatch, MAX_DOWNLOADS="x", SP_ORDER_METRICS="{", SP_REPORT_TYPES='["X"]'
    )

    assert 1 == status
    assert [True, True] == [
        f"{PREFIX}{name}: " in line
        for name, line in zip(("SP_ORDER_METRICS", "MAX_DOWNLOADS"), lines, strict=True)
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sales,earnings", ("sales", "earnings")),
        ("earnings", ("earnings",)),
        ("", ("sales",)),
        ('["earnings"]', ("earnings",)),
    ],
)
def test_a_list_can_be_words(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    text: str,
    words: tuple[str, ...],
) -> None:
    """One word, several with commas, JSON, or nothing; without a word of warning."""
    monkeypatch.setenv(f"{PREFIX}APPSTORE_CLIENT_ID", "an-id")
    monkeypatch.setenv(f"{PREFIX}APPSTORE_CLIENT_SECRET", "a-secret")
    monkeypatch.setenv(f"{PREFIX}APPSTORE_REPORTS", text)
    settings = TapAmazonReports(config={}, parse_env_config=True).settings

    assert settings.appstore is not None
    assert words == settings.appstore.kinds
    assert "deprecated" not in caplog.text


def test_an_empty_variable_is_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a file of settings: who empties a variable has not set it."""
    for name in ("MAX_DOWNLOADS", "SP_ORDER_METRICS", "START_DATE"):
        monkeypatch.setenv(f"{PREFIX}{name}", "")
    monkeypatch.setenv(f"{PREFIX}REPORT_TIMEOUT", "30")
    settings = TapAmazonReports(config={}, parse_env_config=True).settings

    assert (4, 30) == (settings.max_downloads, settings.report_timeout_seconds)


def test_a_run_is_refused_too(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Not only the listing of streams: a run ends with status 1 and the line."""
    monkeypatch.setenv(f"{PREFIX}SP_ORDER_METRICS", "{")
    with pytest.raises(SystemExit) as ended:
        TapAmazonReports.cli(args=["--config", "ENV"])
    said = capfd.readouterr()

    assert 1 == ended.value.code
    assert not said.out
