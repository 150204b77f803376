"""Eighty days of a merchant's reports, seventy days of payouts, two schedules."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tests.local_amazon.moments import basic, milliseconds
from tests.local_amazon.pay import report_types
from tests.local_amazon.ripening import BySeconds, Outcome

if TYPE_CHECKING:
    from tests.local_amazon.pay.models import Environment, Pay

DAYS = 80
PAYOUT_DAYS = 70
PAYOUTS = 45
REQUESTED = (
    report_types.REFUND,
    report_types.ORDER_REFERENCE,
    report_types.AUTHORIZATION,
    report_types.MULTI_CURRENCY,
)
RUNNING_SECONDS = 1800.0
AMOUNTS = ("1000.50", "0.10", "12345678901234.57", "-17.90", "200")


def fill_pay(pay: Pay, now: datetime) -> None:
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
    _add_payouts(pay, now)
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


def _add_payouts(pay: Pay, now: datetime) -> None:
    step = timedelta(days=PAYOUT_DAYS) / PAYOUTS
    for n in range(PAYOUTS):
        at = now - timedelta(days=PAYOUT_DAYS) + n * step
        pay.disbursements.append(
            {
                "sellerId": "A1LOCALSELLER",
                # Two payouts of one settlement, now and then.
                "settlementId": f"0{11_000_000_001 + n - (n % 10 == 9)}",
                "amazonDisbursementReferenceId": f"LOCAL{n:07d}REF",
                "amount": AMOUNTS[n % len(AMOUNTS)],
                "currencyCode": "USD",
                "transactionTime": milliseconds(at + timedelta(milliseconds=n)),
            }
        )


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
