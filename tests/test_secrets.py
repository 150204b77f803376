"""Nothing gives a secret away: each family of runs, at DEBUG, searched for all of them.

Searched are standard output, the state, the log, every error of the package and those
that it came from, whatever was written to a file, and the processes that were started.
"""

from __future__ import annotations

import gzip
import json
import logging
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from tap_amazon_reports.amazon.errors import TapError
from tap_amazon_reports.amazon.retry import RetryPolicy
from tap_amazon_reports.cli.command import main
from tap_amazon_reports.cli.session import Session
from tap_amazon_reports.tap import TapAmazonReports
from tests.clock import ScriptedClock
from tests.leaks import assert_no_secret, assert_nothing_leaked, chained, forms, secrets
from tests.local_amazon import (
    Altered,
    BadJson,
    ConnectionLost,
    CutShort,
    ExpiredToken,
    LocalAmazon,
    Redirect,
    Status,
)
from tests.local_amazon.pay.report_types import REFUND, SETTLEMENT
from tests.report_types import ORDERS
from tests.tap_run import discover, sync

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.local_amazon.faults import Fault
    from tests.rehearsal import Rehearsal

SHIPPING = "GET_FLAT_FILE_ORDER_REPORT_DATA_SHIPPING"
TRAFFIC = "GET_SALES_AND_TRAFFIC_REPORT"
COLLECTED = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2"
REFUNDED = "GET_FBA_REIMBURSEMENTS_DATA"
BROWSE = "GET_XML_BROWSE_TREE_DATA"
TYPES = {
    "sp_report_types": [ORDERS, SHIPPING, TRAFFIC, COLLECTED, BROWSE],
    "pay_report_types": [SETTLEMENT, REFUND],
    "appstore_reports": ["sales", "earnings"],
}
OPERATIONS = (
    *("lwa.token", "appstore.getReport", "getReports", "createReport", "getReport"),
    *("getReportDocument", "createRestrictedDataToken", "getOrderMetrics"),
    *("getReportSchedules", "pay.getReports", "pay.createReport", "pay.getReport"),
    *("pay.getReportDocument", "pay.getDisbursements", "storage.get"),
)
PROCESSES = ("subprocess.Popen", "os.exec", "os.posix_spawn", "os.system", "os.fork")
_started: list[str] | None = None


def _audit(event: str, args: tuple[object, ...]) -> None:
    if _started is not None and event in PROCESSES:
        _started.append(f"{event} {args!r}")


sys.addaudithook(_audit)


@dataclass
class House:
    """A seller with marked secrets, and whatever the commands leave behind.

    Attributes:
        errors: each error of the package that was made.
        texts: what was written for a target or a person.
    """

    amazon: LocalAmazon
    clock: ScriptedClock
    folder: Path
    caplog: pytest.LogCaptureFixture
    errors: list[BaseException] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def settings(self, **more: Any) -> dict[str, Any]:
        """Return the settings of a month of the US."""
        return {
            **self.amazon.settings(),
            "start_date": "2026-10-20",
            "sp_marketplaces": ["US"],
            "sp_order_metrics": {},
            **more,
        }

    def run(self, **more: Any) -> None:
        """Run all streams with these settings more, whatever becomes of them."""
        before = len(self.texts)
        self.search_after(
            lambda: (
                sync(
                    self.settings(**more),
                    clock=self.clock,
                    retry=RetryPolicy(unavailable_seconds=5, throttled_seconds=5),
                ).text
            )
        )
        assert before < len(self.texts), self.errors[-1]

    def command(self, *words: str, **more: Any) -> None:
        """Call the second command."""
        path = self.folder / "config.json"
        path.write_text(json.dumps(self.settings(**more)), encoding="utf-8")
        session = Session(clock=self.clock, retry=RetryPolicy(unavailable_seconds=5))
        words = (*words, "--config", str(path))
        self.search_after(
            lambda: self._called(lambda: CliRunner().invoke(main, words, obj=session))
        )
        path.unlink(missing_ok=True)

    def tap(self, *words: str, **more: Any) -> None:
        """Call the tap's own command."""
        path = self.folder / "config.json"
        path.write_text(json.dumps(self.settings(**more)), encoding="utf-8")
        words = ("--config", str(path), *words)
        self.search_after(
            lambda: self._called(
                lambda: CliRunner().invoke(TapAmazonReports.cli, words)
            )
        )
        path.unlink(missing_ok=True)

    def _called(self, call: Callable[[], Any]) -> str:
        done = call()
        if done.exception is not None:
            self.errors.append(done.exception)
        return str(done.output)

    def search_after(self, work: Callable[[], str]) -> None:
        """Do something, and search all that it left."""
        self.caplog.clear()
        with _processes() as started:
            try:
                self.texts.append(work())
            except Exception as error:  # noqa: BLE001 (whatever it is, it is searched)
                self.errors.append(error)
        assert [] == started
        (self.folder / "config.json").unlink(missing_ok=True)
        assert_nothing_leaked(self.amazon, self.texts, self.caplog.records)
        told = [text for error in self.errors for text in chained(error)]
        assert_no_secret(self.amazon, [*told, *self._files()])

    def _files(self) -> Iterator[str]:
        for path in self.folder.rglob("*"):
            if path.is_file():
                content = path.read_bytes()
                if content[:2] == b"\x1f\x8b":
                    content = gzip.decompress(content)
                yield f"{path.name}: {content.decode('latin-1')}"


