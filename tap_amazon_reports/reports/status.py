"""What Amazon calls the states of a report, and what they mean for a bookmark."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.echo import printable
from tap_amazon_reports.amazon.errors import UnexpectedAnswerError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


_LONGEST_WORD = 80


class ReportStatus(enum.Enum):
    """A report's `processingStatus`, in the words of both services.

    Sources: SP-API model reports_2021-06-30.json, `Report`; Amazon Pay API v2,
    "Reports", Get Reports.
    """

    IN_QUEUE = "IN_QUEUE"
    IN_PROGRESS = "IN_PROGRESS"
    DONE = "DONE"
    """Finished, in the Selling Partner API's words."""
    COMPLETED = "COMPLETED"
    """Finished, in Amazon Pay's words."""
    CANCELLED = "CANCELLED"
    """Stopped by someone, or there was nothing to return: the two look the same."""
    FATAL = "FATAL"
    """Failed, in the Selling Partner API's words."""
    FAILED = "FAILED"
    """Failed, in Amazon Pay's words."""

    @property
    def is_terminal(self) -> bool:
        """Whether the report will not change any more."""
        return self not in {ReportStatus.IN_QUEUE, ReportStatus.IN_PROGRESS}

    @property
    def is_done(self) -> bool:
        """Whether there is a document with rows."""
        return self in {ReportStatus.DONE, ReportStatus.COMPLETED}

    @property
    def has_failed(self) -> bool:
        """Whether Amazon could not make it."""
        return self in {ReportStatus.FATAL, ReportStatus.FAILED}

    @classmethod
    def read(cls, word: object, report_id: object) -> ReportStatus:
        """Return the status that `word` stands for.

        Raises:
            UnexpectedAnswerError: if no document knows the word.
        """
        try:
            return cls(word)
        except ValueError:
            msg = (
                f"report {report_id} has the unknown processingStatus"
                f" {printable(word, longest=_LONGEST_WORD)}; report it to this tap's"
                " maintainers"
            )
            raise UnexpectedAnswerError(msg) from None


def settled_until(
    reports: Iterable[tuple[datetime, ReportStatus]], listed_until: datetime
) -> datetime:
    """Return up to when nothing that was listed can change any more.

    Args:
        reports: when each listed report was created, and its status.
        listed_until: the end of what was listed.
    """
    in_making = (created for created, status in reports if not status.is_terminal)
    return min([*in_making, listed_until])
