"""The report operations of both services, called by hand, in the services' own JSON."""

from __future__ import annotations

import abc
from typing import TYPE_CHECKING, Any, ClassVar

import click

from tap_amazon_reports.amazon.shapes import ReportHead
from tap_amazon_reports.amazon.wire_time import basic_text, utc_text
from tap_amazon_reports.cli.options import one_marketplace
from tap_amazon_reports.reports.report import ReportRequest
from tap_amazon_reports.reports.schema_files import CATALOGUE
from tap_amazon_reports.settings.reader import missing_credentials, wanted_types

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from tap_amazon_reports.amazon.answers import Json
    from tap_amazon_reports.amazon.pay import PayClient
    from tap_amazon_reports.amazon.selling_partner import SellingPartnerClient
    from tap_amazon_reports.cli.session import Session
    from tap_amazon_reports.reports.report import ReportService
    from tap_amazon_reports.reports.report_types import ReportType

__all__ = ["Operations", "operations_of"]

_OF_PAY = "_GET_"
_NO_MARKETPLACES = "Amazon Pay has neither --option nor --marketplace"


class Operations(abc.ABC):
    """The operations of one report API; what both do alike is done here.

    Attributes:
        service: as the catalogue of report types calls it.
        reports: the same API as the tap's runs use it.
    """

    service: ClassVar[str]
    reports: ReportService
    _client: SellingPartnerClient | PayClient

    def kind(self, report_type: str) -> ReportType:
        """Return what is known of a type of this service."""
        return CATALOGUE.find(self.service, report_type)

    def list_reports(
        self,
        types: Sequence[str],
        since: datetime,
        until: datetime,
        *,
        status: str | None = None,
        marketplace: str | None = None,
    ) -> Iterator[Json]:
        """Yield reports, newest first; without a type, of those that are configured.

        Args:
            types: only these.
            since: when they were created, from then on.
            until: and up to then.
            status: only those, in the words of the service.
            marketplace: only of this one, by id or country.

        Raises:
            UsageError: the service has no such marketplace.
        """
        for entry in self._client.get_reports(
            self._types(types),
            shape=ReportHead,
            created_since=since,
            created_until=until,
            processing_statuses=[status] if status else (),
            **self._only_of(marketplace),
        ):
            yield entry.wire

    @abc.abstractmethod
    def request(
        self,
        report_type: str,
        window: tuple[datetime | None, datetime | None],
        options: dict[str, str],
        marketplace: str | None,
    ) -> ReportRequest:
        """Return what to create."""

    def get_report(self, report_id: str) -> Json:
        """Return one report."""
        return self._client.get_report(report_id).wire

    @abc.abstractmethod
    def cancel_report(self, report_id: str) -> None:
        """Cancel a report that is in the queue."""

    def list_schedules(self, types: Sequence[str]) -> list[Json]:
        """Return the schedules of these types; without a type as `list_reports`."""
        found = self._client.get_report_schedules(self._types(types))
        return [schedule.wire for schedule in found]

    def get_schedule(self, schedule_id: str) -> Json:
        """Return one schedule."""
        return self._client.get_report_schedule(schedule_id).wire

    @abc.abstractmethod
    def create_schedule(
        self,
        request: ReportRequest,
        *,
        period: str,
        first: datetime,
        replace: bool,
    ) -> str | None:
        """Make a schedule; None where another is in its way and stays."""

    def cancel_schedule(self, schedule_id: str) -> None:
        """End a schedule."""
        self._client.cancel_report_schedule(schedule_id)

    @abc.abstractmethod
    def _only_of(self, marketplace: str | None) -> dict[str, Any]:
        """Return what else reports are listed by, to have those of a marketplace."""

    @abc.abstractmethod
    def _types(self, types: Sequence[str]) -> list[str]:
        """Return the types to list."""


