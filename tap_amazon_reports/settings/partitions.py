"""What the reports of an entry are asked for at once: a marketplace, or a region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_amazon_reports.reports.partition import Partition
from tap_amazon_reports.settings.report_entries import Source

if TYPE_CHECKING:
    from tap_amazon_reports.settings.report_entries import ReportEntry


def selling_partner_partitions(entry: ReportEntry) -> list[Partition]:
    """Return what is asked for at once: a marketplace, or all of the region."""
    markets = entry.marketplaces
    together = entry.regional or entry.source is Source.COLLECT
    if together and markets:
        ids = tuple(market.marketplace_id for market in markets)
        country = markets[0].country if len(markets) == 1 else None
        return [Partition(markets[0].region.value, ids, country)]
    return [
        Partition(market.marketplace_id, (market.marketplace_id,), market.country)
        for market in markets
    ]
