"""Eighty days of a merchant's reports, seventy days of payouts, two schedules."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from tests.local_amazon.families.pay import settled
from tests.local_amazon.moments import basic, milliseconds
from tests.local_amazon.pay import report_types
from tests.local_amazon.ripening import BySeconds, Outcome

if TYPE_CHECKING:
    from tests.local_amazon.pay.models import Environment, Pay
    from tests.local_amazon.wire import Wire

DAYS = 80
PAYOUT_DAYS = 70
REQUESTED = (
    report_types.REFUND,
    report_types.ORDER_REFERENCE,
    report_types.AUTHORIZATION,
    report_types.MULTI_CURRENCY,
)
RUNNING_SECONDS = 1800.0
CENT = Decimal("0.01")


def fill_pay(pay: Pay, now: datetime, currency: str) -> None:
    """Hold reports of all four statuses, payouts and schedules."""
    for days_back in range(DAYS, 0, -1):
        created = (now - timedelta(days=days_back)).replace(microsecond=0)
        _add(pay, report_types.SETTLEMENT, created, Outcome("COMPLETED"))
        if days_back % 2:
            report_type = REQUESTED[days_back // 2 % len(REQUESTED)]
            later = created + timedelta(hours=3, seconds=days_back)
            _add(pay, report_type, later, _outcome(days_back))
    pay.ask(
        report_types.REFUND,
        ripening=BySeconds(0.0, RUNNING_SECONDS),
        outcome=Outcome("COMPLETED"),
        startTime=basic(now - timedelta(days=1)),
        endTime=basic(now),
    )
    _add_payouts(pay, now, currency)
    _add_schedules(pay, now)
    _add(
        pay.sandbox,
        report_types.SANDBOX_SETTLEMENT,
        now - timedelta(days=1),
        Outcome("COMPLETED"),
    )


def _add(
    pay: Environment, report_type: str, created: datetime, outcome: Outcome
) -> None:
    report = pay.add_report(
        report_type,
        created=created,
        outcome=outcome,
        startTime=basic(created - timedelta(days=1)),
        endTime=basic(created),
    )
    report["processingEndTime"] = basic(created + timedelta(seconds=40))
    if outcome.status == "CANCELLED":
        # Null or missing is not known: the tap has to take both.
        del report["reportDocumentId"]


def _outcome(days_back: int) -> Outcome:
    if days_back % 7 == 0:
        return Outcome("CANCELLED")
    return Outcome("FAILED" if days_back % 11 == 0 else "COMPLETED")


def _add_payouts(pay: Pay, now: datetime, currency: str) -> None:
    """Pay out each settlement of the last days, now and then by two payouts."""
    for n, days_back in enumerate(range(PAYOUT_DAYS, 0, -1)):
        end = (now - timedelta(days=days_back)).replace(microsecond=0)
        # A report tells whole seconds, and its number is of them.
        settlement = settled(end - timedelta(days=1), end, currency)
        unit = Decimal(1) if currency == "JPY" else CENT
        first = (settlement.total / 3).quantize(unit) if n % 10 == 9 else Decimal()
        for amount in (first, settlement.total - first):
            if amount:
                at = end + timedelta(hours=2, milliseconds=len(pay.disbursements))
                pay.disbursements.append(
                    _payout(pay, settlement.number, amount, currency, at)
                )


def _payout(
    pay: Pay, number: str, amount: Decimal, currency: str, at: datetime
) -> Wire:
    return {
        "sellerId": "A1LOCALSELLER",
        "settlementId": number,
        "amazonDisbursementReferenceId": f"LOCAL{len(pay.disbursements):07d}REF",
        "amount": str(amount),
        "currencyCode": currency,
        "transactionTime": milliseconds(at),
    }


def _add_schedules(pay: Pay, now: datetime) -> None:
    tomorrow = basic(now + timedelta(days=1))
    for report_type, frequency in (
        (report_types.REFUND, "P1D"),
        (report_types.ORDER_REFERENCE, "P14D"),
    ):
        pay.add_schedule(
            {
                "reportType": report_type,
                "scheduleFrequency": frequency,
                "nextReportCreationTime": tomorrow,
            }
        )
