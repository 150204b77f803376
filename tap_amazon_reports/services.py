"""What the streams ask: the services, and the storage behind them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.exchange import Patience
from tap_amazon_reports.amazon.http import Transport
from tap_amazon_reports.amazon.storage import Storage

if TYPE_CHECKING:
    from tap_amazon_reports.amazon.appstore import AppstoreClient
    from tap_amazon_reports.amazon.clock import Clock
    from tap_amazon_reports.amazon.connection import Calls
    from tap_amazon_reports.amazon.pay import PayClient
    from tap_amazon_reports.amazon.retry import RetryPolicy
    from tap_amazon_reports.amazon.selling_partner import SellingPartnerClient
    from tap_amazon_reports.clients import Clients
    from tap_amazon_reports.reports.pay import PayReportMaker
    from tap_amazon_reports.reports.selling_partner import SellingPartnerReports
    from tap_amazon_reports.settings.reader import Settings


class Services:
    """The services as the streams know them; nothing is asked here."""

    def __init__(self, settings: Settings, *, clock: Clock, retry: RetryPolicy) -> None:
        """Remember what to connect with."""
        self._settings = settings
        self._clock = clock
        self._patience = Patience(retry=retry, clock=clock)

    def calls(self) -> list[Calls]:
        """Return what was asked of each service that was needed."""
        return [connection.calls for connection in self._clients.connections]

    @cached_property
    def storage(self) -> Storage:
        """What opens documents."""
        return Storage(transport=self._transport, patience=self._patience)

    def appstore(self) -> AppstoreClient:
        """Return the client of the Appstore Reporting API.

        Raises:
            SettingsError: if its credentials are not set.
        """
        return self._clients.appstore

    def selling_partner(self) -> SellingPartnerClient:
        """Return the client of the Selling Partner API.

        Raises:
            SettingsError: if its credentials are not set.
        """
        return self._clients.selling_partner

    def pay(self) -> PayClient:
        """Return the client of the Amazon Pay API.

        Raises:
            SettingsError: if its credentials are not set.
        """
        return self._clients.pay

    def selling_partner_reports(self) -> SellingPartnerReports:
        """Return the Selling Partner API as a maker of reports."""
        return self._clients.selling_partner_reports

    def pay_reports(self) -> PayReportMaker:
        """Return Amazon Pay as a maker of reports."""
        return self._clients.pay_reports

    @cached_property
    def _clients(self) -> Clients:
        # Who only lists what there is to read calls nobody.
        from tap_amazon_reports.clients import Clients  # noqa: PLC0415

        return Clients(
            self._settings,
            transport=self._transport,
            patience=self._patience,
            clock=self._clock,
        )

    @cached_property
    def _transport(self) -> Transport:
        return Transport(
            user_agent=self._settings.user_agent,
            timeout_seconds=self._settings.request_timeout_seconds,
        )
