"""The earliest end of a run that the quotas allow."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tap_amazon_reports.reports.report import ReportService


@dataclass(frozen=True)
class Plan:
    """What is wanted of a service.

    Attributes:
        service: who makes the reports.
        to_ask: how many reports have to be asked for.
        to_read: how many documents have to be fetched.
    """

    service: ReportService
    to_ask: int
    to_read: int


def least_seconds(plans: Iterable[Plan]) -> float:
    """Return after how long the last report can have been asked for and fetched.

    How long Amazon takes to make it comes on top, and nobody can tell that.
    """
    to_ask: Counter[ReportService] = Counter()
    to_read: Counter[ReportService] = Counter()
    for plan in plans:
        to_ask[plan.service] += plan.to_ask
        to_read[plan.service] += plan.to_read
    asks = [service.create_wait_seconds(count) for service, count in to_ask.items()]
    reads = [service.document_wait_seconds(many) for service, many in to_read.items()]
    return max([*asks, *reads], default=0.0)
