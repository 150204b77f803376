"""What became of a run, to be told at its end."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, field

from tap_amazon_reports.amazon.errors import AmazonError

logger = logging.getLogger(__name__)


@dataclass
class RunOutcome:
    """Rows and failures of a run.

    Attributes:
        rows: how many records each stream gave.
        failures: a line for each failure, in the order in which they happened.
    """

    rows: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    _down: dict[str, AmazonError] = field(default_factory=dict)

    def failed(self, stream: str, service: str, error: Exception) -> None:
        """Remember that `stream` failed, and whether its whole service did."""
        if isinstance(error, AmazonError):
            line = f"{stream}: {error}"
            logger.error(line)
            if error.ends_service:
                self._down[service] = error
        else:
            # A fault of ours: whoever mends it needs to see where.
            line = f"{stream}: {type(error).__name__}: {error}"
            logger.error(line, exc_info=error)
        self.failures.append(line)

    def refusal_of(self, service: str) -> AmazonError | None:
        """Return the error after which nothing more is asked of `service`."""
        return self._down.get(service)

    def tell(self) -> None:
        """Log the summary: rows for each stream, and what failed."""
        for stream, rows in sorted(self.rows.items()):
            logger.info("%s: %d records", stream, rows)
        if not self.failures:
            logger.info("the run is complete")
            return
        logger.error("the run is incomplete, %d failed:", len(self.failures))
        for line in self.failures:
            logger.error("  %s", line)
