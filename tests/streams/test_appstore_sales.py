"""The monthly sales files of the Appstore, in every shape that was met."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tap_amazon_reports.reports.occurrence import OccurrenceCounter
from tests.local_amazon import AnswerStyle, AppstoreFile, Member, Status
from tests.tap_run import number, spelled, sync

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.clock import ScriptedClock
    from tests.local_amazon import LocalAmazon

STREAM = "appstore_sales"
TEXTS = {
    "Marketplace": "marketplace",
    "Country/Region Code": "country_region_code",
    "Transaction Id": "transaction_id",
    "Transaction ID": "transaction_id",
    "Transaction Time": "transaction_time_text",
    "Transaction Type": "transaction_type",
    "Vendor SKU": "vendor_sku",
    "ASIN": "asin",
    "Title": "title",
    "Item Name": "item_name",
    "Item Type": "item_type",
    "In-App Subscription Term": "in_app_subscription_term",
    "In-App Subscription Status": "in_app_subscription_status",
    "Usage Time for UG": "usage_time_for_ug",
    "Marketplace Currency": "marketplace_currency",
}
NUMBERS = {
    "Units": "units",
    "Sales Price": "sales_price",
    "Sales Price (Marketplace Currency)": "sales_price",
    "Estimated Earnings": "estimated_earnings",
    "Estimated Earnings (Marketplace Currency)": "estimated_earnings",
}
COLUMNS = {*TEXTS.values(), *NUMBERS.values(), "transaction_time", "adjustment"}
HOURS = {"PDT": -7, "PST": -8, "CET": 1, "CEST": 2, "JST": 9, "AEST": 10}


def _utc(text: str) -> str | None:
    """Return the moment of a transaction, worked out here; None without a zone."""
    printed, _, zone = text.rpartition(" ")
    if zone not in HOURS:
        return None
    shape = "%Y-%m-%d %H:%M:%S" if printed[4] == "-" else "%m/%d/%y %H:%M"
    local = datetime.strptime(printed, shape).replace(tzinfo=timezone.utc)
    return (local - timedelta(hours=HOURS[zone])).strftime("%Y-%m-%dT%H:%M:%SZ")


def _row(month: str, cells: dict[str, str], occurrence: int) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(COLUMNS)
    row.update({column: cells[name] or None for name, column in _in(TEXTS, cells)})
    row.update({column: number(cells[name]) for name, column in _in(NUMBERS, cells)})
    return row | {
        "report_month": month,
        "invoice_id": cells["Invoice Id"],
        "occurrence": occurrence,
        "adjustment": cells["Adjustment"] == "Yes",
        "transaction_time": _utc(cells["Transaction Time"]),
        "_extra": None,
    }


def _in(names: dict[str, str], cells: dict[str, str]) -> Iterator[tuple[str, str]]:
    return ((name, column) for name, column in names.items() if name in cells)


def _expected(amazon: LocalAmazon) -> Iterator[dict[str, Any]]:
    """Yield the rows of every month, in the order of the files."""
    for (kind, month), file in sorted(amazon.appstore.months.items()):
        if kind != "sales":
            continue
        seen: Counter[str] = Counter()
        for member in file.members:
            for line in member.rows:
                cells = dict(zip(member.header, line, strict=True))
                seen[cells["Invoice Id"]] += 1
                yield _row(month, cells, seen[cells["Invoice Id"]])


def _settings(amazon: LocalAmazon) -> dict[str, Any]:
    """Return settings that reach back before the first file."""
    return {**amazon.settings(), "start_date": "2025-08-15"}


def _file(*lines: tuple[str, str], header: str = "Transaction Time") -> AppstoreFile:
    """Return a file of two columns."""
    return AppstoreFile(
        [Member("sales.csv", ["Invoice Id", header], [list(line) for line in lines])]
    )


def test_every_line_of_every_file_arrives(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """Plain, gzip and ZIP, old headers and new ones: each cell arrives."""
    output = sync(_settings(amazon), clock=clock, only=[STREAM])
    expected = list(_expected(amazon))

    assert 0 == output.status
    assert spelled(expected) == spelled(output.records(STREAM))
    assert len(expected) == len(output.rows())
    assert {"plain", "gzip", "zip"} == {
        file.container for file in amazon.appstore.months.values()
    }
    assert ([], []) == (amazon.refused, amazon.throttled)


def test_awkward_cells_are_among_them(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """Refunds under one invoice, leading zeros, umlauts, unknown zones come whole."""
    rows = sync(_settings(amazon), clock=clock, only=[STREAM]).records(STREAM)

    assert {1, 2} == {row["occurrence"] for row in rows}
    assert {True, False} == {row["adjustment"] for row in rows}
    assert "Möwen über Köln" in {row["title"] for row in rows}
    assert ["XYT"] == sorted(
        {
            row["transaction_time_text"][-3:]
            for row in rows
            if row["transaction_time"] is None
        }
    )


def test_a_second_run_adds_nothing(amazon: LocalAmazon, clock: ScriptedClock) -> None:
    """Final months are not asked for again, and an unchanged file is not emitted."""
    first = sync(_settings(amazon), clock=clock, only=[STREAM])
    before = len(amazon.seen)
    second = sync(_settings(amazon), clock=clock, only=[STREAM], state=first.state)
    asked = [seen.path for seen in amazon.seen[before:] if seen.service == "appstore"]

    assert {} == second.rows()
    assert ["/api/appstore/download/report/sales/2026/11"] == asked
    assert "2026-10" == first.bookmark(STREAM) == second.bookmark(STREAM)
    assert first.state == second.state
    assert ([], []) == (amazon.refused, amazon.throttled)


def test_a_month_that_grows_is_read_again_until_it_is_final(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """A restated file comes again under its keys; 48 hours after its end, no more."""
    amazon.appstore.months["sales", "2026-11"] = _file(("A", "2026-11-20 10:00:00 UTC"))
    first = sync(amazon.settings(), clock=clock, only=[STREAM])
    grown = _file(("A", "2026-11-20 10:00:00 UTC"), ("B", "2026-11-30 10:00:00 UTC"))
    amazon.appstore.months["sales", "2026-11"] = grown
    clock.advance(days=11)  # the second of December
    second = sync(amazon.settings(), clock=clock, only=[STREAM], state=first.state)
    clock.advance(days=1)  # past the 48 hours
    third = sync(amazon.settings(), clock=clock, only=[STREAM], state=second.state)

    month = (STREAM, "2026-11")
    assert {(*month, "A", 1), (*month, "B", 1)} == set(second.rows())
    assert {} == third.rows()
    assert "2026-10" == second.bookmark(STREAM)
    assert "2026-11" == third.bookmark(STREAM)


def test_a_quiet_month_moves_the_bookmark(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """Months without a file are zero rows, no error, and are not asked for again."""
    amazon.appstore.months.clear()
    output = sync(amazon.settings(), clock=clock, only=[STREAM])

    assert (0, []) == (output.status, output.records(STREAM))
    assert "2026-10" == output.bookmark(STREAM)


def test_nothing_is_asked_for_before_the_first_month(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """Amazon has files since January 2018, whatever `start_date` says."""
    config = {
        **amazon.settings(),
        "start_date": "2016-05-01",
        "end_date": "2018-03-01T00:00:00Z",
    }
    sync(config, clock=clock, only=[STREAM])

    assert ["2018/01", "2018/02"] == [
        seen.path[-7:] for seen in amazon.seen if seen.service == "appstore"
    ]


@pytest.mark.parametrize("style", list(AnswerStyle))
def test_the_url_is_found_however_it_is_wrapped(
    amazon: LocalAmazon, clock: ScriptedClock, style: AnswerStyle
) -> None:
    """A bare URL, a quoted one and one in an object open the same file."""
    amazon.appstore.answer_style = style
    output = sync(_settings(amazon), clock=clock, only=[STREAM])

    assert len(list(_expected(amazon))) == len(output.rows())


@pytest.mark.parametrize(
    ("header", "cell", "column"),
    [
        ("Units", "many", "units"),
        ("Sales Price", "1.234,50", "sales_price"),
        ("Adjustment", "perhaps", "adjustment"),
        ("Coupon", "HALF", None),
    ],
)
def test_no_cell_is_lost(
    amazon: LocalAmazon,
    clock: ScriptedClock,
    header: str,
    cell: str,
    column: str | None,
) -> None:
    """What no column takes, or does not fit its type, is kept in `_extra` as it was."""
    amazon.appstore.months["sales", "2026-11"] = _file(("A", cell), header=header)
    config = {**amazon.settings(), "start_date": "2026-11-01"}
    output = sync(config, clock=clock, only=[STREAM])
    (row,) = output.records(STREAM)

    assert [cell] == list(row["_extra"].values())
    assert column is None or row[column] is None
    assert 0 == output.status


def test_lines_without_an_invoice_are_all_kept(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """A missing invoice id is a word, and the lines that share it are counted."""
    amazon.appstore.months["sales", "2026-11"] = _file(
        ("", "2026-11-20 10:00:00 UTC"), ("", "2026-11-20 11:00:00 UTC")
    )
    config = {**amazon.settings(), "start_date": "2026-11-01"}
    output = sync(config, clock=clock, only=[STREAM])

    month = (STREAM, "2026-11")
    assert {(*month, "Unknown", 1), (*month, "Unknown", 2)} == set(output.rows())


def test_many_invoices_are_counted_in_little_memory(
    amazon: LocalAmazon, clock: ScriptedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As rows of reports are: by the counter that holds so many and no more."""
    monkeypatch.setattr(
        "tap_amazon_reports.streams.appstore_sales.OccurrenceCounter",
        partial(OccurrenceCounter, held_keys=10),
    )
    amazon.appstore.months["sales", "2026-11"] = _file(
        *((f"I{n % 30}", "2026-11-20 10:00:00 UTC") for n in range(90))
    )
    config = {**amazon.settings(), "start_date": "2026-11-01"}
    output = sync(config, clock=clock, only=[STREAM])

    assert {
        (STREAM, "2026-11", f"I{n}", occurrence)
        for n in range(30)
        for occurrence in (1, 2, 3)
    } == set(output.rows())


