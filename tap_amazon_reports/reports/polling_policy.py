"""How patient the scheduler is."""

from __future__ import annotations

from dataclasses import dataclass, field

from tap_amazon_reports.amazon.retry import RetryPolicy


@dataclass(frozen=True, kw_only=True)
class PollingPolicy:
    """How reports are waited for, in seconds."""

    poll_interval_seconds: float = 15
    timeout_seconds: float = 7200
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    """How patient one question is when Amazon does not answer it."""
