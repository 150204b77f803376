"""The queries of the Sales API, as the settings name them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tap_amazon_reports.reports.metric_windows import FirstDayOfWeek, Granularity
from tap_amazon_reports.settings.schema import METRICS_QUERY, declared_defaults

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, kw_only=True)
class MetricsQuery:
    """One query of the Sales API."""

    granularity: Granularity = Granularity.DAY
    time_zone: str | None = None
    buyer_type: str = "All"
    fulfillment_network: str | None = None
    first_day_of_week: FirstDayOfWeek | None = None
    asin: str | None = None
    sku: str | None = None
    amazon_program: str | None = None
    lookback: timedelta = timedelta(days=3)


class QueryReader:
    """Reads the queries of one setting, and refuses what cannot be asked."""

    def __init__(self, setting: str) -> None:
        """Read the queries of `setting`."""
        self._setting = setting
        self.problems: list[str] = []

    def read(
        self, given: Mapping[str, Any] | Sequence[Mapping[str, Any]]
    ) -> tuple[MetricsQuery, ...]:
        """Return one query or several; `problems` then says what is wrong with any."""
        entries = given if isinstance(given, list) else [given]
        queries = tuple(map(self._query, entries))
        if len(set(queries)) < len(queries):
            self._refuse("the same query twice", "each query once")
        return queries

    def _refuse(self, found: str, allowed: str) -> None:
        self.problems.append(f"{self._setting}: found {found}, allowed: {allowed}")

    def _query(self, given: Mapping[str, Any]) -> MetricsQuery:
        said = {name: part for name, part in given.items() if part is not None}
        entry = {**declared_defaults(METRICS_QUERY), **said}
        granularity = Granularity(entry["granularity"])
        if entry.get("asin") and entry.get("sku"):
            self._refuse("both asin and sku", "one of the two")
        first_day = entry.get("first_day_of_week")
        if first_day and granularity is not Granularity.WEEK:
            self._refuse("first_day_of_week", "only with granularity Week")
        return MetricsQuery(
            granularity=granularity,
            time_zone=self._time_zone(entry.get("time_zone")),
            buyer_type=entry["buyer_type"],
            fulfillment_network=entry.get("fulfillment_network"),
            first_day_of_week=FirstDayOfWeek(first_day) if first_day else None,
            asin=entry.get("asin"),
            sku=entry.get("sku"),
            amazon_program=entry.get("amazon_program"),
            lookback=timedelta(days=entry["lookback_days"]),
        )

    def _time_zone(self, name: str | None) -> str | None:
        if name is not None:
            try:
                ZoneInfo(name)
            except (ValueError, OSError, ZoneInfoNotFoundError):
                self._refuse(
                    f"time_zone {name!r}",
                    "IANA time zone names, such as Europe/Berlin",
                )
        return name
