"""What a pipeline wants: its settings, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tap_amazon_reports.reports.partition import Partition
from tests.clock import NOON
from tests.reports.run_model.target import RowKey, Target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_amazon_reports.reports.report_types import ReportType
    from tests.reports.run_model.amazon import Amazon, Order
    from tests.reports.run_model.kinds import Kind

START = NOON - timedelta(days=20)
FAR = NOON + timedelta(days=4000)
LONG_AGO = NOON - timedelta(days=4000)
LISTED = timedelta(days=89)
"""For how long Amazon lists a report, less a day."""
FIRST_RUN = timedelta(days=30)
"""How far back a first run reads where nobody says from where on."""


@dataclass
class Settings:
    """What the user of a pipeline says."""

    window_days: int | None = None
    lookback: timedelta = timedelta(days=3)
    start: datetime | None = START
    end: datetime = FAR
    detail: str | None = None
    markets: tuple[str, ...] = ("US", "CA")
    streams: tuple[str, ...] = ()
    waits: bool = True
    replaces: bool = False


class Wanted:
    """What a pipeline reads, from where to where.

    Attributes:
        collects: whether it reads what a schedule makes.
        settings: what its user says.
        target: has its tables and its state.
    """

    def __init__(
        self, name: str, amazon: Amazon, kind: Kind, *, collects: bool = False
    ) -> None:
        """Have not been run."""
        self.collects = collects
        self.name = name
        self.amazon = amazon
        self.kind = kind
        self.settings = Settings(streams=tuple(one.stream for one in self._records))
        if not kind.kind.has_keys:
            self.settings.lookback = timedelta()
        self.target = Target()

    @property
    def report_type(self) -> ReportType:
        """The type, as it is with the streams that are selected."""
        return self.kind.kind.for_options(self.options).for_streams(
            self.settings.streams
        )

    @property
    def options(self) -> dict[str, str]:
        """What is sent with each request."""
        detail = self.settings.detail
        return {"detail": detail} if detail and self.kind.kind.options else {}

    @property
    def partitions(self) -> list[Partition]:
        """One for each marketplace, or one for all."""
        markets = self.settings.markets
        if self._is_one_for_all:
            return [Partition("na", markets)]
        return [Partition(one, (one,), one) for one in markets]

    @property
    def first_start(self) -> datetime:
        """From where on a first run reads now."""
        return self.settings.start or self.amazon.clock.now() - FIRST_RUN

    @property
    def _is_one_for_all(self) -> bool:
        return self.collects or self.kind.is_regional

    @property
    def _records(self) -> Any:
        return self.kind.kind.layout.records

    @property
    def _selected(self) -> list[Any]:
        return [one for one in self._records if one.stream in self.settings.streams]

    def keys(self, name: str, order: Order) -> Iterator[RowKey]:
        """Yield where the rows of an order lie, of all that is selected."""
        for stream in self.settings.streams:
            if self._is_one_for_all:
                yield RowKey(stream, "na", name)
            elif order.market in self.settings.markets:
                yield RowKey(stream, order.market, name)
