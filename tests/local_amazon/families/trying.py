"""Asks an Amazon that is not running for a report: for tests of the families."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.local_amazon.marketplaces import BY_COUNTRY
from tests.local_amazon.moments import extended
from tests.local_amazon.ripening import Outcome

from .layout import known_types, layout_of
from .periods import period_around
from .reading import rows_in, text_in

if TYPE_CHECKING:
    from datetime import datetime

    from tests.local_amazon.local import LocalAmazon
    from tests.local_amazon.storage.models import StoredObject

    from .content import Document

COUNTRIES = ("US", "DE", "JP")
SELLER_TYPES = [
    name for name in known_types("selling_partner") if not layout_of(name).is_refused
]


def made(
    amazon: LocalAmazon,
    report_type: str,
    country: str,
    *,
    days: int = 6,
    window: tuple[datetime, datetime] | None = None,
) -> dict[str, Any]:
    """Return a finished report of the last days, or of a window."""
    now = amazon.clock.now()
    start, end = window or (now - timedelta(days=days), now)
    return amazon.selling_partner.add_report(
        report_type,
        created=now,
        outcome=Outcome("DONE"),
        marketplaceIds=[BY_COUNTRY[country].id],
        dataStartTime=extended(start),
        dataEndTime=extended(end),
    )


def week(amazon: LocalAmazon) -> tuple[datetime, datetime]:
    """Return the limits of a week that has been over for long."""
    past = period_around((amazon.clock.now() - timedelta(days=21)).date(), "WEEK")
    return past.begin, past.close - timedelta(seconds=1)


def window_of(amazon: LocalAmazon, report_type: str) -> tuple[datetime, datetime]:
    """Return a window that the type can have."""
    start, end = week(amazon)
    layout = layout_of(report_type)
    periods = layout.about["dates"].get("periods", {})
    if layout.mode == "period" and next(iter(periods)) == "DAY":
        return start, start + timedelta(hours=23, minutes=59, seconds=59)
    if layout.mode == "hours":
        return start, start + timedelta(hours=5)
    return start, end


def countries_of(report_type: str) -> tuple[str, ...]:
    """Return the countries in which a type is tried."""
    return layout_of(report_type).countries or COUNTRIES


def stored_of(amazon: LocalAmazon, report: dict[str, Any]) -> StoredObject:
    """Return what storage has of a report."""
    return amazon.selling_partner.documents[report["reportDocumentId"]].content


def text_of_report(amazon: LocalAmazon, report: dict[str, Any]) -> str:
    """Return the text of a report's document."""
    dress = amazon.families.presentation(report["reportId"])
    return text_in(stored_of(amazon, report), dress)


def table_in(document: Document, text: str, report_type: str) -> list[list[str]]:
    """Return the rows of a table's text, without its header and its repetition."""
    header, *rows = rows_in(text, report_type)
    assert list(document.header) == header
    return [row for row in rows if row != header]
