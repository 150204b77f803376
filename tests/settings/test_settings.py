"""Settings: what is refused and how, and where they may come from."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from singer_sdk.exceptions import ConfigValidationError

from tap_amazon_reports.tap import TapAmazonReports
from tests.local_amazon.pay.models import merchant_key, merchant_key_pem
from tests.local_amazon.settings import PREFIX
from tests.tap_run import discover, sync

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.clock import ScriptedClock
    from tests.local_amazon import LocalAmazon

COMMAND = "from tap_amazon_reports.tap import TapAmazonReports; TapAmazonReports.cli()"
SECRETS = {
    "appstore_client_secret": "secret-of-the-appstore",
    "sp_client_secret": "secret-of-the-seller",
    "sp_refresh_token": "Atzr|consent-of-the-seller",
    "pay_private_key": merchant_key_pem(),
}
SHORT_KEY = """-----BEGIN RSA PRIVATE KEY-----
MIIBOwIBAAJBALfAkN184hxWjtSseYK+oG24xoH7vALU8Uhh6GIo04rBaJpkiysa
zbc21JcatofH9uVmmTQDofrzDi6DYos1ERkCAwEAAQJBAK6DgpH4Yz6KrogpbhXQ
Ock7LbyRelQuLSGTawKex5oEze4n+gI8fjg6ENmo3Rkbr03n04BOYzUK6lf2uzZa
9ukCIQDcd5qRdyYUdmvkg37bPtKlK+1QOD8RHXJx4588Fvu6/wIhANVeHW1TfPOr
vtU+oboPevTYz10rXzUoCYrVXM/a2avnAiAvuoTv8QeBbpG1CvKvrE4WDAh4UXT1
05YvKcQTUjZ1KQIgL3pExAn62OHTkfHg3N0K+CayZcH76oEhNnJpt5q0KusCIQC1
/YFy+2cBzbnxt7Aa2WpP5ILdVkVDE+7GYHcyj/d0oQ==
-----END RSA PRIVATE KEY-----
"""
"""Made for this test, and of a length that opens nothing."""
PARTNERS = {
    "appstore_client_id": ["appstore_client_secret"],
    "appstore_client_secret": ["appstore_client_id"],
    "sp_client_id": ["sp_client_secret", "sp_refresh_token", "sp_marketplaces"],
    "sp_client_secret": ["sp_client_id", "sp_refresh_token", "sp_marketplaces"],
    "sp_refresh_token": ["sp_client_id", "sp_client_secret", "sp_marketplaces"],
    "pay_public_key_id": ["pay_private_key", "pay_region"],
    "pay_private_key": ["pay_public_key_id", "pay_region"],
}
"""What has to be set too when only this one is set."""


def _refusals(config: Mapping[str, Any], clock: ScriptedClock) -> list[str]:
    """Return the lines with which `config` is refused."""
    with pytest.raises(ConfigValidationError) as refused:
        TapAmazonReports(config=dict(config), clock=clock)
    return list(refused.value.errors)


@pytest.mark.parametrize(
    ("name", "value", "found", "allowed"),
    [
        ("start_date", "yesterday", "'yesterday'", "ISO 8601"),
        ("start_date", "2026-13-01", "'2026-13-01'", "ISO 8601"),
        ("start_date", "01.11.2026", "'01.11.2026'", "ISO 8601"),
        ("start_date", "11/01/2026", "'11/01/2026'", "ISO 8601"),
        ("start_date", "20261101", "'20261101'", "ISO 8601"),
        ("start_date", "2026-W45-1", "'2026-W45-1'", "ISO 8601"),
        ("start_date", "0001-01-01", "'0001-01-01'", "from the year 2000 on"),
        ("start_date", "0001-01-01T00:00:00+14:00", "0001", "ISO 8601"),
        ("end_date", "9999-12-31T23:59:59-14:00", "9999", "ISO 8601"),
        ("end_date", "9999-12-31", "9999", "ISO 8601"),
        ("start_date", 20260101, "20260101", "string"),
        ("start_date", "2027-01-01", "2027-01-01", "before now"),
        ("end_date", "soon", "'soon'", "ISO 8601"),
        ("end_date", "2020-01-01", "2026-08-13", "before end_date"),
        ("appstore_client_id", 7, "7", "string"),
        ("appstore_client_secret", ["s"], "something else", "string"),
        ("sp_client_id", {"id": 1}, "{'id': 1}", "string"),
        ("sp_client_secret", 5, "something else", "string"),
        ("sp_refresh_token", 5, "something else", "string"),
        ("sp_marketplaces", "[US]", "not JSON", "commas"),
        ("sp_marketplaces", "US,XX", "'XX'", "DE"),
        ("sp_marketplaces", {"US": 1}, "{'US': 1}", "array"),
        ("account", "a\nb", "a control character", "printable"),
        ("account", "a\x1b[2Jb", "a control character", "printable"),
        ("null_values", "null", "'null'", "omit, write"),
        ("when_not_done", "fail", "'fail'", "wait, leave"),
        ("sp_marketplaces", ["US", "XX"], "'XX'", "DE"),
        ("sp_marketplaces", ["US", "DE"], "eu and na", "one region"),
        ("sp_marketplaces", [7], "7", "string"),
        ("sp_sandbox", "maybe", "'maybe'", "true or false"),
        ("sp_report_types", ["get_lower_case"], "'get_lower_case'", "A-Z"),
        ("sp_report_types", [{"type": "X"}], "{'type': 'X'}", "report_type"),
        ("sp_order_metrics", {"granularity": "Minute"}, "Minute", "Hour"),
        ("sp_order_metrics", {"buyer_type": "B2X"}, "B2X", "B2B"),
        ("sp_order_metrics", {"fulfillment_network": "X"}, "'X'", "MFN"),
        ("sp_order_metrics", {"first_day_of_week": "Friday"}, "Friday", "Monday"),
        ("sp_order_metrics", {"lookback_days": -1}, "-1", "0"),
        ("sp_order_metrics", {"lookback_days": 1.5}, "1.5", "integer"),
        ("sp_order_metrics", {"asn": "B0"}, "asn", "asin"),
        ("sp_order_metrics", {"asin": "B0", "sku": "S"}, "both", "one of the two"),
        (
            "sp_order_metrics",
            {"first_day_of_week": "Sunday"},
            "first_day_of_week",
            "granularity Week",
        ),
        ("sp_order_metrics", {"time_zone": "Mars/North"}, "Mars/North", "IANA"),
        ("sp_order_metrics", {"time_zone": "../etc"}, "../etc", "IANA"),
        ("sp_order_metrics", [{}, {}], "twice", "each query once"),
        ("sp_order_metrics", [], "[]", "a list of 1 or more"),
        ("pay_public_key_id", 1, "1", "string"),
        ("pay_private_key", 1, "something else", "string"),
        ("pay_region", "mars", "'mars'", "jp"),
        ("pay_sandbox", "x", "'x'", "true or false"),
        ("pay_sandbox", True, "LIVE", "unset"),
        ("pay_signature_algorithm", "RSA", "'RSA'", "AMZN-PAY-RSASSA-PSS-V2"),
        ("pay_report_types", [3], "3", "string"),
        ("request_timeout", 0, "0", "more than 0"),
        ("request_timeout", 4000, "4000", "3600"),
        ("request_timeout", "long", "'long'", "number"),
        ("user_agent", "Ünïcode", "7 characters", "ASCII"),
        ("user_agent", "a" * 501, "501 characters", "500"),
        ("user_agent", "a\r\nx-evil: 1", "a control character", "printable"),
        ("lwa_token_url", "http://example.com/token", "cannot be used", "https"),
        ("appstore_base_url", "ftp://example.com", "cannot be used", "https"),
        ("sp_base_url", "http://10.0.0.1", "cannot be used", "https"),
        ("pay_base_url", "https://me:pw@example.com", "cannot be used", "https"),
    ],
)
def test_a_wrong_setting_is_refused(
    amazon: LocalAmazon,
    clock: ScriptedClock,
    *,
    name: str,
    value: object,
    found: str,
    allowed: str,
) -> None:
    """One line says the setting's name, what was found and what is allowed."""
    (line,) = _refusals({**amazon.settings(), name: value}, clock)

    assert line.startswith((name, "start_date" if "end_date" == name else name))
    assert found in line
    assert allowed in line
    assert "\n" not in line
    assert [] == amazon.seen


