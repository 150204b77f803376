"""What all indexes of a service share: whom they ask, and for which report types."""

from __future__ import annotations

import abc
from typing import TYPE_CHECKING, Any

from tap_amazon_reports.singer.stream import CoreStream

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from singer_sdk.tap_base import Tap

    from tap_amazon_reports.amazon.reports_client import ReportsClient
    from tap_amazon_reports.singer.stream import Run


class Index(CoreStream, abc.ABC):
    """A list that a service keeps of what belongs to certain report types."""

    def __init__(
        self,
        tap: Tap,
        *,
        run: Run,
        client: Callable[[], ReportsClient[Any]],
        report_types: Callable[[], Sequence[str]],
    ) -> None:
        """List what belongs to `report_types`, through `client`."""
        super().__init__(tap, run=run)
        self._client = client
        self._report_types = report_types
