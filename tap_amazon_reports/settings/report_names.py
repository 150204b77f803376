"""Which report type a name in the settings means, and where that type exists."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tap_amazon_reports.amazon.marketplaces import Marketplace
    from tap_amazon_reports.reports.report_catalogue import ReportCatalogue
    from tap_amazon_reports.reports.report_types import ReportType

SETTINGS = {
    "selling_partner": "sp_report_types",
    "amazon_pay": "pay_report_types",
    "appstore": "appstore_reports",
}
"""Where the report types of each service are named."""
_CALLED = {
    "selling_partner": "the Selling Partner API",
    "amazon_pay": "Amazon Pay",
    "appstore": "the Appstore",
}


def strayed(name: str, *, service: str, catalogue: ReportCatalogue) -> str | None:
    """Return where a type belongs that is another service's; None where it is not.

    Args:
        name: the type's.
        service: the one whose setting it is in, as the catalogue calls it.
        catalogue: the report types that are known.
    """
    owner = catalogue.service_of(name)
    if owner is None or owner == service:
        return None
    return f"this type belongs to {_CALLED[owner]}: name it in {SETTINGS[owner]}"


def meant(kind: ReportType, catalogue: ReportCatalogue) -> str:
    """Return what to say of a type that nobody knows: how it is read, what it may be.

    Args:
        kind: a type without a file.
        catalogue: the report types that are known.
    """
    alike = catalogue.alike(kind.service, kind.report_type)
    hint = f"; did you mean {' or '.join(alike)}?" if alike else ""
    return (
        f"{kind.report_type} is not a report type that this tap knows; each row is read"
        f" as one object, with the key report_id and report_row{hint}"
    )


def existing(kind: ReportType, wanted: Sequence[Marketplace]) -> list[Marketplace]:
    """Return those of some marketplaces where a type exists."""
    return [
        market
        for market in wanted
        if not kind.marketplaces or market.country in kind.marketplaces
    ]


def countries(markets: Sequence[Marketplace]) -> str:
    """Return the countries of marketplaces, joined."""
    return ", ".join(market.country for market in markets)


def absences(kind: ReportType, wanted: Sequence[Marketplace]) -> Iterator[str]:
    """Yield what to say if a type exists in some of the marketplaces alone."""
    there = existing(kind, wanted)
    gone = [market for market in wanted if market not in there]
    if there and gone:
        yield (
            f"{kind.report_type} does not exist in {countries(gone)}; it is read for"
            f" {countries(there)}"
        )