_STORED = {"encoding": {"format": "jsonl"}, "storage": {"root": "file:///tmp/b"}}


@pytest.mark.parametrize(
    ("batches", "part", "found"),
    [
        ({**_STORED, "batch_size": 0}, "batch_size", "0"),
        ({**_STORED, "batch_size": -5}, "batch_size", "-5"),
        ({**_STORED, "batch_size": "many"}, "batch_size", "'many'"),
        ({**_STORED, "batch_size": True}, "batch_size", "True"),
        ({**_STORED, "storage": {}}, "storage.root", "nothing"),
        ({**_STORED, "storage": {"root": " "}}, "storage.root", "' '"),
        ({"storage": _STORED["storage"]}, "encoding", "nothing"),
        ({"encoding": _STORED["encoding"]}, "storage", "nothing"),
    ],
)
def test_batches_that_cannot_be_written_are_refused(
    amazon: LocalAmazon,
    clock: ScriptedClock,
    batches: dict[str, Any],
    part: str,
    found: str,
) -> None:
    """No files without end, no loop, no traceback: one line before anything is read."""
    (line,) = _refusals({**amazon.settings(), "batch_config": batches}, clock)

    assert line.startswith(f"batch_config.{part}: found {found}, allowed: ")
    assert [] == amazon.seen