@contextmanager
def _processes() -> Iterator[list[str]]:
    """Yield the processes that are started meanwhile, with their arguments."""
    global _started  # noqa: PLW0603 (an audit hook cannot be taken away again)
    started: list[str] = []
    _started = started
    try:
        yield started
    finally:
        _started = None


@pytest.fixture
def house(
    amazon: LocalAmazon,
    clock: ScriptedClock,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> House:
    """Return a house whose temporary files, home and folder are watched."""
    caplog.set_level(logging.DEBUG)
    house = House(amazon, clock, tmp_path, caplog)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    made = TapError.__init__

    def noted(error: TapError, *args: object) -> None:
        house.errors.append(error)
        made(error, *args)

    monkeypatch.setattr(TapError, "__init__", noted)
    return house


def test_streams_of_every_service(house: House) -> None:
    """Core streams, rows inside reports, with and without a restricted token."""
    house.run()
    house.amazon.hold_collected(COLLECTED)
    house.run(**TYPES)
    seen = {one.operation for one in house.amazon.seen}

    assert {
        *("createRestrictedDataToken", "storage.get", "createReport", "lwa.token"),
        *("pay.getReportDocument", "appstore.getReport", "getReportDocument"),
    } <= seen
    assert "buyer_name" in house.texts[-1] or "recipient_name" in house.texts[-1]
    kinds = {kind for kind, _ in secrets(house.amazon)}
    assert {
        *("an access token", "a restricted data token", "a signature"),
        "X-Amz-Signature of a presigned URL",
    } <= kinds


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_batch_files(house: House, form: str) -> None:
    """What is written to a folder for the target has rows and no secrets."""
    folder = house.folder / "batches"
    folder.mkdir()
    encoding = {"format": form, "compression": "gzip"}
    config = {"encoding": encoding, "storage": {"root": folder.as_uri()}}
    house.run(batch_config=config, sp_report_types=[SHIPPING])

    assert list(folder.iterdir())


def test_what_the_tap_prints_of_itself(house: House) -> None:
    """`--about` in its forms, the catalog, and settings that are refused."""
    house.search_after(
        lambda: json.dumps(discover(house.settings(), clock=house.clock))
    )
    for words in (["--about"], ["--about", "--format=json"]):
        house.tap(*words)
    house.tap("--about", "--format=markdown")
    house.tap("--discover", start_date="soon")
    house.tap("--discover", sp_marketplaces=["US", "DE"])
    secret = house.amazon.lwa.sp_client[1]
    house.tap("--discover", sp_client_secret=[secret], sp_refresh_token={"a": secret})
    house.tap("--discover", sp_client_secret=f"{secret}\nx")
    house.tap("--discover", pay_private_key=house.settings()["pay_private_key"][:700])

    assert all(house.texts[:3])


def test_a_connection_test(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """`--test`, which takes the machine's clock, good and with a wrong secret."""
    caplog.set_level(logging.DEBUG)
    with LocalAmazon() as today:
        house = House(today, ScriptedClock(), tmp_path, caplog)
        more = {"start_date": None, "sp_report_types": [ORDERS]}
        house.tap("--test", **more)
        wrong = today.lwa.refresh_token.replace("local", "other")
        house.tap("--test", sp_refresh_token=wrong, **more)

        assert not any(wrong in text for text in [*house.texts, caplog.text])
        assert today.seen


def test_the_second_command(house: House) -> None:
    """Every command, also those that fetch documents with buyers in them."""
    sp, pay = ("--service", "sp"), ("--service", "pay")
    days = ("--start", "2026-11-01", "--end", "2026-11-03")
    for words in (
        ["check"],
        ["check", "--json"],
        ["plan"],
        ["plan", "--html", str(house.folder / "plan.html")],
        ["reports", "list", *sp],
        ["reports", "list", *pay, "--json"],
        ["reports", "create", SHIPPING, *days, "--yes"],
        ["schedules", "list", *sp],
        ["schedules", "list", *pay],
    ):
        house.command(*words, **TYPES)
    reports = house.amazon.selling_partner.reports
    report_id = str(reports[-1]["reportId"])
    for _ in range(4):
        house.clock.advance(hours=1)
        house.command("reports", "get", report_id, *sp, "--json")
    for words in (
        ["reports", "fetch", report_id, *sp],
        ["reports", "fetch", report_id, *sp, "--output", str(house.folder / "raw")],
        ["reports", "fetch", "nosuch", *sp],
        ["reports", "cancel", report_id, *sp, "--yes"],
        ["schedules", "get", "nosuch", *sp],
    ):
        house.command(*words)

    assert "storage.get" in {one.operation for one in house.amazon.seen}


def _echo(amazon: LocalAmazon) -> str:
    """Return what a careless server could say of a request."""
    return (
        f"cannot accept {amazon.lwa.refresh_token} with {amazon.lwa.sp_client[1]} or"
        f" {amazon.lwa.appstore_client[1]} and Atza|{'Ab1' * 20} from"
        " https://b.s3.amazonaws.com/d?X-Amz-Signature=0123abcd&X-Amz-Date=1"
        " \x1b[31mred"
    )


FAULTS: dict[str, Callable[[LocalAmazon], Fault]] = {
    "refused": lambda amazon: Status(403, code="Denied", message=_echo(amazon)),
    "wrong": lambda amazon: Status(400, code=_echo(amazon), message=_echo(amazon)),
    "throttled": lambda amazon: Status(429, message=_echo(amazon)),
    "failing": lambda amazon: Status(500, body=_echo(amazon).encode()),
    "no JSON": lambda amazon: BadJson(_echo(amazon).encode()),
    "other JSON": lambda amazon: BadJson(
        json.dumps(
            {
                "reports": _echo(amazon),
                "payload": [_echo(amazon)],
                "access_token": f"{_echo(amazon)}\n",
                "restrictedDataToken": f"Atz.sprdt|{'Ab1' * 20}\n",
                "url": "https://b.s3.amazonaws.com/d?X-Amz-Signature=0123abcd\n",
                "processingStatus": _echo(amazon),
            }
        ).encode()
    ),
    "redirect": lambda _: Redirect("https://b.example.com/d?X-Amz-Signature=0123abcd"),
    "lost": lambda _: ConnectionLost(),
    "cut": lambda _: CutShort(10),
    "spent": lambda _: ExpiredToken(),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_failures_of_each_kind(house: House, fault: str) -> None:
    """Each operation of each service fails so; a server repeats what it was told."""
    few = {"sp_report_types": [SHIPPING], "pay_report_types": [SETTLEMENT]}
    for operations, times in ((OPERATIONS[:1], 1), (OPERATIONS[1:], 3)):
        for operation in operations:
            made = FAULTS[fault](house.amazon)
            house.amazon.faults.add(operation, made, times=times)
        house.amazon.lwa.expire_tokens()
        house.run(**few)
        house.clock.advance(hours=2)
        house.run(**few)

    assert house.errors


FORGED = "2026-11-26 14:00:00 | INFO | the run is complete"
CODES = ("\x1b", "\x07", "\x9b")
SOMEBODY = ("Atza|IwEBIJedGXjDqsU", "jane.doe@example.com")
ODD_WORD = (
    f"X\n{FORGED}\x1b]0;owned\x07\x1b[2J\x9b31m {' '.join(SOMEBODY)} {'Z' * 50_000}"
)


@pytest.mark.parametrize(
    ("operation", "name", "word"),
    [
        ("getReport", "processingStatus", ODD_WORD),
        ("getReport", "reportType", ODD_WORD),
        ("getReport", "marketplaceIds", [ODD_WORD]),
        ("getReport", "reportDocumentId", ODD_WORD),
        ("createReport", "reportId", ODD_WORD),
        ("getReportDocument", "url", f"https://127.0.0.1/{'/'.join(SOMEBODY)}"),
    ],
    ids=lambda given: given if isinstance(given, str) and len(given) < 20 else "",
)
def test_no_word_of_amazon_writes_the_log(
    rehearse: Rehearsal, operation: str, name: str, word: object
) -> None:
    """No colour, no line of its own, nobody's token or address, and no megabytes."""

    def altered(body: bytes) -> bytes:
        return json.dumps({**json.loads(body), name: word}).encode()

    rehearse.spoil(operation, Altered(altered))
    output = rehearse(only=["sp_fba_reimbursements_data"], sp_report_types=[REFUNDED])
    lines = [record.getMessage() for record in rehearse.caplog.records]
    everything = "\n".join([*lines, *output.text.splitlines()])

    assert 1 == output.status
    assert [] == [one for one in (*CODES, *SOMEBODY) if one in everything]
    assert not any(line.startswith(FORGED) for line in everything.splitlines())
    assert 5_000 > max(map(len, lines))


@pytest.mark.parametrize(
    "place",
    [
        "tap_amazon_reports.amazon.http.Transport.send",
        "tap_amazon_reports.amazon.pay_signing.PaySigner.__call__",
        "tap_amazon_reports.documents.document_rows.DocumentRows.blocks",
    ],
)
def test_a_fault_of_ours_shows_a_trace_without_secrets(
    house: House, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bug where secrets are in hand prints where it was, and none of them."""
    monkeypatch.setattr(place, lambda *_, **__: 1 / 0)
    house.search_after(lambda: sync(house.settings(**TYPES), clock=house.clock).text)

    assert "ZeroDivisionError" in f"{house.caplog.text} {house.errors}"


def test_a_process_that_is_started_is_noticed(house: House) -> None:
    """Its arguments could be read by everybody on the machine."""
    with pytest.raises(AssertionError, match=r"subprocess\.Popen"):
        house.search_after(
            lambda: (
                subprocess.run(
                    [sys.executable, "-c", ""],
                    check=True,
                    capture_output=True,
                    text=True,
                ).stdout
            )
        )


def test_the_search_finds_what_is_there(house: House) -> None:
    """Each secret, in each form, in a text and an error: or it proves nothing."""
    house.run(**TYPES)
    for kind, secret in list(secrets(house.amazon))[:60]:
        for form in forms(secret):
            with pytest.raises(AssertionError, match=" in: "):
                assert_no_secret(house.amazon, ["good", f"so {form} it is"])
        error = ValueError("outer")
        error.__cause__ = KeyError(secret)
        with pytest.raises(AssertionError, match=" in: "):
            assert_no_secret(house.amazon, chained(error))
        assert kind
    record = logging.LogRecord("tap", 20, "f", 1, "for %s", ("Jane Doe Buyer",), None)
    row = {"type": "RECORD", "record": {"buyer_name": "Jane Doe Buyer"}}
    with pytest.raises(AssertionError, match="buyer_name in a line of the log"):
        assert_nothing_leaked(house.amazon, [json.dumps(row)], [record])
