"""Restricted data tokens: what opens one document that holds personal data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.http import Authenticator
from tap_amazon_reports.amazon.origin import Origin

if TYPE_CHECKING:
    import requests

    from tap_amazon_reports.amazon.secret import Secret


class RestrictedAuth(Authenticator):
    """Puts a restricted data token on a request, where the access token would be."""

    def __init__(self, token: Secret, *, base_url: str) -> None:
        """Remember the token, and the one place that may see it."""
        self._token = token
        self._origin = Origin.of(base_url)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Put the token on `request`.

        Raises:
            ForeignHostError: if `request` does not go to the service, or not encrypted.
        """
        self._origin.guard(request.url)
        request.headers["x-amz-access-token"] = self._token.reveal()
        return request
