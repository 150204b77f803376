"""Reports that nobody asked for: settlements, and what schedules and sellers make."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tests.local_amazon.families.layout import known_types, layout_of
from tests.local_amazon.marketplaces import BY_COUNTRY
from tests.local_amazon.moments import extended
from tests.local_amazon.ripening import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.local_amazon.marketplaces import Marketplace
    from tests.local_amazon.selling_partner.models import SellingPartner

SETTLED = {"na": ("US", "CA", "MX"), "eu": ("DE", "GB", "SE"), "fe": ("JP", "AU")}
"""One country for each currency: a settlement has one of these."""
SPAN = timedelta(days=14)
"""A settlement's period; the next begins where it ends."""
DAYS_BACK = (85, 71, 57, 43, 29, 15, 1)
OTHERS_DAYS_BACK = (40, 9)


def collected_types() -> list[str]:
    """Return the types that cannot be asked for and are rows."""
    layouts = map(layout_of, known_types("selling_partner"))
    return [
        layout.report_type
        for layout in layouts
        if not layout.is_requestable and not layout.is_refused
    ]


def fill_collected(
    model: SellingPartner, now: datetime, report_types: Iterable[str]
) -> None:
    """Hold finished reports of types that are made without being asked for.

    Each was made within the last 90 days, for the region that the account is of.
    """
    now = now.replace(microsecond=0)
    for report_type in report_types:
        layout = layout_of(report_type)
        is_settlement = "SETTLEMENT" in report_type
        countries = SETTLED[model.region][: None if is_settlement else 1]
        for country in layout.countries or countries:
            marketplace = BY_COUNTRY[country]
            if marketplace.region == model.region:
                days_back = DAYS_BACK if is_settlement else OTHERS_DAYS_BACK
                _add(model, report_type, marketplace, now, days_back)


def _add(
    model: SellingPartner,
    report_type: str,
    marketplace: Marketplace,
    now: datetime,
    days_back: tuple[int, ...],
) -> None:
    # Those of two currencies are not made at the same moment.
    later = timedelta(minutes=len(model.reports) % 50, seconds=7)
    for days in days_back:
        created = now - timedelta(days=days) + later
        model.add_report(
            report_type,
            created=created,
            outcome=Outcome("DONE"),
            marketplaceIds=[marketplace.id],
            dataStartTime=extended(created - SPAN),
            dataEndTime=extended(created),
        )