def test_no_part_of_batches_is_no_batches(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """Meltano passes an empty `batch_config` where none is set: rows are RECORDs."""
    settings = {**amazon.settings(), "batch_config": {}}
    output = sync(settings, clock=clock, only=["pay_report_schedules"])

    assert 0 == output.status
    assert len(amazon.pay.schedules) == len(output.records("pay_report_schedules"))


def test_blanks_around_a_text_are_none_of_it(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """A secret that was mounted as a file ends with a line end; the run does not."""
    config = {
        name: f" {value}\n" if isinstance(value, str) else value
        for name, value in amazon.settings().items()
    }
    output = sync(config, clock=clock)

    assert 0 == output.status
    assert [] == amazon.refused


@pytest.mark.parametrize(
    ("text", "countries"),
    [
        ("US,CA", ["US", "CA"]),
        (" us , ca ,", ["US", "CA"]),
        ("US", ["US"]),
        ('["CA"]', ["CA"]),
    ],
)
def test_a_list_can_be_words(
    amazon: LocalAmazon, clock: ScriptedClock, text: str, countries: list[str]
) -> None:
    """What Meltano hands on from a variable is text, and is read as a list."""
    config = {**amazon.settings(), "sp_marketplaces": text}
    partner = TapAmazonReports(config=config, clock=clock).settings.selling_partner

    assert partner is not None
    assert countries == [market.country for market in partner.marketplaces]


def test_a_key_file_that_others_can_read_earns_a_warning(
    amazon: LocalAmazon,
    clock: ScriptedClock,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Who may read it may sign payments; a file of one's own says nothing."""
    path = tmp_path / "merchant.pem"
    path.write_text(merchant_key_pem(), encoding="ascii")
    config = {**amazon.settings(), "pay_private_key": str(path)}
    said = []
    for mode in (0o600, 0o644):
        path.chmod(mode)
        caplog.clear()
        discover(config, clock=clock)
        said.append("pay_private_key: other users of this machine" in caplog.text)

    assert [False, True] == said


def test_every_wrong_setting_has_a_line_of_its_own(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """All that is wrong is said at once, so that it can be put right at once."""
    wrong = {"start_date": "x", "sp_marketplaces": ["XX"], "pay_region": "x"}
    lines = _refusals({**amazon.settings(), **wrong}, clock)

    assert sorted(wrong) == sorted(line.partition(":")[0] for line in lines)


@pytest.mark.parametrize("name", list(SECRETS))
@pytest.mark.parametrize("shape", ["list", "object", "number", "broken"])
def test_the_value_of_a_secret_is_never_shown(
    amazon: LocalAmazon,
    clock: ScriptedClock,
    caplog: pytest.LogCaptureFixture,
    name: str,
    shape: str,
) -> None:
    """Whatever is wrong around it, a secret is in no error and no log line."""
    caplog.set_level("DEBUG")
    secret = "s3cr3t-that-nobody-may-see"
    value = {
        "list": [secret],
        "object": {secret: secret},
        "number": 98765432123456789,
        "broken": f"-----BEGIN PRIVATE KEY-----\n{secret}\n-----END PRIVATE KEY-----",
    }[shape]
    config = {**amazon.settings(), name: value, "start_date": "x"}
    shown = "\n".join([*_refusals(config, clock), caplog.text])

    assert secret not in shown
    assert "98765432123456789" not in shown


@pytest.mark.parametrize("name", list(PARTNERS))
def test_partial_credentials_are_refused(clock: ScriptedClock, name: str) -> None:
    """Each credential that is missing is named, with the reason that it is needed."""
    config = {name: SECRETS.get(name, "an-id")}
    lines = _refusals(config, clock)

    assert [
        f"{other}: found nothing, allowed: a value, because {name} is set"
        for other in PARTNERS[name]
    ] == lines


def _pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, password: str) -> str:
    encryption = (
        BestAvailableEncryption(password.encode()) if password else NoEncryption()
    )
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption).decode()


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("/nowhere/key.pem", "file"),
        ("encrypted", "encrypted"),
        ("elliptic", "RSA"),
        ("public", "private"),
        ("half", "key"),
        ("short", "512 bits"),
    ],
)
def test_a_private_key_that_cannot_be_used_is_refused(
    amazon: LocalAmazon, clock: ScriptedClock, key: str, reason: str
) -> None:
    """The line says what is wrong with the key and shows none of it."""
    public = merchant_key().public_key()
    texts = {
        "encrypted": _pem(merchant_key(), "password"),
        "elliptic": _pem(ec.generate_private_key(ec.SECP256R1()), ""),
        "public": "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        "half": merchant_key_pem()[:400],
        "short": SHORT_KEY,
    }
    config = {**amazon.settings(), "pay_private_key": texts.get(key, key)}
    (line,) = _refusals(config, clock)

    assert line.startswith("pay_private_key: ")
    assert reason in line
    assert not any(part in line for part in merchant_key_pem().splitlines()[1:-1])
    assert str(public.public_numbers().n) not in line


