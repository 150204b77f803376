"""The files of Amazon Pay, in the shapes of real ones.

Facts (real files, ids masked, of US accounts): settlement reports begin with a byte
order mark and five lines of preamble, and their header ends in a comma that the rows
have not; a refund appears once for each change of its state, newest first; every field
is quoted; times carry a space before their offset.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING

from .content import Line, Table
from .dice import Dice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .asked import Asked

PACIFIC = timezone(timedelta(hours=-7))
_TYPES = ("Capture", "Capture", "Refund", "Chargeback", "A-to-z Guarantee Claim")


def settlement(asked: Asked) -> Table:
    """Return a settlement: what was captured and refunded, a reserve, the payout."""
    names = [field.name for field in asked.layout.records[0].fields]
    dice = Dice("pay settlement", *asked.key)
    number = f"{11_000_000_001 + dice.below(10**9)}"
    rows = [_transaction(asked, number, n) for n in range(1 + dice.below(6))]
    rows.append(_bank(asked.start, number, "Reserve", "Previous Reserve Balance", "0"))
    rows.append(_bank(asked.end, number, "Transfer", "Bank account xx-123", "-17.91"))
    return Table(
        names,
        [Line({name: row.get(name, "") for name in names}) for row in rows],
        preamble=(
            '"Amazon Payments Advanced",',
            '"Settlement Report",',
            '"SellerId","A1LOCALSELLER"',
            f'"SettlementStartDate","{_local(asked.start)}"',
            f'"SettlementEndDate","{_local(asked.end)}"',
        ),
        header_end=",",
        all_quoted=True,
    )


def _transaction(asked: Asked, number: str, n: int) -> dict[str, str]:
    dice = Dice("pay transaction", number, n)
    reference = f"P01-{dice.digits(7)}-{dice.digits(7)}"
    amount = Decimal(dice.below(100_000)).scaleb(-2)
    percentage = -Decimal(dice.below(500)).scaleb(-2)
    fixed = Decimal(dice.pick(("0", "-0.30")))
    return {
        "TransactionPostedDate": _local(asked.start + timedelta(minutes=7 * n + 1)),
        "SettlementId": number,
        "AmazonTransactionId": f"{reference}-C{dice.digits(6)}",
        "SellerReferenceId": dice.digits(12),
        "TransactionType": dice.pick(_TYPES),
        "AmazonOrderReferenceId": reference,
        "SellerOrderId": f"0{n}, of “shop”",
        "StoreName": "Local Shop",
        "CurrencyCode": "USD",
        "TransactionDescription": dice.pick(("", 'sorry, "late"', "two\nlines")),
        "TransactionAmount": str(amount),
        "TransactionPercentageFee": str(percentage),
        "TransactionFixedFee": str(fixed),
        "TotalTransactionFee": str(percentage + fixed),
        "NetTransactionAmount": str(amount + percentage + fixed),
    }


def _bank(
    at: datetime, number: str, kind: str, description: str, amount: str
) -> dict[str, str]:
    return {
        "TransactionPostedDate": _local(at),
        "SettlementId": number,
        "TransactionType": kind,
        "CurrencyCode": "USD",
        "TransactionDescription": description,
        "TransactionAmount": amount,
        "TransactionPercentageFee": "0",
        "TransactionFixedFee": "0",
        "TotalTransactionFee": "0",
        "NetTransactionAmount": amount,
    }


def refunds(asked: Asked) -> Table:
    """Return a refund report: each refund as completed, and as it was pending."""
    names = [field.name for field in asked.layout.records[0].fields]
    rows = [row for day in asked.days() for row in _refunds_of(asked, day.isoformat())]
    lines = [Line({name: row.get(name, "") for name in names}) for row in rows]
    return Table(names, lines, all_quoted=True)


def _refunds_of(asked: Asked, day: str) -> Iterator[dict[str, str]]:
    midnight = datetime.fromisoformat(f"{day}T00:00:00+00:00")
    for n in range(Dice("refunds", day).below(3)):
        dice = Dice("refund", day, n)
        created = midnight + timedelta(seconds=61 * dice.below(1300) + 1)
        if not asked.covers(created):
            continue
        reference = f"P01-{dice.digits(7)}-{dice.digits(7)}"
        row = {
            "AmazonRefundId": f"{reference}-R{dice.digits(6)}",
            "RefundReferenceId": f"0{dice.digits(7)}",
            "AmazonCaptureId": f"{reference}-C{dice.digits(6)}",
            "AmazonOrderReferenceId": reference,
            "RefundAmount": str(Decimal(dice.below(10**5)).scaleb(-2)),
            "CurrencyCode": "USD",
            "SellerRefundNote": dice.pick(('sorry, "late"', "", "für Köln")),
            "RefundType": dice.pick(("SellerInitiated", "BuyerInitiated")),
            "CreationTimestamp": _local(created),
        }
        for status, hours in (("Completed", 2), ("Pending", 0)):
            updated = _local(created + timedelta(hours=hours))
            yield {**row, "RefundStatus": status, "LastUpdateTimestamp": updated}


def _local(moment: datetime) -> str:
    return moment.astimezone(PACIFIC).strftime("%Y-%m-%dT%H:%M:%S %z")
