"""The rows inside the reports of one type."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tap_amazon_reports.reports.report_job import JobStream
from tap_amazon_reports.settings.report_entries import ReportEntry, Source
from tap_amazon_reports.singer.partition_memory import PartitionMemory
from tap_amazon_reports.singer.report_stream import ReportStream
from tap_amazon_reports.streams.content_schema import content_key, content_schema

if TYPE_CHECKING:
    from collections.abc import Collection

    from singer_sdk.tap_base import Tap

    from tap_amazon_reports.documents.layout import RecordSet
    from tap_amazon_reports.reports.partition import Partition
    from tap_amazon_reports.singer.report_stream import ReadTogether
    from tap_amazon_reports.singer.stream import Run


@dataclass(frozen=True)
class ContentEntry:
    """One entry of `sp_report_types` or `pay_report_types`, and its streams.

    Attributes:
        entry: as the settings have it.
        service: whose reports they are.
        partitions: what its reports are asked for, one by one.
        streams: one for each array of records in its documents.
    """

    entry: ReportEntry
    service: str
    partitions: tuple[Partition, ...]
    streams: list[ContentStream] = field(default_factory=list)

    @property
    def bookmark_column(self) -> str | None:
        """What the bookmark follows; nothing for a snapshot, which is read anew."""
        if self.entry.source is Source.COLLECT:
            return "report_created_time"
        return None if self.entry.kind.is_snapshot else "data_end_time"

    def among(self, streams: Collection[ReportStream]) -> list[ContentStream]:
        """Return those of its streams that are wanted."""
        return [one for one in self.streams if one in streams and one.selected]


class ContentStream(ReportStream):
    """One row of one report, or one record of one of its arrays."""

    def __init__(
        self,
        tap: Tap,
        *,
        run: Run,
        name: str,
        records: RecordSet,
        content: ContentEntry,
        read_together: ReadTogether,
    ) -> None:
        """Be the stream `name` of the `records` in the documents of `content`."""
        schema = content_schema(records, title=name)
        super().__init__(tap, run=run, name=name, schema=schema)
        self.service = content.service
        self.records = records
        self.primary_keys = self.keyed(*content_key(records))
        self.replication_key = content.bookmark_column
        self._partitions = content.partitions
        self._read_together = read_together

    @property
    def partitions(self) -> list[dict[str, str]]:
        """One for each marketplace that is asked, or one for the region."""
        return [_context(partition) for partition in self._partitions]

    def of_job(self, partition: Partition) -> JobStream:
        """Return this stream as a job sees it."""
        return JobStream(
            name=self.name,
            records=self.records,
            receiver=self,
            memory=PartitionMemory(self, _context(partition)),
            replaces=self.emit_activate_version_messages,
        )


def _context(partition: Partition) -> dict[str, str]:
    """Return a partition as state knows it."""
    return {"marketplace_id": partition.name}