def test_a_private_key_can_be_a_file(
    amazon: LocalAmazon, clock: ScriptedClock, tmp_path: Path
) -> None:
    """The path of a PEM file is as good as its text."""
    path = tmp_path / "merchant.pem"
    path.write_text(merchant_key_pem(), encoding="ascii")
    config = {**amazon.settings(), "pay_private_key": str(path)}

    assert 0 == sync(config, clock=clock, only=["pay_reports"]).status
    assert [] == amazon.refused


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        (["US"], ["ATVPDKIKX0DER"]),
        (["us", "ATVPDKIKX0DER"], ["ATVPDKIKX0DER"]),
        (["CA", "US"], ["A2EUQ1WTGCTBG2", "ATVPDKIKX0DER"]),
    ],
)
def test_marketplaces_have_names_and_ids(
    amazon: LocalAmazon, clock: ScriptedClock, words: list[str], ids: list[str]
) -> None:
    """A country code in any case is its marketplace, and each is read once."""
    config = {
        **amazon.settings(),
        "sp_marketplaces": words,
        "sp_order_metrics": {},
        "start_date": "2026-11-20",
    }
    sync(config, clock=clock, only=["sp_order_metrics"])

    assert ids == [
        dict(seen.query)["marketplaceIds"]
        for seen in amazon.seen
        if seen.operation == "getOrderMetrics"
    ]


