"""One report type that is wanted: its streams, its partitions, what state knows."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tap_amazon_reports.reports.report_types import DateMode
from tap_amazon_reports.settings.report_entries import ReportEntry, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from tap_amazon_reports.documents.block import Block
    from tap_amazon_reports.reports.report import ReportService
    from tap_amazon_reports.settings.reader import Settings
    from tap_amazon_reports.streams.content import ContentStream
    from tap_amazon_reports.streams.report_collecting import Collecting
    from tap_amazon_reports.streams.report_requesting import Requesting
    from tap_amazon_reports.streams.report_room import ReportRoom


@dataclass(frozen=True)
class Partition:
    """What is asked for at once: a marketplace, or all of a region.

    Attributes:
        name: the marketplace's id, or the region's code; `marketplace_id` of the rows.
        marketplace_ids: what to ask Amazon for; none for Amazon Pay.
        country: of the marketplace, when it is one.
    """

    name: str
    marketplace_ids: tuple[str, ...]
    country: str | None = None

    @property
    def context(self) -> dict[str, str]:
        """The partition, as state knows it."""
        return {"marketplace_id": self.name}


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


@dataclass(kw_only=True)
class ReportGroup:
    """One entry of `sp_report_types` or `pay_report_types`.

    The first of its streams that the SDK reads yields its own rows and writes those of
    its siblings on the way, so that a document with several arrays is fetched once.
    """

    entry: ReportEntry
    service_name: str
    make_service: Callable[[], ReportService]
    partitions: Sequence[Partition]
    settings: Settings
    make_room: Callable[[], ReportRoom]
    streams: list[ContentStream] = field(default_factory=list)
    _finished: set[tuple[str, str]] = field(default_factory=set)

    @property
    def service(self) -> ReportService:
        """The service that makes the reports."""
        return self.make_service()

    @property
    def room(self) -> ReportRoom:
        """What all groups of the run share."""
        return self.make_room()

    # Who only lists what there is to read comes by no report, and what it takes to read
    # one is much to import.

    @cached_property
    def requesting(self) -> Requesting | None:
        """How reports are asked for, if that is how one comes by them here."""
        if self.entry.source is not Source.REQUEST:
            return None
        from tap_amazon_reports.streams.report_requesting import (  # noqa: PLC0415
            Requesting,
        )

        return Requesting(self)

    @cached_property
    def collecting(self) -> Collecting | None:
        """How reports are collected, if that is how one comes by them here."""
        if self.entry.source is not Source.COLLECT:
            return None
        from tap_amazon_reports.streams.report_collecting import (  # noqa: PLC0415
            Collecting,
        )

        return Collecting(self)

    @property
    def is_snapshot(self) -> bool:
        """Whether a report shows how things are, and not what happened when."""
        return self.entry.kind.dates.mode is DateMode.NONE

    @property
    def bookmark_column(self) -> str | None:
        """What the bookmark follows; nothing for a snapshot, which is read anew."""
        if self.entry.source is Source.COLLECT:
            return "report_created_time"
        return None if self.is_snapshot else "data_end_time"

    @property
    def start(self) -> datetime:
        """From where on rows are wanted at the first run."""
        return self.entry.start or self.settings.start

    @property
    def selected(self) -> list[ContentStream]:
        """Those of its streams whose rows are wanted."""
        return [stream for stream in self.streams if stream.selected]

    def warn(self, text: str) -> None:
        """Log a warning in the name of the first stream."""
        self.streams[0].logger.warning("%s: %s", self.streams[0].name, text)

    def rows(self, driver: ContentStream, name: str) -> Iterator[Block]:
        """Yield the rows of `driver`, and write those of its siblings.

        Raises:
            AmazonError: if a report cannot be had or read.
        """
        if (driver.name, name) in self._finished:
            return
        self.room.open()
        partition = next(found for found in self.partitions if found.name == name)
        if way := self.requesting or self.collecting:
            yield from way.rows(driver, partition)
        for stream in self.selected:
            self._finished.add((stream.name, name))

    # What state knows of a partition.

    def bookmark(self, partition: Partition) -> datetime | None:
        """Return up to where all selected streams have been read."""
        found = [stream.bookmark_moment(partition.context) for stream in self.selected]
        read = [moment for moment in found if moment is not None]
        return min(read) if read and len(read) == len(found) else None

    def remembered(self, partition: Partition, name: str) -> dict[str, Any]:
        """Return what the selected streams remember under `name`."""
        found: dict[str, Any] = {}
        for stream in self.selected:
            found.update(stream.get_context_state(partition.context).get(name, {}))
        return found

    def move_bookmark(
        self,
        partition: Partition,
        bookmark: datetime,
        remembered: Mapping[str, object],
        *,
        newest: Mapping[str, object] | None = None,
    ) -> None:
        """Move the bookmarks of what is read together, and write one STATE message.

        Args:
            partition: of all of them.
            bookmark: up to where everything has been read.
            remembered: what else to remember.
            newest: what to remember of those that had not been read further.
        """
        streams = self.selected
        with streams[0].together():
            for stream in streams:
                furthest = stream.furthest(partition.context, bookmark)
                more = newest if newest and furthest == bookmark else {}
                stream.move_bookmark(
                    partition.context, furthest, remember={**remembered, **more}
                )

    def remember(self, partition: Partition, remembered: Mapping[str, object]) -> None:
        """Remember of what is read together what no row tells."""
        for stream in self.selected:
            stream.remember(partition.context, remembered)

    def finish_batches(self) -> None:
        """Write out the batch files of what is read together."""
        for stream in self.selected:
            stream.finish_batches()
