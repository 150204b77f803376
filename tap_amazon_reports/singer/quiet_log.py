"""What the command logs by default: a line where there is news, and metrics when asked.

A night in which nothing happened is a page that can be read. What the SDK says of each
stream before it has read anything, and its METRIC lines, are told at level DEBUG
(`TAP_AMAZON_REPORTS_LOGLEVEL=DEBUG`).
"""

from __future__ import annotations

import logging
import os

from singer_sdk.metrics import METRICS_LOGGER_NAME, Point, Tag

__all__ = ["QuietFilter", "quieten", "unknown_level"]

_SAID_OF_EACH = (
    "Beginning sync of",
    "Skipping parse of env var settings",
    "Parsing env var for settings config",
)
"""How those lines of the SDK begin that tell nothing that a later line does not."""


class QuietFilter(logging.Filter):
    """Lets a handler pass over what is no news, unless DEBUG is on."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether a record is printed; a metric gets its tags as text.

        Of a metric that is an object, Meltano prints the name and the value alone.
        """
        in_detail = logging.getLogger(record.name).isEnabledFor(logging.DEBUG)
        if record.name == METRICS_LOGGER_NAME and isinstance(record.args, tuple):
            (point,) = record.args
            if isinstance(point, Point):
                record.stream_name = point.tags.get(Tag.STREAM)
                record.metric_info = point.to_dict()
                record.args = (str(point),)
            return in_detail
        return in_detail or not str(record.msg).startswith(_SAID_OF_EACH)


def unknown_level(prefix: str) -> str | None:
    """Return what is wrong with the level that the environment names, if anything."""
    for name in (f"{prefix}LOGLEVEL", "LOGLEVEL"):
        if level := os.environ.get(name):
            if isinstance(logging.getLevelName(level.upper()), int):
                return None
            return (
                f"{name}: found {level!r}, allowed: DEBUG, INFO, WARNING, ERROR,"
                " CRITICAL"
            )
    return None


def quieten() -> None:
    """Let the handlers that there are print what is news, each once."""
    for handler in logging.getLogger().handlers:
        if not any(isinstance(one, QuietFilter) for one in handler.filters):
            handler.addFilter(QuietFilter())
