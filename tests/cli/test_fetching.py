"""`amazon-reports reports fetch`: a document, as it is or as rows."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from tests.cli.made_reports import create, ripen
from tests.clock import NOON
from tests.local_amazon.ripening import Outcome
from tests.local_amazon.selling_partner.models import fatal_document
from tests.local_amazon.storage.models import StoredObject

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.running import Commands

ORDERS = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL"
TRAFFIC = "GET_SALES_AND_TRAFFIC_REPORT"
SHIPPING = "GET_FLAT_FILE_ORDER_REPORT_DATA_SHIPPING"
SP = ("--service", "sp")


def _orders(amazon_reports: Commands) -> str:
    """Ask for the orders of two days of the US, and let them be made."""
    dates = ("--start", "2026-11-01", "--end", "2026-11-03")
    report_id = create(amazon_reports, ORDERS, "--marketplace", "US", *dates)
    ripen(amazon_reports, report_id, *SP)
    return report_id


def test_a_document_is_fetched_unpacked(
    amazon_reports: Commands, tmp_path: Path
) -> None:
    """A file that only its owner may read holds what Amazon's document holds."""
    report_id = _orders(amazon_reports)
    path = tmp_path / "orders.txt"
    called = amazon_reports("reports", "fetch", report_id, *SP, "-o", str(path))

    assert 0 == called.status, called.err
    assert path.read_bytes().startswith(b"amazon-order-id\t")
    assert 0o600 == path.stat().st_mode & 0o777
    assert f"{path.stat().st_size} bytes" in called.err
    assert "" == called.out


def test_a_document_is_fetched_as_it_is_stored(
    amazon_reports: Commands, tmp_path: Path
) -> None:
    """Compressed it stays compressed."""
    report_id = _orders(amazon_reports)
    path = tmp_path / "orders.gz"
    words = ("reports", "fetch", report_id, *SP, "--as-stored", "-o", str(path))

    assert 0 == amazon_reports(*words).status
    assert path.read_bytes().startswith(b"\x1f\x8b")


def test_a_document_is_fetched_as_typed_rows(amazon_reports: Commands) -> None:
    """Each row is a JSON line; money has every digit, and the key is there."""
    report_id = _orders(amazon_reports)
    called = amazon_reports("reports", "fetch", report_id, *SP, "--rows")
    rows = [json.loads(line, parse_float=Decimal) for line in called.out.splitlines()]

    assert rows
    assert all("T" in row["purchase_date"] for row in rows)
    prices = {type(row["item_price"]) for row in rows if row.get("item_price")}
    assert prices <= {Decimal, int}
    assert prices


def test_rows_of_several_arrays_say_which(amazon_reports: Commands) -> None:
    """Rows by day and rows by ASIN of one document can be told apart."""
    report_id = create(
        amazon_reports,
        TRAFFIC,
        *("--start", "2026-11-01", "--end", "2026-11-01T23:59:59Z"),
        *("--marketplace", "US"),
    )
    ripen(amazon_reports, report_id, *SP)
    called = amazon_reports("reports", "fetch", report_id, *SP, "--rows")
    streams = {json.loads(line)["_stream"] for line in called.out.splitlines()}

    assert {
        "sp_sales_and_traffic_report_by_date",
        "sp_sales_and_traffic_report_by_asin",
    } == streams


def test_personal_data_are_fetched_with_a_token_of_their_own(
    amazon_reports: Commands,
) -> None:
    """A restricted type is opened with a restricted data token."""
    report_id = create(amazon_reports, SHIPPING, "--marketplace", "US")
    ripen(amazon_reports, report_id, *SP)

    assert 0 == amazon_reports("reports", "fetch", report_id, *SP).status
    operations = [one.operation for one in amazon_reports.amazon.seen]
    assert 1 == operations.count("createRestrictedDataToken")


def test_a_report_that_is_not_done_says_so(amazon_reports: Commands) -> None:
    """There is nothing to fetch yet, and it says how to look again."""
    report_id = create(amazon_reports, ORDERS, "--marketplace", "US")
    called = amazon_reports("reports", "fetch", report_id, *SP)

    assert 1 == called.status
    assert (
        "has no document yet; look again with `amazon-reports reports get" in called.err
    )


def test_a_report_that_ended_without_a_document_says_so(
    amazon_reports: Commands,
) -> None:
    """Nobody is sent to look again at what will not change."""
    report = amazon_reports.amazon.selling_partner.add_report(
        ORDERS,
        created=NOON - timedelta(hours=3),
        outcome=Outcome("DONE", has_document=False),
    )
    called = amazon_reports("reports", "fetch", report["reportId"], *SP)

    assert (1, "") == (called.status, called.out)
    assert "is DONE and has no document, and will never have one" in called.err


def test_a_failed_report_tells_why(amazon_reports: Commands) -> None:
    """The document of a report that failed is its reason, not its data."""
    report = amazon_reports.amazon.selling_partner.add_report(
        ORDERS,
        created=NOON - timedelta(hours=3),
        outcome=Outcome("FATAL", fatal_document("Dates are too far apart.")),
    )
    called = amazon_reports("reports", "fetch", report["reportId"], *SP)

    assert 1 == called.status
    assert "failed: Dates are too far apart." in called.err
    assert "" == called.out


def test_a_file_is_made_anew(amazon_reports: Commands, tmp_path: Path) -> None:
    """What lies beside it, whoever put it there, is neither used nor overwritten."""
    report_id = _orders(amazon_reports)
    path, precious = tmp_path / "orders.txt", tmp_path / "precious"
    precious.write_text("mine", encoding="utf-8")
    path.with_name("orders.txt.part").symlink_to(precious)
    called = amazon_reports("reports", "fetch", report_id, *SP, "-o", str(path))

    assert 0 == called.status, called.err
    assert "mine" == precious.read_text(encoding="utf-8")
    assert path.read_bytes()
    assert 0o600 == path.stat().st_mode & 0o777
    assert not path.is_symlink()


def test_a_file_that_cannot_be_made_is_told(
    amazon_reports: Commands, tmp_path: Path
) -> None:
    """A folder that is not there: one line with the path, and nothing is requested."""
    path = tmp_path / "nosuch" / "orders.txt"
    called = amazon_reports("reports", "fetch", "59007", *SP, "-o", str(path))

    assert 1 == called.status
    assert [] == amazon_reports.amazon.seen
    assert f"{path}: the file cannot be written: No such file" in called.err


def test_a_damaged_document_leaves_no_file(
    amazon_reports: Commands, tmp_path: Path
) -> None:
    """A file with its name is whole; what broke off leaves nothing behind."""
    seller = amazon_reports.amazon.selling_partner
    seller.compression = None
    damaged = StoredObject(b"\x1f\x8b\x08\x00 this is no gzip", "text/plain")
    report = seller.add_report(
        ORDERS, created=NOON - timedelta(hours=3), outcome=Outcome("DONE", damaged)
    )
    path = tmp_path / "orders.txt"
    words = ("reports", "fetch", report["reportId"], *SP, "-o", str(path))
    called = amazon_reports(*words)

    assert 1 == called.status
    assert called.err.startswith("Error: ")
    assert ["config.json"] == [found.name for found in tmp_path.iterdir()]
