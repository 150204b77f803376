"""The earliest end of a run that the quotas allow."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tap_amazon_reports.reports.create_limits import CreateLimits
    from tap_amazon_reports.reports.report import ReportService
    from tap_amazon_reports.reports.report_types import ReportType


@dataclass(frozen=True)
class Plan:
    """What is wanted of a service.

    Attributes:
        service: who makes the reports.
        to_create: how many reports have to be created.
        to_read: how many documents have to be fetched.
        kind: the type, which may have limits of its own; of all its partitions.
    """

    service: ReportService
    to_create: int
    to_read: int
    kind: ReportType


def least_seconds(plans: Iterable[Plan]) -> float:
    """Return after how long the last report can have been created and fetched.

    How long Amazon takes to make it comes on top, and nobody can tell that.
    """
    to_create: Counter[ReportService] = Counter()
    to_read: Counter[ReportService] = Counter()
    by_type: Counter[str] = Counter()
    limits: dict[str, CreateLimits] = {}
    for plan in plans:
        to_create[plan.service] += plan.to_create
        to_read[plan.service] += plan.to_read
        if plan.kind.limits and plan.to_create:
            by_type[plan.kind.report_type] += plan.to_create
            limits[plan.kind.report_type] = plan.kind.limits
    waits = [one.create_wait_seconds(count) for one, count in to_create.items()]
    waits += [one.document_wait_seconds(count) for one, count in to_read.items()]
    waits += [limits[name].least_seconds(count) for name, count in by_type.items()]
    return max(waits, default=0.0)
