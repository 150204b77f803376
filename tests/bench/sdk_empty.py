"""The smallest tap that the SDK allows: no settings and no streams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from singer_sdk import Tap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from singer_sdk.streams import Stream


class EmptyTap(Tap):
    """A tap of nothing."""

    name = "tap-empty"
    config_jsonschema: ClassVar[dict[str, Any]] = {"type": "object", "properties": {}}

    def discover_streams(self) -> Sequence[Stream]:
        """Return no streams."""
        return []


if __name__ == "__main__":
    EmptyTap.cli()
