"""The shapes of Amazon's answers: what the tap acts on, and no more.

What is not named here is copied as it comes. Sources: the models
reports_2021-06-30.json, sales.json and tokens_2021-03-01.json in
github.com/amzn/selling-partner-api-models; developer.amazon.com, Amazon Pay API v2,
"Reports" and "Disbursements"; looked at in November 2026.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from tap_amazon_reports.amazon.wire_time import parse_instant

if TYPE_CHECKING:
    from datetime import datetime

Word = Annotated[str, msgspec.Meta(min_length=1)]
Identifier = Annotated[str, msgspec.Meta(pattern=r"^[!-?A-{}~]{1,256}$")]
"""The id of a thing of Amazon's: it is shown, sent back and remembered as it is, so it
cannot hold a blank, a terminal code, a mail address (`@`) or a token (`|`).
"""
HeaderValue = Annotated[str, msgspec.Meta(pattern=r"^[\x21-\x7e]+$")]
"""What can be sent back in a header."""


class Instant:
    """A moment that Amazon wrote in one of its forms."""

    __slots__ = ("moment",)

    def __init__(self, moment: datetime) -> None:
        """Hold `moment`, in UTC."""
        self.moment = moment


def read_instant(kind: type, wire: object) -> Any:
    """Return `wire` as an `Instant`: what msgspec does not read by itself.

    Raises:
        ValueError, NotImplementedError: if it is none, or another `kind` is wanted.
    """
    if kind is not Instant:
        raise NotImplementedError(kind)
    if not isinstance(wire, str):
        msg = "Expected a date and time"
        raise ValueError(msg)  # noqa: TRY004 (msgspec tells the place of this one)
    return Instant(parse_instant(wire))


class _Shape(msgspec.Struct, rename="camel"):
    pass


class Page(_Shape):
    """One page of any listing."""

    next_token: str | None = None


class ReportHead(_Shape):
    """What no report of either service is without."""

    report_id: Identifier
    processing_status: Word
    created_time: Instant


class SpReport(ReportHead, kw_only=True):
    """Model `Report` of the Reports API."""

    report_type: Word
    data_start_time: Instant | None = None
    data_end_time: Instant | None = None
    marketplace_ids: list[str] = []
    report_document_id: Identifier | None = None


class PayReport(ReportHead, kw_only=True):
    """A report of Amazon Pay ("Reports", Get Reports)."""

    report_type: Word
    start_time: Instant | None = None
    end_time: Instant | None = None
    report_document_id: Identifier | None = None


class CreatedReport(_Shape):
    """The answer of createReport of both services."""

    report_id: Identifier


class ReportDocument(_Shape):
    """The answer of getReportDocument of both services."""

    url: Word


class ReportSchedule(_Shape):
    """A schedule of either service."""

    report_schedule_id: Identifier


class RestrictedDataToken(_Shape):
    """The answer of createRestrictedDataToken."""

    restricted_data_token: HeaderValue


class OrderMetrics(_Shape):
    """One interval of the Sales API."""

    interval: Word


class Disbursement(_Shape):
    """One payout of Amazon Pay; every field of it may be missing."""