@pytest.mark.parametrize(
    ("start", "months"),
    [
        ("2026-10-31", ["10", "11"]),
        ("2026-11-01T00:00:00Z", ["11"]),
        ("2026-11-01T01:00:00+02:00", ["10", "11"]),
        ("2026-10-31T23:59:59", ["10", "11"]),
        (None, ["10", "11"]),
        ("", ["10", "11"]),
    ],
)
def test_start_date_is_read_as_written(
    amazon: LocalAmazon, clock: ScriptedClock, start: str | None, months: list[str]
) -> None:
    """Dates and date-times with and without an offset; without one it is 30 days."""
    config = {**amazon.settings(), "start_date": start}
    sync(config, clock=clock, only=["appstore_sales"])

    assert months == [
        seen.path[-2:] for seen in amazon.seen if seen.service == "appstore"
    ]


def test_nothing_after_end_date_is_read(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """`end_date` is a bound for every stream."""
    config = {**amazon.settings(), "end_date": "2026-10-01"}
    output = sync(config, clock=clock)
    last = "2026-10-01T00:00:00Z"

    assert 0 == output.status
    assert {"2026-08", "2026-09"} == {
        row["report_month"] for row in output.records("appstore_sales")
    }
    for stream, column in (
        ("sp_reports", "created_time"),
        ("pay_reports", "created_time"),
        ("pay_disbursements", "transaction_time"),
        ("sp_order_metrics", "interval_end"),
    ):
        assert "2026-09-25" < max(row[column] for row in output.records(stream)) <= last
    assert ([], []) == (amazon.refused, amazon.throttled)


def test_settings_come_from_the_environment_too(
    amazon: LocalAmazon, clock: ScriptedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each setting is also a variable; lists and objects are JSON in it."""
    for name, value in amazon.settings().items():
        text = value if isinstance(value, str) else json.dumps(value)
        monkeypatch.setenv(f"{PREFIX}{name.upper()}", text)
    monkeypatch.setenv(f"{PREFIX}REQUEST_TIMEOUT", "12.5")
    monkeypatch.setenv(f"{PREFIX}PAY_SANDBOX", "false")
    tap = TapAmazonReports(config={}, clock=clock, parse_env_config=True)

    assert 12.5 == tap.settings.request_timeout_seconds
    assert tap.settings.selling_partner is not None
    assert ["US", "CA"] == [
        marketplace.country for marketplace in tap.settings.selling_partner.marketplaces
    ]
    assert 3 == len(tap.settings.selling_partner.order_metrics)
    assert tap.settings.pay is not None
    assert 7 == len(tap.streams)


def test_an_unknown_setting_is_named(
    amazon: LocalAmazon, clock: ScriptedClock, caplog: pytest.LogCaptureFixture
) -> None:
    """A misspelled setting does not fail the run, but does not pass in silence."""
    discover({**amazon.settings(), "start_dat": "s3cr3t"}, clock=clock)

    assert "start_dat" in caplog.text
    assert "s3cr3t" not in caplog.text


def _command(config: Mapping[str, Any], folder: Path, *more: str) -> tuple[int, str]:
    """Run the command; return its exit status and what it says."""
    path = folder / "config.json"
    path.write_text(json.dumps(config), encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "-c", COMMAND, "--config", str(path), *more],
        capture_output=True,
        check=False,
        text=True,
    )
    return ended.returncode, ended.stderr


def test_without_credentials_a_sync_says_what_to_set(tmp_path: Path) -> None:
    """No credentials at all: one line with the settings of each service, status 1."""
    status, said = _command({}, tmp_path)
    (line,) = [text for text in said.splitlines() if "no credentials" in text]

    assert 1 == status
    assert all(name in line for name in (*PARTNERS, "sp_marketplaces", "pay_region"))
    assert "Traceback" not in said


@pytest.mark.parametrize("more", [(), ("--discover",)])
def test_the_command_refuses_in_one_line(tmp_path: Path, more: tuple[str, ...]) -> None:
    """A wrong setting ends the command with status 1 and the line, not a traceback."""
    status, said = _command({"start_date": "yesterday"}, tmp_path, *more)

    assert 1 == status
    assert "start_date: found 'yesterday', allowed: an ISO 8601 date" in said
    assert "Traceback" not in said
