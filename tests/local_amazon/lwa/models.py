"""Who may have a token, which tokens there are, and for how long."""

from __future__ import annotations

import enum
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tap_amazon_reports.amazon.clock import Clock

REPORTING_SCOPE = "adx_reporting::appstore:marketer"
"""(Appstore Reporting API, Request an access token)."""


class TokenState(enum.Enum):
    """What a service makes of a token."""

    VALID = "valid"
    EXPIRED = "expired"
    FOREIGN = "foreign"
    """Handed out, but for another service."""
    UNKNOWN = "unknown"


@dataclass
class Token:
    """One token that was handed out."""

    service: str
    expires_at: datetime


class LoginWithAmazon:
    """The holdings of Login with Amazon.

    Attributes:
        appstore_client: id and secret of the Appstore's security profile.
        sp_client: id and secret of the Selling Partner application.
        refresh_token: the seller's consent; a test may take it back (put another).
        lifetime_seconds: how long tokens last, told as `expires_in`.
        attached: whether the security profile is attached to the Reporting API.
        tokens: all that were handed out.
    """

    def __init__(self, clock: Clock) -> None:
        """Know two clients and one seller."""
        self._clock = clock
        self.appstore_client = (
            "amzn1.application-oa2-client.appstore0000000000000000000000",
            "amzn1.oa2-cs.v1.local-appstore-secret",
        )
        self.sp_client = (
            "amzn1.application-oa2-client.selling00000000000000000000000",
            "amzn1.oa2-cs.v1.local-selling-secret",
        )
        self.refresh_token = "Atzr|local-refresh-token/with+signs=="
        self.lifetime_seconds = 3600
        self.attached = True
        self.tokens: dict[str, Token] = {}

    def grant(self, service: str) -> str:
        """Hand out a token for `service` (`appstore` or `sp`)."""
        prefix = "Atc" if service == "appstore" else "Atza"
        number = f"{service} {len(self.tokens)}".encode()
        token = f"{prefix}|{hashlib.sha256(number).hexdigest()}"
        lifetime = timedelta(seconds=self.lifetime_seconds)
        self.tokens[token] = Token(service, self._clock.now() + lifetime)
        return token

    def state(self, token: str, service: str) -> TokenState:
        """Return what `service` makes of `token` now."""
        known = self.tokens.get(token)
        if known is None:
            return TokenState.UNKNOWN
        if known.service != service:
            return TokenState.FOREIGN
        if known.expires_at <= self._clock.now():
            return TokenState.EXPIRED
        return TokenState.VALID

    def expire_tokens(self) -> None:
        """Make every token that was handed out a spent one."""
        for token in self.tokens.values():
            token.expires_at = min(token.expires_at, self._clock.now())
