"""Reports that take their time: by the seconds of a clock, or by looks at them."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from .storage.models import StoredObject


class Stage(enum.Enum):
    """How far a report is; each service has its own words for these."""

    QUEUED = 0
    RUNNING = 1
    FINISHED = 2


class Ripening(Protocol):
    """When a report moves on."""

    def stage(self, *, age_seconds: float, looks: int) -> Stage:
        """Return how far a report is at this age, looked at so often before."""


@dataclass(frozen=True)
class BySeconds:
    """Moves on as time passes."""

    queued_seconds: float = 10.0
    running_seconds: float = 20.0

    def stage(self, *, age_seconds: float, looks: int) -> Stage:
        """Return how far a report is at this age."""
        del looks
        if age_seconds < self.queued_seconds:
            return Stage.QUEUED
        if age_seconds < self.queued_seconds + self.running_seconds:
            return Stage.RUNNING
        return Stage.FINISHED


@dataclass(frozen=True)
class ByLooks:
    """Moves on as it is looked at: so many looks see it queued, so many running."""

    queued: int = 1
    running: int = 1

    def stage(self, *, age_seconds: float, looks: int) -> Stage:
        """Return how far a report is when it has been looked at so often before."""
        del age_seconds
        if looks < self.queued:
            return Stage.QUEUED
        return Stage.RUNNING if looks < self.queued + self.running else Stage.FINISHED


@dataclass(frozen=True)
class Outcome:
    """How the making of a report ends.

    Attributes:
        status: the service's word for the end.
        content: the document; by default the one that fits the report's type.
        has_document: whether there is a document id at all; DONE without one happens.
    """

    status: str
    content: StoredObject | None = None
    has_document: bool = True


STUCK = BySeconds(queued_seconds=10 * 86_400.0)
"""In the queue for ten days (selling-partner-api-docs, issues 3182 and 3273)."""


@dataclass
class Making:
    """One report in the making.

    Attributes:
        ripening: when it moves on.
        since: when it was asked for.
        outcome: how it will end.
        unknown_looks: how many looks still find that there is no such report.
    """

    ripening: Ripening
    since: datetime
    outcome: Outcome
    unknown_looks: int = 0
    looks: int = field(default=0, init=False)
    started: datetime | None = field(default=None, init=False)

    def look(self, now: datetime) -> Stage:
        """Return how far it is at `now`, and count the look."""
        age_seconds = (now - self.since) / timedelta(seconds=1)
        stage = self.ripening.stage(age_seconds=age_seconds, looks=self.looks)
        self.looks += 1
        if stage is not Stage.QUEUED and self.started is None:
            self.started = now
        return stage
