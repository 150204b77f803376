"""What is inside the documents of Amazon Pay, in the shapes of real files.

Facts (real files, ids masked, of US accounts): settlement reports begin with a byte
order mark and five lines of preamble, and their header ends in a comma that the rows
have not; a refund appears once for each change of its state, newest first; every field
is quoted; times carry a space before their offset.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from tests.amazon.moments import parse_basic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.amazon.wire import Wire

PACIFIC = timezone(timedelta(hours=-7))
SETTLEMENT_HEADER = (
    "TransactionPostedDate",
    "SettlementId",
    "AmazonTransactionId",
    "SellerReferenceId",
    "TransactionType",
    "AmazonOrderReferenceId",
    "SellerOrderId",
    "StoreName",
    "CurrencyCode",
    "TransactionDescription",
    "TransactionAmount",
    "TransactionPercentageFee",
    "TransactionFixedFee",
    "TotalTransactionFee",
    "NetTransactionAmount",
)
REFUND_HEADER = (
    "AmazonRefundId",
    "RefundReferenceId",
    "AmazonCaptureId",
    "AmazonOrderReferenceId",
    "RefundAmount",
    "CurrencyCode",
    "SellerRefundNote",
    "RefundType",
    "RefundStatus",
    "LastUpdateTimestamp",
    "ReasonCode",
    "CreationTimestamp",
)
PLAIN_HEADER = ("AmazonOrderReferenceId", "SellerOrderId", "Amount", "CurrencyCode")


def settlement(report: Wire) -> bytes:
    """Return a settlement report."""
    number, start, end = _numbers(report)
    fees = [("10.00", "-0.29", "-0.30", "-0.59", "9.41"), ("8.5", "0", "0", "0", "8.5")]
    rows = [
        (
            _local(start + timedelta(hours=n + 1)),
            str(number),
            f"P01-1234567-{number % 10**7:07d}-C{n:06d}",
            f"{n:012d}",
            "Capture",
            f"P01-1234567-{number % 10**7:07d}",
            f"0{n}, of \u201cshop\u201d",
            "Local Shop",
            "USD",
            "",
            *fees[n % 2],
        )
        for n in range(number % 4 + 1)
    ]
    nothing = "", "", "Transfer", "", "", "", "USD", "Bank account xx-123"
    payout = ("-17.91", "0", "0", "0", "-17.91")
    rows.append((_local(end), str(number), *nothing, *payout))
    preamble = (
        '"Amazon Payments Advanced",\n'
        '"Settlement Report",\n'
        '"SellerId","A1LOCALSELLER"\n'
        f'"SettlementStartDate","{_local(start)}"\n'
        f'"SettlementEndDate","{_local(end)}"\n'
    )
    header = _line(SETTLEMENT_HEADER) + ",\n"
    return (preamble + header + _table(rows)).encode("utf-8-sig")


def refunds(report: Wire) -> bytes:
    """Return a refund report: each refund as completed, and as it was pending."""
    number, start, _end = _numbers(report)
    rows = []
    for n in range(number % 3 + 1):
        created = start + timedelta(hours=n)
        for status, hours in (("Completed", 2), ("Pending", 0)):
            updated = created + timedelta(hours=hours)
            rows.append(
                (
                    f"P01-7654321-{number % 10**7:07d}-R{n:06d}",
                    f"{n:08d}",
                    f"P01-7654321-{number % 10**7:07d}-C{n:06d}",
                    f"P01-7654321-{number % 10**7:07d}",
                    "5.00",
                    "USD",
                    'sorry, "late"'.replace('"', '""'),
                    ("SellerInitiated", "BuyerInitiated")[n % 2],
                    status,
                    _local(updated),
                    "",
                    _local(created),
                )
            )
    return (_line(REFUND_HEADER) + "\n" + _table(rows)).encode()


def plain(report: Wire) -> bytes:
    """Return a report of a type whose real header nobody has recorded."""
    number, _start, _end = _numbers(report)
    rows = [
        (f"P01-1111111-{number % 10**7:07d}", f"{n:05d}", f"{n}.10", "USD")
        for n in range(number % 4)
    ]
    return (_line(PLAIN_HEADER) + "\n" + _table(rows)).encode()


def _numbers(report: Wire) -> tuple[int, datetime, datetime]:
    created = _moment(report["createdTime"])
    start = _moment(report["startTime"]) if report["startTime"] else created
    end = _moment(report["endTime"]) if report["endTime"] else created
    return int(report["reportId"]), start, end


def _moment(text: str) -> datetime:
    moment = parse_basic(text)
    if moment is None:
        raise ValueError(text)
    return moment


def _local(moment: datetime) -> str:
    return moment.astimezone(PACIFIC).strftime("%Y-%m-%dT%H:%M:%S %z")


def _line(cells: Sequence[str]) -> str:
    return ",".join(f'"{cell}"' for cell in cells)


def _table(rows: Sequence[Sequence[str]]) -> str:
    return "".join(f"{_line(row)}\n" for row in rows)
