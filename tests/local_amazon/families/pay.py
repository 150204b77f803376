"""The files of Amazon Pay, in the shapes of real ones.

Facts (real files, ids masked, of US accounts): settlement reports begin with a byte
order mark and five lines of preamble, and their header ends in a comma that the rows
have not; a refund appears once for each change of its state, newest first; every field
is quoted; times carry a space before their offset.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from .content import Line, Table
from .dice import Dice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .asked import Asked

PACIFIC = timezone(timedelta(hours=-7))
BACK = ("Refund", "Chargeback", "A-to-z Guarantee Claim")
SPECIAL_TOTALS = {3: "12345678901234.57", 7: "1000.50", 11: "1010"}
"""What is paid out on some days of twenty, so that no digit may be lost."""


class Settled(NamedTuple):
    """One settlement: its number, its lines but for the payout, what is paid out."""

    number: str
    lines: list[dict[str, str]]
    total: Decimal


def settled(start: datetime, end: datetime, currency: str) -> Settled:
    """Return the settlement of a period; its lines add up to what is paid out."""
    number = f"0{11_000_000_001 + int(end.timestamp()) // 60}"
    lines = [
        _transaction(start, number, n, currency)
        for n in range(2 + Dice("pay settlement", number).below(6))
    ]
    total = sum((Decimal(line["NetTransactionAmount"]) for line in lines), Decimal())
    special = SPECIAL_TOTALS.get(end.toordinal() % 20)
    reserve = Decimal() if special is None else _whole(special, currency) - total
    what = "Previous Reserve Balance"
    lines.append(
        {
            **_bank(start, number, "Reserve", what, reserve),
            "CurrencyCode": currency,
        }
    )
    return Settled(number, lines, total + reserve)


def _whole(amount: str, currency: str) -> Decimal:
    return Decimal(amount.partition(".")[0] if currency == "JPY" else amount)


def settlement(asked: Asked) -> Table:
    """Return a settlement: what was captured and refunded, a reserve, the payout."""
    names = [field.name for field in asked.layout.records[0].fields]
    currency = asked.marketplaces[0].currency
    number, rows, total = settled(asked.start, asked.end, currency)
    bank = "Bank account xx-123"
    payout = _bank(asked.end, number, "Transfer", bank, -total)
    rows.append({**payout, "CurrencyCode": currency})
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


def _transaction(start: datetime, number: str, n: int, currency: str) -> dict[str, str]:
    """Return one line; the first is a capture, and none gives back more than it."""
    dice = Dice("pay transaction", number, n)
    reference = f"P01-{dice.digits(7)}-{dice.digits(7)}"
    gives_back = n > 0 and dice.once_in(3)
    kind = dice.pick(BACK) if gives_back else "Capture"
    amount = _amount(dice, currency, most=900 if gives_back else 90_000)
    percentage = -_amount(dice, currency, most=500)
    fixed = Decimal() if currency == "JPY" else Decimal(dice.pick(("0", "-0.30")))
    paid = -amount if gives_back else amount + _amount(dice, currency, least=7000)
    return {
        "TransactionPostedDate": _local(start + timedelta(minutes=7 * n + 1)),
        "SettlementId": number,
        "AmazonTransactionId": f"{reference}-C{dice.digits(6)}",
        "SellerReferenceId": dice.digits(12),
        "TransactionType": kind,
        "AmazonOrderReferenceId": reference,
        "SellerOrderId": f"0{n}, of “shop”",
        "StoreName": "Local Shop",
        "CurrencyCode": currency,
        "TransactionDescription": dice.pick(("", 'sorry, "late"', "two\nlines")),
        "TransactionAmount": str(paid),
        "TransactionPercentageFee": str(percentage),
        "TransactionFixedFee": str(fixed),
        "TotalTransactionFee": str(percentage + fixed),
        "NetTransactionAmount": str(paid + percentage + fixed),
    }


def _amount(dice: Dice, currency: str, *, least: int = 0, most: int = 1) -> Decimal:
    """Return an amount below `most` more than `least`, in cents; the yen has none."""
    return Decimal(least + dice.below(most)).scaleb(0 if currency == "JPY" else -2)


def _bank(
    at: datetime,
    number: str,
    kind: str,
    description: str,
    amount: Decimal,
) -> dict[str, str]:
    return {
        "TransactionPostedDate": _local(at),
        "SettlementId": number,
        "TransactionType": kind,
        "TransactionDescription": description,
        "TransactionAmount": str(amount),
        "TransactionPercentageFee": "0",
        "TransactionFixedFee": "0",
        "TotalTransactionFee": "0",
        "NetTransactionAmount": str(amount),
    }


def refunds(asked: Asked) -> Table:
    """Return a refund report: each refund as completed, and as it was pending."""
    names = [field.name for field in asked.layout.records[0].fields]
    rows = [row for day in asked.days() for row in _refunds_of(asked, day.isoformat())]
    lines = [Line({name: row.get(name, "") for name in names}) for row in rows]
    return Table(names, lines, all_quoted=True)


def _refunds_of(asked: Asked, day: str) -> Iterator[dict[str, str]]:
    midnight = datetime.fromisoformat(f"{day}T00:00:00+00:00")
    currency = asked.marketplaces[0].currency
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
            "RefundAmount": str(_amount(dice, currency, most=900)),
            "CurrencyCode": currency,
            "SellerRefundNote": dice.pick(('sorry, "late"', "", "für Köln")),
            "RefundType": dice.pick(("SellerInitiated", "BuyerInitiated")),
            "CreationTimestamp": _local(created),
        }
        for status, hours in (("Completed", 2), ("Pending", 0)):
            updated = _local(created + timedelta(hours=hours))
            yield {**row, "RefundStatus": status, "LastUpdateTimestamp": updated}


def _local(moment: datetime) -> str:
    return moment.astimezone(PACIFIC).strftime("%Y-%m-%dT%H:%M:%S %z")
