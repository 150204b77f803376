"""A small account: a row or two of everything, so that a run is over at once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.local_amazon import AppstoreFile, Member, Outcome, StoredObject
from tests.local_amazon.moments import basic, extended, milliseconds
from tests.local_amazon.pay.report_types import REFUND
from tests.local_amazon.pay.report_types import SETTLEMENT as PAY_SETTLEMENT
from tests.report_types import PLANNING, RETURNS, SETTLEMENT, SHIPPING

if TYPE_CHECKING:
    from datetime import datetime

    from tests.local_amazon import LocalAmazon
    from tests.local_amazon.pay.models import Pay
    from tests.local_amazon.selling_partner.models import SellingPartner

US = "ATVPDKIKX0DER"
SALES_HEADER = ["Marketplace", "Invoice Id", "Transaction Time", "Units", "Sales Price"]
TABLES = {
    SHIPPING: b"order-id\torder-item-id\tquantity-purchased\n111\t1\t2\n112\t2\t1\n",
    PLANNING: b"snapshot-date\tsku\tmarketplace\tavailable\n2026-11-20\tS1\tUS\t7\n",
    SETTLEMENT: b"settlement-id\tcurrency\tamount\n9001\tUSD\t1.10\n9001\tUSD\t2.00\n",
    REFUND: (
        b"AmazonRefundId,RefundStatus,RefundAmount,LastUpdateTimestamp\n"
        b"R-1,Completed,3.10,2026-11-02T10:00:00+0000\n"
    ),
    PAY_SETTLEMENT: (
        b"TransactionPostedDate,SettlementId,AmazonTransactionId,NetTransactionAmount\n"
        b'"2026-11-02T10:00:00+0000","77","T-1","5.00"\n'
    ),
}
"""The documents of each type, by its name."""


def fill(amazon: LocalAmazon) -> None:
    """Hold the account."""
    now = amazon.clock.now()
    line = ["Amazon.com", "INV-1", "2026-10-30 10:00:00 PDT", "2", "3.98"]
    members = [Member("sales.csv", SALES_HEADER, [line])]
    amazon.appstore.months["sales", "2026-10"] = AppstoreFile(members)
    _fill_seller(amazon.selling_partner, now)
    _fill_merchant(amazon.pay, now)


def _fill_seller(seller: SellingPartner, now: datetime) -> None:
    for name in (SHIPPING, PLANNING):
        table = StoredObject(TABLES[name])
        seller.contents[name] = lambda _report, table=table: table  # type: ignore[misc]
    seller.add_report(
        SETTLEMENT,
        created=now - timedelta(days=3),
        outcome=Outcome("DONE", StoredObject(TABLES[SETTLEMENT])),
        marketplaceIds=[US],
        dataStartTime=extended(now - timedelta(days=17)),
        dataEndTime=extended(now - timedelta(days=3)),
        reportScheduleId="50900000001",
    )
    seller.add_schedule(
        {
            "reportType": RETURNS,
            "marketplaceIds": [US],
            "period": "P1D",
            "reportOptions": {"a": "b"},
            "nextReportCreationTime": extended(now + timedelta(days=1)),
        }
    )


def _fill_merchant(merchant: Pay, now: datetime) -> None:
    table = StoredObject(TABLES[REFUND])
    merchant.contents[REFUND] = lambda _report: table
    merchant.add_report(
        PAY_SETTLEMENT,
        created=now - timedelta(days=3),
        outcome=Outcome("COMPLETED", StoredObject(TABLES[PAY_SETTLEMENT])),
        startTime=basic(now - timedelta(days=17)),
        endTime=basic(now - timedelta(days=3)),
    )
    merchant.add_schedule(
        {
            "reportType": PAY_SETTLEMENT,
            "scheduleFrequency": "P1D",
            "nextReportCreationTime": basic(now + timedelta(days=1)),
        }
    )
    merchant.disbursements.append(
        {
            "settlementId": "77",
            "amazonDisbursementReferenceId": "D-1",
            "sellerId": "A1LOCALSELLER",
            "amount": "5.00",
            "currencyCode": "USD",
            "transactionTime": milliseconds(now - timedelta(days=3)),
        }
    )