class SellingPartnerOperations(Operations):
    """Reports 2021-06-30 of the Selling Partner API."""

    service = "selling_partner"
    _client: SellingPartnerClient

    def __init__(self, session: Session) -> None:
        """Take the client; nothing is asked yet."""
        self._client = session.services.selling_partner
        self._settings = session.settings.selling_partner
        self.reports: ReportService = session.services.selling_partner_reports
        self._markets = self._settings.marketplaces if self._settings else ()

    def request(
        self,
        report_type: str,
        window: tuple[datetime | None, datetime | None],
        options: dict[str, str],
        marketplace: str | None,
    ) -> ReportRequest:
        """Return what to ask for: one marketplace at a time, as the tap does it."""
        market = one_marketplace(self._markets, marketplace)
        return ReportRequest(
            report_type=report_type,
            marketplace_ids=(market.marketplace_id,),
            data_start=window[0],
            data_end=window[1],
            options=tuple(options.items()),
        )

    def cancel_report(self, report_id: str) -> None:
        """Cancel a report that is in the queue."""
        self._client.cancel_report(report_id)

    def create_schedule(
        self,
        request: ReportRequest,
        *,
        period: str,
        first: datetime,
        replace: bool,
    ) -> str | None:
        """Make a schedule; Amazon puts it in the place of one of the same subject."""
        if not replace and self._stands(request):
            return None
        body: Json = {
            "reportType": request.report_type,
            "marketplaceIds": list(request.marketplace_ids),
            "period": period,
            "nextReportCreationTime": utc_text(first),
        }
        if request.options:
            body["reportOptions"] = dict(request.options)
        return self._client.create_report_schedule(body)

    def _stands(self, request: ReportRequest) -> bool:
        subject = set(request.marketplace_ids)
        return any(
            set(schedule.wire.get("marketplaceIds") or ()) == subject
            for schedule in self._client.get_report_schedules([request.report_type])
        )

    def _only_of(self, marketplace: str | None) -> dict[str, Any]:
        """Return the parameter for one marketplace; none for all of them."""
        if not marketplace:
            return {}
        market = one_marketplace(self._markets, marketplace)
        return {"marketplace_ids": [market.marketplace_id]}

    def _types(self, types: Sequence[str]) -> list[str]:
        """Return the types to list: those named, or those of the settings, or all."""
        named = list(types) or wanted_types(self._settings)
        return named or CATALOGUE.core(self.service)


class PayOperations(Operations):
    """The reports of the Amazon Pay API v2."""

    service = "amazon_pay"
    _client: PayClient

    def __init__(self, session: Session) -> None:
        """Take the client; nothing is asked yet."""
        self._client = session.services.pay
        self.reports: ReportService = session.services.pay_reports

    def request(
        self,
        report_type: str,
        window: tuple[datetime | None, datetime | None],
        options: dict[str, str],
        marketplace: str | None,
    ) -> ReportRequest:
        """Return what to ask for; Amazon Pay has neither options nor marketplaces."""
        if options or marketplace:
            raise click.UsageError(_NO_MARKETPLACES)
        return ReportRequest(
            report_type=report_type, data_start=window[0], data_end=window[1]
        )

    def cancel_report(self, report_id: str) -> None:
        """Say that there is no such operation."""
        msg = f"Amazon Pay cannot cancel a report: {report_id} will be made"
        raise click.ClickException(msg)

    def create_schedule(
        self,
        request: ReportRequest,
        *,
        period: str,
        first: datetime,
        replace: bool,
    ) -> str | None:
        """Make a schedule; None where one of that type stands and stays."""
        body: Json = {
            "reportType": request.report_type,
            "scheduleFrequency": period,
            "nextReportCreationTime": basic_text(first),
        }
        if replace:
            body["deleteExistingSchedule"] = True
        return self._client.create_report_schedule(body)

    def _only_of(self, marketplace: str | None) -> dict[str, Any]:
        """Return nothing; Amazon Pay has no marketplaces."""
        if marketplace:
            raise click.UsageError(_NO_MARKETPLACES)
        return {}

    def _types(self, types: Sequence[str]) -> list[str]:
        """Return the types to list: those named; none means all."""
        return list(types)


def operations_of(
    session: Session, service: str | None, types: Sequence[str] = ()
) -> Operations:
    """Return the operations of a service.

    Args:
        session: has the clients.
        service: `sp` or `pay`; None leaves it to the types, and to what is configured.
        types: that are asked for.

    Raises:
        ClickException: if neither says which, or the service is not configured.
    """
    made: dict[str, type[SellingPartnerOperations | PayOperations]] = {
        "sp": SellingPartnerOperations,
        "pay": PayOperations,
    }
    return made[service or _guessed(session, types)](session)


def _guessed(session: Session, types: Sequence[str]) -> str:
    if types:
        return "pay" if types[0].startswith(_OF_PAY) else "sp"
    settings = session.settings
    configured = [
        name
        for name, found in (("sp", settings.selling_partner), ("pay", settings.pay))
        if found
    ]
    if len(configured) == 1:
        return configured[0]
    if configured:
        msg = "both report APIs are configured; add --service sp or --service pay"
        raise click.ClickException(msg)
    msg = missing_credentials("sp", "pay")
    raise click.ClickException(msg)
