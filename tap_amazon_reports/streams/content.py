"""The rows inside the reports of one type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_amazon_reports.singer.stream import AmazonStream
from tap_amazon_reports.streams.content_schema import content_key, content_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from singer_sdk.helpers.types import Context, Record
    from singer_sdk.tap_base import Tap

    from tap_amazon_reports.documents.block import Block
    from tap_amazon_reports.documents.layout import RecordSet
    from tap_amazon_reports.singer.stream import Run
    from tap_amazon_reports.streams.report_group import ReportGroup


class ContentStream(AmazonStream):
    """One row of one report, or one record of one of its arrays."""

    def __init__(
        self,
        tap: Tap,
        *,
        run: Run,
        name: str,
        records: RecordSet,
        group: ReportGroup,
    ) -> None:
        """Be the stream `name` of the `records` that `group` reads."""
        schema = content_schema(records, title=name)
        super().__init__(tap, run=run, name=name, schema=schema)
        self.service = group.service_name
        self.records = records
        self.primary_keys = self.keyed(*content_key(records))
        self.replication_key = group.bookmark_column
        self._group = group
        group.streams.append(self)

    @property
    def partitions(self) -> list[dict[str, str]]:
        """One for each marketplace that is asked, or one for the region."""
        return [partition.context for partition in self._group.partitions]

    def read(self, context: Context | None) -> Iterator[Record]:
        """Yield the rows; those of the sibling streams are written on the way."""
        for block in self.blocks(context):
            yield from block.rows()

    def blocks(self, context: Context | None) -> Iterator[Block]:
        """Yield the rows as the document's reader does, many at once."""
        if context is not None:
            yield from self._group.rows(self, str(context["marketplace_id"]))
