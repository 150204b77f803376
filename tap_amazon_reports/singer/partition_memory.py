"""What a stream remembers of one partition, in the SDK's state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_amazon_reports.amazon.marketplaces import Region

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager
    from datetime import datetime

    from singer_sdk.helpers.types import Context

    from tap_amazon_reports.singer.stream import AmazonStream

_REGIONS = frozenset(region.value for region in Region)


class PartitionMemory:
    """The `Memory` of a job, kept in the state of its stream."""

    def __init__(self, stream: AmazonStream, context: Context) -> None:
        """Remember in the state of one partition of `stream`."""
        self._stream = stream
        self._context = context

    def bookmark(self) -> datetime | None:
        """Return up to where everything has been read."""
        if self.foreign_bookmark():
            return None
        return self._stream.bookmark_moment(self._context)

    def foreign_bookmark(self) -> str | None:
        """Return what a bookmark follows that says nothing of these reports.

        It was written when they were come by in another way, or for a whole region
        where marketplaces are read now, or the other way round. A marketplace that is
        read in place of another begins without a bookmark, and that is no news.
        """
        own = self.recall()
        column = own.get("replication_key")
        if column not in {None, self._stream.replication_key}:
            return str(column)
        if column is not None:
            return None
        found = self._stream.stream_state.get("partitions", [])
        of_others = [one for one in found if one.get("replication_key_value")]
        were_regions = {_name(one) in _REGIONS for one in of_others}
        are_regions = {name in _REGIONS for name in self._wanted}
        if not of_others or were_regions & are_regions:
            return None
        return f"{of_others[0]['replication_key']} of {_name(of_others[0])}"

    @property
    def _wanted(self) -> set[str]:
        """The partitions that are read now, by name."""
        return {str(one["marketplace_id"]) for one in self._stream.partitions or ()}

    def recall(self) -> Mapping[str, object]:
        """Return all that state holds of the partition."""
        return self._stream.get_context_state(self._context)

    def move_bookmark(self, moment: datetime, remember: Mapping[str, object]) -> None:
        """Move past what was read; batch files are finished first.

        Raises:
            BatchStorageError: if one cannot be stored; nothing moves.
        """
        self._stream.move_bookmark(self._context, moment, remember=remember)

    def remember(self, remember: Mapping[str, object]) -> None:
        """Remember more, and leave the bookmark."""
        self._stream.remember(self._context, remember)

    def together(self) -> AbstractContextManager[None]:
        """Have one STATE message tell all that is remembered meanwhile."""
        return self._stream.together()


def _name(partition: Mapping[str, Any]) -> str:
    return str(partition.get("context", {}).get("marketplace_id"))
