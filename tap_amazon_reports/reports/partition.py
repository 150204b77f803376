"""What one report is asked for: a marketplace, or all of a region."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Partition:
    """What is asked for at once.

    Attributes:
        name: the marketplace's id, or the region's code; `marketplace_id` of the rows.
        marketplace_ids: what to ask Amazon for; none for Amazon Pay.
        country: of the marketplace, when it is one.
    """

    name: str
    marketplace_ids: tuple[str, ...]
    country: str | None = None