def test_a_file_without_a_column_of_invoices_fails(
    amazon: LocalAmazon, clock: ScriptedClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Without the column, lines are not read as ones of the invoice `Unknown`."""
    amazon.appstore.months["sales", "2026-11"] = AppstoreFile(
        [Member("sales.csv", ["Transaction Time", "Title"], [["", "A"]])]
    )
    config = {**amazon.settings(), "start_date": "2026-11-01"}
    output = sync(config, clock=clock, only=[STREAM])

    assert 1 == output.status
    assert [] == output.records(STREAM)
    assert "no column for `invoice_id` (found 2 columns)" in caplog.text


@pytest.mark.parametrize("files", [[], [Member("sales.csv", [], [])]])
def test_a_file_that_holds_nothing_is_no_month(
    amazon: LocalAmazon,
    clock: ScriptedClock,
    caplog: pytest.LogCaptureFixture,
    files: list[Member],
) -> None:
    """One without lines has a header; what has none is looked at again."""
    amazon.appstore.months["sales", "2026-09"] = AppstoreFile(files)
    config = {**amazon.settings(), "start_date": "2026-09-01"}
    output = sync(config, clock=clock, only=[STREAM])

    assert (1, []) == (output.status, output.records(STREAM))
    assert "replication_key_value" not in output.text
    assert "the document is damaged: it is empty" in caplog.text


def test_a_sign_that_no_text_may_have_is_told(
    amazon: LocalAmazon, clock: ScriptedClock, caplog: pytest.LogCaptureFixture
) -> None:
    """NUL is replaced, and the month is named."""
    amazon.appstore.months["sales", "2026-11"] = _file(("A\0", "2026-11-20"))
    config = {**amazon.settings(), "start_date": "2026-11-01"}
    output = sync(config, clock=clock, only=[STREAM])

    assert ["A\ufffd"] == [row["invoice_id"] for row in output.records(STREAM)]
    assert "1 undecodable byte was replaced by U+FFFD" in caplog.text


def test_no_credentials_go_to_storage(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """A document is opened by its URL alone."""
    sync(_settings(amazon), clock=clock, only=[STREAM])
    headers = {
        name
        for seen in amazon.seen
        if seen.service == "storage"
        for name in seen.headers
    }

    assert {"accept", "accept-encoding", "host", "user-agent"} <= headers
    assert not headers & {"authorization", "x-amz-access-token", "cookie"}


@pytest.mark.parametrize(
    ("operation", "answer"),
    [
        ("appstore.getReport", Status(404, body=b"<html>not found</html>")),
        ("appstore.getReport", Status(404)),
        ("appstore.getReport", Status(200, body=b"")),
        ("appstore.getReport", Status(200, body=b"<html>captive portal</html>")),
        ("storage.get", Status(404)),
    ],
)
def test_a_month_is_passed_only_when_amazon_says_so(
    amazon: LocalAmazon, clock: ScriptedClock, operation: str, answer: Status
) -> None:
    """A gateway's page does not make months of sales disappear for good."""
    everything = sync(amazon.settings(), clock=clock, only=[STREAM]).rows()
    clock.advance(hours=1)
    amazon.faults.add(operation, answer)
    broken = sync(amazon.settings(), clock=clock, only=[STREAM])
    clock.advance(hours=1)
    mended = sync(amazon.settings(), clock=clock, only=[STREAM], state=broken.state)

    assert (1, {}) == (broken.status, broken.rows())
    assert "replication_key_value" not in broken.text
    assert everything.keys() == mended.rows().keys()
