"""How patient the scheduler is."""

from __future__ import annotations

from dataclasses import dataclass, field

from tap_amazon_reports.amazon.retry import RetryPolicy


@dataclass(frozen=True, kw_only=True)
class PollingPolicy:
    """How reports are waited for.

    Attributes:
        poll_interval_seconds: the shortest pause between two looks at one report.
        timeout_seconds: when one that is not done is given up.
        retry: how patient one question is when Amazon does not answer it.
    """

    poll_interval_seconds: float
    timeout_seconds: float
    retry: RetryPolicy = field(default_factory=RetryPolicy)
