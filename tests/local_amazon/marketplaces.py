"""Where Amazon sells: ids, regions, currencies and time zones."""

from __future__ import annotations

from typing import NamedTuple


class Marketplace(NamedTuple):
    """One country's shop.

    The time zones are convention, not Amazon's word (Marketplace IDs; community).
    """

    country: str
    id: str
    region: str
    currency: str
    time_zone: str

    @property
    def sales_channel(self) -> str:
        """What reports call it, such as `Amazon.de`."""
        return SALES_CHANNELS.get(self.country, f"Amazon.{self.country.lower()}")


SALES_CHANNELS = {
    "US": "Amazon.com",
    "CA": "Amazon.ca",
    "MX": "Amazon.com.mx",
    "BR": "Amazon.com.br",
    "GB": "Amazon.co.uk",
    "BE": "Amazon.com.be",
    "TR": "Amazon.com.tr",
    "JP": "Amazon.co.jp",
    "AU": "Amazon.com.au",
    "ZA": "Amazon.co.za",
}
"""Those that are not `Amazon.` and the country."""
SELLS_IN = {
    "na": ("US", "CA"),
    "eu": ("DE", "GB", "FR", "IT", "ES"),
    "fe": ("JP", "AU"),
}
"""The countries that the account of a region sells in."""
MARKETPLACES = (
    Marketplace("US", "ATVPDKIKX0DER", "na", "USD", "America/Los_Angeles"),
    Marketplace("CA", "A2EUQ1WTGCTBG2", "na", "CAD", "America/Los_Angeles"),
    Marketplace("MX", "A1AM78C64UM0Y8", "na", "MXN", "America/Los_Angeles"),
    Marketplace("BR", "A2Q3Y263D00KWC", "na", "BRL", "America/Sao_Paulo"),
    Marketplace("GB", "A1F83G8C2ARO7P", "eu", "GBP", "Europe/London"),
    Marketplace("DE", "A1PA6795UKMFR9", "eu", "EUR", "Europe/Berlin"),
    Marketplace("FR", "A13V1IB3VIYZZH", "eu", "EUR", "Europe/Paris"),
    Marketplace("IT", "APJ6JRA9NG5V4", "eu", "EUR", "Europe/Rome"),
    Marketplace("ES", "A1RKKUPIHCS9HS", "eu", "EUR", "Europe/Madrid"),
    Marketplace("NL", "A1805IZSGTT6HS", "eu", "EUR", "Europe/Amsterdam"),
    Marketplace("BE", "AMEN7PMS3EDWL", "eu", "EUR", "Europe/Brussels"),
    Marketplace("IE", "A28R8C7NBKEWEA", "eu", "EUR", "Europe/Dublin"),
    Marketplace("SE", "A2NODRKZP88ZB9", "eu", "SEK", "Europe/Stockholm"),
    Marketplace("PL", "A1C3SOZRARQ6R3", "eu", "PLN", "Europe/Warsaw"),
    Marketplace("TR", "A33AVAJ2PDY3EV", "eu", "TRY", "Europe/Istanbul"),
    Marketplace("EG", "ARBP9OOSHTCHU", "eu", "EGP", "Africa/Cairo"),
    Marketplace("SA", "A17E79C6D8DWNP", "eu", "SAR", "Asia/Riyadh"),
    Marketplace("AE", "A2VIGQ35RCS4UG", "eu", "AED", "Asia/Dubai"),
    Marketplace("IN", "A21TJRUUN4KGV", "eu", "INR", "Asia/Kolkata"),
    Marketplace("ZA", "AE08WJ6YKNBMC", "eu", "ZAR", "Africa/Johannesburg"),
    Marketplace("JP", "A1VC38T7YXB528", "fe", "JPY", "Asia/Tokyo"),
    Marketplace("AU", "A39IBJ37TRP1C6", "fe", "AUD", "Australia/Sydney"),
    Marketplace("SG", "A19VAU5U5O7RUS", "fe", "SGD", "Asia/Singapore"),
)

BY_ID = {marketplace.id: marketplace for marketplace in MARKETPLACES}
BY_COUNTRY = {marketplace.country: marketplace for marketplace in MARKETPLACES}
