"""`amazon-reports explain`: what a failure means, as docs/failures.md has it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tap_amazon_reports.amazon import errors as amazon_errors
from tap_amazon_reports.amazon import lwa
from tap_amazon_reports.cli.command import main
from tap_amazon_reports.documents.errors import NotATableError, UnreadableFormatError
from tap_amazon_reports.reports import errors as report_errors
from tap_amazon_reports.reports.explanations import EXPLANATIONS, explain
from tests.raised_texts import RaisedText, raised_texts

ROOT = Path(__file__).parents[2]
SEEN = {
    *amazon_errors.__all__,
    *report_errors.__all__,
    "BatchStorageError",
    "ConfigValidationError",
    "SettingsError",
    "StateError",
}
"""The errors whose texts a user gets to see."""


def _explain(*words: str) -> Result:
    return CliRunner().invoke(main, ["explain", *words])


def _texts() -> list[RaisedText]:
    return [
        found
        for found in raised_texts(ROOT / "tap_amazon_reports")
        if found.error in SEEN and not found.place.startswith("cli/")
    ]


def test_the_documents_have_the_same_table() -> None:
    """Page and command never say two things; the table is in one place as data."""
    text = (ROOT / "docs" / "failures.md").read_text(encoding="utf-8")
    head = "| what happened | what the tap does | what you do |\n| --- | --- | --- |\n"
    table = text.partition(head)[2].partition("\n\n")[0]

    assert [
        f"| {row.happened} | {row.tap_does} | {row.you_do} |" for row in EXPLANATIONS
    ] == table.splitlines()


@pytest.mark.parametrize(
    ("words", "happened"),
    [
        ("QuotaExceeded", "429"),
        ("invalid_grant", "Login with Amazon refuses the credentials"),
        ("invalid_client", "Login with Amazon refuses the credentials"),
        ("Unauthorized", "403 otherwise"),
        ("InvalidRequestSignature", "Amazon Pay refuses the signature"),
        ("InvalidInput", "400"),
        ("FATAL", "a report is FATAL or FAILED"),
        ("report_timeout", "a report is not done after `report_timeout`"),
        ("503", "408, 425, 5xx"),
        ("_extra", "a value that does not fit its column"),
        ("SIGTERM", "SIGTERM, SIGINT"),
        ("the state of x cannot be read: etags", "a state that cannot be read"),
        ("--config a.json: the file cannot be read (x)", "a wrong setting"),
        ("Amazon keeps reports for 90 days; those", "`start_date` is after"),
    ],
)
def test_a_code_is_explained(words: str, happened: str) -> None:
    """Amazon's own code leads to the row that says what to do."""
    assert explain(words)[0].happened.startswith(happened)


def test_a_line_of_the_log_is_explained() -> None:
    """A whole line can be given as it is."""
    line = (
        "sp_reports: getReports(reportTypes=GET_X) of the Selling Partner API:"
        " Unauthorized 'Access to requested resource is denied.' (HTTP 403, request id"
        " 5f1c). Check that the application has the role for this"
    )

    assert "403 otherwise" == explain(line)[0].happened


@pytest.mark.parametrize(
    "error", [NotATableError("No data."), UnreadableFormatError("a PDF")]
)
def test_what_is_no_report_is_explained(error: Exception) -> None:
    """The line of a page or a PDF in the place of rows leads to what to do about it."""
    assert "a document is no report" == explain(str(error))[0].happened


def test_each_error_is_explained() -> None:
    """There is no failure that the command has nothing to say about."""
    assert [] == [found for found in _texts() if not explain(found.text)]


def test_the_texts_are_found() -> None:
    """The test above has something to look at, of each way to fail."""
    found = {text.error for text in _texts()}

    assert 40 <= len(_texts())
    assert {"CredentialsError", "UnavailableError", "StateError"} <= found


@pytest.mark.parametrize(
    "word",
    sorted(
        set(
            re.findall(r'"([a-z]+_[a-z_]+)": \(', Path(lwa.__file__).read_text("utf-8"))
        )
    ),
)
def test_each_word_of_login_with_amazon_is_explained(word: str) -> None:
    """What the tap has advice for, the command explains."""
    assert "Login with Amazon" in explain(word)[0].happened


def test_people_and_machines_get_the_same() -> None:
    """The text has each cell of the row that the JSON has."""
    (row, *_) = json.loads(_explain("invalid_grant", "--json").stdout)
    text = _explain("invalid_grant").stdout

    assert 0 == _explain("invalid_grant").exit_code
    for name in ("happened", "tap_does", "you_do"):
        assert row[name] in text


def test_without_a_word_everything_is_listed() -> None:
    """The whole table is there without the page."""
    text = _explain().stdout

    assert all(row.happened in text for row in EXPLANATIONS)


def test_what_nobody_knows_is_said() -> None:
    """A word without a row is a failure with a way to go on."""
    result = _explain("zeppelin")

    assert 1 == result.exit_code
    assert "no explanation found for 'zeppelin'" in result.output
