"""Fifteen months of Appstore files, in every shape that users have met.

Facts: gzip in 2018, ZIP of several members today; documented and real header spellings;
two date shapes; zones that follow daylight saving; refunds in the month in which they
are booked; rows whose time lies before their month; months without a file.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from tests.local_amazon.appstore.models import Appstore, AppstoreFile, Member

from .choice import digits, number, pick

if TYPE_CHECKING:
    from collections.abc import Mapping

MONTHS_BACK = 14
QUIET_MONTHS_BACK = 6
"""The month that has no file."""
CLOSED_MONTHS_BACK = (2, 3, 5)
"""The months that have files of the other kinds."""
DOCUMENTED = (
    "Marketplace",
    "Country/Region Code",
    "Invoice Id",
    "Transaction Id",
    "Transaction Time",
    "Transaction Type",
    "Adjustment",
    "Vendor SKU",
    "Title",
    "Item Name",
    "Item Type",
    "In-App Subscription Term",
    "In-App Subscription Status",
    "Units",
    "Usage Time for UG",
    "Marketplace Currency",
    "Sales Price",
    "Estimated Earnings",
)
SPELLED_REALLY = {
    "Transaction Id": "Transaction ID",
    "Sales Price": "Sales Price (Marketplace Currency)",
    "Estimated Earnings": "Estimated Earnings (Marketplace Currency)",
}
REAL = (*(SPELLED_REALLY.get(name, name) for name in DOCUMENTED), "ASIN")


class Shop(NamedTuple):
    """One marketplace of the Appstore, and the zone that its times are printed in."""

    name: str
    country: str
    currency: str
    zone: str
    printed: str = ""
    """A zone's name that is printed in place of the true abbreviation."""


SHOPS = (
    Shop("Amazon.com", "US", "USD", "America/Los_Angeles"),
    Shop("Amazon.de", "AT", "EUR", "Europe/Berlin"),
    Shop("Amazon.co.jp", "JP", "JPY", "Asia/Tokyo"),
    Shop("Amazon.com.au", "AU", "AUD", "Australia/Brisbane"),
    Shop("Amazon.de", "DE", "EUR", "Europe/Berlin"),
)
ABROAD = Shop("Amazon.com.xx", "XX", "XXD", "UTC", "XYT")
"""A shop whose zone nobody knows."""
TITLES = (
    "Space Race",
    'Chess, the "Royal" Edition',
    "Möwen über Köln",
    "",
    "Puzzle, Quiz & More",
)


def fill_appstore(appstore: Appstore, now: datetime) -> None:
    """Hold sales of fifteen months but one, and something of the other kinds."""
    for months_back in range(MONTHS_BACK, -1, -1):
        if months_back != QUIET_MONTHS_BACK:
            month = _month(now, months_back)
            name = f"{month:%Y-%m}"
            appstore.months["sales", name] = _sales(month, months_back, now)
    for months_back in CLOSED_MONTHS_BACK:
        month = _month(now, months_back)
        closed = f"{month:%Y-%m}"
        appstore.months["earnings", closed] = _earnings(month)
        for kind in ("subscription", "subscriptions_overview"):
            appstore.months[kind, closed] = _subscriptions(kind, closed)


