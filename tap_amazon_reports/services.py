"""One client for each service, made from the settings when it is first needed."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.appstore import SCOPE as APPSTORE_SCOPE
from tap_amazon_reports.amazon.appstore import AppstoreClient, AppstoreRules
from tap_amazon_reports.amazon.appstore import token_is_spent as appstore_token_is_spent
from tap_amazon_reports.amazon.connection import ServiceConnection
from tap_amazon_reports.amazon.errors import CredentialsError
from tap_amazon_reports.amazon.exchange import FormPoster, Retrying
from tap_amazon_reports.amazon.http import Transport
from tap_amazon_reports.amazon.lwa import (
    ClientCredentials,
    LwaAuth,
    LwaTokenSource,
    RefreshToken,
)
from tap_amazon_reports.amazon.pay import PayClient, PayRules
from tap_amazon_reports.amazon.pay_key import load_private_key
from tap_amazon_reports.amazon.pay_signing import PaySigner
from tap_amazon_reports.amazon.selling_partner import (
    SellingPartnerClient,
    SellingPartnerRules,
)
from tap_amazon_reports.amazon.selling_partner import (
    token_is_spent as sp_token_is_spent,
)
from tap_amazon_reports.amazon.storage import Storage
from tap_amazon_reports.reports.pay import PayReportMaker
from tap_amazon_reports.reports.selling_partner import SellingPartnerReports
from tap_amazon_reports.settings.reader import SettingsError, missing_credentials

if TYPE_CHECKING:
    from tap_amazon_reports.amazon.clock import Clock
    from tap_amazon_reports.amazon.connection import Calls, ServiceRules
    from tap_amazon_reports.amazon.http import Authenticator
    from tap_amazon_reports.amazon.lwa import Grant
    from tap_amazon_reports.amazon.retry import RetryPolicy
    from tap_amazon_reports.amazon.secret import Secret
    from tap_amazon_reports.settings.reader import Settings


class Services:
    """What speaks to each service, and to storage; nothing is asked here."""

    def __init__(self, settings: Settings, *, clock: Clock, retry: RetryPolicy) -> None:
        """Remember what to connect with."""
        self._settings = settings
        self._clock = clock
        self._retrying = Retrying(retry=retry, clock=clock)
        self._transport = Transport(
            user_agent=settings.user_agent,
            timeout_seconds=settings.request_timeout_seconds,
        )
        self._connections: list[ServiceConnection] = []
        self.storage = Storage(transport=self._transport, retrying=self._retrying)

    def calls(self) -> list[Calls]:
        """Return what was asked of each service that was needed."""
        return [connection.calls for connection in self._connections]

    @property
    def answered_at(self) -> str | None:
        """The `Date` of the last answer of any service, as it says it."""
        return self._transport.answered_at

    @cached_property
    def selling_partner_reports(self) -> SellingPartnerReports:
        """The Selling Partner API as a maker of reports."""
        return SellingPartnerReports(self.selling_partner)

    @cached_property
    def pay_reports(self) -> PayReportMaker:
        """Amazon Pay as a maker of reports."""
        return PayReportMaker(self.pay)

    @cached_property
    def appstore(self) -> AppstoreClient:
        """The client of the Appstore Reporting API.

        Raises:
            SettingsError: if its credentials are not set.
        """
        if (settings := self._settings.appstore) is None:
            raise SettingsError([missing_credentials("appstore")])
        source = self._token_source(
            ClientCredentials(scope=APPSTORE_SCOPE),
            settings.client_id,
            settings.client_secret,
            AppstoreRules.service,
            "appstore",
        )
        auth = LwaAuth(
            source,
            base_url=settings.base_url,
            spent=appstore_token_is_spent,
            header="authorization",
            prefix="Bearer ",
        )
        return AppstoreClient(
            self._connection(AppstoreRules(), settings.base_url, auth)
        )

    @cached_property
    def selling_partner(self) -> SellingPartnerClient:
        """The client of the Selling Partner API.

        Raises:
            SettingsError: if its credentials are not set.
        """
        if (settings := self._settings.selling_partner) is None:
            raise SettingsError([missing_credentials("sp")])
        source = self._token_source(
            RefreshToken(settings.refresh_token),
            settings.client_id,
            settings.client_secret,
            SellingPartnerRules.service,
            "sp",
        )
        auth = LwaAuth(source, base_url=settings.base_url, spent=sp_token_is_spent)
        return SellingPartnerClient(
            self._connection(SellingPartnerRules(), settings.base_url, auth),
            sandbox=settings.sandbox,
        )

    @cached_property
    def pay(self) -> PayClient:
        """The client of the Amazon Pay API.

        Raises:
            SettingsError: if its credentials are not set.
            CredentialsError: if its key cannot sign.
        """
        if (settings := self._settings.pay) is None:
            raise SettingsError([missing_credentials("pay")])
        try:
            private_key = load_private_key(settings.private_key)
        except ValueError as error:
            msg = f"pay_private_key: {error}"
            raise CredentialsError(msg) from None
        signer = PaySigner(
            public_key_id=settings.public_key_id,
            private_key=private_key,
            algorithm=settings.algorithm,
            region=settings.region,
            base_url=settings.base_url,
            clock=self._clock,
        )
        return PayClient(self._connection(PayRules(signer), settings.base_url, signer))

    def _token_source(
        self,
        grant: Grant,
        client_id: str,
        client_secret: Secret,
        service: str,
        prefix: str,
    ) -> LwaTokenSource:
        return LwaTokenSource(
            grant=grant,
            client_id=client_id,
            client_secret=client_secret,
            token_url=self._settings.lwa_token_url,
            post=FormPoster(transport=self._transport, retrying=self._retrying),
            clock=self._clock,
            service=service,
            settings=prefix,
        )

    def _connection(
        self, rules: ServiceRules, base_url: str, auth: Authenticator
    ) -> ServiceConnection:
        connection = ServiceConnection(
            rules=rules,
            base_url=base_url,
            auth=auth,
            transport=self._transport,
            clock=self._clock,
            retrying=self._retrying,
        )
        self._connections.append(connection)
        return connection
