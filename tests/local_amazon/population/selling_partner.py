"""Eighty days of a seller's reports: every status, each optional field missing once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tests.local_amazon.marketplaces import BY_COUNTRY, SELLS_IN
from tests.local_amazon.moments import extended
from tests.local_amazon.ripening import BySeconds, Outcome
from tests.local_amazon.selling_partner.models import SellingPartner, fatal_document
from tests.report_types import (
    LISTINGS,
    ORDERS,
    RETURNS,
    SALES_AND_TRAFFIC,
    SHIPPING,
)

if TYPE_CHECKING:
    from tests.local_amazon.wire import Wire

STORAGE_FEES = "GET_FBA_STORAGE_FEE_CHARGES_DATA"
OPEN_LISTINGS = "GET_FLAT_FILE_OPEN_LISTINGS_DATA"
REIMBURSEMENTS = "GET_FBA_REIMBURSEMENTS_DATA"
TYPES = (
    ORDERS,
    SALES_AND_TRAFFIC,
    LISTINGS,
    OPEN_LISTINGS,
    RETURNS,
    REIMBURSEMENTS,
    SHIPPING,
)
WITHOUT_DATES = frozenset({LISTINGS, OPEN_LISTINGS})
REPORTS = 130
DAYS = 80
QUEUED_SECONDS = 600.0
RUNNING_SECONDS = 1200.0


def fill_selling_partner(model: SellingPartner, now: datetime) -> None:
    """Hold finished reports, two in the making, and three schedules."""
    schedules = _schedules(model, now)
    step = timedelta(days=DAYS) / REPORTS
    first = now - timedelta(days=DAYS)
    for n in range(REPORTS):
        created = (first + n * step).replace(microsecond=0)
        _add(model, n, created, schedules)
    _begin(model, ORDERS, BySeconds(QUEUED_SECONDS, RUNNING_SECONDS), now)
    _begin(model, RETURNS, BySeconds(0.0, QUEUED_SECONDS), now)


def _add(
    model: SellingPartner, n: int, created: datetime, schedules: list[Wire]
) -> None:
    report_type = TYPES[n % len(TYPES)]
    both = _marketplaces(model)
    fields: Wire = {"marketplaceIds": both if n % 9 == 0 else [both[n % 2]]}
    if report_type not in WITHOUT_DATES:
        fields["dataStartTime"] = extended(created - timedelta(days=2))
        fields["dataEndTime"] = extended(created - timedelta(days=1))
    for schedule in schedules:
        if schedule["reportType"] == report_type and n % 2:
            fields["reportScheduleId"] = schedule["reportScheduleId"]
    if n % 31 == 30:
        # The model requires four fields only: this report has no others.
        fields = {}
    outcome = _outcome(n)
    report = model.add_report(report_type, created=created, outcome=outcome, **fields)
    report["processingStartTime"] = extended(created + timedelta(seconds=20 + n))
    report["processingEndTime"] = extended(created + timedelta(seconds=50 + 2 * n))
    if outcome.status == "CANCELLED":
        del report["processingStartTime"]


def _outcome(n: int) -> Outcome:
    if n % 10 == 3:
        return Outcome("CANCELLED")
    if n % 17 == 5:
        reason = "Report data is not yet available. Please try again later."
        return Outcome("FATAL", fatal_document(reason) if n % 2 else None)
    return Outcome("DONE")


def _begin(
    model: SellingPartner, report_type: str, ripening: BySeconds, now: datetime
) -> None:
    report = model.ask(
        report_type,
        ripening=ripening,
        outcome=Outcome("DONE"),
        marketplaceIds=_marketplaces(model)[:1],
        dataStartTime=extended(now - timedelta(days=1)),
        dataEndTime=extended(now),
    )
    # So that it says how far it is even to a test that has not looked yet.
    model.look(report["reportId"])


def _marketplaces(model: SellingPartner) -> list[str]:
    """Return two marketplaces of the account."""
    return [BY_COUNTRY[country].id for country in SELLS_IN[model.region][:2]]


def _schedules(model: SellingPartner, now: datetime) -> list[Wire]:
    both = _marketplaces(model)
    tomorrow = extended((now + timedelta(days=1)).replace(microsecond=0))
    fields: tuple[Wire, ...] = (
        {"reportType": RETURNS, "marketplaceIds": both[:1], "period": "P1D"},
        {
            "reportType": SALES_AND_TRAFFIC,
            "marketplaceIds": both,
            "period": "P7D",
            "reportOptions": {"dateGranularity": "DAY", "asinGranularity": "SKU"},
        },
        {"reportType": STORAGE_FEES, "period": "P30D"},
    )
    return [
        model.add_schedule({**one, "nextReportCreationTime": tomorrow})
        for one in fields
    ]