def _month(now: datetime, months_back: int) -> datetime:
    months = now.year * 12 + now.month - 1 - months_back
    return datetime(months // 12, months % 12 + 1, 1, tzinfo=timezone.utc)


def _sales(month: datetime, months_back: int, now: datetime) -> AppstoreFile:
    """Return one month: the older ones as documented, the newer ones as met today."""
    documented = months_back >= 9
    rows = _rows(month, now, year_first=not documented)
    header = list(DOCUMENTED if documented else REAL)
    cells = [[row[name] for name in header] for row in rows]
    name = f"sales-{month:%Y-%m}"
    if documented:
        container = "plain" if months_back == MONTHS_BACK - 1 else "gzip"
        return AppstoreFile([Member(f"{name}.csv", header, cells)], container)
    half = len(cells) // 2
    members = [
        Member(f"{name}-00000.csv", header, cells[:half]),
        Member(f"{name}-00001.csv", header, cells[half:]),
    ]
    encoding = "utf-8-sig" if months_back % 2 else "utf-8"
    return AppstoreFile(members, "zip", encoding)


def _rows(month: datetime, now: datetime, *, year_first: bool) -> list[dict[str, str]]:
    following = (month + timedelta(days=32)).replace(day=1)
    hours = int((min(following, now) - month) / timedelta(hours=1))
    count = max(2, min(24, hours // 8))
    rows = []
    for n in range(count):
        at = month + timedelta(hours=hours) * (n / count)
        rows.append(_row(month, n, at, year_first=year_first))
    if hours > 24 * 7:
        early = month - timedelta(days=2, hours=5)
        rows.append(_row(month, count, early, year_first=year_first))
        rows.append(_row(month, count + 1, month, year_first=year_first, shop=ABROAD))
        rows.append(_refund_of(rows[1]))
        rows.append(_adjustment_of(rows[2]))
    return rows


def _row(
    month: datetime,
    n: int,
    at: datetime,
    *,
    year_first: bool,
    shop: Shop | None = None,
) -> dict[str, str]:
    key = f"{month:%Y-%m}", n
    shop = shop or SHOPS[n % len(SHOPS)]
    subscribed = n % 4 == 1
    price = pick(("0", "0.99", "4.99", "12.00"), "price", *key)
    invoice = digits("invoice", *key, length=24)
    row = {
        "Marketplace": shop.name,
        "Country/Region Code": shop.country,
        "Invoice Id": f"{invoice[:8]}-{invoice[8:16]}-{invoice[16:]}",
        "Transaction Id": str(10**13 + number(9 * 10**13, "transaction", *key)),
        "Transaction Time": _printed(at, shop, year_first=year_first),
        "Transaction Type": "Charge",
        "Adjustment": "No",
        "Vendor SKU": f"com.example.{pick(('coins', 'gems', '007'), 'sku', *key)}",
        "Title": TITLES[n % len(TITLES)],
        "Item Name": pick(("100 Coins", 'Bag of "Gems", big', ""), "item", *key),
        "Item Type": "Subscription" if subscribed else pick(("App", "In-App"), *key),
        "In-App Subscription Term": "monthly" if subscribed else "",
        "In-App Subscription Status": ("Trial", "Paid")[n % 2] if subscribed else "",
        "Units": "1",
        "Usage Time for UG": "12.5" if n == 0 else "",
        "Marketplace Currency": shop.currency,
        "Sales Price": price,
        "Estimated Earnings": {"0": "0", "0.99": "0.693"}.get(price, "3.493"),
        "ASIN": f"B0{digits('asin', *key, length=8).upper()}",
    }
    return _with_real_names(row)


def _refund_of(row: Mapping[str, str]) -> dict[str, str]:
    """Return the refund of a charge: the same ids, so its invoice appears twice."""
    refund = {**row, "Transaction Type": "Refund", "Estimated Earnings": "-3.493"}
    return _with_real_names(refund)


def _adjustment_of(row: Mapping[str, str]) -> dict[str, str]:
    other = {**row, "Adjustment": "Yes", "Transaction Type": "Chargeback"}
    other["Invoice Id"] = row["Invoice Id"][::-1]
    return _with_real_names(other)


def _with_real_names(row: dict[str, str]) -> dict[str, str]:
    real = {spelled: row[name] for name, spelled in SPELLED_REALLY.items()}
    return {**row, **real}


def _printed(at: datetime, shop: Shop, *, year_first: bool) -> str:
    local = at.astimezone(ZoneInfo(shop.zone))
    zone = shop.printed or local.tzname()
    shape = "%Y-%m-%d %H:%M:%S" if year_first else "%m/%d/%y %H:%M"
    return f"{local.strftime(shape)} {zone}"


def _earnings(month: datetime) -> AppstoreFile:
    header = [
        "Marketplace",
        "Invoice Group ID",
        "Invoice ID",
        "Payment ID",
        "Payment No.",
        "Earnings Period Start Date",
        "Earnings Period End Date",
        "Earnings Pre-Tax and Adjustments",
        "Earnings Pre-Tax and Adjustments Currency",
        "Adjustments",
        "Adjustments Currency",
        "Tax Withheld",
        "Tax Withheld Currency",
        "Exchange Rate",
        "Mode of Payment",
        "Payment Amount",
        "Payment Amount Currency",
        "Payment Status",
        "Payment Issue Date",
        "Payment Failure Date",
        "Vendor ID",
        "Invoice Start Month",
        "Invoice Year",
    ]
    rows = [
        [
            "Amazon.de",
            digits("group", n, length=40),
            digits("invoice", n, length=40),
            f"00{n}8812",
            str(40_000 + n),
            f"{month:%Y-%m}-01 00:00:00 CET",
            f"{month:%Y-%m}-28 00:00:00 CEST",
            f"{n + 1}.10",
            "EUR",
            "0",
            "EUR",
            "0",
            "EUR",
            "1.0",
            "EFT",
            "3.30",
            "EUR",
            "issued" if n else "",
            f"{month:%Y-%m}-28 00:00:00 CEST",
            "",
            "990011",
            f"{month:%Y-%m}",
            f"{month:%Y}",
        ]
        for n in range(2)
    ]
    return AppstoreFile([Member(f"earnings-{month:%Y-%m}-00000.csv", header, rows)])


def _subscriptions(kind: str, month: str) -> AppstoreFile:
    header = ["Title", "Vendor SKU", "Active Subscriptions", "Month"]
    rows = [[TITLES[1], "com.example.007", "12", month], ["", "x", "0", month]]
    return AppstoreFile([Member(f"{kind}-{month}.csv", header, rows)])
