"""What was done for one stream, counted for the summary of a run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class ReportTally:
    """What the reports of one stream, and of its siblings, took.

    Attributes:
        windows: how many reports were wanted or found.
        created: how many were created.
        adopted: how many were taken over from an earlier run, or from somebody else.
        read: how many were read.
        empty: how many of these had no row.
        document_bytes: of the documents that were read, as Amazon compressed them.
        waited_seconds: how long Amazon was waited for while nothing else could be done.
        worked_seconds: how long the stream took beside that.
    """

    windows: int = 0
    created: int = 0
    adopted: int = 0
    read: int = 0
    empty: int = 0
    document_bytes: int = 0
    waited_seconds: float = 0
    worked_seconds: float = 0
